"""What the search box finds of classes: managed ones for trainers and officers, open ones for candidates."""

from datetime import datetime

from sqlalchemy.orm import Session

from examprep.feature import Hit
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask, Page
from examprep.training import overview


def managed(session: Session, actor: Actor, ask: Ask, now: datetime) -> tuple[int, list[Hit]]:
    return _hits(overview.classes(session, actor, ask, now=now), "training.class_")


def open_to_enrol(session: Session, actor: Actor, ask: Ask, now: datetime) -> tuple[int, list[Hit]]:
    return _hits(overview.open_classes(session, actor, ask, now=now), "training.seat")


def _hits(page: Page, endpoint: str) -> tuple[int, list[Hit]]:
    return page.total, [Hit(row["name"], row["course"], endpoint, {"class_id": row["id"]}) for row in page.rows]
