"""What practice adds to homes: what is set to a candidate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.practice import assigning


def assigned(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """The assignments that the candidate owes or has just finished; no card where there are none."""
    mine = assigning.mine(session, actor, today=office_day(now))
    return {"mine": mine} if mine else None
