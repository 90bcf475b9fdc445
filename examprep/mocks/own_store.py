"""Queries of one person's mocks: the list of those sat, their totals, and what is before them."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, and_, bindparam, cast, null, select, union_all
from sqlalchemy.orm import Session

from examprep.mocks.models import AttemptRow, GivenRow, PaperRow
from examprep.mocks.store import UNDER_WAY
from examprep.plumbing.prepared import Prepared

OWN_LIST: Any = select(
    AttemptRow.id,
    PaperRow.subject_code,
    PaperRow.title,
    PaperRow.full,
    PaperRow.organisation_id,
    PaperRow.keys,
    PaperRow.closes_at,
    PaperRow.taken_back_at,
    AttemptRow.begun_at,
    AttemptRow.ends_at,
    AttemptRow.ended_at,
    AttemptRow.discarded_at,
    AttemptRow.marked_at,
    AttemptRow.half_points,
    AttemptRow.full_half_points,
).join(PaperRow, PaperRow.id == AttemptRow.paper_id)


def mine(person_id: int) -> Select[*tuple[Any, ...]]:
    """A person's attempts, as their list shows them."""
    return OWN_LIST.where(AttemptRow.person_id == person_id)


def finished(session: Session, person_id: int) -> dict[str, list[tuple[datetime, int, int]]]:
    """A person's marked attempts by subject, the earliest first: when, half-points, of how many."""
    row = AttemptRow
    query: Any = (
        select(PaperRow.subject_code, row.ended_at, row.half_points, row.full_half_points)
        .join(PaperRow, PaperRow.id == row.paper_id)
        .where(row.person_id == person_id, row.marked_at.is_not(None), PaperRow.taken_back_at.is_(None))
        .order_by(row.ended_at, row.id)
    )
    found: dict[str, list[tuple[datetime, int, int]]] = {}
    for subject, at, got, full in session.execute(query):
        found.setdefault(subject, []).append((at, got, full))
    return found


class ToDo(NamedTuple):
    """A paper before somebody: under way, or set to them and not begun (``attempt_id`` is none)."""

    paper_id: int
    title: str
    subject_code: str
    opens_at: datetime | None
    closes_at: datetime | None
    minutes: int
    attempt_id: int | None
    ends_at: datetime | None


_PAPER = (
    PaperRow.id,
    PaperRow.title,
    PaperRow.subject_code,
    PaperRow.opens_at,
    PaperRow.closes_at,
    PaperRow.minutes,
)


def _to_do(_dialect: str) -> Any:
    person_id, now = bindparam("person_id", type_=Integer), bindparam("now", type_=AttemptRow.ends_at.type)
    under_way = (
        select(*_PAPER, AttemptRow.id, AttemptRow.ends_at)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .where(AttemptRow.person_id == person_id, UNDER_WAY, AttemptRow.ends_at > now)
    )
    begun = and_(AttemptRow.paper_id == PaperRow.id, AttemptRow.person_id == person_id)
    fresh = (
        select(*_PAPER, cast(null(), Integer), cast(null(), AttemptRow.ends_at.type))
        .select_from(GivenRow)
        .join(PaperRow, PaperRow.id == GivenRow.paper_id)
        .outerjoin(AttemptRow, begun)
        .where(
            GivenRow.person_id == person_id,
            AttemptRow.id.is_(None),
            PaperRow.closes_at > now,
            PaperRow.taken_back_at.is_(None),
        )
    )
    return union_all(under_way, fresh)


# Of every home: each half begins at the person's own rows, and it is put into the driver's words once.
_TO_DO = Prepared(_to_do, (*_PAPER, AttemptRow.id, AttemptRow.ends_at))


def to_do(session: Session, person_id: int, now: datetime) -> list[ToDo]:
    """What a person has before them: an attempt under way, then papers set to them that they have not begun."""
    rows = _TO_DO.run(session.connection(), {"person_id": person_id, "now": now})
    found = [ToDo(*row) for row in rows]
    return sorted(found, key=lambda each: (each.ends_at is None, each.opens_at or now, each.paper_id))


def given_to(session: Session, paper_id: int, person_id: int) -> PaperRow | None:
    """A paper that was set to the person, taken back or not."""
    return session.scalar(
        select(PaperRow)
        .join(GivenRow, GivenRow.paper_id == PaperRow.id)
        .where(PaperRow.id == paper_id, GivenRow.person_id == person_id)
    )


def attempt_at(session: Session, paper_id: int, person_id: int) -> AttemptRow | None:
    return session.scalar(select(AttemptRow).where(AttemptRow.paper_id == paper_id, AttemptRow.person_id == person_id))
