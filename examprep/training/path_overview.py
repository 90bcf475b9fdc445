"""What the pages of a learning path show, put together; values out, nothing is changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from examprep.kernel.rate import Rate
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.practice import progress as practice
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter
from examprep.training import path_store, store
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.path_models import CommentRow, NoteRow, TopicRow
from examprep.training.rules.path import Standing, standing
from examprep.training.rules.tutoring import DAYS
from examprep.training.unit_models import UnitRow


@dataclass(frozen=True)
class MyTopic:
    """A topic as its learner sees it: where they stand, and what each step asks. ``right``: questions so far."""

    id: int
    title: str
    standing: Standing
    unit_id: int | None
    unit_title: str | None
    session_number: int | None
    chapter: Chapter
    right: int
    rights: int
    comments: int
    task: str = ""


def mine(session: Session, actor: Actor, class_id: int) -> tuple[ClassRow, list[MyTopic]]:
    """Raises NotFound: the actor has no seat in the class."""
    row, since = path_store.seated_class(session, actor.person_id, class_id)
    topics = path_store.topics(session, row.course_id)
    facts = path_store.facts(session, class_id, topics, [actor.person_id])
    chapters = syllabus.chapters_by_id(session, frozenset(topic.chapter_id for topic in topics))
    found = []
    for topic in topics:
        unit = session.get(UnitRow, topic.unit_id) if topic.unit_id else None
        right = practice.first_rights(session, [actor.person_id], topic.chapter_id).get(actor.person_id, ())
        found.append(
            MyTopic(
                topic.id,
                topic.title,
                standing(facts[topic.id, actor.person_id], begins=since),
                topic.unit_id,
                unit.title if unit else None,
                topic.session_number,
                chapters[topic.chapter_id],
                min(len(right), topic.rights),
                topic.rights,
                topic.comments,
                topic.task,
            )
        )
    return row, found


def standing_of(session: Session, class_id: int, topic: TopicRow, person_id: int, since: datetime) -> Standing:
    return standing(path_store.facts(session, class_id, [topic], [person_id])[topic.id, person_id], begins=since)


def table(session: Session, class_id: int, course_id: int, *, now: datetime) -> list[dict[str, Any]]:
    """A line for each learner and topic, whoever stands longest first; what is done comes last."""
    people, topics = path_store.learners(session, class_id), path_store.topics(session, course_id)
    facts = path_store.facts(session, class_id, topics, [line[0] for line in people])
    rows = []
    for topic in topics:
        for person_id, name, organisation, since in people:
            found = standing(facts[topic.id, person_id], begins=since)
            rows.append(
                {
                    "id": person_id,
                    "name": name,
                    "organisation": organisation,
                    "topic_id": topic.id,
                    "topic": topic.title,
                    "step": found.step or "done",
                    "since": found.since,
                    "days": (now - found.since).days if found.step else None,
                }
            )
    return sorted(rows, key=lambda row: (row["step"] == "done", row["since"], row["id"], row["topic_id"]))


def counts(rows: Sequence[Mapping[str, Any]]) -> dict[int, Counter[str]]:
    """By topic: how many stand at each step."""
    found: dict[int, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["topic_id"], Counter())[row["step"]] += 1
    return found


def learnable(
    session: Session, course_id: int, class_id: int, *, keeping: int | None = None
) -> list[tuple[str, str, int | None]]:
    """("unit-3", its title, none) and ("session-2", "", its number) by which a topic can be learnt.

    A path is the course's; so are the units of the organisation, while a class's own are only its. ``keeping`` is the
    unit by which the topic is learnt now, whatever became of it.
    """
    offered = and_(UnitRow.class_id.is_(None), UnitRow.withdrawn_at.is_(None)) | (UnitRow.id == keeping)
    units = select(UnitRow.id, UnitRow.title).where(UnitRow.course_id == course_id, offered)
    held = [each for each in store.sessions_of(session, class_id) if each.state != "cancelled"]
    return [
        *((f"unit-{unit_id}", title, None) for unit_id, title in session.execute(units.order_by(UnitRow.id))),
        *((f"session-{number}", "", number) for number in range(1, len(held) + 1)),
    ]


def to_settle(session: Session, class_id: int, course_id: int, *, waiting: bool = True) -> list[dict[str, Any]]:
    """Notes and comments of a class's learners that wait for a trainer, the oldest first; or those settled."""
    seats = select(EnrolmentRow.person_id).where(EnrolmentRow.class_id == class_id, EnrolmentRow.state == "enrolled")
    found: list[dict[str, Any]] = []
    note = select(NoteRow, PersonRow.name, TopicRow.title).join(TopicRow, TopicRow.id == NoteRow.topic_id)
    for row, name, title in session.execute(
        note.join(PersonRow, PersonRow.id == NoteRow.person_id).where(
            TopicRow.course_id == course_id, NoteRow.person_id.in_(seats), (NoteRow.state == "waiting") == waiting
        )
    ):
        found.append({"kind": "note", "row": row, "name": name, "topic": title, "on": None})
    comment = (
        select(CommentRow, PersonRow.name, TopicRow.title, NoteRow.words)
        .join(NoteRow, NoteRow.id == CommentRow.note_id)
        .join(TopicRow, TopicRow.id == NoteRow.topic_id)
    )
    for said, name, title, words in session.execute(
        comment.join(PersonRow, PersonRow.id == CommentRow.person_id).where(
            TopicRow.course_id == course_id, CommentRow.person_id.in_(seats), (CommentRow.state == "waiting") == waiting
        )
    ):
        found.append({"kind": "comment", "row": said, "name": name, "topic": title, "on": words})
    return sorted(found, key=lambda each: each["row"].written_at, reverse=not waiting)


def weakest(session: Session, person_id: int, *, today: date) -> tuple[Chapter, Rate] | None:
    """The chapter in which most of their last fortnight's answers were wrong, if one can be told."""
    return practice.weakest(session, [person_id], today - timedelta(days=DAYS)).get(person_id)
