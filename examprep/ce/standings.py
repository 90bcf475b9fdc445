"""Questions about who has how many hours, and whether they suffice: for one person with reasons, for many as a list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.ce import store
from examprep.ce.rules.duty import Duty, Held, Person, Term, carried, duties, in_force
from examprep.ce.rules.requirement import CALENDAR, Requirement
from examprep.ce.rules.standing import Standing, of_sums, standing
from examprep.ce.store import Chosen, Line
from examprep.kernel.clock import start_of_day
from examprep.kernel.errors import NotFound
from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR
from examprep.kernel.period import Period, calendar_year
from examprep.kernel.rate import Rate
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.plumbing.listing import Ask, Page
from examprep.register import actions as register

FIRST_YEAR = 2016  # the first calendar year that 人社部令第25号 governed from its first day


@dataclass(frozen=True)
class Year:
    """One year of a person in short; ``standings`` are of the calendar requirements that were theirs then."""

    year: int
    recorded_minutes: int
    standings: Sequence[Standing]


@dataclass(frozen=True)
class Ledger:
    """One person's clocks in one year with lines and reasons, and the other years in short.

    ``standings`` are the duties whose periods hold the year's last day, or today while it lasts. ``lines`` are those of
    ``period``: the year, or the period of the clock that was asked for.
    """

    person_id: int
    name: str
    year: int
    as_of: date
    standings: Sequence[Standing]
    period: Period
    lines: Sequence[Line]
    years: Sequence[Year]


@dataclass(frozen=True)
class Summary:
    """One requirement of many persons. All rates have as their base who owes something: the exempt are left out, and
    so are their hours.

    ``on_pace`` are those who meet it, or will if they go on earning as until today. ``requirement`` is ``None`` where
    nobody owes anything.
    """

    holders: int
    exempt: int
    recorded_minutes: int
    counted_minutes: int
    met: Rate
    on_pace: Rate
    requirement: Requirement | None = None

    @property
    def yearly(self) -> bool:
        """Whether these are hours of the calendar year, and not of a longer period that runs on its last day."""
        asked = self.requirement
        return asked is None or (asked.period_kind == CALENDAR and asked.years == 1)

    @property
    def minutes_per_hour(self) -> int:
        """How long one of the requirement's hours is: 45 for credit hours, 60 for hours of the clock."""
        return self.requirement.minutes_per_hour if self.requirement else MINUTES_PER_CREDIT_HOUR

    @property
    def mean_minutes(self) -> int | None:
        """Recorded minutes per person who owes something, rounded down; ``None`` of nobody."""
        return self.recorded_minutes // self.met.base if self.met.base else None


NOBODY = Summary(0, 0, 0, 0, Rate(0, 0), Rate(0, 0))


@dataclass(frozen=True)
class Group:
    """The figures of one unit's persons of one level."""

    unit_id: int
    unit: str
    level: str
    summary: Summary


def versions(session: Session) -> list[Requirement]:
    return store.versions(session)


def own_ledger(session: Session, actor: Actor, year: int, *, today: date, clock: str = "") -> Ledger:
    return ledger(session, actor.person_id, actor.name, year, today=today, clock=clock)


def ledger_of(
    session: Session,
    actor: Actor,
    person_id: int,
    year: int,
    *,
    today: date,
    clock: str = "",
    as_of: date | None = None,
) -> Ledger:
    """Raises NotFound: no such person within the actor's bounds."""
    person = seen(session, actor, Permission.CE_STANDING_SEE, person_id)
    return ledger(session, person.id, person.name, year, today=today, clock=clock, as_of=as_of)


def ledger(
    session: Session, person_id: int, name: str, year: int, *, today: date, clock: str = "", as_of: date | None = None
) -> Ledger:
    """A person's clocks in a year, as known on ``as_of`` (today by default): by what had been entered by its end."""
    known_on = min(as_of or today, today)
    judge = _Judge(session, person_id, known_on)
    day = min(date(year, 12, 31), known_on)
    found = judge.on(day)
    period = next((s.period for s in found if s.requirement.code == clock), calendar_year(year))
    shown = [line for line in judge.lines if line.counts_on in period or (line.earned_on in period and not clock)]
    years = [
        Year(each, minutes, [s for s in judge.on(min(date(each, 12, 31), known_on)) if _calendar(s)])
        for each, minutes in store.balance_years(session, person_id)
        if each >= FIRST_YEAR
    ]
    return Ledger(person_id, name, year, known_on, found, period, shown, years)


