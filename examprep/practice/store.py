"""Where a person stands: places, reviews due, marks, what is kept of a question. The answer path has `hot.py`."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from examprep.plumbing.prepared import Prepared
from examprep.practice.hot import KEPT, read_kept
from examprep.practice.models import (
    MarkRow,
    MemoryRow,
    PlaceRow,
)
from examprep.practice.rules.learning import Kept

_MEMORY: Any = MemoryRow.__table__
_PLACE: Any = PlaceRow.__table__
_MARK: Any = MarkRow.__table__


def kept_of(session: Session, person_id: int, question_id: int) -> Kept | None:
    """What is kept of one question for one person."""
    row = session.execute(
        select(*(_MEMORY.c[n] for n in KEPT)).where(
            _MEMORY.c.person_id == person_id, _MEMORY.c.question_id == question_id
        )
    ).one_or_none()
    return None if row is None else read_kept(row)


class Place(NamedTuple):
    """Where a person stands in a scope. ``question_id``: ``None`` at the end; ``marked``: whether they marked it."""

    question_id: int | None
    marked: bool


_MINE = (_MARK.c.person_id == _PLACE.c.person_id) & (_MARK.c.question_id == _PLACE.c.question_id)
_PLACED = Prepared(
    lambda _: (
        select(_PLACE.c.question_id, _MARK.c.question_id.is_not(None))
        .select_from(_PLACE.outerjoin(_MARK, _MINE))
        .where(*(_PLACE.c[name] == bindparam(name) for name in ("person_id", "subject_code", "scope")))
    ),
    (_PLACE.c.question_id,),  # what it returns is as the drivers give it
)


def place(session: Session, person_id: int, subject_code: str, scope: str) -> Place | None:
    """The person's place in a scope; ``None`` when they were never there."""
    rows = _PLACED.run(session.connection(), {"person_id": person_id, "subject_code": subject_code, "scope": scope})
    return Place(rows[0][0], bool(rows[0][1])) if rows else None


def lasting() -> ColumnElement[bool]:
    """That a place is one to come back to.

    The day's question, assignments and what is like one question are none: they are short and end.
    """
    return ~or_(*(_PLACE.c.scope.like(f"{kind}-%") for kind in ("daily", "assignment", "like")))


def last_place(session: Session, person_id: int, subject_code: str = "") -> tuple[str, str] | None:
    """Subject and scope of where the person was last, of all subjects or of one."""
    mine = (_PLACE.c.person_id == person_id) & lasting()
    row = session.execute(
        select(_PLACE.c.subject_code, _PLACE.c.scope)
        .where(mine & (_PLACE.c.subject_code == subject_code) if subject_code else mine)
        .order_by(_PLACE.c.used_at.desc(), _PLACE.c.subject_code, _PLACE.c.scope)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


_DUE = Prepared(
    lambda _: (
        select(_MEMORY.c.question_id)
        .where(
            _MEMORY.c.person_id == bindparam("person_id"),
            _MEMORY.c.subject_code == bindparam("subject_code"),
            _MEMORY.c.due_at <= bindparam("now", type_=_MEMORY.c.due_at.type),
        )
        .order_by(_MEMORY.c.due_at, _MEMORY.c.question_id)
    ),
    (_MEMORY.c.question_id,),
)


def due(session: Session, person_id: int, subject_code: str, now: datetime) -> list[int]:
    """Questions due for review, the longest overdue first."""
    rows = _DUE.run(session.connection(), {"person_id": person_id, "subject_code": subject_code, "now": now})
    return [question for (question,) in rows]


def marks(session: Session, person_id: int) -> list[int]:
    """Questions that the person marked, of whatever subject, ascending."""
    query = select(MarkRow.question_id).where(MarkRow.person_id == person_id).order_by(MarkRow.question_id)
    return list(session.connection().scalars(query))


def seen(session: Session, person_id: int, subject_code: str) -> dict[int, tuple[int, int]]:
    """Answers and right answers by question."""
    rows = session.execute(
        select(MemoryRow.question_id, MemoryRow.reps, MemoryRow.rights).where(
            MemoryRow.person_id == person_id, MemoryRow.subject_code == subject_code
        )
    )
    return {question: (reps, rights) for question, reps, rights in rows}


_MARKED = Prepared(
    lambda _: select(MarkRow.question_id).where(
        MarkRow.person_id == bindparam("person_id"), MarkRow.question_id == bindparam("question_id")
    ),
    (MarkRow.question_id,),
)


def marked(session: Session, person_id: int, question_id: int) -> bool:
    return bool(_MARKED.run(session.connection(), {"person_id": person_id, "question_id": question_id}))


def toggle_mark(session: Session, person_id: int, question_id: int, now: datetime) -> bool:
    """Mark the question, or take the mark away; says whether it is marked now."""
    row = session.get(MarkRow, (person_id, question_id))
    if row is not None:
        session.delete(row)
        return False
    session.add(MarkRow(person_id=person_id, question_id=question_id, marked_at=now))
    session.flush()
    return True
