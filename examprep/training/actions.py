"""Courses, classes and their sessions: planned, changed, cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow
from examprep.practice import wording
from examprep.training import clashes, notices, presence, seat_rules, seats, store, timetable
from examprep.training.models import ClassRow, CourseRow, SessionRow
from examprep.training.rules.entry import SeatRules
from examprep.training.rules.recurrence import Series
from examprep.training.rules.schedule import Slot, checked
from examprep.training.rules.seating import HELD


@dataclass(frozen=True)
class CourseEntry:
    """A course as typed; the codes are those of `values.KINDS`, `values.CATEGORIES` and the syllabus."""

    name: str
    kind: str
    category: str
    level: str | None = None
    subject_code: str | None = None
    description: str = ""


@dataclass(frozen=True)
class ClassEntry:
    """A class as typed. Enrolment runs from ``opens_on`` up to, not on, ``closes_on``."""

    course_id: int
    name: str
    trainer_id: int
    capacity: int
    mode: str
    opens_on: date
    closes_on: date
    exam_year: int | None = None
    state: str = "open"
    hours_rule: str = "all"
    hours_percent: int = 80


def add_course(session: Session, actor: Actor, entry: CourseEntry, *, now: datetime) -> int:
    """Make a course of the actor's organisation; returns its id.

    Raises:
        Conflict: ``training.course-name`` -- the organisation has a course of that name.
    """
    row = CourseRow(**vars(entry), organisation_id=_home(session, actor), created_at=now)
    session.add(row)
    _flush_course(session)
    people.record(session, actor, "training.course-added", "training_course", row.id, now=now)
    return row.id


def change_course(session: Session, actor: Actor, course_id: int, entry: CourseEntry, *, now: datetime) -> None:
    """Raises NotFound; Conflict: ``training.course-name``."""
    row = store.course(session, actor, course_id)
    kind_before = row.kind
    for name, value in vars(entry).items():
        setattr(row, name, value)
    _flush_course(session)
    if row.kind != kind_before:
        for each in store.classes_of(session, row.id):
            settle_trained(session, each, each.exam_year)
    people.record(session, actor, "training.course-changed", "training_course", row.id, now=now)


def plan_class(
    session: Session,
    actor: Actor,
    entry: ClassEntry,
    slots: Iterable[Slot],
    *,
    series: Series | None = None,
    rules: SeatRules | None = None,
    now: datetime,
) -> int:
    """Make a class with its sessions, typed one by one or as a series or both; returns its id.

    Raises:
        NotFound: no such course in the actor's organisations.
        RuleViolation: a slot breaks `rules/schedule.py`; ``training.enrolment-days``; ``training.trainer`` -- is none
            there now.
        Conflict: ``training.class-name`` -- the course has a class of that name; ``training.trainer-busy``,
            ``training.room-taken``.
    """
    course = store.course(session, actor, entry.course_id)
    _check_entry(session, actor, entry, now)
    row = ClassRow(**vars(entry), organisation_id=course.organisation_id, created_at=now)
    session.add(row)
    flush_class(session)
    timetable.add(session, row, slots, series, now)
    if rules is not None:
        seat_rules.keep(session, row, rules, now=now)
    people.record(session, actor, "training.class-planned", "training_class", row.id, now=now)
    return row.id


def change_class(
    session: Session,
    actor: Actor,
    class_id: int,
    entry: ClassEntry,
    *,
    rules: SeatRules | None = None,
    now: datetime,
) -> None:
    """Change what a class says of itself; more seats go to those waiting, in their order. Without ``rules`` its seats
    are given as before.

    Raises:
        NotFound: no such class or course.
        RuleViolation: ``training.cancelled``, ``training.trainer``; ``training.capacity`` -- fewer than are taken;
            ``training.mode`` -- a planned session lacks the place or link the new mode needs.
        Conflict: ``training.class-name``; ``training.trainer-learns``, or as `clashes.refuse` -- of a new trainer.
    """
    row = store.class_(session, actor, class_id, lock=True)
    check_not_cancelled(row)
    store.course(session, actor, entry.course_id)
    _check_entry(session, actor, entry, now, keeping=row.trainer_id)
    taken = store.count_seats(session, row.id, *HELD)
    if entry.capacity < taken:
        raise RuleViolation("training.capacity", "%(taken)s seats are already taken.", taken=taken)
    planned = [each for each in store.sessions_of(session, row.id) if each.state == "planned"]
    checked([timetable.slot_of(each) for each in planned], entry.mode)
    if entry.trainer_id != row.trainer_id:
        ahead = [each for each in planned if each.ends_at > now]
        clashes.check_trainer(session, entry.trainer_id, row.id)
        clashes.refuse(
            session,
            [timetable.slot_of(each) for each in ahead],
            trainer_id=entry.trainer_id,
            organisation_id=row.organisation_id,
            leaving=[each.id for each in planned],
            others=[seat.person_id for seat in store.seats(session, row.id, "waiting")],
        )
    if entry.name != row.name:
        for each in planned:  # calendars show the class's name
            timetable.touch(each, now)
    year_before, course_before = row.exam_year, row.course_id
    for name, value in vars(entry).items():
        setattr(row, name, value)
    flush_class(session)
    if rules is not None:
        seat_rules.keep(session, row, rules, now=now)
    seats.settle(session, row, now=now)
    if (row.exam_year, row.course_id) != (year_before, course_before):
        settle_trained(session, row, year_before, row.exam_year)
    people.record(session, actor, "training.class-changed", "training_class", row.id, now=now)


def cancel_class(session: Session, actor: Actor, class_id: int, *, reason: str, now: datetime) -> None:
    """Cancel a class and those of its sessions that are not closed; hours already posted stay.

    Raises:
        NotFound; RuleViolation: ``training.cancelled``, ``training.reason``.
    """
    row = store.class_(session, actor, class_id, lock=True)
    check_not_cancelled(row)
    row.state, row.reason = "cancelled", checked_reason(reason)
    settle_trained(session, row, row.exam_year)
    planned = [each for each in store.sessions_of(session, row.id, lock=True) if each.state == "planned"]
    for each in planned:
        timetable.touch(each, now, state="cancelled", reason=row.reason)
    # One mail for the class, by its next session, instead of one for each.
    notices.tell(session, row, [each for each in planned if each.starts_at > now][:1], now=now)
    seats.settle(session, row, now=now)
    people.record(
        session, actor, "training.class-cancelled", "training_class", row.id, now=now, after={"reason": reason}
    )


def add_sessions(
    session: Session,
    actor: Actor,
    class_id: int,
    slots: Iterable[Slot],
    *,
    series: Series | None = None,
    release: bool = False,
    now: datetime,
) -> int:
    """Give a class further sessions; returns how many. With ``release`` learners with another class at those hours
    give up their seats.

    Raises:
        NotFound; RuleViolation: ``training.cancelled``, ``training.no-sessions``, or a slot breaks the timetable;
        Conflict: ``training.trainer-busy``, ``training.room-taken``, ``training.learners-busy``.
    """
    row = store.class_(session, actor, class_id, lock=True)
    check_not_cancelled(row)
    added = timetable.add(session, row, slots, series, now, release=release)
    if not added:
        raise RuleViolation("training.no-sessions", "Give at least one session.")
    people.record(session, actor, "training.sessions-added", "training_class", row.id, now=now, after={"count": added})
    return added


def change_session(
    session: Session, actor: Actor, session_id: int, slot: Slot, *, release: bool = False, now: datetime
) -> None:
    """Move a session that is not closed. With ``release`` learners with another class then give up their seats.

    Raises:
        NotFound; RuleViolation: ``training.session-closed``, ``training.session-cancelled``, or the timetable;
        Conflict: ``training.trainer-busy``, ``training.room-taken``, ``training.learners-busy``.
    """
    row, parent = _session_and_class(session, actor, session_id)
    others = [each for each in store.sessions_of(session, parent.id) if each.id != row.id]
    checked([slot], parent.mode, beside=timetable.standing(others))
    if slot == timetable.slot_of(row):
        return
    timetable.free(session, parent, [slot], leaving=[row.id], release=release, now=now)
    before = {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(), "place": row.place}
    before_at = row.starts_at
    timetable.touch(row, now, **timetable.values_of(slot))
    presence.derive(session, row)
    session.flush()
    seats.settle(session, parent, now=now)
    notices.tell(session, parent, [row], before_at=before_at, now=now)
    after = {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat(), "place": slot.place}
    people.record(
        session, actor, "training.session-moved", "training_session", row.id, now=now, before=before, after=after
    )


def cancel_session(session: Session, actor: Actor, session_id: int, *, reason: str, now: datetime) -> None:
    """Cancel a session that is not closed and at which nobody was.

    Raises:
        NotFound; RuleViolation: ``training.session-closed``, ``training.session-cancelled``, ``training.reason``,
            ``training.present`` -- somebody is recorded as present.
    """
    row, parent = _session_and_class(session, actor, session_id)
    if store.present_ids(session, row.id):
        raise RuleViolation(
            "training.present", "People are recorded as present. Correct the attendance before cancelling."
        )
    timetable.touch(row, now, state="cancelled", reason=checked_reason(reason))
    notices.tell(session, parent, [row], now=now)
    people.record(
        session, actor, "training.session-cancelled", "training_session", row.id, now=now, after={"reason": reason}
    )


def settle_trained(session: Session, row: ClassRow, *years: int | None) -> None:
    """Who counts as trained may follow from what changed."""
    enrolled = [seat.person_id for seat in store.seats(session, row.id, "enrolled")]
    seats.settle_trained(session, enrolled, *years)


def check_not_cancelled(row: ClassRow) -> None:
    """Raises RuleViolation: ``training.cancelled``."""
    if row.state == "cancelled":
        raise RuleViolation("training.cancelled", "This class is cancelled.")


def flush_class(session: Session) -> None:
    """Raises Conflict: ``training.class-name``."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.class-name", "This course already has a class of that name.") from error


