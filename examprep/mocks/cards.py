"""What mocks put on the candidate's home: the one under way, to go on in one tap, and those set to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.mocks import own_store
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
