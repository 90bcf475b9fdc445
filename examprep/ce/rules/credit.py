"""What the rules judge: lines of the ledger, and what they come to under one requirement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from examprep.ce.rules.duty import Duty
from examprep.ce.rules.kinds import HOURS
from examprep.ce.rules.requirement import CATEGORIES, Requirement


@dataclass(frozen=True)
class Credit:
    """One line of the ledger. A line that reverses another carries its id and the same minutes, negative.

    ``counts_on`` differs from ``earned_on`` for hours made up: it lies in the period that they make up for.
    """

    id: int
    minutes: int
    category: str
    earned_on: date
    reverses_id: int | None = None
    kind: str = HOURS
    units: int = 1
    made_up_on: date | None = None

    @property
    def counts_on(self) -> date:
        return self.made_up_on or self.earned_on


def within(lines: Iterable[Credit], duty: Duty) -> list[Credit]:
    """The lines of the duty's period, oldest first, those made up too late among them."""
    return sorted((c for c in lines if c.counts_on in duty.period), key=lambda c: (c.counts_on, c.earned_on, c.id))


def in_time(credit: Credit, duty: Duty) -> bool:
    return credit.earned_on < duty.closes_on


def converted(credit: Credit, requirement: Requirement) -> int:
    """The minutes of a line by the conversion table; nothing in a category that does not count."""
    if credit.category not in requirement.counts:
        return 0
    conversion = requirement.conversions.get(credit.kind)
    return conversion.of(credit.minutes, credit.units) if conversion else credit.minutes


def by_category(lines: Iterable[Credit], duty: Duty) -> dict[str, int]:
    """Minutes by category, converted, kinds held to their caps; reversing lines take their minutes back."""
    sums: dict[tuple[str, str], int] = {}
    for credit in within(lines, duty):
        if in_time(credit, duty):
            key = credit.category, credit.kind
            sums[key] = sums.get(key, 0) + converted(credit, duty.requirement)
    found = dict.fromkeys(CATEGORIES, 0)
    for (category, kind), minutes in sums.items():
        conversion = duty.requirement.conversions.get(kind)
        found[category] += minutes if conversion is None or conversion.cap is None else min(minutes, conversion.cap)
    return found


def counted_minutes(sums: Mapping[str, int], duty: Duty) -> int:
    """What counts towards the total: each capped group at most up to its cap, every other category in full."""
    capped = {category for cap in duty.requirement.caps for category in cap.categories}
    free = sum(minutes for category, minutes in sums.items() if category not in capped)
    return free + sum(
        min(duty.scaled(cap.minutes), sum(sums[c] for c in cap.categories)) for cap in duty.requirement.caps
    )
