"""Questions about who has how many hours, and whether they suffice: for one person with reasons, for many as a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.ce import store
from examprep.ce.rules.credit import CATEGORIES, Credit, Requirement
from examprep.ce.rules.standing import Standing, standing
from examprep.ce.store import Line
from examprep.kernel.errors import NotFound
from examprep.kernel.period import calendar_year
from examprep.kernel.rate import Rate
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.plumbing.listing import Ask, Page
from examprep.register import actions as register

FIRST_YEAR = 2016  # the first calendar year that 人社部令第25号 governed from its first day


@dataclass(frozen=True)
class Year:
    """One year of a person in short; ``standing`` is ``None`` for a year in which they held no certificate."""

    year: int
    recorded_minutes: int
    standing: Standing | None


@dataclass(frozen=True)
class Ledger:
    """One person's year with its lines and reasons, and the other years in short."""

    person_id: int
    name: str
    year: int
    level: str | None
    requirement_names: Mapping[str, str]
    standing: Standing | None
    lines: Sequence[Line]
    years: Sequence[Year]


@dataclass(frozen=True)
class Summary:
    """A year of many holders. ``met`` has the holders as its base; the mean is over the same base."""

    holders: int
    recorded_minutes: int
    met: Rate

    @property
    def mean_minutes(self) -> int | None:
        """Recorded minutes per holder, rounded down; ``None`` of nobody."""
        return self.recorded_minutes // self.holders if self.holders else None


def requirement_for(session: Session, year: int) -> tuple[Requirement, Mapping[str, str]]:
    """What governed a calendar year, and its names: the version in force on its first day, for ever.

    Raises:
        NotFound: ``ce.requirement`` -- nothing was required then.
    """
    row = store.requirement_in_force(session, date(year, 1, 1))
    if row is None:
        raise NotFound("ce.requirement", "No requirement is known for %(year)s.", year=year)
    return store.requirement_of(row), row.names


def judged_on(year: int, today: date) -> date:
    """Who counts as a holder of a year is asked on its last day, or today while it lasts."""
    return min(date(year, 12, 31), today)


def own_ledger(session: Session, actor: Actor, year: int, *, today: date) -> Ledger:
    return _ledger(session, actor.person_id, actor.name, year, today)


def own_standing(session: Session, actor: Actor, year: int, *, today: date) -> Standing | None:
    """Where the actor stands in a year; ``None`` for whoever held no certificate in it."""
    level = register.highest_level(session, actor.person_id, as_of=judged_on(year, today))
    if level is None:
        return None
    requirement, _ = requirement_for(session, year)
    return standing(_credits(store.lines(session, actor.person_id, year)), requirement, level, calendar_year(year))


def ledger_of(session: Session, actor: Actor, person_id: int, year: int, *, today: date) -> Ledger:
    """Raises NotFound: no such person within the actor's bounds."""
    person = seen(session, actor, Permission.CE_STANDING_SEE, person_id)
    return _ledger(session, person.id, person.name, year, today)


def _ledger(session: Session, person_id: int, name: str, year: int, today: date) -> Ledger:
    requirement, names = requirement_for(session, year)
    level = register.highest_level(session, person_id, as_of=judged_on(year, today))
    lines = store.lines(session, person_id, year)
    found = standing(_credits(lines), requirement, level, calendar_year(year)) if level else None
    years = tuple(_years(session, person_id, store.years(session, person_id), today))
    return Ledger(person_id, name, year, level, names, found, lines, years)


def _credits(lines: Sequence[Line]) -> list[Credit]:
    return [Credit(line.id, line.minutes, line.category, line.earned_on, line.reverses_id) for line in lines]


def _years(session: Session, person_id: int, sums: Mapping[int, Mapping[str, int]], today: date) -> Iterable[Year]:
    held = register.certificates_of(session, person_id)
    for year, minutes in sums.items():
        if year < FIRST_YEAR:
            continue
        requirement, _ = requirement_for(session, year)
        # Certificates come highest first, so the first that was issued by then is the level of that year.
        level = next((c.level for c in held if c.issued_on <= judged_on(year, today)), None)
        whole = [Credit(n, minutes[c], c, date(year, 1, 1)) for n, c in enumerate(CATEGORIES) if minutes[c]]
        found = standing(whole, requirement, level, calendar_year(year)) if level else None
        yield Year(year, sum(minutes.values()), found)


def standings(session: Session, actor: Actor, ask: Ask, year: int, *, today: date) -> tuple[Page, Summary, Requirement]:
    """The list of holders within bounds with their hours of a year, and the figures over the same unit and level.

    Filters: ``unit`` (an organisation and below), ``level``, ``state`` (``ce-met`` or ``ce-short``); the summary leaves
    ``state`` and the searched words aside, since its base is all holders.
    """
    requirement, _ = requirement_for(session, year)
    as_of = judged_on(year, today)
    page = store.standings(session, actor, Permission.CE_STANDING_SEE, ask, requirement, year, as_of)
    rows = [{**row, "missing": requirement.shown_missing(row["missing"])} for row in page.rows]
    totals = {**page.totals, "missing": requirement.shown_missing(page.totals["missing"])}
    page = replace(page, rows=rows, totals=totals)
    return page, _summary(session, actor, ask, requirement, year, as_of), requirement


def summary(session: Session, actor: Actor, year: int, *, today: date, ask: Ask | None = None) -> Summary:
    """Mean hours and share of holders who meet the requirement, within bounds."""
    requirement, _ = requirement_for(session, year)
    return _summary(session, actor, ask or Ask(), requirement, year, judged_on(year, today))


def _summary(session: Session, actor: Actor, ask: Ask, requirement: Requirement, year: int, as_of: date) -> Summary:
    count, minutes, met = store.summary(session, actor, Permission.CE_STANDING_SEE, ask, requirement, year, as_of)
    return Summary(count, minutes, Rate(met, count))


def years_to_choose(today: date) -> list[int]:
    return list(range(today.year, FIRST_YEAR - 1, -1))


@dataclass(frozen=True)
class Short:
    """A holder who is short, and by how much."""

    person_id: int
    missing_minutes: int


def short_holders(
    session: Session, requirement: Requirement, year: int, persons: tuple[int, int], *, today: date
) -> list[Short]:
    """Of the persons in a range of ids (both ends in) the holders who are short; the system asks, so no bounds."""
    found = store.short_between(session, requirement, year, judged_on(year, today), persons)
    return [Short(person_id, missing) for person_id, missing in found]


def id_ranges(session: Session, size: int) -> list[tuple[int, int]]:
    """All persons as ranges of ``size`` ids."""
    return [(first, first + size - 1) for first in range(1, store.last_person_id(session) + 1, size)]


def deadline(year: int) -> date:
    """The last day on which an hour still counts for the year."""
    return calendar_year(year).end - timedelta(days=1)