def _calendar(found: Standing | Duty) -> bool:
    return found.requirement.period_kind == CALENDAR


class _Judge:
    """One person, all that decides about their standings loaded once."""

    def __init__(self, session: Session, person_id: int, as_of: date) -> None:
        known_by = start_of_day(as_of + timedelta(days=1))
        self.as_of = as_of
        self.lines = [line for line in store.lines(session, person_id) if line.posted_at < known_by]
        self._credits = [line.credit for line in self.lines]
        self._versions = store.versions(session)
        region, units = store.place_of(session, person_id)
        held = [c for c in register.certificates_of(session, person_id) if c.issued_on <= as_of]
        decided = [
            store.exemption_of(row)
            for row in store.exemptions(session, person_id)
            if row.decided_at < known_by and (row.withdrawn_at is None or row.withdrawn_at >= known_by)
        ]
        self._person = Person(
            region,
            units,
            [Held(c.level, c.issued_on) for c in held],
            [Term(level, Period(since, until)) for level, since, until in register.terms_of(session, person_id)],
            decided,
        )
        by_id = {version.id: version for version in self._versions}
        self._kept: dict[tuple[str, date], Duty] = {}
        for key, row in store.kept(session, person_id).items():
            duty = store.duty_of(row, by_id[row.requirement_id])
            if duty.closed(as_of):
                self._kept[key] = replace(duty, carried_minutes=0)

    def on(self, day: date) -> list[Standing]:
        """The standings of the periods that hold a day; what is closed is judged by what is kept of it.

        Where a calendar period is kept, no requirement is added to it that came with a later change of place.
        """
        closed = [d for d in self._kept.values() if day in d.period and (not _calendar(d) or day.year == _last(d).year)]
        ended = {d.period.end for d in closed if _calendar(d)}
        found = [
            d
            for d in duties(self._versions, self._person, day, today=self.as_of)
            if not (_calendar(d) and d.closed(self.as_of) and d.period.end in ended)
            and (d.requirement.code, d.period.start) not in self._kept
        ]
        ordered = sorted(
            [*found, *closed], key=lambda d: (d.requirement.period_kind, d.requirement.code, d.period.start)
        )
        return [standing(self._credits, self._with_carried(duty)) for duty in ordered]

    def _with_carried(self, duty: Duty) -> Duty:
        if not duty.requirement.carry_over_minutes:
            return duty
        before = date.fromordinal(duty.period.start.toordinal() - 1)
        earlier = {d.requirement.code: d for d in duties(self._versions, self._person, before, today=self.as_of)}
        earlier |= {d.requirement.code: d for d in self._kept.values() if before in d.period}
        if (last := earlier.get(duty.requirement.code)) is None:
            return duty
        return carried(duty, standing(self._credits, replace(last, carried_minutes=0)).surplus_minutes)


def _last(duty: Duty) -> date:
    return date.fromordinal(duty.period.end.toordinal() - 1)


def kept(session: Session, person_id: int, *, today: date) -> list[Standing]:
    """Where a person stands today, from what is kept: without lines, in one query, for cards."""
    return [
        replace(of_sums(sums, duty), recorded_minutes=recorded)
        for duty, sums, recorded in store.kept_on(session, person_id, today)
    ]


def deadline(duty: Duty) -> date:
    """The last day on which an hour still counts."""
    return date.fromordinal(duty.closes_on.toordinal() - 1)


def judged_on(year: int, today: date) -> date:
    """Who counts as a holder of a year is asked on its last day, or today while it lasts."""
    return min(date(year, 12, 31), today)


def years_to_choose(today: date) -> list[int]:
    return list(range(today.year, FIRST_YEAR - 1, -1))


def requirement_on(versions: Sequence[Requirement], code: str, day: date) -> Requirement:
    """The version of a requirement that governs periods beginning on a day.

    Raises:
        NotFound: ``ce.requirement`` -- nothing of the kind was asked then.
    """
    for version in in_force(versions, day):
        if version.code == code:
            return version
    raise NotFound("ce.requirement", "No requirement is known for %(year)s.", year=day.year)


def chosen(requirement: Requirement, year: int, today: date) -> Chosen:
    """The standings of a requirement in a year: of its calendar period, or of the registrations that ran at its end."""
    if requirement.period_kind != CALENDAR:
        return Chosen(requirement.code, None, judged_on(year, today))
    return Chosen(requirement.code, date(year - requirement.years + 1, 1, 1), judged_on(year, today))


