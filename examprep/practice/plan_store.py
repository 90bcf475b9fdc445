"""Queries of planning: what is remembered, pace, the day's plan, cramming, and the weights of the memory model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, String, bindparam, case, delete, func, select, true
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.people.models import PersonRow
from examprep.plumbing.prepared import Prepared
from examprep.plumbing.sql_words import Days, IsGiven, OfficeDay
from examprep.practice.models import (
    AnswerRow,
    DayRow,
    HabitRow,
    MarkRow,
    MemoryRow,
    PaceRow,
    PlaceRow,
    PlanRow,
    WeightsRow,
)
from examprep.practice.notebook_store import listed
from examprep.practice.rules.spacing import Weights
from examprep.practice.store import lasting

_ANSWER: Any = AnswerRow.__table__
_MEMORY: Any = MemoryRow.__table__


class Seen(NamedTuple):
    """What planning looks at of one question that was seen: the fields of `Held`, and what a home counts.

    ``last``, ``due``: days from today, past ones negative. Made by the thousand for one page, so the databases do what
    can be done there.
    """

    question_id: int
    stability: float
    difficulty: float
    last: int
    due: int
    missed: bool  # it is in the notebook
    unseen: bool  # not answered, but for cramming, since it was missed last
    reps: int
    rights: int
    waiting: bool  # due by now


class Remembered(NamedTuple):
    """What the day's plan asks about one of its questions that was seen."""

    question_id: int
    state: int
    due_at: datetime
    last_at: datetime


_REMEMBERED = tuple(_MEMORY.c[name] for name in Remembered._fields)
_ME: Any = bindparam("person_id", type_=Integer)
_SUBJECT: Any = bindparam("subject_code", type_=String)
_TODAY: Any = bindparam("today", type_=Date)
_OWN_RULE: Any = select(HabitRow.days_to_leave).where(HabitRow.person_id == _ME).scalar_subquery()
_DUE: Any = (
    select(func.count())
    .select_from(MemoryRow)
    .where(
        _MEMORY.c.person_id == _ME,
        _MEMORY.c.subject_code == _SUBJECT,
        _MEMORY.c.due_at <= bindparam("now", type_=_MEMORY.c.due_at.type),
    )
    .scalar_subquery()
)
_SUMS = tuple(func.sum(column) for column in (DayRow.answered, DayRow.rights, DayRow.took_ms))
# Whoever writes rows of `_MEMORY` counts an answer of the person, or says so (`practice.rebuild`); beside that, what is
# seen changes with the person's rule of the notebook and with what falls due.
_SEEN_WITNESS = Prepared(
    lambda _: select(*_SUMS, _OWN_RULE, _DUE).where(DayRow.person_id == _ME), (*_SUMS, HabitRow.days_to_leave, _ME)
)
_SEEN = Prepared(
    lambda _: (
        select(
            *(_MEMORY.c[name] for name in ("question_id", "stability", "difficulty")),
            *(Days(OfficeDay(_MEMORY.c[name]), _TODAY) for name in ("last_at", "due_at")),
            listed(_ME),
            _MEMORY.c.mistaken_at.is_not(None) & (_MEMORY.c.mistaken_at >= _MEMORY.c.last_at),
            *(_MEMORY.c[name] for name in ("reps", "rights")),
            _MEMORY.c.due_at <= bindparam("now", type_=_MEMORY.c.due_at.type),
        )
        .where(_MEMORY.c.person_id == _ME, _MEMORY.c.subject_code == _SUBJECT)
        .order_by(_MEMORY.c.question_id)
    ),
    (_MEMORY.c.question_id,),  # what it returns is as the drivers give it
    witness=_SEEN_WITNESS,
)


def seen(session: Session, person_id: int, subject_code: str, now: datetime) -> list[Seen]:
    """All that a person has seen of a subject, by question."""
    asked = {"person_id": person_id, "subject_code": subject_code, "today": office_day(now), "now": now}
    return list(map(Seen._make, _SEEN.run(session.connection(), asked)))


