"""A statement to be judged right or wrong. Marked as a single choice of two; the official papers have none."""

from collections.abc import Mapping
from typing import Any

from examprep.bank.types.choices import Choices, ContentError, read_choices
from examprep.bank.types.ticked import TickedType
from examprep.kernel.sentence import N_, Sentence

OPTIONS = ("正确", "错误")


class TrueFalse(TickedType):
    name = "true-false"
    label = N_("True or false")
    one_tick = True
    full_half_points = 2

    def read(self, raw: Mapping[str, Any]) -> Choices:
        """Two options, right and wrong, in this order; their words may be left out.

        Raises:
            ContentError: not two options, or not exactly one of them the key.
        """
        content = read_choices({**raw, "options": raw.get("options") or OPTIONS})
        if len(content.options) != 2 or len(content.correct) != 1:
            raise ContentError("correct", Sentence("A statement is either right (对) or wrong (错). Say which."))
        return content

    def grade(self, content: Choices, ticks: frozenset[int] | None) -> int:
        """Half-points: 2 for the right judgement, else 0."""
        return self.full_half_points if ticks == content.correct else 0

    def example(self) -> dict[str, Any]:
        return {"options": list(OPTIONS), "correct": [1], "notes": []}
