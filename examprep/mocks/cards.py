"""What mocks put on homes: the one under way, to go on in one tap, those set to a candidate, those to be marked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.sentence import N_, Sentence
from examprep.mocks import own_store, set_store
from examprep.mocks.setting import TO_MARK
from examprep.people.actor import Actor


def to_do(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    rows = own_store.to_do(session, actor.person_id, now)
    if not rows:
        return None
    return {
        "under_way": [row for row in rows if row.attempt_id is not None],
        "set": [row for row in rows if row.attempt_id is None],
        "now": now,
    }


def to_mark(session: Session, actor: Actor, _now: datetime) -> Mapping[str, Any] | None:
    """How many papers wait for the actor's marking; no card where none does."""
    count = set_store.to_mark(session, actor)
    if not count:
        return None
    return {
        "label": N_("Mock exams"),
        "count": count,
        "unit": N_("papers"),
        "base": Sentence("to be marked"),
        "endpoint": "mocks.papers_list",
        "values": {"state": TO_MARK},
    }
