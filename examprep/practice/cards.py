"""What practice adds to homes: what is set to a candidate, and what candidates ask their trainers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.practice import assigning, discussing


def assigned(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """The assignments that the candidate owes or has just finished; no card where there are none."""
    mine = assigning.mine(session, actor, today=office_day(now))
    return {"mine": mine} if mine else None


def asked(session: Session, actor: Actor, _now: datetime) -> Mapping[str, Any]:
    """How much of what candidates asked about questions waits for the actor's answer."""
    return {
        "label": N_("Candidates ask"),
        "count": discussing.waiting(session, actor),
        "unit": N_("questions"),
        "base": Sentence("waiting for an answer"),
        "endpoint": "practice.discussion",
        "values": {},
    }
