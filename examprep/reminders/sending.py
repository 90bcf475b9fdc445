"""Claiming and settling, each step one short transaction of the caller's. Repeating a mail beats losing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from examprep.kernel.sentence import N_
from examprep.people.models import PersonRow
from examprep.plumbing.jobs import StillDue
from examprep.reminders.models import MuteRow, OutboxRow
from examprep.reminders.rules.context import unpacked
from examprep.reminders.rules.retry import next_try

LEASE = timedelta(minutes=15)
NO_LONGER_DUE = N_("No longer due when it was to be sent.")
SWITCHED_OFF = N_("The person does not want mails of this kind.")
NO_ADDRESS = N_("The person has no e-mail address.")
OUTBOX = OutboxRow


class UnknownConditionError(Exception):
    """No feature answers for the condition's name."""


@dataclass(frozen=True)
class Claimed:
    """One reminder that this worker alone may send, with its recipient."""

    id: int
    key: str
    person_id: int
    person_name: str
    address: str | None
    language: str
    template: str
    context: Mapping[str, Any]
    condition: str | None
    tries: int
    claimed_by: str
    muted: bool = False


def requeue_abandoned(session: Session, *, now: datetime) -> int:
    """Queue again what was claimed over 15 minutes ago: its worker died, perhaps after sending, perhaps before."""
    return _changed(
        session,
        update(OUTBOX)
        .where(OUTBOX.state == "claimed", OUTBOX.claimed_at < now - LEASE)
        .values(state="queued", claimed_at=None, claimed_by=None),
    )


def claim(session: Session, channel: str, *, by: str, limit: int, now: datetime) -> Sequence[Claimed]:
    """Up to ``limit`` reminders of a channel whose time has come, the longest waiting first.

    Two workers never get the same: PostgreSQL skips rows that another has locked, SQLite has one writer at a time.
    """
    waiting = (
        select(OUTBOX.id)
        .where(OUTBOX.state == "queued", OUTBOX.channel == channel, OUTBOX.not_before <= now)
        .order_by(OUTBOX.not_before, OUTBOX.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(waiting).all()
    if not ids:
        return ()
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.id.in_(ids), OUTBOX.state == "queued")
        .values(state="claimed", claimed_at=now, claimed_by=by)
        .execution_options(synchronize_session=False)
    )
    rows = session.execute(
        select(
            OUTBOX.id,
            OUTBOX.key,
            OUTBOX.person_id,
            PersonRow.name,
            PersonRow.email,
            PersonRow.language,
            OUTBOX.template,
            OUTBOX.context,
            OUTBOX.condition,
            OUTBOX.tries,
            OUTBOX.claimed_by,
            MuteRow.person_id.is_not(None),
        )
        .join(PersonRow, PersonRow.id == OUTBOX.person_id)
        .outerjoin(MuteRow, and_(MuteRow.person_id == OUTBOX.person_id, MuteRow.template == OUTBOX.template))
        .where(OUTBOX.id.in_(ids), OUTBOX.claimed_by == by)
        .order_by(OUTBOX.not_before, OUTBOX.id)
    )
    return [Claimed(*row) for row in rows]


def still_due(session: Session, claimed: Claimed, conditions: Mapping[str, StillDue], *, today: date) -> bool:
    """Ask the condition again, just before sending; what its person has switched off is not due.

    Raises:
        UnknownConditionError: nobody answers for it.
    """
    if claimed.muted:
        return False
    if claimed.condition is None:
        return True
    condition = conditions.get(claimed.condition)
    if condition is None:
        raise UnknownConditionError(claimed.condition)
    return condition(session, claimed.person_id, unpacked(claimed.context), today)


def settle_sent(session: Session, claimed: Claimed, *, subject: str, now: datetime) -> None:
    _settle(session, claimed, state="sent", subject=subject, settled_at=now, error=None, tries=claimed.tries + 1)


def settle_dropped(session: Session, claimed: Claimed, *, now: datetime) -> None:
    reason = SWITCHED_OFF if claimed.muted else NO_LONGER_DUE
    _settle(session, claimed, state="dropped", settled_at=now, error=reason)


def settle_failed(session: Session, claimed: Claimed, reason: str, *, permanent: bool, now: datetime) -> None:
    """Note an unsuccessful try: queued for later, or failed for good when that is useless or was the last try."""
    tries = claimed.tries + 1
    later = None if permanent else next_try(tries, now)
    if later is None:
        _settle(session, claimed, state="failed", settled_at=now, error=reason[:500], tries=tries)
    else:
        released = {"claimed_at": None, "claimed_by": None}
        _settle(session, claimed, state="queued", not_before=later, error=reason[:500], tries=tries, **released)


def give_back(session: Session, by: str, *, reason: str | None = None) -> int:
    """Queue again what this worker claimed and did not come to; no try is counted."""
    noted = {} if reason is None else {"error": reason[:500]}
    return _changed(
        session,
        update(OUTBOX)
        .where(OUTBOX.state == "claimed", OUTBOX.claimed_by == by)
        .values(state="queued", claimed_at=None, claimed_by=None, **noted),
    )


def _settle(session: Session, claimed: Claimed, **values: Any) -> None:
    # Guarded by the claim: a worker that slept past its lease does not overwrite what another did since.
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.id == claimed.id, OUTBOX.state == "claimed", OUTBOX.claimed_by == claimed.claimed_by)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _changed(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
