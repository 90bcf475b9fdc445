"""The tally by organisation, for whoever lays it out as a table of units. Knows no bounds: the caller has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.exams.models import TallyRow, TrendRow
from examprep.kernel.rate import Rate
from examprep.people.models import OrganisationRow, OrganisationTreeRow

FIGURES = ("registered", "sat", "passed")
Place = tuple[int, int, str]  # exam year, organisation, level


@dataclass(frozen=True)
class Fates:
    """Persons registered, sat and passed, each among the one before."""

    registered: int
    sat: int
    passed: int

    @property
    def rate(self) -> Rate:
        """Passed of those who sat."""
        return Rate(self.passed, self.sat)


def below(
    session: Session, organisation_ids: Sequence[int], years: Sequence[int], *, kind: str | None = None
) -> dict[Place, Fates]:
    """Of each organisation with all below it, of one kind of organisations or all; what has nobody is left out."""
    row, tree = TallyRow, OrganisationTreeRow
    query = (
        select(row.year, tree.ancestor_id, row.level, *_sums())
        .join(tree, tree.descendant_id == row.organisation_id)
        .where(tree.ancestor_id.in_(organisation_ids), row.year.in_(years))
        .group_by(row.year, tree.ancestor_id, row.level)
    )
    if kind is not None:
        query = query.where(row.organisation_id.in_(select(OrganisationRow.id).where(OrganisationRow.kind == kind)))
    return _read(session, query)


def at(session: Session, organisation_ids: Sequence[int], years: Sequence[int]) -> dict[Place, Fates]:
    """Of each organisation itself, without what is below it."""
    row = TallyRow
    query = (
        select(row.year, row.organisation_id, row.level, *_sums())
        .where(row.organisation_id.in_(organisation_ids), row.year.in_(years))
        .group_by(row.year, row.organisation_id, row.level)
    )
    return _read(session, query)


def in_region(session: Session, region_code: str, year: int, level: str | None) -> Fates:
    """Everybody who registered in a region for an exam year: at one level, or at any."""
    row = TrendRow
    query = select(*(func.coalesce(func.sum(getattr(row, figure)), 0) for figure in FIGURES))
    query = query.where(row.region_code == region_code, row.year == year)
    if level:
        query = query.where(row.level == level)
    return Fates(*(int(count) for count in session.execute(query).one()))


def _sums() -> list[Any]:
    return [func.sum(getattr(TallyRow, figure)) for figure in FIGURES]


def _read(session: Session, query: Any) -> dict[Place, Fates]:
    return {
        (year, organisation_id, level): Fates(*(int(count) for count in counts))
        for year, organisation_id, level, *counts in session.execute(query)
    }
