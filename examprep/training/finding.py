"""Classes for other pages: what the search box finds, and what would mend a lack of hours."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.feature import Hit, Offer
from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask, Page
from examprep.training import overview


def managed(session: Session, actor: Actor, ask: Ask, now: datetime) -> tuple[int, list[Hit]]:
    return _hits(overview.classes(session, actor, ask, now=now), "training.class_")


def open_to_enrol(session: Session, actor: Actor, ask: Ask, now: datetime) -> tuple[int, list[Hit]]:
    return _hits(overview.open_classes(session, actor, ask, now=now), "training.seat")


def mending(session: Session, actor: Actor, categories: Collection[str], now: datetime) -> list[Offer]:
    """Classes that take enrolments and give hours of the categories, the soonest first; none the actor is in."""
    return [
        Offer(
            row["name"],
            Sentence("%(course)s · %(at)s", course=row["course"], at=row["next_at"]),
            "training.seat",
            "training.enrol",
            {"class_id": row["id"]},
        )
        for row in overview.mending(session, actor, categories, now=now)
    ]


def _hits(page: Page, endpoint: str) -> tuple[int, list[Hit]]:
    return page.total, [Hit(row["name"], row["course"], endpoint, {"class_id": row["id"]}) for row in page.rows]
