"""Queries of the campaign. One relation, `rows`, holds everybody whom a year concerns; figures and lists cut it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, not_, or_, select, union
from sqlalchemy.orm import Session, aliased

from examprep.campaign.models import PlanRow, StatementRow
from examprep.campaign.rules.road import Position
from examprep.campaign.rules.saying import REGISTERED, WILL
from examprep.exams.roll import keepers, roll
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.prepared import Prepared
from examprep.training.learners import seated


@dataclass(frozen=True)
class Rows:
    """Everybody whom an exam year concerns, once for each level they are registered for, with where they stand.

    ``query`` selects nothing yet but joins all: add columns and conditions. ``stages`` are the funnel, ``lists`` those
    who are stuck; both are conditions on the same rows, so that a figure and its list cannot differ.
    """

    query: Select[*tuple[Any, ...]]
    said: Any
    roll: Any
    seat: Any
    level: ColumnElement[Any]
    region: ColumnElement[Any]
    stages: Mapping[str, ColumnElement[bool]]
    lists: Mapping[str, ColumnElement[bool]]

    def position(self) -> tuple[ColumnElement[Any], ...]:
        """The columns that `position_of` reads, in order."""
        found, said = self.roll.c, self.said.c
        flags = (func.coalesce(column, False) for column in (found.approved, found.sat, found.passed))
        return (said.says, self.level, found.person_id.is_not(None), *flags)


def position_of(values: Sequence[Any]) -> Position:
    says, level, *flags = values
    return Position(says, level, *map(bool, flags))


def rows(year: int) -> Rows:
    """Whoever said something of the year, is registered, sits in a class for it, or keeps subjects from before."""
    said = _last_said(year).subquery("said")
    enrolled, seat, kept = (
        roll(year).subquery("roll"),
        seated(year).subquery("seat"),
        keepers(year - 1).subquery("kept"),
    )
    concerned = union(*(select(each.c.person_id) for each in (said, enrolled, seat, kept))).subquery("concerned")
    person = PersonRow.id
    query = (
        select(person)
        .select_from(concerned)
        .join(PersonRow, person == concerned.c.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(said, said.c.person_id == person)
        .outerjoin(enrolled, enrolled.c.person_id == person)
        .outerjoin(seat, seat.c.person_id == person)
        .outerjoin(kept, kept.c.person_id == person)
    )
    stages = _stages(said.c, enrolled.c)
    return Rows(
        query,
        said,
        enrolled,
        seat,
        func.coalesce(enrolled.c.level, said.c.level, kept.c.level),
        func.coalesce(enrolled.c.region_code, OrganisationRow.region_code),
        stages,
        _lists(stages, said.c, enrolled.c, seat.c, kept.c),
    )


def _last_said(year: Any) -> Select[*tuple[Any, ...]]:
    # That nothing was said later is asked row by row by the index; a list of the last ids would be searched for each.
    row, later = StatementRow, aliased(StatementRow)
    spoke = select(later.id).where(
        later.exam_year == row.exam_year, later.person_id == row.person_id, later.id > row.id
    )
    return select(row.person_id, row.says, row.level, row.said_at).where(row.exam_year == year, ~spoke.exists())


def _stages(said: Any, found: Any) -> dict[str, ColumnElement[bool]]:
    registered = found.person_id.is_not(None)
    return {
        "intends": func.coalesce(said.says, "").in_((WILL, REGISTERED)),
        "registered": registered,
        "approved": and_(registered, found.approved),
        "sat": and_(registered, found.sat),
        "passed": and_(registered, found.passed),
    }


def _lists(
    stages: Mapping[str, ColumnElement[bool]], said: Any, found: Any, seat: Any, kept: Any
) -> dict[str, ColumnElement[bool]]:
    says = func.coalesce(said.says, "")
    registered = stages["registered"]
    under_way = or_(registered, says == REGISTERED)
    approved = func.coalesce(found.approved, False)
    return {
        "unregistered": and_(says == WILL, not_(registered)),
        "unapproved": and_(under_way, not_(approved)),
        "classless": and_(under_way, seat.person_id.is_(None)),
        "silent": and_(seat.person_id.is_not(None), said.person_id.is_(None), not_(registered)),
        "returners": and_(kept.person_id.is_not(None), says != "wont", not_(under_way)),
        "keeps": and_(registered, func.coalesce(found.keeps, False)),
    }


def log_of(session: Session, person_id: int) -> list[Mapping[str, Any]]:
    """Everything a person said, the latest first, with who wrote it down."""
    row = StatementRow
    query = (
        select(
            row.id, row.exam_year, row.says, row.level, row.subjects, row.said_at, row.by_id, PersonRow.name.label("by")
        )
        .join(PersonRow, PersonRow.id == row.by_id)
        .where(row.person_id == person_id)
        .order_by(row.id.desc())
    )
    return [dict(found) for found in session.execute(query).mappings()]


def last_of(session: Session, person_id: int, year: int) -> StatementRow | None:
    row = StatementRow
    query = select(row).where(row.person_id == person_id, row.exam_year == year)
    return session.scalar(query.order_by(row.id.desc()).limit(1))


def _position() -> Select[*tuple[Any, ...]]:
    person_id, year = bindparam("person_id", type_=Integer), bindparam("year", type_=Integer)
    said = _last_said(year).where(StatementRow.person_id == person_id).subquery()
    found = roll(year).subquery()
    return (
        select(
            said.c.says,
            func.coalesce(found.c.level, said.c.level),
            found.c.person_id.is_not(None),
            func.coalesce(found.c.approved, False),
            func.coalesce(found.c.sat, False),
            func.coalesce(found.c.passed, False),
        )
        .select_from(PersonRow)
        .outerjoin(said, said.c.person_id == PersonRow.id)
        .outerjoin(found, found.c.person_id == PersonRow.id)
        .where(PersonRow.id == person_id)
        .limit(1)
    )


_POSITION = Prepared(lambda _: _position(), list(_position().selected_columns))


def position(session: Session, person_id: int, year: int) -> Position:
    """Where one person stands in a year; one statement."""
    (row,) = _POSITION.run(session.connection(), {"person_id": person_id, "year": year})
    return position_of(row)


@dataclass(frozen=True)
class Planned:
    """One reminder of the plan: of which date, which day of it, how many days before, to whom."""

    code: str
    kind: str
    edge: str
    days: Sequence[int]
    audience: str
    active: bool

    def day_of(self, first: date, last: date) -> date:
        return first if self.edge == "first" else last


def plan(session: Session) -> list[Planned]:
    row = PlanRow
    query = select(row.code, row.kind, row.edge, row.days, row.audience, row.active).order_by(row.position)
    return [Planned(*found) for found in session.execute(query)]
