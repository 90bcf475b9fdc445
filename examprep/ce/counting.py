"""Keeping standings: of one person with each line, of all as time passes. What is kept is always what is judged."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.ce import standing_store, store
from examprep.ce.cuts import SETTLING_DAYS, Cut
from examprep.ce.rules.duty import Person, applies, in_force, window
from examprep.ce.rules.requirement import CALENDAR, Requirement
from examprep.kernel.period import Period, calendar_year
from examprep.register.rules.registration import months_after

MOST_YEARS = 5  # that a calendar requirement takes together


def open_cuts(versions: Sequence[Requirement], today: date) -> list[Cut]:
    """What a sweep goes through: this year, years still open by grace or a week ago, and all running registrations.

    Where a surplus is carried over, the year before too: this year's standing rests on it.
    """
    found = []
    for year in range(today.year - 2, today.year + 1):
        period = calendar_year(year)
        for version in in_force(versions, period.start):
            if version.period_kind != CALENDAR:
                continue
            if not settled(version, period, today) or (version.carry_over_minutes and year == today.year - 1):
                found.append(Cut(version, versions, window(version, period), today))
    found += [Cut(version, versions, None, today) for version in versions if version.period_kind != CALENDAR]
    return found


def settled(version: Requirement, period: Period, today: date) -> bool:
    """Whether a period is closed for good: nobody's duty in it changes any more but by a line or a decision."""
    return months_after(period.end, version.grace_months) + timedelta(days=SETTLING_DAYS) <= today


def recount(session: Session, person_ids: Sequence[int], *, today: date) -> None:
    """Bring the open periods of some persons up to date, after something else than a line changed."""
    if not person_ids:
        return
    versions = store.versions(session)
    held = standing_store.lock(session, sorted(set(person_ids)))
    for cut in open_cuts(versions, today):
        standing_store.keep(session, cut, held)


def recount_sweep(session: Session, cut: Cut, person_ids: Sequence[int], *, prune: bool) -> None:
    """One part of a sweep: whom another transaction has in hand is left to it."""
    standing_store.in_bulk(session)
    held = standing_store.lock(session, person_ids, passing_over=True)
    if held:
        standing_store.keep(session, cut, held, prune=prune)


def recount_days(session: Session, person_ids: Sequence[int], days: Iterable[date], *, today: date) -> None:
    """Bring the periods that hold some days up to date, after lines were written or a decision taken.

    A settled period that is kept stays under the requirement that it is kept with.
    """
    versions = store.versions(session)
    held = standing_store.lock(session, sorted(set(person_ids)))
    wanted = sorted(set(days))
    frozen = _frozen(session, versions, held, wanted, today)
    for (asked, period), persons in frozen.items():
        cut = Cut(asked, versions, period, today, frozen=True)
        standing_store.keep(session, cut, persons, prune=False)
    only = _person(session, held[0]) if len(held) == 1 else None
    for cut in _cuts_on(versions, wanted, today):
        if only is not None and not applies(cut.requirement, only):
            continue
        settled_ones = {
            person
            for (asked, period), persons in frozen.items()
            if cut.period and (asked.code, period.start) == (cut.requirement.code, cut.period.start)
            for person in persons
        }
        if persons := [person for person in held if person not in settled_ones]:
            standing_store.keep(session, cut, persons, prune=False)


def recount_all(session: Session, person_ids: Sequence[int], *, today: date) -> None:
    """Bring every period of some persons up to date after their lines changed hands: those that are settled as they
    are kept, then the open ones.
    """
    versions = store.versions(session)
    held = standing_store.lock(session, sorted(set(person_ids)))
    for (asked, period), persons in _frozen(session, versions, held, None, today).items():
        standing_store.keep(session, Cut(asked, versions, period, today, frozen=True), persons, prune=False)
    recount(session, held, today=today)


def _person(session: Session, person_id: int) -> Person:
    region, units = store.place_of(session, person_id)
    return Person(region, units, (), ())


def _frozen(
    session: Session,
    versions: Sequence[Requirement],
    person_ids: Sequence[int],
    days: Sequence[date] | None,
    today: date,
) -> dict[tuple[Requirement, Period], list[int]]:
    """The settled periods that hold some of the days (or all), with the persons of whom they are kept."""
    by_id = {version.id: version for version in versions}
    found: dict[tuple[int, Period], list[int]] = {}
    for person_id, requirement_id, start, end in store.kept_before(session, person_ids, today):
        period = Period(start, end)
        wanted = days is None or any(day in period for day in days)
        if wanted and settled(by_id[requirement_id], period, today):
            found.setdefault((requirement_id, period), []).append(person_id)
    ordered = sorted(found.items(), key=lambda item: item[0][1])
    return {(by_id[requirement_id], period): persons for (requirement_id, period), persons in ordered}


def _cuts_on(versions: Sequence[Requirement], days: Sequence[date], today: date) -> Iterator[Cut]:
    """The periods that hold some of the days, the earlier first, and the running registrations."""
    years = {year for day in days for year in range(day.year, min(day.year + MOST_YEARS, today.year) + 1)}
    for year in sorted(years):
        base = calendar_year(year)
        for version in in_force(versions, base.start):
            period = window(version, base)
            held = any(day in period or (version.carry_over_minutes and day.year == year - 1) for day in days)
            if version.period_kind == CALENDAR and held:
                yield Cut(version, versions, period, today)
    for version in versions:
        if version.period_kind != CALENDAR:
            yield Cut(version, versions, None, today)


def id_ranges(session: Session, size: int) -> list[tuple[int, int]]:
    """All persons as ranges of ``size`` ids."""
    return [(first, first + size - 1) for first in range(1, store.last_person_id(session) + 1, size)]
