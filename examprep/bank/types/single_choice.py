"""One right option of several. Source: DOMAIN.md 1.2 -- right earns one point, anything else none."""

from collections.abc import Mapping
from typing import Any

from examprep.bank.types.choices import Choices, ContentError, read_choices
from examprep.bank.types.ticked import TickedType
from examprep.kernel.sentence import N_, Sentence


class SingleChoice(TickedType):
    name = "single-choice"
    label = N_("Single choice")
    one_tick = True
    full_half_points = 2

    def read(self, raw: Mapping[str, Any]) -> Choices:
        """Raises ContentError: not exactly one right option, or what holds for all choices."""
        content = read_choices(raw)
        if len(content.correct) > 1:
            raise ContentError(
                "correct",
                Sentence("A single-choice question has one right option. Name one, or make it multiple choice."),
            )
        return content

    def grade(self, content: Choices, ticks: frozenset[int] | None) -> int:
        """Half-points: 2 for the right option alone, else 0."""
        return self.full_half_points if ticks == content.correct else 0

    def example(self) -> dict[str, Any]:
        return {"options": ["甲", "乙", "丙", "丁"], "correct": [2], "notes": []}
