"""The only reader of the clock.

An instant is an aware UTC ``datetime`` and its name ends in ``_at``; an office day is the
Asia/Shanghai ``date`` that an instant falls on and its name ends in ``_on``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the instant and the office day; handed to whoever needs it."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return office_day(self.now())


@dataclass
class FixedClock:
    """A clock that stands at ``instant`` until it is moved; for tests and generated data."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return office_day(self.instant)

    def advance(self, step: timedelta) -> None:
        self.instant += step


def office_day(instant: datetime) -> date:
    """The Asia/Shanghai day that holds ``instant``.

    Raises:
        ValueError: ``instant`` is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware")
    return instant.astimezone(OFFICE_ZONE).date()


def start_of_day(day: date) -> datetime:
    """The UTC instant at which an office day begins."""
    return office_time(day, time())


def office_time(day: date, at: time) -> datetime:
    """The UTC instant of a wall-clock time on an office day."""
    return datetime.combine(day, at, OFFICE_ZONE).astimezone(UTC)