def codes(
    session: Session,
    actor: Actor,
    year: int,
    versions: Sequence[Requirement],
    *,
    today: date,
    unit: int | None = None,
) -> list[str]:
    """The requirements that persons within bounds (and a unit, if given) owe, the one that binds most of them by the
    year first.

    A target on average never comes first: it binds nobody in person.
    """
    found = store.codes_within(session, actor, Permission.CE_STANDING_SEE, judged_on(year, today), unit)
    known = {v.code: v for v in in_force(versions, judged_on(year, today))}

    def order(code: str) -> tuple[bool, bool, int, str]:
        asked = known.get(code)
        return (
            asked is None or asked.measure == "mean",
            asked is None or asked.period_kind != CALENDAR,
            -found[code],
            code,
        )

    return sorted(found, key=order)


def standings(
    session: Session, actor: Actor, ask: Ask, requirement: Requirement, year: int, *, today: date
) -> tuple[Page, Summary]:
    """The list of who owes the requirement within bounds, and the figures over the same unit and level.

    Filters: ``unit`` (an organisation and below), ``level``, ``state``; the summary leaves ``state`` and the searched
    words aside, since its base is everybody.
    """
    which = chosen(requirement, year, today)
    day = judged_on(year, today)
    page = store.standings(session, actor, Permission.CE_STANDING_SEE, ask, which, day)
    rows = [{**row, "missing": requirement.shown_missing(row["missing"])} for row in page.rows]
    totals = {**page.totals, "missing": requirement.shown_missing(page.totals["missing"])}
    found = _summary(*store.summary(session, actor, Permission.CE_STANDING_SEE, ask, which, day))
    return replace(page, rows=rows, totals=totals), found


def summary(session: Session, actor: Actor, year: int, *, today: date, ask: Ask | None = None) -> Summary:
    """Mean hours and share of those who meet the requirement that binds most persons within bounds.

    One of calendar years goes before one of registration periods, whoever is bound by it; where there is none, the
    figures are those of the periods that run on the year's last day, and ``yearly`` says so. Filter: ``unit``.
    """
    versions, ask = store.versions(session), ask or Ask()
    for code in codes(session, actor, year, versions, today=today, unit=ask.number("unit"))[:1]:
        asked = requirement_on(versions, code, date(year, 1, 1))
        which, day = chosen(asked, year, today), judged_on(year, today)
        figures = store.summary(session, actor, Permission.CE_STANDING_SEE, ask, which, day)
        return replace(_summary(*figures), requirement=asked)
    return NOBODY


def _summary(persons: int, recorded: int, counted: int, exempt: int, met: int, pace: int) -> Summary:
    owing = persons - exempt
    return Summary(persons, exempt, recorded, counted, Rate(met, owing), Rate(pace, owing))


def groups(
    session: Session, actor: Actor, ask: Ask, requirement: Requirement, year: int, *, today: date, limit: int
) -> list[Group]:
    """The figures by unit and level, the units with most who are short first."""
    which, day = chosen(requirement, year, today), judged_on(year, today)
    rows = store.by_unit_and_level(session, actor, Permission.CE_STANDING_SEE, ask, which, day, limit)
    return [Group(row[0], row[1], row[2], _summary(*(int(value) for value in row[3:]))) for row in rows]


def spread(
    session: Session, actor: Actor, ask: Ask, requirement: Requirement, year: int, *, today: date, steps: int
) -> tuple[int, list[int]]:
    """The width of a step in minutes, and how many persons have counted hours in each; the last takes all beyond."""
    most = max(requirement.total_minutes.values())
    width = max(
        requirement.minutes_per_hour, -(-most // steps // requirement.minutes_per_hour) * requirement.minutes_per_hour
    )
    which = chosen(requirement, year, today)
    return width, store.spread(session, actor, Permission.CE_STANDING_SEE, ask, which, width, -(-most // width))


@dataclass(frozen=True)
class Short:
    """A holder who is short, and by how much."""

    person_id: int
    missing_minutes: int


def short_holders(
    session: Session, requirement: Requirement, year: int, persons: tuple[int, int], *, today: date
) -> list[Short]:
    """Of the persons in a range of ids (both ends in) who is short; the system asks, so no bounds."""
    found = store.short_between(session, chosen(requirement, year, today), persons)
    return [Short(person_id, missing) for person_id, missing in found]
