"""Queries of feedback: who came, when a class was last held, and what was said of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from examprep.kernel.clock import start_of_day
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.training import store
from examprep.training.feedback_models import FeedbackEndRow, FeedbackRow
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, SessionRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.rules.feedback import DAYS_AFTER, ENOUGH, FEW, OPEN, SCALES, SHOWN

_CAME = and_(AttendanceRow.present.is_(True), SessionRow.state == "closed")
managed_class = store.class_


def came(session: Session, class_id: int, person_id: int, *, lock: bool = False) -> bool:
    """Whether the person came to a closed session of the class; with ``lock`` their seat is held meanwhile."""
    if lock:
        seat = select(EnrolmentRow.id).where(EnrolmentRow.class_id == class_id, EnrolmentRow.person_id == person_id)
        session.execute(seat.with_for_update())
    query = (
        select(SessionRow.id)
        .join(AttendanceRow, AttendanceRow.session_id == SessionRow.id)
        .where(SessionRow.class_id == class_id, AttendanceRow.person_id == person_id, _CAME)
        .limit(1)
    )
    return session.scalar(query) is not None


def lock_end(session: Session, class_id: int) -> None:
    """Let those who answer and what ends the answering queue, until the transaction ends."""
    session.execute(select(ClassRow.id).where(ClassRow.id == class_id).with_for_update())


def attended_classes(session: Session, person_id: int, today: date) -> list[int]:
    """Classes with a closed session that the person came to and that were last held within the days of feedback."""
    mine = (
        select(SessionRow.class_id)
        .join(AttendanceRow, AttendanceRow.session_id == SessionRow.id)
        .where(AttendanceRow.person_id == person_id, _CAME)
    )
    query = select(ClassRow.id).where(ClassRow.id.in_(mine), _last_end() >= _since(today)).order_by(ClassRow.id)
    return list(session.scalars(query))


def held_for(session: Session, person_id: int) -> list[tuple[int, datetime]]:
    """(class, end of the last session so far) of each class that the person came to, for generated data."""
    query = (
        select(SessionRow.class_id, func.max(SessionRow.ends_at))
        .join(AttendanceRow, AttendanceRow.session_id == SessionRow.id)
        .where(AttendanceRow.person_id == person_id, _CAME)
        .group_by(SessionRow.class_id)
        .order_by(SessionRow.class_id)
    )
    return [(class_id, ends_at) for class_id, ends_at in session.execute(query)]


def count_came(session: Session, class_id: int) -> int:
    """How many came to a closed session."""
    query = (
        select(func.count(AttendanceRow.person_id.distinct()))
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .where(SessionRow.class_id == class_id, _CAME)
    )
    return session.scalar(query) or 0


def last_end(session: Session, class_id: int) -> datetime | None:
    """When the last session that is not cancelled ends."""
    query = select(SessionRow.ends_at).where(SessionRow.class_id == class_id, SessionRow.state != "cancelled")
    return session.scalar(query.order_by(SessionRow.ends_at.desc()).limit(1))


def answers(session: Session, class_id: int) -> Sequence[FeedbackRow]:
    return session.scalars(select(FeedbackRow).where(FeedbackRow.class_id == class_id)).all()


def ended(session: Session) -> list[tuple[int, datetime]]:
    """(class, end of its last session) of every class with answers that were not cut yet."""
    answered = select(FeedbackRow.class_id).where(FeedbackRow.class_id == ClassRow.id).exists()
    cut = select(FeedbackEndRow.class_id).where(FeedbackEndRow.class_id == ClassRow.id).exists()
    query = (
        select(ClassRow.id, func.max(SessionRow.ends_at))
        .join(SessionRow, SessionRow.class_id == ClassRow.id)
        .where(SessionRow.state != "cancelled", answered, ~cut)
        .group_by(ClassRow.id)
        .order_by(ClassRow.id)
    )
    return [(class_id, ends_at) for class_id, ends_at in session.execute(query)]


def page(session: Session, actor: Actor, ask: Ask, *, today: date) -> Page:
    """The classes held in the actor's organisations with what was said of them, the last held first.

    Means are left empty where they may not be seen. Filter: ``state``.
    """
    told = _summed().subquery()
    there = _came_counts().subquery()
    trainer = aliased(PersonRow)
    last, cut = _last_end(), select(FeedbackEndRow.class_id).where(FeedbackEndRow.class_id == ClassRow.id).exists()
    given = func.coalesce(told.c.answers, 0)
    over = cut | (last < _since(today))
    state = case((~over, OPEN), (given < ENOUGH, FEW), else_=SHOWN)
    means = [case((and_(over, given >= ENOUGH), told.c[scale]), else_=None).label(scale) for scale in SCALES]
    query = (
        select(
            ClassRow.id,
            ClassRow.name.label("name"),
            CourseRow.name.label("course"),
            trainer.name.label("trainer"),
            last.label("last_at"),
            there.c.came.label("came"),
            given.label("answers"),
            *means,
            state.label("state"),
        )
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(trainer, trainer.id == ClassRow.trainer_id)
        .join(there, there.c.class_id == ClassRow.id)
        .outerjoin(told, told.c.class_id == ClassRow.id)
        .where(store.managed(actor))
    )
    if "state" in ask.filters:
        query = query.where(state == ask.filters["state"])
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": ClassRow.name,
            "trainer": trainer.name,
            "last_at": last,
            "answers": given,
            **{column.name: column for column in means},
        },
        searchable=(ClassRow.name, CourseRow.name, trainer.name),
        default=(last.desc(), ClassRow.id.desc()),
    )


def _summed() -> Select[Any]:
    means = [func.avg(getattr(FeedbackRow, scale) * 1.0).label(scale) for scale in SCALES]
    return select(FeedbackRow.class_id, func.count().label("answers"), *means).group_by(FeedbackRow.class_id)


def _came_counts() -> Select[int, int]:
    return (
        select(SessionRow.class_id, func.count(AttendanceRow.person_id.distinct()).label("came"))
        .join(AttendanceRow, AttendanceRow.session_id == SessionRow.id)
        .where(_CAME)
        .group_by(SessionRow.class_id)
    )


def _last_end() -> ColumnElement[datetime]:
    return (
        select(func.max(SessionRow.ends_at))
        .where(SessionRow.class_id == ClassRow.id, SessionRow.state != "cancelled")
        .correlate(ClassRow)
        .scalar_subquery()
    )


def _since(today: date) -> datetime:
    """Feedback of a class that was last held before this instant is over on ``today``."""
    return start_of_day(today - timedelta(days=DAYS_AFTER))
