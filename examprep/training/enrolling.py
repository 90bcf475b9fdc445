"""A learner's own acts: asking for a seat, taking one that is offered, leaving."""

from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.actor import Actor
from examprep.training import seats, store
from examprep.training.rules.seating import STANDING


def enrol(session: Session, actor: Actor, class_id: int, *, now: datetime) -> str:
    """Ask for a seat, or take the one that is offered; returns the state of the seat. Asking again changes nothing.

    ``enrolled``, ``waiting`` when no seat is left for the person, or ``asked`` when somebody is to approve it first.

    Raises:
        NotFound: no such class that the actor may know of.
        RuleViolation: ``training.not-open``, ``training.enrolment-over``, ``training.begun``, what
            `rules/entry.py` refuses, ``training.busy`` -- a session meets one of another class of theirs …
    """
    row = store.class_open_to(session, actor, class_id, lock=True)
    outcome = seats.ask(session, row, [actor.person_id], now=now)[actor.person_id]
    if isinstance(outcome, RuleViolation):
        raise outcome
    return outcome


def leave(session: Session, actor: Actor, class_id: int, *, now: datetime) -> None:
    """Give up a seat, an offer, a wish or a place in the waiting list; possible at any time. A seat goes to whoever
    waits first.

    Raises:
        NotFound: the actor has no seat in such a class.
    """
    row = store.class_open_to(session, actor, class_id, lock=True)
    seat = store.enrolment(session, row.id, actor.person_id)
    if seat is None or seat.state not in STANDING:
        raise NotFound("training.seat", "You have no seat in this class.")
    seats.give_up(session, row, seat, now=now)
    seats.settle(session, row, now=now)


def pass_on(session: Session, class_id: int, *, now: datetime) -> int:
    """Let a class's offers that are over go to the next; returns how many seats were given or offered."""
    return seats.settle(session, store.any_class(session, class_id), now=now)
