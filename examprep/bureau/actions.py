"""What the officer's home shows, gathered from the subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from examprep.ce import standings
from examprep.exams import figures
from examprep.exams.rules.rates import REGISTERED, Counts, YearFigures, caution, compare
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import Sentence
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.register import actions as register
from examprep.register import awards
from examprep.training import mentoring

YEARS_OF_HOLDERS = 6


@dataclass(frozen=True)
class HoldersOn:
    """Persons who hold a certificate on a day, each once at the highest level."""

    as_of: date
    by_level: Mapping[str, int]
    total: int


@dataclass(frozen=True)
class Home:
    """One bureau's figures. ``latest`` is the last exam year with results; ``workers`` are persons in post."""

    years: Sequence[YearFigures]
    latest: YearFigures | None
    caution: Sentence | None
    holders: HoldersOn
    holders_by_year: Sequence[HoldersOn]
    workers: int
    certified: Rate
    hours: standings.Summary
    mentoring: mentoring.MentoringCounts
    awarded_persons: int
    awarded_fen: int


def home(session: Session, actor: Actor, organisation_id: int | None, *, today: date) -> Home:
    """The figures within the actor's bounds, and within ``organisation_id`` and all below it if given."""
    ask = Ask(filters={"unit": str(organisation_id)}) if organisation_id else Ask()
    counts = figures.counts(session, actor, figures.Cut(organisation=organisation_id))
    years = compare(counts, REGISTERED)
    latest = next((year for year in reversed(years) if year.rate), None)
    holders = _holders(session, actor, today, ask)
    workers, in_post_holders = directory.in_post_counts(
        session,
        actor,
        Permission.BUREAU_HOME_SEE,
        organisation_id,
        register.holder_levels(today, register.persons_of(actor, Permission.BUREAU_HOME_SEE)),
    )
    people, fen = awards.paid_totals(session, actor, organisation_id)
    return Home(
        years=years,
        latest=latest,
        caution=_caution(counts, latest),
        holders=holders,
        holders_by_year=[
            _holders(session, actor, date(year, 12, 31), ask)
            for year in range(today.year - YEARS_OF_HOLDERS, today.year)
        ],
        workers=workers,
        certified=Rate(in_post_holders, workers),
        hours=standings.summary(session, actor, today.year, today=today, ask=ask),
        mentoring=mentoring.counts(session, actor, Permission.BUREAU_HOME_SEE, today, organisation_id),
        awarded_persons=people,
        awarded_fen=fen,
    )


def units(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The organisations to choose from, indented by depth."""
    return directory.organisation_choices(session, actor, Permission.BUREAU_HOME_SEE)


def _holders(session: Session, actor: Actor, as_of: date, ask: Ask) -> HoldersOn:
    counts = register.holder_counts(session, actor, as_of=as_of, ask=ask)
    return HoldersOn(as_of, counts.by_level, counts.total)


def _caution(counts: Sequence[Counts], latest: YearFigures | None) -> Sentence | None:
    """What must be said beside the last year's passes, when more passed and a smaller share did."""
    by_year = {found.year: found for found in counts}
    if latest is None or latest.counts.year - 1 not in by_year:
        return None
    return caution(by_year[latest.counts.year - 1], latest.counts, REGISTERED)
