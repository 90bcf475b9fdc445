"""A season in one step: the same hours on some weekdays, so many times, with holidays skipped."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import groupby

from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.training.rules.holidays import holiday, worked_weekend
from examprep.training.rules.schedule import Slot, slot

MOST_DAYS = 3 * 366  # beyond that nothing more is looked for
WORKED = N_("Working weekend in exchange for a holiday")


@dataclass(frozen=True)
class Series:
    """The same hours on ``weekdays`` (Monday is 0) from ``first_on`` on, ``times`` times.

    With ``skip_days_off`` no session falls on a public holiday, nor on a weekend that is worked in exchange for one;
    the series then ends later, so that there are still as many sessions.
    """

    weekdays: frozenset[int]
    first_on: date
    starts: time
    ends: time
    times: int
    skip_days_off: bool = False
    place: str = ""
    link: str = ""

    def slots(self) -> tuple[Slot, ...]:
        """Raises RuleViolation: no weekday, or the times do not fit."""
        return tuple(slot(day, self.starts, self.ends, self.place, self.link) for day in days_of(self)[0])


@dataclass(frozen=True)
class Skipped:
    """A day that the series would have fallen on; ``why`` is a message."""

    on: date
    why: str


def days_of(series: Series) -> tuple[tuple[date, ...], tuple[Skipped, ...]]:
    """The office days of the sessions, and those that were skipped between the first and the last of them.

    Raises:
        RuleViolation: ``training.weekdays`` -- no weekday is chosen.
    """
    if not series.weekdays:
        raise RuleViolation("training.weekdays", "Choose at least one weekday to repeat on.")
    days: list[date] = []
    skipped: list[Skipped] = []
    for ahead in range(MOST_DAYS):
        if len(days) == series.times:
            break
        day = series.first_on + timedelta(days=ahead)
        if day.weekday() not in series.weekdays:
            continue
        why = reason_to_skip(day) if series.skip_days_off else None
        if why is None:
            days.append(day)
        else:
            skipped.append(Skipped(day, why))
    return tuple(days), tuple(skipped)


def shifted(
    slots: Iterable[Slot], by: timedelta, *, skip_days_off: bool = False
) -> tuple[tuple[Slot, ...], tuple[Skipped, ...]]:
    """Single sessions moved on by whole weeks, the fewest that are not less than ``by``: each keeps its weekday.

    With ``skip_days_off`` whatever falls on a day off, and all after it, come a week later; those days are told.
    """
    weeks = timedelta(weeks=-(-by.days // 7))
    moved: list[Slot] = []
    skipped: list[Skipped] = []
    for day, of_day in groupby(sorted(slots), key=lambda one: office_day(one.starts_at)):
        while skip_days_off and (why := reason_to_skip(day + weeks)) is not None:
            skipped.append(Skipped(day + weeks, why))
            weeks += timedelta(weeks=1)
        moved += [replace(one, starts_at=one.starts_at + weeks, ends_at=one.ends_at + weeks) for one in of_day]
    return tuple(moved), tuple(skipped)


def reason_to_skip(day: date) -> str | None:
    """Why nobody would come on a day, as a message; ``None`` on an ordinary one."""
    return holiday(day) or (WORKED if worked_weekend(day) else None)
