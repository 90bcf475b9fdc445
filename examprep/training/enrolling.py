"""Seats: asked for, given, left, passed on to whoever waits first.

Everything here first locks the row of the class, so that seats are counted by one at a time, whoever asks.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from examprep.exams import actions as exams
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.actor import Actor
from examprep.training import clashes, store
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow
from examprep.training.rules.enrolment import check_open, state_on_asking


def enrol(session: Session, actor: Actor, class_id: int, *, now: datetime) -> str:
    """Ask for a seat; returns ``enrolled``, or ``waiting`` when the class is full. Asking again changes nothing.

    Raises:
        NotFound: no such class that the actor may know of.
        RuleViolation: ``training.not-open``, ``training.enrolment-over``, ``training.begun``,
            ``training.busy`` -- a session meets one of another class of theirs …
    """
    row = store.class_open_to(session, actor, class_id, lock=True)
    seat = store.enrolment(session, row.id, actor.person_id)
    if seat is not None and seat.state != "left":
        return seat.state
    check_open(store.window(session, row), now=now, today=office_day(now))
    _check_free(session, actor.person_id, row.id)
    # A seat may have become free when nobody could move up: whoever waited for it comes before whoever asks now.
    move_up(session, row, now=now)
    enrolled, waiting = (store.count_seats(session, row.id, state) for state in ("enrolled", "waiting"))
    turn = store.next_turn(session, row.id)
    seat = seat or EnrolmentRow(class_id=row.id, person_id=actor.person_id)
    seat.state, seat.turn, seat.at = state_on_asking(enrolled, waiting, row.capacity), turn, now
    session.add(seat)
    session.flush()
    if seat.state == "enrolled" and _prepares(session, row):
        settle_trained(session, [actor.person_id], row.exam_year)
    return seat.state


def leave(session: Session, actor: Actor, class_id: int, *, now: datetime) -> None:
    """Give up a seat or a place in the waiting list; possible at any time. The seat goes to whoever waits first.

    Raises:
        NotFound: the actor has no seat in such a class.
    """
    row = store.class_open_to(session, actor, class_id, lock=True)
    seat = store.enrolment(session, row.id, actor.person_id)
    if seat is None or seat.state == "left":
        raise NotFound("training.seat", "You have no seat in this class.")
    had, seat.state, seat.at = seat.state, "left", now
    session.flush()
    if had == "enrolled" and _prepares(session, row):
        settle_trained(session, [actor.person_id], row.exam_year)
    move_up(session, row, now=now)


def move_up(session: Session, row: ClassRow, *, now: datetime) -> int:
    """Give free seats to those waiting, in their order; returns how many. Nobody moves up once the class began.

    Who has a seat in another class at the same time meanwhile goes on waiting. ``row`` is locked by the caller.
    """
    begins = store.first_start(session, row.id)
    if row.state == "cancelled" or (begins is not None and now >= begins):
        return 0
    free = row.capacity - store.count_seats(session, row.id, "enrolled")
    waiting = store.seats(session, row.id, "waiting") if free > 0 else ()
    able = (seat for seat in waiting if clashes.of_person(session, seat.person_id, row.id) is None)
    moved = list(islice(able, max(0, free)))  # nobody is asked about beyond the last seat
    for seat in moved:
        seat.state, seat.at = "enrolled", now
    session.flush()
    if _prepares(session, row):
        settle_trained(session, [seat.person_id for seat in moved], row.exam_year)
    return len(moved)


def _check_free(session: Session, person_id: int, class_id: int) -> None:
    """Raises RuleViolation: ``training.busy``."""
    clash = clashes.of_person(session, person_id, class_id)
    if clash is not None:
        raise RuleViolation(
            "training.busy",
            "On %(day)s you have a session of “%(title)s” at that time. Leave that class first, or choose another.",
            day=clash.on,
            title=clash.class_name,
        )


def _prepares(session: Session, row: ClassRow) -> bool:
    """Whether the class prepares for an exam."""
    return row.exam_year is not None and session.get_one(CourseRow, row.course_id).kind == "exam"


def settle_trained(session: Session, person_ids: Iterable[int], *years: int | None) -> None:
    """Say of each person whether they count as trained for the exams of those years.

    Whoever has a seat in a class for an exam does, and whoever came to one before leaving it.
    """
    session.flush()
    wanted = [(person_id, year) for person_id in person_ids for year in sorted({y for y in years if y is not None})]
    for person_id, year in wanted:
        exams.mark_trained(session, person_id, year, trained=store.learns_for(session, person_id, year))
