"""Queries of the pages: sessions, classes and courses with their counts. The caller gives the bounds as conditions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.people.bounds import below, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.kept_list import KeptList
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.training import store
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, SessionRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.store import MANAGE

Trainer = aliased(PersonRow)


def count_of(*states: str) -> Any:
    return (
        select(func.count())
        .select_from(EnrolmentRow)
        .where(EnrolmentRow.class_id == ClassRow.id, EnrolmentRow.state.in_(states))
        .correlate(ClassRow)
        .scalar_subquery()
    )


def next_start(now: datetime) -> Any:
    return (
        select(func.min(SessionRow.starts_at))
        .where(SessionRow.class_id == ClassRow.id, SessionRow.state == "planned", SessionRow.ends_at > now)
        .correlate(ClassRow)
        .scalar_subquery()
    )


def _begun(now: datetime) -> Any:
    return (
        select(SessionRow.id)
        .where(SessionRow.class_id == ClassRow.id, SessionRow.state != "cancelled", SessionRow.starts_at <= now)
        .correlate(ClassRow)
        .exists()
    )


def not_begun(now: datetime) -> ColumnElement[bool]:
    """That a class is not cancelled and no session of it has begun."""
    return and_(ClassRow.state != "cancelled", ~_begun(now))


def standing(now: datetime) -> Any:
    """What a class is to whoever asks for a seat now: its state, but an open one may be ``soon`` or ``closed``.

    It says ``open`` exactly when `rules.enrolment.takes_enrolments` does.
    """
    begun = _begun(now)
    offered, today = ClassRow.state == "open", office_day(now)
    return case(
        (and_(offered, ClassRow.opens_on > today), "soon"),
        (and_(offered, (ClassRow.closes_on <= today) | begun), "closed"),
        else_=ClassRow.state,
    )


def meetings(session: Session, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Any]:
    """Sessions with class, course, trainer, seats taken, how many came and the rule of hours, by start."""
    came = (
        select(func.count())
        .select_from(AttendanceRow)
        .where(AttendanceRow.session_id == SessionRow.id, AttendanceRow.present.is_(True))
        .correlate(SessionRow)
        .scalar_subquery()
    )
    query = (
        select(
            SessionRow,
            ClassRow.name,
            CourseRow.name,
            Trainer.name,
            ClassRow.enrolled,
            came,
            ClassRow.hours_rule,
            ClassRow.hours_percent,
        )
        .join(ClassRow, ClassRow.id == SessionRow.class_id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(Trainer, Trainer.id == ClassRow.trainer_id)
        .where(*conditions)
        .order_by(SessionRow.starts_at, SessionRow.id)
        .limit(limit)
    )
    return list(session.execute(query).all())


def of_categories(categories: Collection[str]) -> ColumnElement[bool]:
    """That a class gives hours of one of the categories."""
    return ClassRow.course_id.in_(select(CourseRow.id).where(CourseRow.category.in_(list(categories))))


def count_classes(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ClassRow).where(condition)) or 0


def class_cards(session: Session, *conditions: ColumnElement[bool], now: datetime) -> list[Any]:
    """(class, course, organisation's name, trainer's name, enrolled, waiting, offered, standing), by name."""
    query = (
        select(
            ClassRow,
            CourseRow,
            OrganisationRow.name,
            Trainer.name,
            ClassRow.enrolled,
            count_of("waiting"),
            count_of("offered"),
            standing(now),
        )
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(OrganisationRow, OrganisationRow.id == ClassRow.organisation_id)
        .join(Trainer, Trainer.id == ClassRow.trainer_id)
        .where(*conditions)
        .order_by(ClassRow.name, ClassRow.id)
    )
    return list(session.execute(query).all())


def class_page(
    session: Session, ask: Ask, *conditions: ColumnElement[bool], now: datetime, person_id: int | None = None
) -> Page:
    """A page of classes; with ``person_id`` also that person's seat in each."""
    seat = (
        select(EnrolmentRow.state)
        .where(EnrolmentRow.class_id == ClassRow.id, EnrolmentRow.person_id == person_id)
        .correlate(ClassRow)
        .scalar_subquery()
    )
    following, state = next_start(now), standing(now)
    waiting = count_of("waiting")
    query = (
        select(
            ClassRow.id,
            ClassRow.name.label("name"),
            CourseRow.name.label("course"),
            CourseRow.kind.label("kind"),
            OrganisationRow.name.label("organisation"),
            Trainer.name.label("trainer"),
            state.label("state"),
            ClassRow.opens_on.label("opens_on"),
            ClassRow.closes_on.label("closes_on"),
            ClassRow.capacity.label("capacity"),
            ClassRow.enrolled.label("enrolled"),
            waiting.label("waiting"),
            following.label("next_at"),
            seat.label("seat"),
        )
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(OrganisationRow, OrganisationRow.id == ClassRow.organisation_id)
        .join(Trainer, Trainer.id == ClassRow.trainer_id)
        .where(*conditions)
    )
    if "state" in ask.filters:
        query = query.where(state == ask.filters["state"])
    if "kind" in ask.filters:
        query = query.where(CourseRow.kind == ask.filters["kind"])
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": ClassRow.name,
            "course": CourseRow.name,
            "trainer": Trainer.name,
            "closes_on": ClassRow.closes_on,
            "enrolled": ClassRow.enrolled,
            "next_at": following,
        },
        searchable=(ClassRow.name, CourseRow.name, Trainer.name),
        default=(ClassRow.closes_on.desc(), ClassRow.id.desc()),
    )


