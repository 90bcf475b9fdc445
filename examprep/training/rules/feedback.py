"""Feedback on a class: when it may be given, and when its results may be seen without telling who said what.

Source: a choice of ours. Whoever came to a closed session is asked once for the class, up to a week after its last
session. Results are shown when nothing can change any more and five have answered: were they shown as they grow, the
difference between two looks would be one person's answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from examprep.kernel.sentence import N_

ENOUGH = 5
DAYS_AFTER = 7
LONGEST_WORDS = 500
STEPS: Mapping[int, str] = {
    5: N_("Very much"),
    4: N_("Much"),
    3: N_("Partly"),
    2: N_("Little"),
    1: N_("Not at all"),
}
SCALES: Mapping[str, str] = {
    "useful": N_("Is it of use to you?"),
    "clear": N_("Was it explained clearly?"),
    "suited": N_("Did time, place and materials suit you?"),
}
OPEN, FEW, SHOWN = "feedback-open", "feedback-few", "feedback-shown"


@dataclass(frozen=True)
class Spread:
    """How often each step of a scale was chosen, the best first; base and mean follow."""

    counts: Sequence[int]

    @classmethod
    def of(cls, marks: Iterable[int]) -> "Spread":
        given = list(marks)
        return cls(tuple(given.count(step) for step in STEPS))

    @property
    def base(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """Of 1 to 5, not rounded; ``None`` without answers."""
        total = sum(step * count for step, count in zip(STEPS, self.counts, strict=True))
        return total / self.base if self.base else None


def last_day(last_ends_on: date) -> date:
    """The last office day on which feedback can be given or changed, from the day of the class's last session."""
    return last_ends_on + timedelta(days=DAYS_AFTER)


def state(answers: int, *, over: bool) -> str:
    """What may be said of a class's answers: nothing while they can change, nor of fewer than five."""
    if not over:
        return OPEN
    return SHOWN if answers >= ENOUGH else FEW


def lacking(answers: int) -> int:
    """How many more are needed before results may be seen."""
    return max(0, ENOUGH - answers)
