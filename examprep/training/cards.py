"""What training adds to homes: the candidate's next class and what they are asked, the trainer's reported questions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import reporting
from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.plumbing.runtime import runtime
from examprep.training import asking_lists, feedback, overview, staff_pages, store
from examprep.training.values import SEATS


def own_classes(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """The actor's next session, or ``None`` for whoever has none ahead, and the classes they are asked about."""
    if not store.has_been_seated(session, actor.person_id):
        return {"mine": None, "asked": []}
    mine = overview.my_classes(session, actor, now=now)
    return {
        "mine": next((each for each in mine if each.following), None),
        "seats": SEATS,
        "asked": feedback.waiting(session, runtime().vault, actor, today=office_day(now)),
    }


def open_reports(session: Session, actor: Actor, _now: datetime) -> Mapping[str, Any]:
    """How many reports of candidates wait for the actor's answer."""
    return {
        "label": N_("Reported errors"),
        "count": reporting.reports(session, actor, Ask()).total,
        "unit": N_("questions"),
        "base": Sentence("waiting for an answer"),
        "endpoint": "bank.reports",
        "values": {},
    }


def wishes(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """How many enrolments wait for the actor's approval; nothing when none does, since few classes ask for it."""
    count = staff_pages.count_wishes(session, actor, now)
    if not count:
        return None
    return {
        "label": N_("Enrolments to approve"),
        "count": count,
        "unit": N_("persons"),
        "base": Sentence("waiting for your decision"),
        "endpoint": "training.approvals",
        "values": {},
    }


def open_questions(session: Session, actor: Actor, _now: datetime) -> Mapping[str, Any] | None:
    """How many questions of the actor's classes nobody has answered; nothing when there are none."""
    count = asking_lists.waiting(session, actor)
    if not count:
        return None
    return {
        "label": N_("Questions of classes"),
        "count": count,
        "unit": N_("questions"),
        "base": Sentence("waiting for an answer"),
        "endpoint": "training.managed_questions",
        "values": {"state": "open"},
    }
