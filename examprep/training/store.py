"""Queries of the acts: bounded by the actor's organisations, or by what a candidate can reach. Decides nothing."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import MembershipRow, OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.bulk import among
from examprep.plumbing.prepared import Prepared
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, GrantRow, SessionRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.rules.enrolment import Window
from examprep.training.rules.seating import STANDING

MANAGE = Permission.TRAINING_CLASS_MANAGE
NO_CLASS = N_("There is no such class in your organisations.")
Row = TypeVar("Row", CourseRow, ClassRow, SessionRow)


def managed(actor: Actor) -> ColumnElement[bool]:
    """That a class belongs to the organisations in which the actor manages classes."""
    return within(ClassRow.organisation_id, actor, MANAGE)


def reachable(actor: Actor) -> ColumnElement[bool]:
    """That a class is held by the actor's own organisation or one above it."""
    above = select(OrganisationTreeRow.ancestor_id).where(OrganisationTreeRow.descendant_id == actor.organisation_id)
    return ClassRow.organisation_id.in_(above)


def has_seat(person_id: int) -> ColumnElement[bool]:
    """That the person is enrolled in the class or asked for a seat and was not refused."""
    return ClassRow.id.in_(
        select(EnrolmentRow.class_id).where(EnrolmentRow.person_id == person_id, EnrolmentRow.state.in_(STANDING))
    )


def enrolled(person_id: Any) -> ColumnElement[bool]:
    """That the person has a seat in the class."""
    row = EnrolmentRow
    return ClassRow.id.in_(select(row.class_id).where(row.person_id == person_id, row.state == "enrolled"))


_SEATED = Prepared(
    lambda _: select(EnrolmentRow.class_id).where(EnrolmentRow.person_id == bindparam("person_id")).limit(1),
    (EnrolmentRow.class_id,),
)


def has_been_seated(session: Session, person_id: int) -> bool:
    """Whether the person has or had a seat anywhere, or waits for one; most who practise never had."""
    return bool(_SEATED.run(session.connection(), {"person_id": person_id}))


def open_to(actor: Actor) -> ColumnElement[bool]:
    """That a candidate may know of the class: announced and within reach, or with a seat in it."""
    return or_(and_(reachable(actor), ClassRow.state != "planned"), has_seat(actor.person_id))


def course(session: Session, actor: Actor, course_id: int) -> CourseRow:
    """Raises NotFound: no such course in the actor's organisations."""
    query = select(CourseRow).where(CourseRow.id == course_id, within(CourseRow.organisation_id, actor, MANAGE))
    return _found(session.scalar(query), N_("There is no such course in your organisations."))


def class_(session: Session, actor: Actor, class_id: int, *, lock: bool = False) -> ClassRow:
    """Raises NotFound: no such class in the actor's organisations."""
    query = select(ClassRow).where(ClassRow.id == class_id, managed(actor))
    return _found(session.scalar(_locked(query, lock)), NO_CLASS)


def classes(session: Session, actor: Actor, class_ids: Collection[int]) -> dict[int, ClassRow]:
    """Several at once, by id. Raises NotFound: one of them is not in the actor's organisations."""
    wanted = sorted(set(class_ids))
    query = select(ClassRow).where(among(session, ClassRow.id, wanted), managed(actor))
    found = {row.id: row for row in session.scalars(query)}
    if len(found) < len(wanted):
        raise NotFound("training.unknown", NO_CLASS)
    return {class_id: found[class_id] for class_id in wanted}


def class_open_to(session: Session, actor: Actor, class_id: int, *, lock: bool = False) -> ClassRow:
    """Raises NotFound: no such class that the candidate may know of."""
    query = select(ClassRow).where(ClassRow.id == class_id, open_to(actor))
    return _found(session.scalar(_locked(query, lock)), N_("There is no such class within your reach."))


def any_class(session: Session, class_id: int) -> ClassRow:
    """A class with its row locked, whoever asks; the caller has asked for the right. Raises NotFound."""
    return found_class(session, ClassRow.id == class_id, lock=True)


def found_class(session: Session, *conditions: ColumnElement[bool], lock: bool = False) -> ClassRow:
    """The class of which the conditions hold. Raises NotFound."""
    query = select(ClassRow).where(*conditions)
    return _found(session.scalar(_locked(query, lock)), N_("There is no such class within your reach."))


def meeting(session: Session, actor: Actor, session_id: int, *, lock: bool = False) -> SessionRow:
    """Raises NotFound: no such session in the actor's organisations."""
    query = (
        select(SessionRow)
        .join(ClassRow, ClassRow.id == SessionRow.class_id)
        .where(SessionRow.id == session_id, managed(actor))
    )
    query = query.with_for_update(of=SessionRow).execution_options(populate_existing=True) if lock else query
    return _found(session.scalar(query), N_("There is no such session in your organisations."))


