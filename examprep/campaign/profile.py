"""What a person keeps of education and work for the eligibility helper: only they see it, and they can delete it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.campaign.models import ProfileRow
from examprep.people.actor import Actor


def kept(session: Session, actor: Actor) -> Mapping[str, Any] | None:
    row = session.get(ProfileRow, actor.person_id)
    return None if row is None else row.answers


def keep(session: Session, actor: Actor, answers: Mapping[str, Any], *, now: datetime) -> None:
    session.merge(ProfileRow(person_id=actor.person_id, answers=dict(answers), kept_at=now))
    session.flush()


def forget(session: Session, actor: Actor) -> None:
    row = session.get(ProfileRow, actor.person_id)
    if row is not None:
        session.delete(row)
        session.flush()
