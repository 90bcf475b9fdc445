"""Queries of attempts and their answers. What one has before and behind one is in `own_store`, what trainers set in
`set_store`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from examprep.mocks.models import AnswerRow, AttemptRow, ItemRow, PaperRow, RemarkingRow
from examprep.people.models import PersonRow

_ANSWER: Any = AnswerRow.__table__
_ATTEMPT: Any = AttemptRow.__table__


@dataclass(frozen=True)
class Item:
    """A question of a paper, and what one attempt has of it. ``ticks``, ``written`` are empty where it has nothing."""

    position: int
    version_id: int
    question_id: int
    type: str
    chapter_id: int | None
    full: int
    ticks: frozenset[int]
    written: tuple[str, ...]
    flagged: bool
    at: datetime | None
    half_points: int | None
    logged: bool

    @property
    def answered(self) -> bool:
        return bool(self.ticks) or any(self.written)


def insert_items(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    session.execute(insert(ItemRow), list(rows))


def own(session: Session, attempt_id: int, person_id: int) -> tuple[AttemptRow, PaperRow] | None:
    """A person's own attempt with its paper."""
    found = session.execute(
        select(AttemptRow, PaperRow)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .where(AttemptRow.id == attempt_id, AttemptRow.person_id == person_id)
    ).first()
    return (found[0], found[1]) if found else None


def locked(session: Session, attempt_id: int) -> tuple[AttemptRow, PaperRow]:
    """An attempt for whoever changes what is derived from its answers; others wait."""
    row = session.scalars(
        select(AttemptRow)
        .where(AttemptRow.id == attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return row, session.get_one(PaperRow, row.paper_id)


def items(session: Session, attempt_id: int) -> list[Item]:
    """The questions of an attempt's paper in order, with what it has of each."""
    return items_of(session, [attempt_id]).get(attempt_id, [])


def asked(session: Session, paper_id: int) -> Sequence[ItemRow]:
    """The questions of a paper in order."""
    return session.scalars(select(ItemRow).where(ItemRow.paper_id == paper_id).order_by(ItemRow.position)).all()


def question_count(session: Session, paper_id: int) -> int:
    return session.scalar(select(func.count()).where(ItemRow.paper_id == paper_id)) or 0


_ITEM = (
    ItemRow.position,
    ItemRow.version_id,
    ItemRow.question_id,
    ItemRow.type,
    ItemRow.chapter_id,
    ItemRow.half_points,
)


def items_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Item]]:
    """The same for some attempts, by attempt: one statement."""
    kept: tuple[Any, ...] = (
        _ANSWER.c.ticked,
        _ANSWER.c.written,
        _ANSWER.c.flagged,
        _ANSWER.c.at,
        _ANSWER.c.half_points,
        _ANSWER.c.logged,
    )
    query: Any = (
        select(AttemptRow.id, *_ITEM, *kept)
        .join(ItemRow, ItemRow.paper_id == AttemptRow.paper_id)
        .outerjoin(_ANSWER, and_(_ANSWER.c.attempt_id == AttemptRow.id, _ANSWER.c.position == ItemRow.position))
        .where(AttemptRow.id.in_(attempt_ids))
        .order_by(AttemptRow.id, ItemRow.position)
    )
    found: dict[int, list[Item]] = {}
    for row in session.execute(query):
        attempt, position, version, question, kind, chapter, full, ticked, words, flagged, at, earned, logged = row
        item = Item(
            position,
            version,
            question,
            kind,
            chapter,
            full,
            frozenset(ticked or ()),
            tuple(words or ()),
            bool(flagged),
            at,
            earned,
            bool(logged),
        )
        found.setdefault(attempt, []).append(item)
    return found


@dataclass(frozen=True)
class Place:
    """One question of an attempt under way, for keeping an answer."""

    ends_at: datetime
    ended_at: datetime | None
    discarded_at: datetime | None
    taken_back_at: datetime | None
    version_id: int
    questions: int


def place(session: Session, attempt_id: int, person_id: int, position: int) -> Place | None:
    count = select(func.count()).where(ItemRow.paper_id == AttemptRow.paper_id).correlate(AttemptRow).scalar_subquery()
    row = session.execute(
        select(
            AttemptRow.ends_at,
            AttemptRow.ended_at,
            AttemptRow.discarded_at,
            PaperRow.taken_back_at,
            ItemRow.version_id,
            count,
        )
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(ItemRow, ItemRow.paper_id == AttemptRow.paper_id)
        .where(AttemptRow.id == attempt_id, AttemptRow.person_id == person_id, ItemRow.position == position)
    ).first()
    return Place(*row) if row else None


