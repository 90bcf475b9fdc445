"""What the rules judge: credits, and the requirement they are held against.

Units: whole minutes, so that sums are exact; credit hours appear only in sentences and on screen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from examprep.kernel.minutes import credit_hours
from examprep.kernel.sentence import Sentence

CATEGORIES = ("professional", "general", "elective")

WORDS = {
    "professional": Sentence("professional subjects"),
    "general": Sentence("general subjects"),
    "elective": Sentence("elective subjects"),
}


@dataclass(frozen=True)
class Credit:
    """One line of the ledger. A line that reverses another carries its id and the same minutes, negative."""

    id: int
    minutes: int
    category: str
    earned_on: date
    reverses_id: int | None = None


@dataclass(frozen=True)
class Share:
    """So many minutes of some categories taken together: a minimum, or a cap."""

    categories: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class Requirement:
    """One version of what is asked. Categories stand in at most one cap and at most one minimum.

    Raises:
        ValueError: a category stands in two caps or two minimums, or is unknown.
    """

    code: str
    total_minutes: Mapping[str, int]  # by level
    minimums: tuple[Share, ...]
    caps: tuple[Share, ...]
    minutes_per_hour: int
    since: date
    until: date | None
    source: str

    def __post_init__(self) -> None:
        for shares in (self.minimums, self.caps):
            named = [category for share in shares for category in share.categories]
            if len(named) != len(set(named)) or not set(named) <= set(CATEGORIES):
                raise ValueError(f"requirement {self.code}: categories overlap or are unknown: {named}")

    def hours(self, minutes: int) -> str:
        """Credit hours, rounded down: nobody is told more than is there."""
        return credit_hours(minutes, minutes_per_hour=self.minutes_per_hour)

    def hours_missing(self, minutes: int) -> str:
        """Credit hours, rounded up to a tenth: nobody is told that nothing is missing while something is."""
        return self.hours(self.shown_missing(minutes))

    def shown_missing(self, minutes: int) -> int:
        """The least minutes at or above ``minutes`` that are shown as whole tenths of an hour."""
        tenths = -(-minutes * 10 // self.minutes_per_hour)
        return -(-tenths * self.minutes_per_hour // 10)


def by_category(lines: Iterable[Credit]) -> dict[str, int]:
    """Minutes by category; reversing lines take their minutes back."""
    sums = dict.fromkeys(CATEGORIES, 0)
    for credit in lines:
        sums[credit.category] += credit.minutes
    return sums


def counted_minutes(sums: Mapping[str, int], requirement: Requirement) -> int:
    """What counts towards the total: each capped group at most up to its cap, every other category in full."""
    capped = {category for cap in requirement.caps for category in cap.categories}
    free = sum(minutes for category, minutes in sums.items() if category not in capped)
    return free + sum(min(cap.minutes, sum(sums[c] for c in cap.categories)) for cap in requirement.caps)