def _locked(query: Select[ClassRow], lock: bool) -> Select[ClassRow]:
    """Hold the row until the transaction ends; what was read before the wait is read anew."""
    return query.with_for_update().execution_options(populate_existing=True) if lock else query


def _found(row: Row | None, sentence: str) -> Row:
    if row is None:
        raise NotFound("training.unknown", sentence)
    return row


def classes_of(session: Session, course_id: int) -> Sequence[ClassRow]:
    """The classes of a course, locked in the order of their ids."""
    query = select(ClassRow).where(ClassRow.course_id == course_id).order_by(ClassRow.id).with_for_update()
    return session.scalars(query).all()


def sessions_of(session: Session, class_id: int, *, lock: bool = False) -> Sequence[SessionRow]:
    query = select(SessionRow).where(SessionRow.class_id == class_id).order_by(SessionRow.starts_at, SessionRow.id)
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    return session.scalars(query).all()


def first_start(session: Session, class_id: int) -> datetime | None:
    """When the first session that takes place begins."""
    query = select(SessionRow.starts_at).where(SessionRow.class_id == class_id, SessionRow.state != "cancelled")
    return session.scalar(query.order_by(SessionRow.starts_at).limit(1))


def window(session: Session, row: ClassRow) -> Window:
    return Window(row.state, row.opens_on, row.closes_on, first_start(session, row.id))


def enrolment(session: Session, class_id: int, person_id: int) -> EnrolmentRow | None:
    query = select(EnrolmentRow).where(EnrolmentRow.class_id == class_id, EnrolmentRow.person_id == person_id)
    return session.scalar(query)


def seats(session: Session, class_id: int, *states: str) -> Sequence[EnrolmentRow]:
    """The enrolments of a class in some states, in the order of asking."""
    query = select(EnrolmentRow).where(EnrolmentRow.class_id == class_id, EnrolmentRow.state.in_(states))
    return session.scalars(query.order_by(EnrolmentRow.turn)).all()


def count_seats(session: Session, class_id: int, *states: str) -> int:
    query = select(func.count()).where(EnrolmentRow.class_id == class_id, EnrolmentRow.state.in_(states))
    return session.scalar(query) or 0


def next_turn(session: Session, class_id: int) -> int:
    return (session.scalar(select(func.max(EnrolmentRow.turn)).where(EnrolmentRow.class_id == class_id)) or 0) + 1