def _week(condition: ColumnElement[bool]) -> KeptList:
    """The sessions between two instants of the classes that the condition holds of."""
    begins = SessionRow.starts_at
    query = (
        select(
            SessionRow.id,
            SessionRow.class_id,
            begins,
            SessionRow.ends_at,
            SessionRow.place,
            SessionRow.link,
            SessionRow.state,
            ClassRow.name,
            CourseRow.name.label("course"),
            Trainer.name.label("trainer"),
            ClassRow.enrolled,
        )
        .join(ClassRow, ClassRow.id == SessionRow.class_id)
        # Every class has both; joined so, they can be left out where only the rows are counted.
        .outerjoin(CourseRow, CourseRow.id == ClassRow.course_id)
        .outerjoin(Trainer, Trainer.id == ClassRow.trainer_id)
        .where(
            condition,
            *(begins >= bindparam("since", type_=begins.type), begins < bindparam("until", type_=begins.type)),
        )
    )
    return KeptList(
        query,
        sortable={
            "starts_at": begins,
            "name": ClassRow.name,
            "course": CourseRow.name,
            "place": SessionRow.place,
            "trainer": Trainer.name,
        },
        searchable=(ClassRow.name, CourseRow.name, Trainer.name, SessionRow.place),
        default=(begins, SessionRow.id),
        filters={"state": SessionRow.state == bindparam("state")},
    )


_MANAGED = _week(below(ClassRow.organisation_id))
_ATTENDED = _week(store.enrolled(bindparam("person_id", type_=EnrolmentRow.person_id.type)))


def managed_week(connection: Connection, actor: Actor, ask: Ask, since: datetime, until: datetime) -> Page:
    """The sessions between two instants of the classes that the actor manages."""
    return _MANAGED.page(connection, ask, since=since, until=until, roots=actor.roots(MANAGE))


def attended_week(connection: Connection, actor: Actor, ask: Ask, since: datetime, until: datetime) -> Page:
    """The same of those in which the actor has a seat."""
    return _ATTENDED.page(connection, ask, since=since, until=until, person_id=actor.person_id)


def course_page(session: Session, actor: Actor, ask: Ask) -> Page:
    """A page of courses with how many classes each has."""
    classes = (
        select(func.count(ClassRow.id)).where(ClassRow.course_id == CourseRow.id).correlate(CourseRow).scalar_subquery()
    )
    query = select(
        CourseRow.id,
        CourseRow.name.label("name"),
        CourseRow.kind.label("kind"),
        CourseRow.level.label("level"),
        CourseRow.category.label("category"),
        classes.label("classes"),
    ).where(within(CourseRow.organisation_id, actor, MANAGE))
    if "kind" in ask.filters:
        query = query.where(CourseRow.kind == ask.filters["kind"])
    return fetch(
        session,
        query,
        ask,
        sortable={"name": CourseRow.name, "classes": classes},
        searchable=(CourseRow.name, CourseRow.description),
        default=(CourseRow.name, CourseRow.id),
    )
