"""Lists of what was asked in classes: in one, in all in which somebody has a seat, in all that somebody manages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page
from examprep.practice import wording
from examprep.training import path_store, store, units
from examprep.training.asking import CHAPTER, HIDDEN, OPEN, SEEN, SHOWN, STANDS, TOPIC
from examprep.training.models import ClassRow
from examprep.training.question_models import QuestionRow, ReplyRow

FILTERS = ("state", "show", "class")
WITHDRAWN = "withdrawn"
_standing = case(
    (QuestionRow.state == HIDDEN, HIDDEN),
    (QuestionRow.withdrawn_at.is_not(None), WITHDRAWN),
    (QuestionRow.answer_id.is_not(None), "answered"),
    else_="open",
)


def seated(session: Session, actor: Actor, ask: Ask, class_id: int | None = None) -> Page:
    """What was asked in all classes in which the actor has a seat, or in one; their own whatever its state."""
    query = _listed().where(store.enrolled(actor.person_id), _seen_by(actor))
    return _page(session, actor, query if class_id is None else query.where(ClassRow.id == class_id), ask)


def managed(session: Session, actor: Actor, ask: Ask) -> Page:
    """What was asked in the classes that the actor manages, what waits longest first."""
    return _page(session, actor, _listed().where(store.managed(actor), STANDS), ask)


def classes(session: Session, actor: Actor, *, staff: bool) -> list[tuple[int, str]]:
    """(id, name) of the classes that a list may be narrowed to: those in which something was asked, by name."""
    asked = exists().where(QuestionRow.class_id == ClassRow.id, STANDS if staff else _seen_by(actor))
    bound = store.managed(actor) if staff else store.enrolled(actor.person_id)
    query = select(ClassRow.id, ClassRow.name).where(bound, asked).order_by(ClassRow.name, ClassRow.id).limit(500)
    return [(class_id, name) for class_id, name in session.execute(query)]


def abouts(session: Session, course_id: int, now: datetime) -> Mapping[str, str]:
    """What a question may be about, by code: the topics of the course, and the chapters in force."""
    topics = {f"{TOPIC}-{row.id}": row.title for row in path_store.topics(session, course_id)}
    return {**topics, **{f"{CHAPTER}-{number}": name for number, name in units.chapters(session, now)}}


def waiting(session: Session, actor: Actor) -> int:
    """How many questions of the classes that the actor manages nobody has answered."""
    query = select(func.count(QuestionRow.id)).join(ClassRow, ClassRow.id == QuestionRow.class_id)
    return session.scalar(query.where(store.managed(actor), OPEN)) or 0


def _listed() -> Select[*tuple[Any, ...]]:
    row = QuestionRow
    replies = select(func.count(ReplyRow.id)).where(ReplyRow.question_id == row.id, ReplyRow.state == SHOWN)
    return (
        select(
            row.id,
            row.class_id,
            row.words.label("words"),
            row.asked_at.label("asked_at"),
            PersonRow.name.label("asker"),
            ClassRow.name.label("class"),
            _standing.label("state"),
            replies.scalar_subquery().label("replies"),
        )
        .join(PersonRow, PersonRow.id == row.person_id)
        .join(ClassRow, ClassRow.id == row.class_id)
    )


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """That all of a class see it, or the actor asked it."""
    return or_(SEEN, QuestionRow.person_id == actor.person_id)


def _mine(actor: Actor) -> ColumnElement[bool]:
    """That the actor asked it or replied to it."""
    replied = exists().where(and_(ReplyRow.question_id == QuestionRow.id, ReplyRow.person_id == actor.person_id))
    return or_(QuestionRow.person_id == actor.person_id, replied)


def _page(session: Session, actor: Actor, query: Select[*tuple[Any, ...]], ask: Ask) -> Page:
    if (state := ask.filters.get("state")) is not None:
        query = query.where(_standing == state)
    if ask.filters.get("show") == "mine":
        query = query.where(_mine(actor))
    if (class_id := ask.number("class")) is not None:
        query = query.where(ClassRow.id == class_id)
    row = QuestionRow
    return wording.listed(
        session,
        query,
        ask,
        searchable=row.folded,
        sortable={"asked_at": row.asked_at, "asker": PersonRow.name, "class": ClassRow.name},
        # What is open comes first, and of that what waits longest; the rest latest first.
        default=(
            case((_standing == "open", 0), else_=1),
            case((_standing == "open", row.asked_at)),
            row.asked_at.desc(),
            row.id.desc(),
        ),
    )
