"""Queries of what candidates ask about questions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.practice.models import PostRow

ANSWER = Permission.BANK_QUESTION_EDIT
_STANDS = PostRow.withdrawn_at.is_(None)
_WAITING_FIRST = case((PostRow.state == "waiting", 0), else_=1)
# What waits comes first, and of that what waits longest; the rest latest first.
DEFAULT_ORDER = (
    _WAITING_FIRST,
    case((PostRow.state == "waiting", PostRow.asked_at)),
    PostRow.asked_at.desc(),
    PostRow.id.desc(),
)


def of_question(session: Session, person_id: int, question_id: int) -> Sequence[tuple[PostRow, str | None]]:
    """What is shown beside a question, and what the person asked themselves, with who settled it; the oldest first."""
    rows = session.execute(
        select(PostRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == PostRow.settled_by)
        .where(PostRow.question_id == question_id, or_(PostRow.state == "shown", PostRow.person_id == person_id))
        .order_by(PostRow.asked_at, PostRow.id)
        .limit(200)
    )
    return [(row, name) for row, name in rows]


def waiting_of(session: Session, person_id: int) -> int:
    """How much of what a person asked waits for an answer."""
    query = select(func.count()).where(PostRow.person_id == person_id, PostRow.state == "waiting", _STANDS)
    return session.scalar(query) or 0


def visible(actor: Actor) -> Select[*tuple[Any, ...]]:
    """What persons within the actor's bounds asked and did not withdraw, as a list shows it."""
    return (
        select(
            PostRow.id,
            PostRow.question_id,
            PostRow.words,
            PostRow.asked_at,
            PostRow.state,
            PostRow.helped_at,
            PersonRow.name.label("asker"),
        )
        .join(PersonRow, PersonRow.id == PostRow.person_id)
        .where(within(PersonRow.organisation_id, actor, ANSWER), _STANDS)
    )


def find(session: Session, actor: Actor, post_id: int, *, lock: bool) -> tuple[PostRow, str] | None:
    """What was asked, withdrawn or not, with who asked, if that is somebody within the actor's bounds."""
    query = (
        select(PostRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == PostRow.person_id)
        .where(PostRow.id == post_id, within(PersonRow.organisation_id, actor, ANSWER))
    )
    row = session.execute(query.with_for_update(of=PostRow) if lock else query).one_or_none()
    return None if row is None else (row[0], row[1])


def own(session: Session, person_id: int, question_id: int, post_id: int) -> PostRow | None:
    """What the person asked about a question, locked to be changed."""
    row = PostRow
    mine = (row.id == post_id, row.question_id == question_id, row.person_id == person_id)
    return session.scalar(select(row).where(*mine).with_for_update())


def oldest_waiting(session: Session, actor: Actor) -> datetime | None:
    """Since when the one that waits longest waits."""
    query = visible(actor).where(PostRow.state == "waiting").subquery()
    return session.scalar(select(func.min(query.c.asked_at)))


def waiting(session: Session, actor: Actor) -> int:
    """How much of it waits."""
    query = visible(actor).where(PostRow.state == "waiting").subquery()
    return session.scalar(select(func.count()).select_from(query)) or 0
