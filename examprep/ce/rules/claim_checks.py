"""When an activity took place, whether two overlap, and how much of it falls on a day.

Units: whole minutes; a time of day is minutes after midnight, half-open, so one may end when the next begins.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR

MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class Slot:
    """The same hours on each of some days, both days in; without hours the whole of each day."""

    first_on: date
    last_on: date
    from_minute: int = 0
    to_minute: int = MIDNIGHT

    def overlaps(self, other: "Slot") -> bool:
        """Whether there is a moment of both. One hour of a day cannot be spent twice."""
        return (
            self.first_on <= other.last_on
            and other.first_on <= self.last_on
            and self.from_minute < other.to_minute
            and other.from_minute < self.to_minute
        )

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def minutes(self) -> int:
        """How long it lasted at most."""
        return self.days * (self.to_minute - self.from_minute)


def spread(minutes: int, first_on: date, last_on: date) -> dict[date, int]:
    """Minutes by day, evenly; what does not divide falls on the first days."""
    days = (last_on - first_on).days + 1
    each, more = divmod(minutes, days)
    return {first_on + timedelta(days=n): each + (n < more) for n in range(days)}


def over_limit(day_minutes: Mapping[date, int], others: Iterable[Mapping[date, int]], limit: int) -> date | None:
    """The first day on which all together is more than the limit; ``None`` when there is none."""
    total = dict(day_minutes)
    for other in others:
        for day, minutes in other.items():
            if day in total:
                total[day] += minutes
    return next((day for day in sorted(total) if total[day] > limit), None)


# How people think of their time: minutes to each; pieces are worth what the activity says.
UNIT_MINUTES = {"hours": MINUTES_PER_CREDIT_HOUR, "clock": 60, "minutes": 1}


def minutes_typed(amount: str, unit: str, *, day_minutes: int, piece_minutes: int | None) -> tuple[int, int]:
    """(minutes, pieces) of an amount as typed, for example ``("1.5", "hours")``; pieces are 1 where time was typed.

    Minutes are whole, rounded down: one and a half credit hours are 67.

    Raises:
        ValueError: no amount, less than a minute, no whole pieces, or a unit that does not fit.
    """
    try:
        typed = Decimal(amount.strip().replace("，", ".").replace(",", "."))
    except InvalidOperation:
        raise ValueError("amount") from None
    if not typed.is_finite() or not 0 < typed <= 100_000:
        raise ValueError("amount")
    if unit == "pieces":
        if piece_minutes is None or typed != int(typed):
            raise ValueError("pieces")
        return int(typed) * piece_minutes, int(typed)
    each = day_minutes if unit == "days" else UNIT_MINUTES.get(unit)
    if each is None:
        raise ValueError("unit")
    minutes = int(typed * each)
    if not minutes:
        raise ValueError("amount")
    return minutes, 1
