"""What training adds to the candidate's home: the next class."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.training import overview


def next_class(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """The actor's next session, or ``None`` for whoever has none ahead."""
    mine = overview.my_classes(session, actor, now=now)
    return {"mine": next((each for each in mine if each.following), None)}