def check_planned(row: SessionRow) -> None:
    """Raises RuleViolation: ``training.session-closed``, ``training.session-cancelled``."""
    if row.state == "closed":
        raise RuleViolation("training.session-closed", "This session is closed. Reopen it to correct it.")
    if row.state == "cancelled":
        raise RuleViolation("training.session-cancelled", "This session is cancelled.")


def checked_reason(reason: str) -> str:
    """Raises RuleViolation: ``training.reason`` -- none was given."""
    if not reason.strip():
        raise RuleViolation("training.reason", "Give a reason.")
    return reason.strip()


def checked_words(text: str, most: int) -> str:
    """What was written, with its lines as everywhere.

    Raises:
        RuleViolation: ``training.words`` -- nothing, or too much.
    """
    said = wording.said(text, most)
    if said is None:
        raise RuleViolation("training.words", "Write 1 to %(most)s characters.", most=most)
    return said


def _session_and_class(session: Session, actor: Actor, session_id: int) -> tuple[SessionRow, ClassRow]:
    """A session that may still change, with both rows locked: the class first, as everywhere."""
    class_id = store.meeting(session, actor, session_id).class_id
    parent = store.class_(session, actor, class_id, lock=True)
    row = store.meeting(session, actor, session_id, lock=True)
    check_planned(row)
    return row, parent


def _check_entry(
    session: Session, actor: Actor, entry: ClassEntry, now: datetime, *, keeping: int | None = None
) -> None:
    """``keeping`` is the present trainer, who may stay although no longer one here."""
    if entry.closes_on <= entry.opens_on:
        raise RuleViolation("training.enrolment-days", "The last day to enrol is before the first.")
    if entry.trainer_id != keeping and entry.trainer_id not in dict(store.trainers(session, actor, office_day(now))):
        raise RuleViolation(
            "training.trainer", "Choose for “%(title)s” somebody who trains here now.", title=entry.name
        )


def _home(session: Session, actor: Actor) -> int:
    """Where the actor's courses belong: their own organisation if they manage classes there, else where they do."""
    own = session.scalar(
        select(OrganisationRow.id).where(
            OrganisationRow.id == actor.organisation_id, within(OrganisationRow.id, actor, store.MANAGE)
        )
    )
    return own if own is not None else actor.roots(store.MANAGE)[0]


def _flush_course(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.course-name", "There is already a course of that name.") from error