@dataclass(frozen=True)
class Known:
    """What a home and a plan must know of one person in one subject."""

    subject_code: str
    last_scope: str | None  # where the person was last in the subject
    minutes: int | None  # as they chose; null: never
    most: int | None
    plan: tuple[list[int], int, datetime] | None  # as `plan` has it
    first_on: date | None
    measured: int  # answers on days on which any was measured, and how long they took
    took_ms: int
    today: tuple[int, int, int]  # answered, right, milliseconds
    daily_done: bool  # whether the question of the day is answered
    weights: Weights | None
    marks: Sequence[int]
    seen: Sequence[Seen]


def _known() -> tuple[Any, Sequence[Any]]:
    """The statement that tells all but the questions, and its columns."""
    last = (
        select(PlaceRow.subject_code, PlaceRow.scope)
        .where(PlaceRow.person_id == _ME, lasting(), (_SUBJECT == "") | (PlaceRow.subject_code == _SUBJECT))
        .order_by(PlaceRow.used_at.desc(), PlaceRow.subject_code, PlaceRow.scope)
        .limit(1)
        .subquery()
    )
    measured = DayRow.took_ms > 0
    days = (
        select(
            func.min(DayRow.answered_on).label("first_on"),
            func.sum(case((measured, DayRow.answered))).label("measured"),
            func.sum(case((measured, DayRow.took_ms))).label("took_ms"),
        )
        .where(DayRow.person_id == _ME)
        .subquery()
    )
    subject = func.coalesce(last.c.subject_code, bindparam("otherwise", type_=String), type_=String)
    in_force = select(func.max(WeightsRow.id)).scalar_subquery()
    daily: Any = bindparam("daily", type_=String)
    columns = (
        subject,
        last.c.scope,
        PaceRow.minutes,
        PaceRow.most,
        PlanRow.planned_on,
        PlanRow.question_ids,
        PlanRow.reviews,
        PlanRow.planned_at,
        days.c.first_on,
        days.c.measured,
        days.c.took_ms,
        DayRow.answered,
        DayRow.rights,
        DayRow.took_ms,
        case((PlaceRow.used_at.is_not(None) & PlaceRow.question_id.is_(None), 1)),
        WeightsRow.weights,
    )
    found = (
        select(*columns)
        .select_from(PersonRow)
        .outerjoin(last, true())
        .outerjoin(days, true())
        .outerjoin(PaceRow, (PaceRow.person_id == _ME) & (PaceRow.subject_code == subject))
        .outerjoin(PlanRow, (PlanRow.person_id == _ME) & (PlanRow.subject_code == subject))
        .outerjoin(DayRow, (DayRow.person_id == _ME) & (DayRow.answered_on == _TODAY))
        .outerjoin(
            PlaceRow, (PlaceRow.person_id == _ME) & (PlaceRow.subject_code == subject) & (PlaceRow.scope == daily)
        )
        .outerjoin(WeightsRow, WeightsRow.id == in_force)
        .where(PersonRow.id == _ME)
    )
    return found, columns


_KNOWN = Prepared(lambda _: _known()[0], _known()[1])
_MARKS = Prepared(
    lambda _: select(MarkRow.question_id).where(MarkRow.person_id == _ME).order_by(MarkRow.question_id),
    (MarkRow.question_id,),
)


def known(
    session: Session, person_id: int, *, now: datetime, daily: str = "", subject_code: str = "", otherwise: str = ""
) -> Known:
    """What is known of a person in a subject, else in the one practised last, else in the one named ``otherwise``.

    ``daily``: the scope of the question of the day, if that is asked. Three statements.
    """
    connection, today = session.connection(), office_day(now)
    asked = {
        "person_id": person_id,
        "subject_code": subject_code,
        "otherwise": subject_code or otherwise,
        "today": today,
        "daily": daily,
    }
    ((subject, scope, minutes, most, on, question_ids, reviews, at, first, measured, took, *day, done, weights),) = (
        _KNOWN.run(connection, asked)
    )
    return Known(
        subject_code=subject,
        last_scope=scope,
        minutes=minutes,
        most=most,
        plan=(question_ids, reviews, at) if on == today else None,
        first_on=first,
        measured=int(measured or 0),
        took_ms=int(took or 0),
        today=(day[0] or 0, day[1] or 0, day[2] or 0),
        daily_done=bool(done),
        weights=None if weights is None else tuple(weights),
        marks=[question for (question,) in _MARKS.run(connection, {"person_id": person_id})],
        seen=seen(session, person_id, subject, now),
    )


