"""Approvals of enrolments, where a class asks for them: by the employer, the trainer, or one after the other."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.training import seat_news, seat_store, seats, store
from examprep.training.actions import checked_reason
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.rules.enrolment import check_not_begun
from examprep.training.rules.seating import next_step
from examprep.training.staffing import APPROVE

SEAT = EnrolmentRow


def mine(actor: Actor) -> ColumnElement[bool]:
    """That an enrolment (joined with class and person) is the actor's to decide; nobody decides their own."""
    by_employer = (SEAT.step == "employer") & within(PersonRow.organisation_id, actor, APPROVE)
    by_trainer = (SEAT.step == "trainer") & store.managed(actor)
    return (by_employer | by_trainer) & (SEAT.person_id != actor.person_id)


def approve(session: Session, actor: Actor, seat_id: int, *, now: datetime) -> str:
    """Approve a wish; it goes to the next step, else to a seat or the waiting list. Returns its state.

    Raises:
        NotFound; Conflict: ``training.decided`` -- somebody else was faster;
        RuleViolation: ``training.cancelled``, ``training.begun``.
    """
    row, seat = _locked(session, actor, seat_id, "asked")
    check_not_begun(store.window(session, row), now=now)
    rules = seat_store.rules_of(session, row.id)
    step = next_step(rules.approval, after=seat.step)
    waiting = [each.person_id for each in store.seats(session, row.id, "waiting")]
    seat_store.lock_persons(session, [seat.person_id, *waiting])
    seats.decide(session, row, seat, step, now=now)
    if seat.state != "asked":
        seat_news.tell(session, row, seat, now=now)
    people.record(session, actor, "training.seat-approved", "training_enrolment", seat.id, now=now)
    return seat.state


def refuse(session: Session, actor: Actor, seat_id: int, reason: str, *, now: datetime) -> None:
    """Refuse a wish; the person is told why. Raises NotFound; Conflict as `approve`; RuleViolation: no reason."""
    row, seat = _locked(session, actor, seat_id, "asked")
    seats.refuse(row, seat, checked_reason(reason), now=now)
    seat_news.tell(session, row, seat, now=now)
    people.record(
        session, actor, "training.seat-refused", "training_enrolment", seat.id, now=now, after={"reason": seat.reason}
    )


def reconsider(session: Session, actor: Actor, seat_id: int, *, now: datetime) -> None:
    """Take a refusal back: the wish waits again where it waited. Raises NotFound; Conflict as `approve`."""
    row, seat = _locked(session, actor, seat_id, "refused")
    before = {"reason": seat.reason}
    seats.ask_again(row, seat, now=now)
    session.flush()
    people.record(session, actor, "training.seat-reconsidered", "training_enrolment", seat.id, now=now, before=before)


def _locked(session: Session, actor: Actor, seat_id: int, state: str) -> tuple[ClassRow, EnrolmentRow]:
    """A wish that is the actor's to decide, with its class locked before it is looked at again."""
    query = (
        select(SEAT)
        .join(ClassRow, ClassRow.id == SEAT.class_id)
        .join(PersonRow, PersonRow.id == SEAT.person_id)
        .where(SEAT.id == seat_id, mine(actor))
    )
    class_id = session.scalar(query.with_only_columns(SEAT.class_id))
    if class_id is None:
        raise NotFound("training.wish", "There is no such enrolment for you to decide.")
    row = store.any_class(session, class_id)
    seat = session.scalar(query.execution_options(populate_existing=True))
    if seat is None or seat.state != state:
        raise Conflict("training.decided", "This enrolment was decided meanwhile. Look at the list again.")
    return row, seat
