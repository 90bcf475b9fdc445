"""What others do for learners: enrol the people of an organisation in one act, take somebody out of a class."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.people import actions as people
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationTreeRow, PersonRow
from examprep.plumbing.bulk import among
from examprep.training import seat_news, seat_store, seats, store
from examprep.training.actions import checked_reason
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.rules.seating import STANDING
from examprep.training.seats import Outcome

ENROL, APPROVE = Permission.TRAINING_STAFF_ENROL, Permission.TRAINING_STAFF_APPROVE
MOST = 500


def enrol_many(
    session: Session,
    actor: Actor,
    class_id: int,
    person_ids: Sequence[int],
    *,
    batch_id: int | None = None,
    now: datetime,
) -> dict[int, Outcome]:
    """Ask for seats for persons of the actor's organisations, in this order; returns how each ended.

    Whoever is offered a seat takes it. What the actor could approve counts as approved.

    Raises:
        NotFound: no such class for these organisations, or a person is not theirs.
        RuleViolation: the class takes no enrolments, and somebody has not asked yet.
    """
    row = class_for_staff(session, actor, class_id, lock=True)
    _check_theirs(session, actor, person_ids)
    outcomes = seats.ask(
        session,
        row,
        person_ids,
        by_id=actor.person_id,
        passed=steps_passed(session, actor, row, person_ids),
        batch_id=batch_id,
        now=now,
    )
    asked = sum(isinstance(outcome, str) for outcome in outcomes.values())
    if asked and batch_id is None:
        people.record(
            session, actor, "training.staff-enrolled", "training_class", row.id, now=now, after={"count": asked}
        )
    return outcomes


def foresee(
    session: Session, actor: Actor, class_id: int, person_ids: Sequence[int], *, now: datetime
) -> dict[int, Outcome]:
    """What `enrol_many` would answer now. Raises as it does."""
    row = class_for_staff(session, actor, class_id)
    _check_theirs(session, actor, person_ids)
    passed = steps_passed(session, actor, row, person_ids)
    return seats.foresee(session, row, person_ids, by_others=True, passed=passed, now=now)


def take_out(session: Session, actor: Actor, class_id: int, person_id: int, reason: str, *, now: datetime) -> None:
    """Take somebody's seat, offer or place in the waiting list away; they are told why. Enrolling them again undoes it,
    at the end of the list.

    Raises:
        NotFound: the actor neither manages the class nor enrols that person, or the person has no seat in it;
        RuleViolation: ``training.reason``.
    """
    row, seat = seat_of(session, actor, class_id, person_id, lock=True)
    seats.give_up(session, row, seat, reason=checked_reason(reason), now=now)
    seat_news.tell(session, row, seat, now=now)
    seats.settle(session, row, now=now)
    people.record(
        session, actor, "training.taken-out", "training_enrolment", seat.id, now=now, after={"reason": reason.strip()}
    )


def seat_of(
    session: Session, actor: Actor, class_id: int, person_id: int, *, lock: bool = False
) -> tuple[ClassRow, EnrolmentRow]:
    """The class and the seat of somebody whom the actor may take out of it. Raises NotFound."""
    mine = within(PersonRow.organisation_id, actor, ENROL)
    theirs = session.scalar(select(PersonRow.id).where(PersonRow.id == person_id, mine)) is not None
    condition = for_staff(actor) if theirs else store.managed(actor)
    row = store.found_class(session, ClassRow.id == class_id, condition, lock=lock)
    seat = store.enrolment(session, row.id, person_id)
    if seat is None or seat.state not in STANDING:
        raise NotFound("training.seat", "This person has no seat in the class.")
    return row, seat


def class_for_staff(session: Session, actor: Actor, class_id: int, *, lock: bool = False) -> ClassRow:
    """A class into which the actor may enrol people. Raises NotFound."""
    return store.found_class(session, ClassRow.id == class_id, for_staff(actor), lock=lock)


def for_staff(actor: Actor) -> ColumnElement[bool]:
    """That a class is announced, and held above or below an organisation whose people the actor enrols."""
    tree, roots = OrganisationTreeRow, actor.roots(ENROL)
    above = select(tree.ancestor_id).where(tree.descendant_id.in_(roots))
    below = select(tree.descendant_id).where(tree.ancestor_id.in_(roots))
    held = ClassRow.organisation_id.in_(above) | ClassRow.organisation_id.in_(below)
    return held & (ClassRow.state != "planned")


def steps_passed(
    session: Session, actor: Actor, row: ClassRow, person_ids: Sequence[int]
) -> Callable[[int], Collection[str]]:
    """The steps of approval that the actor could take for each person, so that nobody asks themselves."""
    manages = session.scalar(select(ClassRow.id).where(ClassRow.id == row.id, store.managed(actor))) is not None
    mine = within(PersonRow.organisation_id, actor, APPROVE)
    employed = set(session.scalars(select(PersonRow.id).where(among(session, PersonRow.id, list(person_ids)), mine)))

    def passed(person_id: int) -> list[str]:
        own = person_id == actor.person_id
        return [
            *(["employer"] if person_id in employed and not own else []),
            *(["trainer"] if manages and not own else []),
        ]

    return passed


def _check_theirs(session: Session, actor: Actor, person_ids: Sequence[int]) -> None:
    mine = within(PersonRow.organisation_id, actor, ENROL)
    found = session.scalars(select(PersonRow.id).where(among(session, PersonRow.id, list(person_ids)), mine))
    if set(found) != set(person_ids):
        raise NotFound("people.person", "There is no such person in your organisations.")


def names_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    return dict(seat_store.names(session, person_ids))
