"""The outbox as its administrators see it, bounded by whom the reminders are for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.reminders.actions import queue
from examprep.reminders.models import STATES, OutboxRow

SEE = Permission.REMINDERS_OUTBOX_SEE
OUTBOX = OutboxRow


@dataclass(frozen=True)
class Kept:
    """One reminder with all that is known of it."""

    id: int
    key: str
    person_name: str
    address: str | None
    language: str
    template: str
    context: Mapping[str, Any]
    state: str
    queued_at: datetime
    not_before: datetime
    settled_at: datetime | None
    tries: int
    error: str | None
    subject: str | None


def listed(session: Session, actor: Actor, ask: Ask) -> Page:
    """The reminders to persons in the actor's bounds, the newest first."""
    query = _bounded(
        actor,
        OUTBOX.id,
        OUTBOX.key,
        PersonRow.name.label("person"),
        PersonRow.language,
        OUTBOX.context,
        OUTBOX.subject,
        OUTBOX.template,
        OUTBOX.state,
        OUTBOX.queued_at,
        OUTBOX.not_before,
        OUTBOX.settled_at,
        OUTBOX.tries,
        OUTBOX.error,
    )
    if template := ask.filters.get("template"):
        query = query.where(OUTBOX.template == template)
    if ask.filters.get("state") in STATES:
        query = query.where(OUTBOX.state == ask.filters["state"])
    sortable = {
        "person": PersonRow.name,
        "template": OUTBOX.template,
        "state": OUTBOX.state,
        "queued_at": OUTBOX.queued_at,
        "settled_at": OUTBOX.settled_at,
        "tries": OUTBOX.tries,
    }
    searchable = [PersonRow.name, OUTBOX.key, OUTBOX.subject, OUTBOX.template, OUTBOX.error]
    return fetch(session, query, ask, sortable=sortable, searchable=searchable, default=[OUTBOX.id.desc()])


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many reminders in the actor's bounds stand in each state."""
    query = _bounded(actor, OUTBOX.state, func.count()).group_by(OUTBOX.state)
    found: dict[str, int] = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in STATES}


def find(session: Session, actor: Actor, reminder_id: int) -> Kept:
    """Raises NotFound: ``reminders.reminder`` -- none of that number in the actor's bounds."""
    row = session.execute(
        _bounded(
            actor,
            OUTBOX.id,
            OUTBOX.key,
            PersonRow.name,
            PersonRow.email,
            PersonRow.language,
            OUTBOX.template,
            OUTBOX.context,
            OUTBOX.state,
            OUTBOX.queued_at,
            OUTBOX.not_before,
            OUTBOX.settled_at,
            OUTBOX.tries,
            OUTBOX.error,
            OUTBOX.subject,
        ).where(OUTBOX.id == reminder_id)
    ).one_or_none()
    if row is None:
        raise NotFound("reminders.reminder", "There is no such reminder.")
    return Kept(*row)


def retry(session: Session, actor: Actor, reminder_id: int, *, now: datetime) -> None:
    """Queue a failed reminder again, with all its tries.

    Raises:
        NotFound: ``reminders.reminder``.
        Conflict: ``reminders.not-failed`` -- it did not fail, or was queued again already.
    """
    kept = find(session, actor, reminder_id)
    done = session.execute(
        update(OUTBOX)
        .where(OUTBOX.id == reminder_id, OUTBOX.state == "failed")
        .values(state="queued", tries=0, not_before=now, settled_at=None, claimed_at=None, claimed_by=None)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("reminders.not-failed", "Only a reminder that failed can be tried again.")
    record(
        session,
        actor,
        "reminders.retried",
        "reminders_outbox",
        reminder_id,
        now=now,
        before={"tries": kept.tries, "error": kept.error},
    )


def queue_test(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Queue a test mail to the actor; ``False`` when one was asked for this very minute."""
    key = f"test.{actor.person_id}.{now:%Y-%m-%dT%H:%M}"
    return queue(session, key=key, person_id=actor.person_id, template="test", context={"asked_at": now}, now=now)


def _bounded(actor: Actor, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(OUTBOX)
        .join(PersonRow, PersonRow.id == OUTBOX.person_id)
        .where(within(PersonRow.organisation_id, actor, SEE))
    )
