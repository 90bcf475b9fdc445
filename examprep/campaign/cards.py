"""What the campaign adds to homes: the candidate's next step and what is new, the lists that want chasing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.campaign import funnel, intending, notices
from examprep.campaign.rules.road import NOW, SAY
from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.syllabus.rules.levels import LEVEL_NAMES


def next_step(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """Three statements: the dates, the person, the unread announcements."""
    today = office_day(now)
    own = intending.brief(session, actor, today)
    unread = notices.unread(session, actor, today)
    if own is None and not unread:
        return None
    to_say = own is not None and any(step.kind == SAY and step.state == NOW for step in own.steps)
    return {"own": own, "to_say": to_say, "notices": unread, "levels": LEVEL_NAMES}


def unregistered(session: Session, actor: Actor, now: datetime) -> Mapping[str, Any] | None:
    """How many say that they will register and are not registered; no card when nobody does."""
    year = intending.year_of(session, office_day(now))
    count = funnel.figures(session, actor, Ask(), year)["unregistered"]
    if not count:
        return None
    return {
        "label": funnel.LISTS["unregistered"],
        "count": count,
        "unit": N_("persons"),
        "base": Sentence("for the exam of %(year)s", year=year),
        "endpoint": "campaign.listing",
        "values": {"year": year, "show": "unregistered"},
    }
