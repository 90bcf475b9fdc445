"""Queries of a person's notebook: mistakes, notes, causes, tags, and how it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from examprep.practice.models import (
    CauseRow,
    HabitRow,
    MemoryRow,
    NoteRow,
    TaggedRow,
    TagRow,
)
from examprep.practice.rules.notebook import RIGHT_DAYS_TO_LEAVE

_MEMORY: Any = MemoryRow.__table__


def listed(person_id: int) -> ColumnElement[bool]:
    """That a row of a person's memory is in the notebook, by the person's own rule."""
    chosen = select(HabitRow.days_to_leave).where(HabitRow.person_id == person_id).scalar_subquery()
    found: ColumnElement[bool] = (
        (_MEMORY.c.person_id == person_id)
        & _MEMORY.c.mistaken_at.is_not(None)
        & (_MEMORY.c.right_days < func.coalesce(chosen, RIGHT_DAYS_TO_LEAVE))
    )
    return found


def mistaken(
    session: Session, person_id: int, subject_code: str, *, cause: str = "", tag_id: int | None = None
) -> list[int]:
    """Questions in the notebook, ascending; only those missed for a cause, or under a tag of the person's."""
    query = select(_MEMORY.c.question_id).where(listed(person_id), _MEMORY.c.subject_code == subject_code)
    if cause:
        why = select(CauseRow.question_id).where(CauseRow.person_id == person_id, CauseRow.cause == cause)
        query = query.where(_MEMORY.c.question_id.in_(why))
    if tag_id is not None:
        under = select(TaggedRow.question_id).join(TagRow, TagRow.id == TaggedRow.tag_id)
        query = query.where(_MEMORY.c.question_id.in_(under.where(TagRow.id == tag_id, TagRow.person_id == person_id)))
    return list(session.connection().scalars(query.order_by(_MEMORY.c.question_id)))


def mistakes_of(session: Session, people: Sequence[int], subject_code: str) -> dict[int, int]:
    """How many questions of a subject are open in each person's notebook; who has none is missing."""
    rows = session.execute(
        select(_MEMORY.c.person_id, func.count())
        .where(
            _MEMORY.c.person_id.in_(people),
            _MEMORY.c.subject_code == subject_code,
            _MEMORY.c.mistaken_at.is_not(None),
        )
        .group_by(_MEMORY.c.person_id)
    )
    return dict(iter(rows))


@dataclass(frozen=True)
class Noted:
    """One question of the notebook: when it was missed last, how often answered, on how many days right since."""

    question_id: int
    version_id: int
    subject_code: str
    mistaken_at: datetime | None
    reps: int
    rights: int
    right_days: int


def notebook(session: Session, person_id: int) -> list[Noted]:
    """The whole notebook, the latest mistake first."""
    rows = session.execute(
        select(
            MemoryRow.question_id,
            MemoryRow.version_id,
            MemoryRow.subject_code,
            MemoryRow.mistaken_at,
            MemoryRow.reps,
            MemoryRow.rights,
            MemoryRow.right_days,
        )
        .where(listed(person_id))
        .order_by(MemoryRow.mistaken_at.desc(), MemoryRow.question_id)
    )
    return [Noted(*row) for row in rows]


def note(session: Session, person_id: int, question_id: int) -> str:
    """The person's note beside the question; empty when there is none."""
    row = session.get(NoteRow, (person_id, question_id))
    return "" if row is None else row.words


def put_note(session: Session, person_id: int, question_id: int, words: str, now: datetime) -> None:
    """Put words in place of what the person had noted; no words take the note away."""
    row = session.get(NoteRow, (person_id, question_id))
    if row is None and words:
        session.add(NoteRow(person_id=person_id, question_id=question_id, words=words, written_at=now))
    elif row is not None and words:
        row.words, row.written_at = words, now
    elif row is not None:
        session.delete(row)
    session.flush()


def notes(session: Session, person_id: int) -> dict[int, str]:
    """All notes of a person, by question."""
    rows = session.execute(select(NoteRow.question_id, NoteRow.words).where(NoteRow.person_id == person_id))
    return {row.question_id: row.words for row in rows}


def days_to_leave(session: Session, person_id: int) -> int:
    """After right answers on how many days a question leaves the person's notebook."""
    row = session.get(HabitRow, person_id)
    return RIGHT_DAYS_TO_LEAVE if row is None else row.days_to_leave


def put_days_to_leave(session: Session, person_id: int, days: int, now: datetime) -> None:
    session.merge(HabitRow(person_id=person_id, days_to_leave=days, set_at=now))
    session.flush()


def causes(session: Session, person_id: int, question_id: int | None = None) -> dict[int, list[str]]:
    """Why the person missed questions, by question; of one question or of all."""
    query = select(CauseRow.question_id, CauseRow.cause).where(CauseRow.person_id == person_id)
    if question_id is not None:
        query = query.where(CauseRow.question_id == question_id)
    found: dict[int, list[str]] = {}
    for question, cause in session.execute(query.order_by(CauseRow.cause)):
        found.setdefault(question, []).append(cause)
    return found


def put_causes(session: Session, person_id: int, question_id: int, causes: Sequence[str]) -> None:
    session.execute(delete(CauseRow).where(CauseRow.person_id == person_id, CauseRow.question_id == question_id))
    session.add_all(CauseRow(person_id=person_id, question_id=question_id, cause=cause) for cause in causes)
    session.flush()


def tags(session: Session, person_id: int) -> dict[int, str]:
    """The person's tags by id, in the order of their names."""
    query = select(TagRow).where(TagRow.person_id == person_id).order_by(TagRow.name, TagRow.id)
    return {tag.id: tag.name for tag in session.scalars(query)}


def tagged(session: Session, person_id: int, question_id: int | None = None) -> dict[int, list[int]]:
    """The ids of the tags under which questions stand, by question; of one question or of all."""
    query = select(TaggedRow.question_id, TagRow.id).join(TagRow, TagRow.id == TaggedRow.tag_id)
    query = query.where(TagRow.person_id == person_id).order_by(TagRow.name, TagRow.id)
    if question_id is not None:
        query = query.where(TaggedRow.question_id == question_id)
    found: dict[int, list[int]] = {}
    for question, tag in session.execute(query):
        found.setdefault(question, []).append(tag)
    return found


def put_tags(session: Session, person_id: int, question_id: int, names: Sequence[str]) -> None:
    """Put a question under these tags of the person's and no others; a tag that is left empty goes."""
    known = {name: id_ for id_, name in tags(session, person_id).items()}
    fresh = [TagRow(person_id=person_id, name=name) for name in names if name not in known]
    session.add_all(fresh)
    session.flush()
    known |= {row.name: row.id for row in fresh}
    session.execute(delete(TaggedRow).where(TaggedRow.question_id == question_id, TaggedRow.tag_id.in_(known.values())))
    session.add_all(TaggedRow(tag_id=known[name], question_id=question_id) for name in names)
    session.flush()
    empty = TagRow.id.not_in(select(TaggedRow.tag_id))
    session.execute(delete(TagRow).where(TagRow.person_id == person_id, empty))
