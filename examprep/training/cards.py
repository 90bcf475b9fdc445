"""What training adds to homes: the candidate's next class, the trainer's questions reported as wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import reporting
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.training import overview


def next_class(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """The actor's next session, or ``None`` for whoever has none ahead."""
    mine = overview.my_classes(session, actor, now=now)
    return {"mine": next((each for each in mine if each.following), None)}


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
