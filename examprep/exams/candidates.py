"""The persons behind a figure, and what the filters of figures offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from examprep.exams import cuts
from examprep.exams.cuts import EDUCATIONS, Cut
from examprep.exams.figures import bounded
from examprep.exams.models import CohortRow, OutcomeRow, TallyRow
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.exams.rules.profiles import AGE_BANDS, NOT_KNOWN, SEXES, UNKNOWN
from examprep.feature import ExamClass
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.forms import KIND_LABELS
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow, RegionRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.vault import Vault
from examprep.syllabus.rules.levels import LEVEL_NAMES

FIGURES = ("registered", "approved", "sat", "passed", "eventual")


@dataclass(frozen=True)
class Choices:
    """What the filters offer: (value, label, depth) of regions and organisations; classes; (id, name) of cohorts.

    The rest are the same for everybody: what is said of a code.
    """

    regions: Sequence[tuple[str, str, int]]
    organisations: Sequence[tuple[int, str, int]]
    classes: Sequence[ExamClass]
    cohorts: Sequence[tuple[int, str]]
    kinds: ClassVar[Mapping[str, object]] = KIND_LABELS
    subjects: ClassVar[Mapping[str, object]] = SUBJECT_NAMES
    ages: ClassVar[Mapping[str, object]] = {**{c: band.name for c, band in AGE_BANDS.items()}, UNKNOWN: NOT_KNOWN}
    sexes: ClassVar[Mapping[str, object]] = {**SEXES, UNKNOWN: NOT_KNOWN}
    educations: ClassVar[Mapping[str, object]] = {**EDUCATIONS, UNKNOWN: NOT_KNOWN}


def choices(session: Session, actor: Actor, cut: Cut) -> Choices:
    """Regions that occur, with those they lie in; the tree around the chosen organisation; classes and cohorts."""
    bound = within(TallyRow.organisation_id, actor, Permission.EXAMS_RATE_SEE)
    codes = set(session.scalars(select(TallyRow.region_code).where(bound).distinct()))
    codes |= {code[:4] + "00" for code in codes} | {code[:2] + "0000" for code in codes}
    regions = session.execute(
        select(RegionRow.code, RegionRow.name, RegionRow.level)
        .where(RegionRow.code.in_(codes))
        .order_by(RegionRow.code)
    )
    kept = select(CohortRow.id, CohortRow.name).where(
        CohortRow.deleted_at.is_(None), within(CohortRow.organisation_id, actor, Permission.EXAMS_RATE_SEE)
    )
    return Choices(
        list(regions),
        _organisations(session, actor, cut.organisation),
        cuts.classes(session, actor),
        [(cohort_id, name) for cohort_id, name in session.execute(kept.order_by(CohortRow.name, CohortRow.id))],
    )


def _organisations(session: Session, actor: Actor, chosen: int | None) -> list[tuple[int, str, int]]:
    """The actor's own organisations, the way down to the chosen one, and what is directly below it."""
    row, tree = OrganisationRow, OrganisationTreeRow
    roots = actor.roots(Permission.EXAMS_RATE_SEE)
    inside = within(row.id, actor, Permission.EXAMS_RATE_SEE)
    way: set[int] = set(roots)
    if chosen is not None:
        above = (
            select(tree.ancestor_id).join(row, row.id == tree.ancestor_id).where(tree.descendant_id == chosen, inside)
        )
        way |= set(session.scalars(above))
    around = row.id.in_(way) | (row.parent_id == chosen if chosen is not None else row.parent_id.in_(roots))
    found = session.execute(select(row.id, row.parent_id, row.name).where(inside, around).order_by(row.name)).all()
    below: dict[int | None, list[tuple[int, str]]] = {}
    ids = {organisation.id for organisation in found}
    for found_id, parent_id, name in found:
        below.setdefault(parent_id if parent_id in ids else None, []).append((found_id, name))
    return list(_in_order(below, None, 0))


def _in_order(
    below: dict[int | None, list[tuple[int, str]]], parent: int | None, depth: int
) -> list[tuple[int, str, int]]:
    found = []
    for found_id, name in below.get(parent, []):
        found.append((found_id, name, depth))
        found += _in_order(below, found_id, depth + 1)
    return found


def behind(
    session: Session, actor: Actor, cut: Cut, year: int | None, figure: str, needed: int | None = None
) -> list[ColumnElement[bool]]:
    """The outcomes that a figure counts; of ``eventual`` those who qualified within so many years, if that is given."""
    row = OutcomeRow
    conditions: list[Any] = bounded(session, actor, cut, row)
    if year is not None:
        conditions.append(row.year == year)
    if figure == "eventual":
        conditions += [row.first_time, row.qualified_in.is_not(None)]
        if needed is not None:
            conditions.append(row.qualified_in - row.year + 1 <= needed)
    elif figure in FIGURES[1:]:
        conditions.append({"approved": row.approved, "sat": cut.sat(), "passed": cut.passed()}[figure])
    return conditions


def persons(
    session: Session, vault: Vault, actor: Actor, conditions: Sequence[ColumnElement[bool]], ask: Ask
) -> tuple[Page, int]:
    """The rows a figure counts, ID numbers masked, and how many persons they are.

    A person has a row for each year and level; a link leads only to those the actor may open.
    """
    row, person = OutcomeRow, PersonRow
    query = (
        select(
            row.person_id,
            person.name.label("name"),
            person.id_number_sealed.label("sealed"),
            OrganisationRow.name.label("organisation"),
            row.year,
            row.level,
            row.approved,
            row.sat,
            row.qualified,
            row.validity,
            row.pending,
            row.first_time,
            row.trained,
            within(person.organisation_id, actor, Permission.EXAMS_RATE_SEE).label("mine"),
        )
        .join(person, person.id == row.person_id)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .where(*conditions)
    )
    page = fetch(
        session,
        query,
        ask,
        sortable={"name": person.name, "organisation": OrganisationRow.name, "year": row.year, "level": row.level},
        searchable=[person.name, OrganisationRow.name],
        default=[row.year.desc(), person.name, row.person_id, row.level],
    )
    heads = session.scalar(select(func.count(row.person_id.distinct())).where(*conditions)) or 0
    return Page([_shown(vault, found) for found in page.rows], page.total, page.ask), heads


def _shown(vault: Vault, found: object) -> dict[str, object]:
    values = dict(found)  # type: ignore[call-overload]
    sealed = values.pop("sealed")
    return {
        **values,
        "id_number": ResidentId(vault.open(sealed)).masked if sealed else None,
        "level": LEVEL_NAMES[values["level"]],
        "year": str(values["year"]),
        "result": result_word(values),
        "approved": "yes" if values["approved"] else "no",
        "again": "no" if values["first_time"] else "yes",
        "trained": "yes" if values["trained"] else "no",
    }


def result_word(values: dict[str, object]) -> str:
    """The one word for an outcome, as the badges know it."""
    if values["qualified"]:
        return f"passed-{values['validity']}"
    if not values["sat"]:
        return "not-sat"
    return "line-unknown" if values["pending"] else "not-passed"