def learns_for(session: Session, person_id: int, exam_year: int) -> bool:
    """Whether the person has a seat in a class for that exam, or came to one before leaving it."""
    came = (
        select(AttendanceRow.person_id)
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .where(
            SessionRow.class_id == ClassRow.id, AttendanceRow.person_id == person_id, AttendanceRow.present.is_(True)
        )
        .correlate(ClassRow)
        .exists()
    )
    seat = and_(EnrolmentRow.state == "enrolled", ClassRow.state != "cancelled")
    query = (
        select(ClassRow.id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(EnrolmentRow, and_(EnrolmentRow.class_id == ClassRow.id, EnrolmentRow.person_id == person_id))
        .where(CourseRow.kind == "exam", ClassRow.exam_year == exam_year, or_(seat, came))
        .limit(1)
    )
    return session.scalar(query) is not None


def roster_condition(row: SessionRow) -> ColumnElement[bool]:
    """Who belongs on a session's list: whoever has a seat, left only after it began, or was recorded."""
    return and_(
        EnrolmentRow.class_id == row.class_id,
        or_(
            EnrolmentRow.state == "enrolled",
            and_(EnrolmentRow.state == "left", AttendanceRow.present.is_not(None)),
        ),
    )


def roster(session: Session, row: SessionRow) -> list[Any]:
    """(person id, name, organisation, seat, since, present or None, minutes or None), by name."""
    query = (
        select(
            PersonRow.id,
            PersonRow.name,
            OrganisationRow.name,
            EnrolmentRow.state,
            EnrolmentRow.at,
            AttendanceRow.present,
            AttendanceRow.minutes,
        )
        .select_from(EnrolmentRow)
        .join(PersonRow, PersonRow.id == EnrolmentRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(
            AttendanceRow,
            and_(AttendanceRow.person_id == EnrolmentRow.person_id, AttendanceRow.session_id == row.id),
        )
        .where(roster_condition(row))
        .order_by(PersonRow.name, PersonRow.id)
    )
    return list(session.execute(query).all())


def learners(session: Session, class_id: int) -> list[Any]:
    """(person id, name, organisation, seat, since, sessions attended, end of an offer) of everybody who asked and has
    not left.
    """
    came = (
        select(func.count())
        .select_from(AttendanceRow)
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .where(
            SessionRow.class_id == class_id,
            AttendanceRow.person_id == EnrolmentRow.person_id,
            AttendanceRow.present.is_(True),
        )
        .correlate(EnrolmentRow)
        .scalar_subquery()
    )
    query = (
        select(
            PersonRow.id,
            PersonRow.name,
            OrganisationRow.name,
            EnrolmentRow.state,
            EnrolmentRow.at,
            came,
            EnrolmentRow.offered_until,
        )
        .select_from(EnrolmentRow)
        .join(PersonRow, PersonRow.id == EnrolmentRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(EnrolmentRow.class_id == class_id, EnrolmentRow.state.in_(STANDING))
        .order_by(EnrolmentRow.state, EnrolmentRow.turn)
    )
    return list(session.execute(query).all())


def present_ids(session: Session, session_id: int) -> list[int]:
    query = select(AttendanceRow.person_id).where(
        AttendanceRow.session_id == session_id, AttendanceRow.present.is_(True)
    )
    return list(session.scalars(query.order_by(AttendanceRow.person_id)))


def grants(session: Session, row: SessionRow) -> Sequence[GrantRow]:
    """What the last closing of a session gave."""
    query = select(GrantRow).where(GrantRow.session_id == row.id, GrantRow.closing == row.closings)
    return session.scalars(query.order_by(GrantRow.person_id)).all()


def trainers(session: Session, actor: Actor, today: date) -> list[tuple[int, str]]:
    """(id, name) of whoever is a trainer on ``today`` where the actor manages classes."""
    query = (
        select(PersonRow.id, PersonRow.name)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(
            MembershipRow.role == Role.TRAINER,
            MembershipRow.since <= today,
            or_(MembershipRow.until.is_(None), MembershipRow.until > today),
            within(MembershipRow.organisation_id, actor, MANAGE),
        )
        .distinct()
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [(person_id, name) for person_id, name in session.execute(query)]


def courses(session: Session, actor: Actor) -> Sequence[CourseRow]:
    query = select(CourseRow).where(within(CourseRow.organisation_id, actor, MANAGE))
    return session.scalars(query.order_by(CourseRow.name, CourseRow.id)).all()


def exam_learner_ids(actor: Actor, year: int) -> Select[int]:
    """Ids of those with a seat in the actor's classes for the exam of ``year`` or later; for joining."""
    return (
        select(EnrolmentRow.person_id)
        .join(ClassRow, ClassRow.id == EnrolmentRow.class_id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .where(
            managed(actor),
            CourseRow.kind == "exam",
            ClassRow.exam_year >= year,
            ClassRow.state != "cancelled",
            EnrolmentRow.state == "enrolled",
        )
    )


def exam_classes(session: Session, actor: Actor) -> list[Any]:
    """(id, name, exam year) of the classes for an exam that an officer may count by, the latest exam first."""
    query = (
        select(ClassRow.id, ClassRow.name, ClassRow.exam_year)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .where(
            CourseRow.kind == "exam",
            ClassRow.exam_year.is_not(None),
            ClassRow.state != "cancelled",
            or_(within(ClassRow.organisation_id, actor, Permission.EXAMS_RATE_SEE), reachable(actor)),
        )
        .order_by(ClassRow.exam_year.desc(), ClassRow.name, ClassRow.id)
    )
    return list(session.execute(query).all())


def exam_seats() -> Select[*tuple[Any, ...]]:
    """(class_id, person_id, exam_year) of every seat in a class that prepares for an exam."""
    return (
        select(ClassRow.id.label("class_id"), EnrolmentRow.person_id, ClassRow.exam_year)
        .join(ClassRow, ClassRow.id == EnrolmentRow.class_id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .where(CourseRow.kind == "exam", ClassRow.exam_year.is_not(None), EnrolmentRow.state == "enrolled")
    )


def exam_learners(session: Session, actor: Actor, year: int) -> list[Any]:
    """Each of them once, by name: person's id and name, and the latest class's id and name."""
    latest = (
        exam_learner_ids(actor, year)
        .with_only_columns(EnrolmentRow.person_id, func.max(ClassRow.id).label("class_id"))
        .group_by(EnrolmentRow.person_id)
        .subquery()
    )
    query = (
        select(PersonRow.id, PersonRow.name, ClassRow.id, ClassRow.name)
        .join(latest, latest.c.person_id == PersonRow.id)
        .join(ClassRow, ClassRow.id == latest.c.class_id)
        .order_by(PersonRow.name, PersonRow.id)
    )
    return list(session.execute(query).all())
