"""What the ledger adds to the homes: the candidate's clocks, and how many holders are short."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.ce import claiming, reviewing, standings
from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor


def own_hours(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """The actor's clocks as kept, those that bind in person first; nobody who holds no certificate owes hours."""
    today = office_day(now)
    found = standings.kept(session, actor.person_id, today=today)
    if not found:
        return None
    first, *others = sorted(found, key=lambda each: each.requirement.measure != "each")
    return {"standing": first, "others": others, "deadline": standings.deadline(first.duty), "year": today.year}


def short_holders(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Holders within the actor's bounds who are short of this year's hours, or of those of their longer period."""
    today = office_day(now)
    found = standings.summary(session, actor, today.year, today=today)
    short = found.met.base - found.met.part
    if not short:
        return None
    return {
        "label": N_("Holders short of hours"),
        "count": short,
        "unit": N_("persons"),
        "base": Sentence("to be mended by %(day)s", day=date(today.year, 12, 31))
        if found.yearly
        else Sentence("of the period that runs for each of them"),
        "endpoint": "ce.standing",
        "values": {"state": "ce-short", "year": today.year},
    }


def claims_waiting(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Claims that wait for the actor, and how long the oldest has."""
    count, oldest = reviewing.waiting(session, actor)
    if not count or oldest is None:
        return None
    return {
        "label": N_("Claims to review"),
        "count": count,
        "unit": N_("claims"),
        "base": Sentence("the oldest since %(day)s", day=office_day(oldest)),
        "endpoint": "ce.review_queue",
        "values": {},
    }


def own_claims(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Claims that the actor should go on with."""
    returned, drafts = claiming.waiting_drafts(session, actor)
    return {"returned": returned, "drafts": drafts} if returned or drafts else None
