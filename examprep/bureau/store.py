"""Queries over units as tables show them, over publications and over what bureaus state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.bureau.models import PublicationRow, ThresholdRow
from examprep.bureau.rules.tables import HOLDERS, PASSED, REGISTERED, SAT, Key, Unit
from examprep.exams import counting
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.register import actions as register

TREE, ORGANISATION = OrganisationTreeRow, OrganisationRow
PUBLIC = ("published", "withdrawn")  # what was ever public; who copied a withdrawn table still has it


@dataclass(frozen=True)
class Node:
    """An organisation with those directly below it."""

    id: int
    name: str
    below: tuple[int, ...]


def itself(organisation_id: int) -> str:
    """The unit of those filed at an organisation itself and at nothing below it."""
    return f"{organisation_id}-itself"


def nodes(session: Session, top: int) -> dict[int, Node]:
    """Every organisation from ``top`` downwards, in the order of regions and names."""
    rows = session.execute(
        select(ORGANISATION.id, ORGANISATION.parent_id, ORGANISATION.name)
        .join(TREE, TREE.descendant_id == ORGANISATION.id)
        .where(TREE.ancestor_id == top)
        .order_by(ORGANISATION.region_code, ORGANISATION.id)
    ).all()
    below: dict[int | None, list[int]] = {}
    for id_, parent, _ in rows:
        below.setdefault(parent, []).append(id_)
    return {id_: Node(id_, name, tuple(below.get(id_, ()))) for id_, _, name in rows}


def above(session: Session, organisation_id: int) -> list[int]:
    """The organisation and those above it, the highest first."""
    query = select(TREE.ancestor_id).where(TREE.descendant_id == organisation_id).order_by(TREE.depth.desc())
    return list(session.scalars(query))


def depth_below(session: Session, top: int, depth: int) -> set[int]:
    """Those organisations less than ``depth`` steps below ``top``: the ones a table of that depth opens."""
    query = select(TREE.descendant_id).where(TREE.ancestor_id == top, TREE.depth < depth)
    return set(session.scalars(query))


def exam_counts(
    session: Session, whole: Sequence[int], opened: Sequence[int], years: Sequence[int]
) -> dict[str, dict[Key, int]]:
    """The exam's figures by year: of the organisations with all below, and of the opened ones by themselves."""
    found: dict[str, dict[Key, int]] = {str(year): {} for year in years}
    for read, ids, name in ((counting.below, whole, str), (counting.at, opened, itself)):
        for (year, organisation_id, level), fates in read(session, ids, years).items():
            for figure, count in ((REGISTERED, fates.registered), (SAT, fates.sat), (PASSED, fates.passed)):
                found[str(year)][name(organisation_id), level, figure] = count
    return found


def holder_counts(session: Session, whole: Sequence[int], opened: Sequence[int], day: date) -> dict[Key, int]:
    """Holders of a day by highest level: of the organisations with all below, and of the opened ones by themselves.

    A person counts where they belong now.
    """
    held = register.holder_levels(day).subquery()
    base = select(func.count(), held.c.level).join(PersonRow, PersonRow.id == held.c.person_id)
    subtree = (
        base.add_columns(TREE.ancestor_id)
        .join(TREE, TREE.descendant_id == PersonRow.organisation_id)
        .where(TREE.ancestor_id.in_(whole))
        .group_by(held.c.level, TREE.ancestor_id)
    )
    alone = (
        base.add_columns(PersonRow.organisation_id)
        .where(PersonRow.organisation_id.in_(opened))
        .group_by(held.c.level, PersonRow.organisation_id)
    )
    found = {(str(unit), level, HOLDERS): count for count, level, unit in session.execute(subtree)}
    return found | {(itself(unit), level, HOLDERS): count for count, level, unit in session.execute(alone)}


def public_before(session: Session, organisation_id: int) -> list[PublicationRow]:
    """Every publication that was ever public of the organisation, or of one below or above it, oldest first."""
    row = PublicationRow
    below = select(TREE.descendant_id).where(TREE.ancestor_id == organisation_id)
    over = select(TREE.ancestor_id).where(TREE.descendant_id == organisation_id)
    query = (
        select(row)
        .where(row.state.in_(PUBLIC), row.organisation_id.in_(below) | row.organisation_id.in_(over))
        .order_by(row.id)
    )
    return list(session.scalars(query))


def last_public(session: Session, organisation_id: int) -> PublicationRow | None:
    """The newest publication of the organisation, withdrawn or not."""
    row = PublicationRow
    query = select(row).where(row.organisation_id == organisation_id, row.state.in_(PUBLIC)).order_by(row.id.desc())
    return session.scalar(query.limit(1))


def threshold(session: Session, organisation_id: int) -> int | None:
    """What the nearest organisation above set last, the organisation itself first; ``None`` where none did."""
    query = (
        select(ThresholdRow.persons)
        .join(TREE, TREE.ancestor_id == ThresholdRow.organisation_id)
        .where(TREE.descendant_id == organisation_id)
        .order_by(TREE.depth, ThresholdRow.id.desc())
        .limit(1)
    )
    found: int | None = session.scalar(query)
    return found


def units_of(found: dict[int, Node], top: int, opened: set[int], printed: set[int], filled: set[str]) -> list[Unit]:
    """The tree as units, each before its parts; ``filled`` are the units that anybody is filed at."""
    units: list[Unit] = []

    def walk(organisation_id: int, depth: int) -> None:
        node = found[organisation_id]
        parts: tuple[str, ...] = ()
        if organisation_id in opened and node.below:
            own = (itself(organisation_id),) if itself(organisation_id) in filled else ()
            parts = (*own, *(str(child) for child in node.below))
        units.append(Unit(str(organisation_id), node.name, depth, parts, organisation_id in printed))
        if parts and parts[0] == itself(organisation_id):
            shown = bool(printed.intersection(node.below)) and organisation_id in printed
            units.append(Unit(parts[0], node.name, depth + 1, (), shown))
        if parts:
            for child in node.below:
                walk(child, depth + 1)

    walk(top, 0)
    return units
