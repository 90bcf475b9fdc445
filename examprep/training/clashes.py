"""Nobody and no room in two places at once: what planned sessions meet, told before saving and refused at it.

A room is a place as one organisation writes it. Trainer, room and learners are refused, whoever asks and however; so
that a class of forty can be moved although one of them cannot come, whoever moves it may let those give up their seats.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.models import OrganisationRow
from examprep.training import seat_store
from examprep.training.models import ClassRow, EnrolmentRow, SessionRow
from examprep.training.rules.schedule import Slot, place_key
from examprep.training.rules.seating import HELD


@dataclass(frozen=True)
class Clash:
    """One planned session and the one it meets; ``learners`` counts those of it who cannot come.

    ``kind``: trainer (holds the other), trainer-learns (has a seat in the other), room, learners.
    """

    kind: str
    on: date
    slot: Slot
    class_name: str
    starts_at: datetime
    ends_at: datetime
    place: str
    learners: int = 0


def lock(session: Session, organisation_id: int, trainer_id: int, others: Iterable[int] = ()) -> None:
    """Let those who plan with the same rooms, trainer or learners queue, until the transaction ends.

    Always the organisation first, then all persons in the order of their ids.
    """
    session.execute(
        select(OrganisationRow.id).where(OrganisationRow.id == organisation_id).with_for_update(key_share=True)
    )
    seat_store.lock_persons(session, [trainer_id, *others])


def refuse(
    session: Session,
    slots: Sequence[Slot],
    *,
    trainer_id: int,
    organisation_id: int,
    leaving: Collection[int] = (),
    others: Iterable[int] = (),
) -> None:
    """Lock and look; ``leaving`` are sessions that are about to move away, ``others`` the learners to lock as well.

    Raises:
        Conflict: ``training.trainer-busy``, ``training.room-taken`` -- naming the day and the class.
    """
    lock(session, organisation_id, trainer_id, others)
    for clash in hard(session, slots, trainer_id=trainer_id, organisation_id=organisation_id, leaving=leaving):
        sentence = said(clash)
        raise Conflict(f"training.{_CODES[clash.kind]}", sentence.text, **sentence.values)


def hard(
    session: Session, slots: Sequence[Slot], *, trainer_id: int, organisation_id: int, leaving: Collection[int] = ()
) -> list[Clash]:
    """What makes the slots impossible: the trainer holds another session or has a seat in one, or the room is taken."""
    seats = EnrolmentRow
    learns = set(session.scalars(select(seats.class_id).where(seats.person_id == trainer_id, seats.state.in_(HELD))))
    rooms = {place_key(slot.place) for slot in slots} - {""}
    room = and_(ClassRow.organisation_id == organisation_id, SessionRow.place_key.in_(rooms)) if rooms else false()
    found = _between(session, slots, or_(ClassRow.trainer_id == trainer_id, ClassRow.id.in_(learns), room), leaving)
    clashes = []
    for slot in slots:
        for other in found:
            if not (other.starts_at < slot.ends_at and slot.starts_at < other.ends_at):
                continue
            if other.trainer_id == trainer_id:
                clashes.append(_clash("trainer", slot, other))
            elif other.place_key == place_key(slot.place) and other.organisation_id == organisation_id:
                clashes.append(_clash("room", slot, other))
            elif other.class_id in learns:
                clashes.append(_clash("trainer-learns", slot, other))
    return clashes


def of_learners(session: Session, slots: Sequence[Slot], class_id: int) -> list[Clash]:
    """Sessions of other classes at the same time in which learners of this class are, with how many."""
    shared = _shared(session, class_id)
    if not shared:
        return []
    found = _between(session, slots, SessionRow.class_id.in_(shared), ())
    return [
        _clash("learners", slot, other, len(shared[other.class_id]))
        for slot in slots
        for other in found
        if other.starts_at < slot.ends_at and slot.starts_at < other.ends_at
    ]


def who_cannot(session: Session, slots: Sequence[Slot], class_id: int) -> dict[int, Clash]:
    """The learners of a class who are elsewhere at the hours of some slots, each with the first such session."""
    shared = _shared(session, class_id)
    found: dict[int, Clash] = {}
    for clash in _between(session, slots, SessionRow.class_id.in_(shared), ()) if shared else ():
        for slot in slots:
            if clash.starts_at < slot.ends_at and slot.starts_at < clash.ends_at:
                for person_id in shared[clash.class_id]:
                    found.setdefault(person_id, _clash("learners", slot, clash, len(shared[clash.class_id])))
    return found


def of_person(session: Session, person_id: int, class_id: int) -> Clash | None:
    """The first session of a class that meets one which the person holds, or one of another class in which they have a
    seat or an offer."""
    mine = select(EnrolmentRow.class_id).where(
        EnrolmentRow.person_id == person_id, EnrolmentRow.state.in_(HELD), EnrolmentRow.class_id != class_id
    )
    own = session.scalars(select(SessionRow).where(SessionRow.class_id == class_id, SessionRow.state == "planned"))
    slots = [Slot(row.starts_at, row.ends_at, row.place) for row in own]
    for other in _between(session, slots, or_(SessionRow.class_id.in_(mine), ClassRow.trainer_id == person_id), ()):
        for slot in slots:
            if other.starts_at < slot.ends_at and slot.starts_at < other.ends_at:
                return _clash("trainer" if other.trainer_id == person_id else "learners", slot, other, 1)
    return None


def check_person(session: Session, person_id: int, class_id: int) -> None:
    """Raises RuleViolation: ``training.busy``."""
    clash = of_person(session, person_id, class_id)
    if clash is None:
        return
    values = {"day": clash.on, "title": clash.class_name}
    if clash.kind == "trainer":
        raise RuleViolation(
            "training.busy",
            "On %(day)s a session of “%(title)s” is to be held at that time. Choose another class.",
            **values,
        )
    raise RuleViolation(
        "training.busy",
        "On %(day)s there is already a session of “%(title)s” at that time. Leave that class first, or choose another.",
        **values,
    )


def check_trainer(session: Session, person_id: int, class_id: int) -> None:
    """That nobody becomes the trainer of a class in which they learn.

    Raises:
        Conflict: ``training.trainer-learns``.
    """
    seat = select(EnrolmentRow.id).where(
        EnrolmentRow.class_id == class_id, EnrolmentRow.person_id == person_id, EnrolmentRow.state.in_(HELD)
    )
    if session.scalar(seat) is not None:
        raise Conflict("training.trainer-learns", "The trainer has a seat in this class. Take them out of it first.")


def _shared(session: Session, class_id: int) -> dict[int, list[int]]:
    """Other classes in which holders of a seat in this one have one too, or which they hold, with who they are."""
    here = select(EnrolmentRow.person_id).where(EnrolmentRow.class_id == class_id, EnrolmentRow.state.in_(HELD))
    learn = select(EnrolmentRow.class_id, EnrolmentRow.person_id).where(
        EnrolmentRow.state.in_(HELD), EnrolmentRow.class_id != class_id, EnrolmentRow.person_id.in_(here)
    )
    teach = select(ClassRow.id, ClassRow.trainer_id).where(ClassRow.id != class_id, ClassRow.trainer_id.in_(here))
    found: dict[int, list[int]] = {}
    for other_id, person_id in session.execute(learn.union(teach).order_by("class_id", "person_id")):
        found.setdefault(other_id, []).append(person_id)
    return found


def said(clash: Clash) -> Sentence:
    """A clash in a sentence."""
    values = {"day": clash.on, "title": clash.class_name, "place": clash.place, "count": clash.learners}
    if clash.kind == "trainer":
        return Sentence("On %(day)s the trainer holds a session of “%(title)s” at that time.", **values)
    if clash.kind == "trainer-learns":
        return Sentence("On %(day)s the trainer has a seat in a session of “%(title)s” at that time.", **values)
    if clash.kind == "room":
        return Sentence("On %(day)s %(place)s is taken by “%(title)s” at that time.", **values)
    return Sentence("On %(day)s %(count)s learners have a session of “%(title)s” at that time.", **values)


_CODES = {"trainer": "trainer-busy", "trainer-learns": "trainer-busy", "room": "room-taken"}


def _between(
    session: Session, slots: Iterable[Slot], which: ColumnElement[bool], leaving: Collection[int]
) -> Sequence[Any]:
    """Standing sessions that touch the time from the first slot to the last."""
    slots = list(slots)
    if not slots:
        return []
    row = SessionRow
    query = (
        select(
            row.class_id, row.starts_at, row.ends_at, row.place, row.place_key, ClassRow.name, ClassRow.trainer_id,
            ClassRow.organisation_id,
        )
        .join(ClassRow, ClassRow.id == row.class_id)
        .where(
            row.state != "cancelled",
            row.starts_at < max(slot.ends_at for slot in slots),
            row.ends_at > min(slot.starts_at for slot in slots),
            row.id.not_in(leaving),
            which,
        )
        .order_by(row.starts_at, row.id)
    )  # fmt: skip
    return session.execute(query).all()


def _clash(kind: str, slot: Slot, other: Any, learners: int = 0) -> Clash:
    return Clash(
        kind, office_day(slot.starts_at), slot, other.name, other.starts_at, other.ends_at, other.place, learners
    )
