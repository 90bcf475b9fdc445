"""The year of a unit on one page (简报), gathered from the subjects, or for publication from what is public alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from examprep.bureau import coverage, publications, publishing, workers
from examprep.bureau.rules import brief as words
from examprep.bureau.rules.brief import Stock, Year
from examprep.bureau.rules.content import Content
from examprep.bureau.rules.content import read as read_content
from examprep.bureau.rules.tables import ALL, HOLDERS, PASSED, REGISTERED, SAT, Key
from examprep.ce import standings
from examprep.exams import figures, surroundings
from examprep.kernel.errors import RuleViolation
from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import organisation_seen
from examprep.plumbing.listing import Ask
from examprep.register import actions as register
from examprep.register import awards
from examprep.register.rules.registration import months_after
from examprep.syllabus.rules.levels import ASSISTANT, INTERMEDIATE, SENIOR
from examprep.training.turnout import Turnout, turnout

YEARS = 5


@dataclass(frozen=True)
class Paid:
    """Awards: to how many persons, and how much in all."""

    persons: int
    fen: int


@dataclass(frozen=True)
class Brief:
    """Everything the page says. Of figures that are ``None`` nothing is known, or they are not for publication.

    ``met`` and ``mean_minutes`` are of the calendar year where ``yearly``, else of the periods that run on ``as_of``.
    ``awarded`` is for months of the year up to ``as_of``, ``awarded_in_all`` for all months up to then.
    ``threshold`` is given where the brief is for publication, and ``sha256`` names the tables it is made of.
    """

    unit: int
    name: str
    year: int
    as_of: date
    years: Sequence[Year]
    stocks: Sequence[Stock]
    density: float | None
    residents: str | None
    met: Rate | None
    mean_minutes: int | None
    awarded: Paid | None
    awarded_in_all: Paid | None
    plans: Sequence[coverage.Plan]
    trained: Turnout | None
    workers: workers.Workers | None
    yearly: bool = True
    minutes_per_hour: int = MINUTES_PER_CREDIT_HOUR
    threshold: int | None = None
    sha256: str | None = None

    @property
    def sentences(self) -> list[Sentence]:
        said = words.sentences(self.years, self.year, self.stocks)
        if self.threshold is None and all(found.year != self.year for found in self.years):
            return [Sentence("No registrations of %(year)s are on file.", year=self.year), *said]
        return said


def brief(session: Session, actor: Actor, unit: int, year: int, *, today: date) -> Brief:
    """The brief as the bureau reads it itself, as of the year's last day, or of today while it lasts.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
    """
    row = organisation_seen(session, actor, Permission.BUREAU_HOME_SEE, unit)
    as_of = min(date(year, 12, 31), today)
    cut = figures.Cut(organisation=unit)
    counts = figures.counts(session, actor, cut)
    by_level = surroundings.passed_by_level(session, actor, cut, year)
    ask = Ask(filters={"unit": str(unit)})
    hours = standings.summary(session, actor, year, today=today, ask=ask)
    until = months_after(as_of.replace(day=1), 1)
    own = coverage.coverage(session, actor, unit, as_of)[0]
    return Brief(
        unit=unit,
        name=row.name,
        year=year,
        as_of=as_of,
        years=[
            Year(
                found.year,
                found.registered,
                found.approved,
                found.sat if found.sat else None,
                found.passed if found.sat else None,
                by_level if found.sat and found.year == year else None,
            )
            for found in counts
            if year - YEARS < found.year <= year
        ],
        stocks=[_stock(session, actor, ask, day) for day in _days(year, as_of)],
        density=own.per_ten_thousand,
        residents=None if own.residents is None else own.residents.source,
        met=hours.met,
        mean_minutes=hours.mean_minutes,
        awarded=Paid(*awards.paid_totals(session, actor, unit, since=date(year, 1, 1), until=until)),
        awarded_in_all=Paid(*awards.paid_totals(session, actor, unit, until=until)),
        plans=[plan for plan in coverage.plans(session, actor, unit, year, today=today) if plan.unit == unit],
        trained=turnout(session, actor, Permission.BUREAU_HOME_SEE, unit, date(year, 1, 1), until),
        workers=workers.workers(session, actor, unit, year, as_of)[0],
        yearly=hours.yearly,
        minutes_per_hour=hours.minutes_per_hour,
    )


def _days(year: int, as_of: date) -> list[date]:
    return [*(date(each, 12, 31) for each in range(year - YEARS + 1, year)), as_of]


def _stock(session: Session, actor: Actor, ask: Ask, day: date) -> Stock:
    found = register.holder_counts(session, actor, as_of=day, ask=ask)
    by = found.by_level
    return Stock(day, by[ASSISTANT], by[INTERMEDIATE], by[SENIOR], found.total)


def for_publication(session: Session, actor: Actor, unit: int, year: int, *, today: date) -> Brief:
    """The brief of what is public: exam and holders as the unit's standing tables show them, as of their day.

    Hours and awards are in no table, so they are given only where neither the count nor what remains is small; of
    awards those of all months, since those of single years would tell of the few who came between.
    Approvals and what was reached of targets are left out where no public count stands behind them, training and
    community workers always.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
        RuleViolation: ``bureau.unpublished`` -- the unit has published nothing that stands.
    """
    inside = brief(session, actor, unit, year, today=today)
    row = publications.standing(session, unit)
    if row is None:
        raise RuleViolation("bureau.unpublished", "This unit has no published tables. Publish them first.")
    content = read_content(row.content)
    threshold = max(content.threshold, publishing.threshold_of(session, unit))
    years = [found for found in _years(content) if year - YEARS < found.year <= year]
    as_of = min(inside.as_of, content.as_of)
    stocks = [found for found in _stocks(content) if found.day.year > year - YEARS and found.day <= as_of]
    total = next((stock.total for stock in reversed(stocks) if stock.day == as_of), None)
    # What rests on today's holders must not tell how many came since the tables were made.
    same = total is not None and total == inside.stocks[-1].total
    met = _large(inside.met, threshold) if same and inside.met and inside.met.base == total else None
    reached = {plan.kind: plan for plan in inside.plans}
    return replace(
        inside,
        as_of=as_of,
        years=years,
        stocks=stocks,
        density=inside.density if same else None,
        met=met,
        mean_minutes=inside.mean_minutes if met else None,
        awarded=None,
        awarded_in_all=_paid(inside.awarded_in_all, total if same else None, threshold),
        plans=[plan for kind, plan in reached.items() if _public(kind, plan, years, total, year, met)],
        trained=None,
        workers=None,
        threshold=threshold,
        sha256=row.sha256,
    )


def _years(content: Content) -> list[Year]:
    unit = content.unit.id
    return [
        Year(
            int(table.period),
            table.counts.get((unit, ALL, REGISTERED)),
            None,
            table.counts.get((unit, ALL, SAT)),
            table.counts.get((unit, ALL, PASSED)),
            _all_levels(table.counts, unit),
        )
        for table in content.tables
        if table.kind != HOLDERS
    ]


def _all_levels(counts: Mapping[Key, int], unit: str) -> dict[str, int] | None:
    """Who passed at each level, where every one of them is public."""
    found = {level: counts.get((unit, level, PASSED)) for level in (ASSISTANT, INTERMEDIATE, SENIOR)}
    return None if None in found.values() else {level: count for level, count in found.items() if count is not None}


def _stocks(content: Content) -> list[Stock]:
    unit = content.unit.id
    return [
        Stock(
            date.fromisoformat(table.period),
            *(table.counts.get((unit, level, HOLDERS)) for level in (ASSISTANT, INTERMEDIATE, SENIOR, ALL)),
        )
        for table in content.tables
        if table.kind == HOLDERS
    ]


def _large(found: Rate | None, threshold: int) -> Rate | None:
    """A share whose part and remainder both reach the threshold."""
    return found if found and min(found.part, found.base - found.part) >= threshold else None


def _paid(found: Paid | None, holders: int | None, threshold: int) -> Paid | None:
    """Awards, where neither those who were paid are few nor the holders who were not."""
    if found is None or holders is None:
        return None
    return found if found.persons >= threshold and holders - found.persons >= threshold else None


def _public(
    kind: str, plan: coverage.Plan, years: Sequence[Year], total: int | None, year: int, met: Rate | None
) -> bool:
    """Whether what was reached of a target is a public count, or the share of hours that is given."""
    own = next((found for found in years if found.year == year), None)
    public = {
        coverage.TARGET_REGISTERED: own.registered if own else None,
        coverage.TARGET_PASSED: own.passed if own else None,
        coverage.TARGET_HOLDERS: total,
    }
    return public.get(kind) == plan.actual if kind in public else met is not None and plan.base == met