def keep(session: Session, attempt_id: int, person_id: int, values: Mapping[str, Any]) -> bool:
    """Write an answer over what stood there, if the attempt is the person's and still under way at ``values["at"]``.

    The attempt is held while it is written, so that whoever ends it reads all that came before and nothing after.
    """
    now = values["at"]
    dialect = session.get_bind().dialect.name
    make: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect]
    written = literal(values["written"], type_=_ANSWER.c.written.type)
    source = (
        select(
            _ATTEMPT.c.id,
            literal(values["position"], type_=_ANSWER.c.position.type),
            literal(values["ticked"], type_=_ANSWER.c.ticked.type),
            written,
            literal(values["flagged"], type_=_ANSWER.c.flagged.type),
            literal(now, type_=_ANSWER.c.at.type),
            literal(False, type_=_ANSWER.c.logged.type),
        )
        .where(
            _ATTEMPT.c.id == attempt_id,
            _ATTEMPT.c.person_id == person_id,
            _ATTEMPT.c.ended_at.is_(None),
            _ATTEMPT.c.discarded_at.is_(None),
            _ATTEMPT.c.ends_at > now,
        )
        .with_for_update(read=True)
    )
    names = ("attempt_id", "position", "ticked", "written", "flagged", "at", "logged")
    statement = make(_ANSWER).from_select(names, source)
    fresh = {name: statement.excluded[name] for name in ("ticked", "written", "flagged", "at")}
    statement = statement.on_conflict_do_update(index_elements=["attempt_id", "position"], set_=fresh)
    done = session.execute(statement.returning(_ANSWER.c.position))
    return done.first() is not None


def end(session: Session, attempt_id: int, *, by: str, at: datetime) -> bool:
    """End an attempt that is under way; ``False`` where it was over before."""
    done = session.execute(
        update(AttemptRow)
        .where(AttemptRow.id == attempt_id, UNDER_WAY)
        .values(ended_at=at, ended_by=by)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def discard(session: Session, attempt_id: int, *, at: datetime) -> bool:
    done = session.execute(
        update(AttemptRow)
        .where(AttemptRow.id == attempt_id, UNDER_WAY, AttemptRow.ends_at > at)
        .values(discarded_at=at)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


UNDER_WAY = and_(AttemptRow.ended_at.is_(None), AttemptRow.discarded_at.is_(None))


def put_marks(session: Session, attempt_id: int, marks: Sequence[Mapping[str, Any]]) -> None:
    """Write what answers earned: ``at_position``, ``earned`` and ``reached`` (the ticks) of each."""
    if marks:
        session.connection().execute(
            update(_ANSWER)
            .where(_ANSWER.c.attempt_id == attempt_id, _ANSWER.c.position == bindparam("at_position"))
            .values(half_points=bindparam("earned"), ticked=bindparam("reached", type_=_ANSWER.c.ticked.type)),
            list(marks),
        )


def put_logged(session: Session, attempt_id: int, positions: Sequence[int]) -> None:
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.attempt_id == attempt_id, AnswerRow.position.in_(positions))
        .values(logged=True)
        .execution_options(synchronize_session=False)
    )


def due(session: Session, now: datetime, *, person_id: int | None = None, most: int = 200) -> list[int]:
    """Attempts whose time is up, and those whose answers may be learnt from since the paper's window is over, or since
    the paper was put back.
    """
    held_back = exists().where(
        AnswerRow.attempt_id == AttemptRow.id, AnswerRow.logged.is_(False), AnswerRow.half_points.is_not(None)
    )
    over = and_(
        or_(PaperRow.keys == "at-once", PaperRow.closes_at.is_(None), PaperRow.closes_at <= now),
        AttemptRow.marked_at.is_not(None),
        PaperRow.taken_back_at.is_(None),
        held_back,
    )
    query = (
        select(AttemptRow.id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .where(or_(and_(UNDER_WAY, AttemptRow.ends_at <= now), over))
    )
    if person_id is not None:
        query = query.where(AttemptRow.person_id == person_id)
    return list(session.scalars(query.order_by(AttemptRow.id).limit(most)))


def with_version(session: Session, version_ids: Sequence[int]) -> list[int]:
    """Ended attempts whose paper asked one of some versions."""
    query = (
        select(AttemptRow.id)
        .join(ItemRow, ItemRow.paper_id == AttemptRow.paper_id)
        .where(ItemRow.version_id.in_(version_ids), AttemptRow.ended_at.is_not(None))
    )
    return list(session.scalars(query.distinct().order_by(AttemptRow.id)))


def ended_after(session: Session, attempt_id: int, most: int) -> list[AttemptRow]:
    """Ended attempts by id, the next after one."""
    query = select(AttemptRow).where(AttemptRow.id > attempt_id, AttemptRow.ended_at.is_not(None))
    return list(session.scalars(query.order_by(AttemptRow.id).limit(most)))


def met(session: Session, person_id: int, subject_code: str) -> dict[int, int]:
    """In how many of their papers a person has met each question."""
    query = (
        select(ItemRow.question_id, func.count())
        .join(AttemptRow, AttemptRow.paper_id == ItemRow.paper_id)
        .join(PaperRow, PaperRow.id == ItemRow.paper_id)
        .where(AttemptRow.person_id == person_id, PaperRow.subject_code == subject_code)
    )
    return dict(session.execute(query.group_by(ItemRow.question_id)).all())


def persons_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, int]:
    query = select(AttemptRow.id, AttemptRow.person_id).where(AttemptRow.id.in_(attempt_ids))
    return dict(session.execute(query).all())


def markings_anew(session: Session, attempt_id: int) -> list[Any]:
    """The changes of a finished marking, the latest first: when, by whom, why, and the total before and after."""
    row = RemarkingRow
    query = (
        select(row.marked_at, PersonRow.name, row.reason, row.half_points_before, row.half_points_after)
        .join(PersonRow, PersonRow.id == row.marked_by)
        .where(row.attempt_id == attempt_id)
    )
    return list(session.execute(query.order_by(row.id.desc())).all())
