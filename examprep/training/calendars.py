"""Private calendar addresses: made, shown again to their owner, renewed, revoked."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.training.models import ClassRow, EnrolmentRow, FeedRow

ALARMS = {
    0: N_("No reminder"),
    15: N_("15 minutes before"),
    60: N_("An hour before"),
    24 * 60: N_("A day before"),
}
USUAL_ALARM = 60


@dataclass(frozen=True)
class Feed:
    """An address as its owner sees it; ``class_name`` is ``None`` for the calendar of all their classes."""

    id: int
    key: str
    class_id: int | None
    class_name: str | None
    alarm_minutes: int
    created_at: datetime


def feeds(session: Session, vault: Vault, actor: Actor) -> list[Feed]:
    """The actor's own addresses that still answer, the one of everything first."""
    rows = session.execute(
        select(FeedRow, ClassRow.name)
        .outerjoin(ClassRow, ClassRow.id == FeedRow.class_id)
        .where(FeedRow.person_id == actor.person_id, FeedRow.revoked_at.is_(None))
        .order_by(FeedRow.class_id.is_not(None), ClassRow.name, FeedRow.id)
    )
    return [
        Feed(row.id, vault.open(row.key_sealed), row.class_id, name, row.alarm_minutes, row.created_at)
        for row, name in rows
    ]


def choices(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The classes of which the actor can have an address: where they learn or teach."""
    query = select(ClassRow.id, ClassRow.name).where(of_person(actor.person_id), ClassRow.state != "cancelled")
    return [(class_id, name) for class_id, name in session.execute(query.order_by(ClassRow.name, ClassRow.id))]


def open_feed(
    session: Session, vault: Vault, actor: Actor, *, class_id: int | None, alarm_minutes: int, now: datetime
) -> int:
    """Make an address; one that was there for the same is revoked, so that renewing is the same act. Returns its id.

    Raises:
        NotFound: no such class of theirs; ``training.alarm`` -- no such choice.
    """
    if alarm_minutes not in ALARMS:
        raise NotFound("training.alarm", "There is no such choice.")
    if class_id is not None:
        known = select(ClassRow.id).where(of_person(actor.person_id), ClassRow.id == class_id)
        if session.scalar(known) is None:
            raise NotFound("training.unknown", "There is no such class within your reach.")
    for row in session.scalars(
        select(FeedRow).where(
            FeedRow.person_id == actor.person_id,
            FeedRow.class_id.is_(None) if class_id is None else FeedRow.class_id == class_id,
            FeedRow.revoked_at.is_(None),
        )
    ):
        row.revoked_at = now
    key = secrets.token_urlsafe(24)
    made = FeedRow(
        person_id=actor.person_id,
        class_id=class_id,
        key_hash=hash_of(key),
        key_sealed=vault.seal(key),
        alarm_minutes=alarm_minutes,
        created_at=now,
    )
    session.add(made)
    session.flush()
    people.record(session, actor, "training.feed-opened", "training_feed", made.id, now=now)
    return made.id


def revoke_feed(session: Session, actor: Actor, feed_id: int, *, now: datetime) -> None:
    """Let an address answer nobody any more; said twice it is as if said once.

    Raises:
        NotFound: the actor has no such address.
    """
    row = session.scalar(select(FeedRow).where(FeedRow.id == feed_id, FeedRow.person_id == actor.person_id))
    if row is None:
        raise NotFound("training.feed", "You have no such calendar address.")
    if row.revoked_at is None:
        row.revoked_at = now
        people.record(session, actor, "training.feed-revoked", "training_feed", row.id, now=now)


def of_person(person_id: int) -> ColumnElement[bool]:
    """Classes in which the person has a seat, or which they teach."""
    seats = select(EnrolmentRow.class_id).where(EnrolmentRow.person_id == person_id, EnrolmentRow.state == "enrolled")
    return or_(ClassRow.id.in_(seats), ClassRow.trainer_id == person_id)


def hash_of(key: str) -> str:
    # The key is long and drawn by lot, so a plain hash of it cannot be guessed back.
    return hashlib.sha256(key.encode()).hexdigest()
