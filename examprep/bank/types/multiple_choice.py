"""Several right options, at least one wrong.

Source: DOMAIN.md 1.2 -- all right ones earn two points, too few half a point each, any wrong one nothing.
"""

from collections.abc import Mapping
from typing import Any

from examprep.bank.types.choices import Choices, ContentError, read_choices
from examprep.bank.types.ticked import TickedType
from examprep.kernel.sentence import N_, Sentence


class MultipleChoice(TickedType):
    name = "multiple-choice"
    label = N_("Multiple choice")
    full_half_points = 4

    def read(self, raw: Mapping[str, Any]) -> Choices:
        """Raises ContentError: fewer than two right options, none wrong, or what holds for all choices."""
        content = read_choices(raw)
        if len(content.correct) < 2:
            raise ContentError(
                "correct",
                Sentence("A multiple-choice question has at least two right options. Name them, or make it single."),
            )
        if len(content.correct) == len(content.options):
            raise ContentError(
                "correct",
                Sentence("Every option is marked right; a multiple-choice question has at least one wrong option."),
            )
        return content

    def grade(self, content: Choices, ticks: frozenset[int] | None) -> int:
        """Half-points: any wrong tick 0, all right ones 4, too few 1 for each."""
        ticks = ticks or frozenset()
        if ticks - content.correct:
            return 0
        return self.full_half_points if ticks == content.correct else len(ticks)

    def example(self) -> dict[str, Any]:
        return {"options": ["甲", "乙", "丙", "丁", "戊"], "correct": [0, 1, 3], "notes": []}