_SEEN_OF = Prepared(
    lambda _: select(*_REMEMBERED).where(_MEMORY.c.person_id == _ME, IsGiven(_MEMORY.c.question_id, "question_ids")),
    _REMEMBERED,
)


def seen_of(session: Session, person_id: int, question_ids: Sequence[int]) -> dict[int, Remembered]:
    """What a person has seen of some questions."""
    rows = _SEEN_OF.run(session.connection(), {"person_id": person_id, "question_ids": question_ids})
    return {row[0]: Remembered._make(row) for row in rows}


def pace(session: Session, person_id: int, subject_code: str) -> tuple[int, int | None] | None:
    """Minutes and most questions a day; ``None`` when the person never said."""
    row = session.get(PaceRow, (person_id, subject_code))
    return None if row is None else (row.minutes, row.most)


def put_pace(
    session: Session, person_id: int, subject_code: str, minutes: int, most: int | None, now: datetime
) -> None:
    session.merge(PaceRow(person_id=person_id, subject_code=subject_code, minutes=minutes, most=most, set_at=now))
    session.flush()


_PLANNED = (PlanRow.planned_on, PlanRow.question_ids, PlanRow.reviews, PlanRow.planned_at)
_PLAN = Prepared(
    lambda _: select(*_PLANNED).where(PlanRow.person_id == _ME, PlanRow.subject_code == _SUBJECT), _PLANNED
)


def plan(session: Session, person_id: int, subject_code: str, on: date) -> tuple[list[int], int, datetime] | None:
    """Questions, how many of them are reviews, and when it was made; ``None`` when that day has no plan."""
    rows = _PLAN.run(session.connection(), {"person_id": person_id, "subject_code": subject_code})
    return rows[0][1:] if rows and rows[0][0] == on else None


def put_plan(session: Session, person_id: int, subject_code: str, **values: Any) -> None:
    """Put a day's plan in place of the one before."""
    session.merge(PlanRow(person_id=person_id, subject_code=subject_code, **values))
    session.flush()


def drop_plan(session: Session, person_id: int, subject_code: str) -> None:
    session.execute(delete(PlanRow).where(PlanRow.person_id == person_id, PlanRow.subject_code == subject_code))


def took(session: Session, person_id: int) -> tuple[int, int]:
    """Answers of a person on days on which any was measured, and how many milliseconds they took together."""
    answers, took_ms = session.execute(
        select(func.sum(DayRow.answered), func.sum(DayRow.took_ms)).where(
            DayRow.person_id == person_id, DayRow.took_ms > 0
        )
    ).one()
    return int(answers or 0), int(took_ms or 0)


def crammed_since(session: Session, person_id: int, since: datetime) -> dict[int, tuple[int, bool]]:
    """How often each question was crammed since an instant, and whether it was right at the last time."""
    log = _ANSWER.c
    query = (
        select(log.question_id, log.half_points == log.full_half_points)
        .where(log.person_id == person_id, log.mode == "cram", log.at >= since)
        .order_by(log.id)
    )
    found: dict[int, tuple[int, bool]] = {}
    for question, right in session.connection().execute(query):
        found[question] = (found.get(question, (0, False))[0] + 1, bool(right))
    return found


def weights_in_force(session: Session) -> Weights | None:
    """The weights that the next answer is worked in with; ``None``: the published ones."""
    found = session.scalars(select(WeightsRow.weights).order_by(WeightsRow.id.desc()).limit(1)).one_or_none()
    return None if found is None else tuple(found)


def add_weights(session: Session, **values: Any) -> None:
    session.add(WeightsRow(**values))
    session.flush()


def weights(session: Session) -> dict[int, Weights]:
    """All weights that were ever in force, by id."""
    return {row.id: tuple(row.weights) for row in session.scalars(select(WeightsRow))}
