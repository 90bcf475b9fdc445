"""Queueing: what other features call. A key is queued once, whoever asks, however often."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.reminders.models import MuteRow, OutboxRow
from examprep.reminders.rules.context import packed

CHUNK = 1000


@dataclass(frozen=True)
class Reminder:
    """What is to be said to whom.

    ``key`` names what is said, once for ever: ``ce.short.<person>.<threshold>``. The words are rendered when it is
    sent, in the recipient's language, from ``templates/reminders/<template>.txt`` (first line: the subject), which
    sees ``context`` and also ``person_name``, ``authority`` and ``base_url``. ``context`` holds JSON, and days and
    instants under names that end in ``_on`` and ``_at``. ``condition`` names a function of ``Feature.still_due``.
    """

    key: str
    person_id: int
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    condition: str | None = None
    channel: str = "email"
    not_before: datetime | None = None


def queue(
    session: Session,
    *,
    key: str,
    person_id: int,
    template: str,
    context: Mapping[str, Any],
    channel: str = "email",
    condition: str | None = None,
    not_before: datetime | None = None,
    now: datetime,
) -> bool:
    """Put one reminder into the outbox; ``False`` when its key was queued before."""
    reminder = Reminder(key, person_id, template, context, condition, channel, not_before)
    return queue_many(session, [reminder], now=now) == 1


def queue_many(session: Session, reminders: Iterable[Reminder], *, now: datetime) -> int:
    """Put many into the outbox, for jobs over sets; returns how many were new."""
    rows = sorted((_row(reminder, now) for reminder in reminders), key=lambda row: row["key"])
    table: Table = OutboxRow.__table__  # type: ignore[assignment]
    statement = _insert(session)(table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.id)
    # Rows go in by key, so that two jobs with the same keys wait for each other in one order and never in a circle.
    chunks = (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
    return sum(len(session.execute(statement, chunk).all()) for chunk in chunks)


def _insert(session: Session) -> Any:
    """The database's own insert; only that database's dialect is loaded, for a quick start."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert


def _row(reminder: Reminder, now: datetime) -> dict[str, Any]:
    return {
        "key": reminder.key,
        "person_id": reminder.person_id,
        "template": reminder.template,
        "context": packed(reminder.context),
        "channel": reminder.channel,
        "condition": reminder.condition,
        "state": "queued",
        "queued_at": now,
        "not_before": reminder.not_before or now,
        "tries": 0,
    }


def waiting(session: Session, *, now: datetime) -> int:
    """How many reminders could be sent now and are not."""
    due = (OutboxRow.state == "queued") & (OutboxRow.not_before <= now)
    return session.scalar(select(func.count()).select_from(OutboxRow).where(due)) or 0


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of the keys were queued before."""
    parts = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
    return {found for part in parts for found in session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(part)))}


def muted(session: Session, template: str, person_ids: Sequence[int]) -> set[int]:
    """Who of the persons does not want mails of a kind."""
    off = set(session.scalars(select(MuteRow.person_id).where(MuteRow.template == template)))
    return off & set(person_ids)


def own_mutes(session: Session, actor: Actor) -> set[str]:
    """The kinds of mail the actor has switched off."""
    return set(session.scalars(select(MuteRow.template).where(MuteRow.person_id == actor.person_id)))


def choose_mails(session: Session, actor: Actor, *, optional: Collection[str], wanted: Collection[str]) -> None:
    """Keep which of the optional kinds of mail the actor wants; what is queued already is asked again when sent."""
    session.execute(delete(MuteRow).where(MuteRow.person_id == actor.person_id, MuteRow.template.in_(optional)))
    session.add_all(MuteRow(person_id=actor.person_id, template=kind) for kind in sorted(set(optional) - set(wanted)))
    session.flush()
