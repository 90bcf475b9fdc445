"""What the ledger adds to the homes: the candidate's hours of this year, and how many holders are short."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.ce import claiming, reviewing, standings
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor


def own_hours(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """This year's standing; nobody who holds no certificate owes hours."""
    today = office_day(now)
    try:
        standing = standings.own_standing(session, actor, today.year, today=today)
    except NotFound:  # no requirement is known, so nothing can be owed
        return None
    if standing is None:
        return None
    return {"standing": standing, "year": today.year, "deadline": standings.deadline(today.year)}


def short_holders(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Holders within the actor's bounds who are short of this year's hours."""
    today = office_day(now)
    try:
        found = standings.summary(session, actor, today.year, today=today)
    except NotFound:
        return None
    short = found.holders - found.met.part
    if not short:
        return None
    return {
        "label": N_("Holders short of hours"),
        "count": short,
        "unit": N_("persons"),
        "base": Sentence("to be mended by %(day)s", day=standings.deadline(today.year)),
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
