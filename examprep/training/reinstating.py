"""A cancellation taken back: a session, or a class with the sessions that fell out with it, takes place after all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.errors import RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.training import actions, notices, seats, store, timetable
from examprep.training.models import ClassRow, SessionRow
from examprep.training.rules.schedule import checked
from examprep.training.rules.seating import STANDING


def reinstate_session(session: Session, actor: Actor, session_id: int, *, release: bool = False, now: datetime) -> None:
    """Let a cancelled session take place at its hours, if everybody and the room are still free then; with ``release``
    learners who have another class at those hours give up their seats.

    Raises:
        NotFound; RuleViolation: ``training.cancelled`` -- the whole class is; ``training.not-cancelled``, or what the
            timetable refuses; Conflict: ``training.trainer-busy``, ``training.room-taken``, ``training.learners-busy``.
    """
    parent = store.class_(session, actor, store.meeting(session, actor, session_id).class_id, lock=True)
    row = store.meeting(session, actor, session_id, lock=True)
    actions.check_not_cancelled(parent)
    if row.state != "cancelled":
        raise RuleViolation("training.not-cancelled", "This is not cancelled.")
    _stand(session, parent, [row], release, now)
    people.record(session, actor, "training.session-reinstated", "training_session", row.id, now=now)


def reinstate_class(session: Session, actor: Actor, class_id: int, *, release: bool = False, now: datetime) -> int:
    """Let a cancelled class take place with the sessions that were cancelled with it; returns how many.

    Seats and places in the waiting list are as they were; offers lapsed when it was cancelled. It is open for enrolment
    again if anybody is in it, else planned.

    Raises:
        As `reinstate_session`; Conflict: ``training.class-name`` -- the course has another of that name meanwhile.
    """
    row = store.class_(session, actor, class_id, lock=True)
    if row.state != "cancelled":
        raise RuleViolation("training.not-cancelled", "This is not cancelled.")
    fallen = [each for each in store.sessions_of(session, row.id, lock=True) if each.state == "cancelled"]
    last = max((each.changed_at for each in fallen), default=None)
    theirs = [each for each in fallen if each.changed_at == last and each.reason == row.reason]
    row.state = "open" if store.count_seats(session, row.id, *STANDING) else "planned"
    row.reason = None
    actions.flush_class(session)
    _stand(session, row, theirs, release, now)
    actions.settle_trained(session, row, row.exam_year)
    people.record(session, actor, "training.class-reinstated", "training_class", row.id, now=now)
    return len(theirs)


def _stand(session: Session, parent: ClassRow, rows: Sequence[SessionRow], release: bool, now: datetime) -> None:
    """Plan sessions anew at their hours, beside whatever was planned meanwhile; one mail, by the next of them."""
    ids, slots = {row.id for row in rows}, [timetable.slot_of(row) for row in rows]
    others = [each for each in store.sessions_of(session, parent.id) if each.id not in ids]
    checked(slots, parent.mode, beside=timetable.standing(others))
    timetable.free(session, parent, slots, release=release, now=now)
    for row in rows:
        timetable.touch(row, now, state="planned", reason=None)
    session.flush()
    seats.settle(session, parent, now=now)
    ahead = sorted((row for row in rows if row.starts_at > now), key=lambda row: row.starts_at)
    notices.tell(session, parent, ahead[:1], again=True, now=now)
