"""Reminding everybody on a chasing list: shown first, then sent to exactly those who were shown.

Each person gets at most one such mail a day, whoever sends it and from whichever list; before it leaves, they are asked
for once more on the list, so that nobody is chased for what they did meanwhile.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.campaign import funnel, store
from examprep.campaign.models import RoundRow
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bulk import chunks
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from examprep.reminders.actions import Reminder, known_keys, muted, queue_many

TEMPLATE, CONDITION = "campaign-chase", "campaign.chase"
MOST_PERSONS, LONGEST_NOTE = 5000, 200


@dataclass(frozen=True)
class Preview:
    """Whom a round would reach. ``mark`` stands for exactly these persons: sending asks for it again."""

    listed: int
    to_write: Sequence[int]
    without_mail: int
    written_today: int
    switched_off: int
    mark: str


def preview(session: Session, actor: Actor, ask: Ask, year: int, *, today: date) -> Preview:
    """Who on the list would get a mail now, and who not and why.

    Raises:
        RuleViolation: ``campaign.no-list`` -- everybody, or a stage of the funnel, is nobody to be chased;
            ``campaign.too-many``.
    """
    if ask.filters.get("show") not in funnel.LISTS:
        raise RuleViolation("campaign.no-list", "Choose one of the lists first.")
    listed = funnel.ids(session, actor, ask, year)
    if len(listed) > MOST_PERSONS:
        raise RuleViolation(
            "campaign.too-many",
            "%(count)s persons are listed; filter to at most %(most)s.",
            count=len(listed),
            most=MOST_PERSONS,
        )
    reachable = _with_mail(session, listed)
    off = muted(session, TEMPLATE, reachable)
    written = known_keys(session, [_key(today, person) for person in reachable])
    to_write = [person for person in reachable if person not in off and _key(today, person) not in written]
    return Preview(
        len(listed),
        to_write,
        len(listed) - len(reachable),
        sum(_key(today, person) in written for person in reachable if person not in off),
        len(off),
        _mark(listed),
    )


def send(
    session: Session, actor: Actor, ask: Ask, year: int, *, mark: str, note: str, today: date, now: datetime
) -> int:
    """Queue the mails of a previewed list and keep the round; returns how many were queued.

    Raises:
        RuleViolation: as `preview`; ``campaign.nobody`` -- all were written to today, or none can be.
        Conflict: ``campaign.list-changed`` -- the list is no longer the one that was shown.
    """
    shown = preview(session, actor, ask, year, today=today)
    if shown.mark != mark:
        raise Conflict("campaign.list-changed", "The list has changed since it was shown. Look at it again.")
    if not shown.to_write:
        raise RuleViolation("campaign.nobody", "Nobody on this list can be written to today.")
    show = ask.filters["show"]
    context: dict[str, Any] = {"year": year, "show": show, "note": note.strip()[:LONGEST_NOTE], "sent_by": actor.name}
    reminders = (Reminder(_key(today, person), person, TEMPLATE, context, CONDITION) for person in shown.to_write)
    queued = queue_many(session, reminders, now=now)
    row = RoundRow(
        exam_year=year,
        show=show,
        filters={**ask.filters, "q": ask.words},
        note=context["note"],
        listed=shown.listed,
        queued=queued,
        by_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    after = {"year": year, "show": show, "listed": shown.listed, "queued": queued}
    record(session, actor, "campaign.chased", "campaign_round", row.id, now=now, after=after)
    return queued


def rounds(session: Session, actor: Actor, year: int, *, limit: int = 20) -> list[dict[str, Any]]:
    """The actor's own latest rounds of a year."""
    row = RoundRow
    query = (
        select(row.id, row.show, row.listed, row.queued, row.note, row.at)
        .where(row.by_id == actor.person_id, row.exam_year == year)
        .order_by(row.id.desc())
        .limit(limit)
    )
    return [dict(found) for found in session.execute(query).mappings()]


def still_listed(session: Session, person_id: int, context: dict[str, Any], _today: date) -> bool:
    """Whether somebody is still on the list for which they were written to."""
    found = store.rows(int(context["year"]))
    condition = found.lists.get(context["show"])
    if condition is None:
        return False
    return session.execute(found.query.where(PersonRow.id == person_id, condition).limit(1)).first() is not None


def _with_mail(session: Session, person_ids: Sequence[int]) -> list[int]:
    found: list[int] = []
    for chunk in chunks(person_ids):
        found += session.scalars(select(PersonRow.id).where(PersonRow.id.in_(chunk), PersonRow.email.is_not(None)))
    return sorted(found)


def _key(day: date, person_id: int) -> str:
    return f"campaign.chase.{day.isoformat()}.{person_id}"


def _mark(person_ids: Sequence[int]) -> str:
    return hashlib.sha256(",".join(map(str, sorted(person_ids))).encode()).hexdigest()[:32]
