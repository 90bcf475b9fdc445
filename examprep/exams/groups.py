"""The candidates of one exam year by groups side by side: units, regions, levels, ages, classes, saved cohorts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, literal, select
from sqlalchemy.orm import Session

from examprep.exams import cuts
from examprep.exams.cuts import EDUCATIONS, Counted, Cut, returning
from examprep.exams.figures import at_depth, counts, counts_by, regions
from examprep.exams.models import CohortRow, OutcomeRow
from examprep.exams.rules.profiles import AGE_BANDS, NOT_KNOWN, SEXES, UNKNOWN
from examprep.exams.rules.rates import Counts
from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import tops, within
from examprep.people.forms import KIND_LABELS
from examprep.people.models import OrganisationRow, OrganisationTreeRow, RegionRow
from examprep.syllabus.rules.levels import LEVEL_NAMES

MOST_COHORTS = 30


@dataclass(frozen=True)
class Group:
    """One group in a year and the year before. ``filters`` are what the cut needs besides to be this group."""

    label: str | Sentence
    filters: Mapping[str, str]
    now: Counts
    before: Counts | None


BY = {
    "organisation": N_("Organisation, the next below"),
    "province": N_("Region: province"),
    "prefecture": N_("Region: prefecture"),
    "county": N_("Region: county"),
    "kind": N_("Kind of organisation"),
    "level": N_("Level"),
    "returning": N_("First time or returning"),
    "trained": N_("Trained or not"),
    "age": N_("Age on the exam day"),
    "sex": N_("Sex"),
    "education": N_("Education"),
    "class": N_("Class"),
    "cohort": N_("Saved cohort"),
}
DEPTHS = {"province": 1, "prefecture": 2, "county": 3}
# Whose groups may hold a person twice; the others part the candidates.
OVERLAPPING = ("class", "cohort")
_SAID: Mapping[str, Mapping[str, Any]] = {
    "kind": KIND_LABELS,
    "level": LEVEL_NAMES,
    "returning": {"no": N_("First-time candidates"), "yes": N_("Returning candidates")},
    "trained": {"yes": N_("Trained in a class"), "no": N_("Not trained")},
    "age": {**{code: band.name for code, band in AGE_BANDS.items()}, UNKNOWN: NOT_KNOWN},
    "sex": {**SEXES, UNKNOWN: NOT_KNOWN},
    "education": {**EDUCATIONS, UNKNOWN: NOT_KNOWN},
}


def groups(session: Session, actor: Actor, cut: Cut, by: str, year: int, filters: Mapping[str, str]) -> list[Group]:
    """The groups that have anybody in ``year``, in their own order: never by their rate.

    ``filters`` are those of the page, which the groups of saved cohorts are read beside.
    """
    if by in DEPTHS:
        return _regions(session, actor, cut, DEPTHS[by], year)
    if by == "organisation":
        return _organisations(session, actor, cut, year)
    if by == "class":
        return _classes(session, actor, cut, year)
    if by == "cohort":
        return _cohorts(session, actor, filters, year)
    return _coded(session, actor, cut, by, year)


def _coded(session: Session, actor: Actor, cut: Cut, by: str, year: int) -> list[Group]:
    """Groups that a code tells apart, in the order in which the codes are listed."""
    personal = by in {"age", "sex", "education"}
    found = counts_by(
        session, actor, cut, lambda row: _code(row, by), (year - 1, year), personal=personal,
        joined=_organisation if by == "kind" else None,
    )  # fmt: skip
    named = {_spelt(code): years for code, years in found.items()}
    return [
        Group(label, {by: code}, *years)
        for code, label in _SAID[by].items()
        if (years := _two(named.get(code, []), year)) is not None
    ]


def _code(row: Counted, by: str) -> Any:
    match by:
        case "kind":
            return OrganisationRow.kind
        case "level":
            return row.level  # type: ignore[union-attr]
        case "returning":
            return returning(row)
        case "trained":
            return row.trained
        case "sex":
            return OutcomeRow.sex
        case "education":
            return OutcomeRow.education
    age = OutcomeRow.age
    bands = [(age < band.until, code) for code, band in AGE_BANDS.items() if band.until is not None]
    return case((age.is_(None), UNKNOWN), *((under, literal(code)) for under, code in bands), else_=list(AGE_BANDS)[-1])


def _spelt(code: object) -> str:
    return UNKNOWN if code is None else {True: "yes", False: "no"}[code] if isinstance(code, bool) else str(code)


def _organisation(row: Counted) -> tuple[FromClause, ColumnElement[bool]]:
    return OrganisationRow.__table__, OrganisationRow.id == row.organisation_id


def _two(years: Sequence[Counts], year: int) -> tuple[Counts, Counts | None] | None:
    """The counts of a year and those of the year before; ``None`` when nobody registered in it."""
    by_year = {found.year: found for found in years}
    return (by_year[year], by_year.get(year - 1)) if year in by_year else None


def _regions(session: Session, actor: Actor, cut: Cut, depth: int, year: int) -> list[Group]:
    summed: dict[str, dict[int, Counts]] = {}
    for (code, _level), years in regions(session, actor, cut, depth, (year - 1, year)).items():
        kept = summed.setdefault(code, {})
        for found in years:
            kept[found.year] = found.plus(kept[found.year]) if found.year in kept else found
    names = dict(session.execute(select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(summed))).all())
    made = []
    for code, by_year in sorted(summed.items()):
        both = _two(list(by_year.values()), year)
        if both is None:
            continue
        # A larger division at this depth holds only those who registered in it as such.
        own = depth > 1 and code == at_depth(code, depth - 1)
        label: str | Sentence = names.get(code, code)
        if own:
            label = Sentence("%(name)s, in no division below it", name=label)
        made.append(Group(label, {"region": code, **({"own": "region"} if own else {})}, *both))
    return made


def _organisations(session: Session, actor: Actor, cut: Cut, year: int) -> list[Group]:
    """What stands directly below the chosen organisation, or below the actor's only one, or the actor's own ones."""
    row, tree = OrganisationRow, OrganisationTreeRow
    roots = tops(session, actor, Permission.EXAMS_RATE_SEE)
    above = cut.organisation or (roots[0] if len(roots) == 1 else None)
    wanted = row.parent_id == above if above is not None else row.id.in_(roots)
    units = session.execute(select(row.id, row.name).where(wanted).order_by(row.name, row.id)).all()
    reach = tree.__table__.alias()

    def joined(counted: Counted) -> tuple[FromClause, ColumnElement[bool]]:
        below = and_(reach.c.descendant_id == counted.organisation_id, reach.c.ancestor_id.in_([u.id for u in units]))
        return reach, below

    found = counts_by(
        session, actor, cut, lambda _row: reach.c.ancestor_id, (year - 1, year), joined=joined
    ) if units else {}  # fmt: skip
    made = [
        Group(name, {"organisation": str(unit)}, *years)
        for unit, name in units
        if (years := _two(found.get(unit, []), year)) is not None
    ]
    if above is not None:
        own = counts(session, actor, replace(cut, organisation=above, own="organisation"))
        if (years := _two(own, year)) is not None:
            name = session.scalar(select(row.name).where(row.id == above))
            label = Sentence("%(name)s itself", name=name)
            made.append(Group(label, {"organisation": str(above), "own": "organisation"}, *years))
    return made


def _classes(session: Session, actor: Actor, cut: Cut, year: int) -> list[Group]:
    seats = cuts.seats()
    if seats is None:
        return []

    def joined(row: Counted) -> tuple[FromClause, ColumnElement[bool]]:
        return seats, and_(seats.c.person_id == OutcomeRow.person_id, seats.c.exam_year == row.year)

    found = counts_by(session, actor, cut, lambda _row: seats.c.class_id, (year,), personal=True, joined=joined)
    return [
        Group(one.name, {"class": str(one.id)}, *years)
        for one in cuts.classes(session, actor)
        if (years := _two(found.get(one.id, []), year)) is not None
    ]


def _cohorts(session: Session, actor: Actor, filters: Mapping[str, str], year: int) -> list[Group]:
    row = CohortRow
    kept = session.execute(
        select(row.id, row.name)
        .where(row.deleted_at.is_(None), within(row.organisation_id, actor, Permission.EXAMS_RATE_SEE))
        .order_by(row.name, row.id)
        .limit(MOST_COHORTS)
    ).all()
    made = []
    for cohort_id, name in kept:
        mine = {"cohort": str(cohort_id)}
        try:
            cut = cuts.read(session, actor, {**filters, **mine})
        except NotFound:
            continue  # it rests on a class that was cancelled, or that this officer does not see
        found = counts(session, actor, cut)
        if (years := _two(found, year)) is not None:
            made.append(Group(name, mine, *years))
    return made
