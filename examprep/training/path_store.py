"""Queries of learning paths: topics, whom they are for, and when each step's facts happened. Decides nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.people.models import OrganisationRow, PersonRow
from examprep.practice import progress as practice
from examprep.training import store
from examprep.training.models import ClassRow, EnrolmentRow, SessionRow
from examprep.training.path_models import CommentRow, EvidenceRow, NoteRow, TopicRow, TutoringRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.rules.path import LEARN, PRACTISE, SHARE, TUTOR, reached
from examprep.training.unit_models import CompletionRow

Facts = Mapping[tuple[int, int], Mapping[str, datetime | None]]  # by topic and person: when each step was done


def topics(session: Session, course_id: int, *, withdrawn: bool = False) -> list[TopicRow]:
    query = select(TopicRow).where(TopicRow.course_id == course_id).order_by(TopicRow.place, TopicRow.id)
    return list(session.scalars(query if withdrawn else query.where(TopicRow.withdrawn_at.is_(None))))


def topic(session: Session, course_id: int, topic_id: int) -> TopicRow:
    """Raises NotFound: no such topic of the course."""
    row = session.scalar(select(TopicRow).where(TopicRow.id == topic_id, TopicRow.course_id == course_id))
    if row is None:
        raise NotFound("training.topic", "There is no such topic in this course.")
    return row


def seated_class(session: Session, person_id: int, class_id: int) -> tuple[ClassRow, datetime]:
    """A class in which the person has a seat, and since when. Raises NotFound."""
    seat, row = store.enrolment(session, class_id, person_id), session.get(ClassRow, class_id)
    if row is None or seat is None or seat.state != "enrolled":
        raise NotFound("training.unknown", "There is no such class within your reach.")
    return row, seat.at


def learners(session: Session, class_id: int) -> list[Any]:
    """(person id, name, organisation, since) of everybody with a seat, by name."""
    query = (
        select(PersonRow.id, PersonRow.name, OrganisationRow.name, EnrolmentRow.at)
        .join(EnrolmentRow, EnrolmentRow.person_id == PersonRow.id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(EnrolmentRow.class_id == class_id, EnrolmentRow.state == "enrolled")
        .order_by(PersonRow.name, PersonRow.id)
    )
    return list(session.execute(query).all())


def facts(session: Session, class_id: int, found: Sequence[TopicRow], people: Sequence[int]) -> Facts:
    """When each step of each topic was done by each of the people, who learn in the class."""
    known: dict[tuple[int, int], dict[str, datetime | None]] = defaultdict(dict)
    for row in found:
        steps = {
            LEARN: _learnt(session, class_id, row, people),
            PRACTISE: _practised(session, row, people),
            SHARE: _shared(session, row, people),
            TUTOR: _tutored(session, row, people),
        }
        for person in people:
            known[row.id, person] = {step: done.get(person) for step, done in steps.items()}
    return known


def _learnt(session: Session, class_id: int, row: TopicRow, people: Sequence[int]) -> dict[int, datetime]:
    if row.unit_id is not None:
        done = select(CompletionRow.person_id, CompletionRow.completed_at).where(
            CompletionRow.unit_id == row.unit_id, CompletionRow.voided_at.is_(None), CompletionRow.person_id.in_(people)
        )
        return _by_person(session, done)
    sessions = (
        select(SessionRow.id)
        .where(SessionRow.class_id == class_id, SessionRow.state != "cancelled")
        .order_by(SessionRow.starts_at, SessionRow.id)
        .offset((row.session_number or 1) - 1)
        .limit(1)
    )
    came = (
        select(AttendanceRow.person_id, SessionRow.ends_at)
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .where(
            SessionRow.id == sessions.scalar_subquery(),
            AttendanceRow.present.is_(True),
            AttendanceRow.person_id.in_(people),
        )
    )
    return _by_person(session, came)


def _by_person(session: Session, query: Select[int, datetime]) -> dict[int, datetime]:
    return dict(session.execute(query).all())


def _practised(session: Session, row: TopicRow, people: Sequence[int]) -> dict[int, datetime]:
    """By enough questions, or by evidence of the field task: whichever was first."""
    rights = practice.first_rights(session, people, row.chapter_id)
    done = {person: at for person, instants in rights.items() if (at := reached(instants, row.rights)) is not None}
    if row.task:
        accepted = select(EvidenceRow.person_id, EvidenceRow.settled_at).where(
            EvidenceRow.topic_id == row.id, EvidenceRow.state == "accepted", EvidenceRow.person_id.in_(people)
        )
        for person, at in session.execute(accepted):
            if at is not None:
                done[person] = min(at, done.get(person, at))
    return done


def _shared(session: Session, row: TopicRow, people: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(NoteRow.person_id, NoteRow.settled_at, CommentRow.settled_at)
        .join(CommentRow, CommentRow.note_id == NoteRow.id)
        .where(
            NoteRow.topic_id == row.id,
            NoteRow.state == "shown",
            CommentRow.state == "shown",
            NoteRow.person_id.in_(people),
        )
    )
    shown: dict[int, list[datetime]] = defaultdict(list)
    for person, note_at, comment_at in session.execute(query):
        if note_at is not None and comment_at is not None:
            shown[person].append(max(note_at, comment_at))
    return {person: at for person, instants in shown.items() if (at := reached(instants, row.comments)) is not None}


def _tutored(session: Session, row: TopicRow, people: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(TutoringRow.person_id, func.min(TutoringRow.recorded_at))
        .where(TutoringRow.topic_id == row.id, TutoringRow.voided_at.is_(None), TutoringRow.person_id.in_(people))
        .group_by(TutoringRow.person_id)
    )
    return _by_person(session, query)


def note_of(session: Session, topic_id: int, person_id: int) -> NoteRow | None:
    return session.scalar(select(NoteRow).where(NoteRow.topic_id == topic_id, NoteRow.person_id == person_id))


def shown_notes(session: Session, topic_id: int, person_id: int) -> list[Any]:
    """(note, writer's name) of what the person may read on a topic: what is shown, and their own."""
    query = (
        select(NoteRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == NoteRow.person_id)
        .where(NoteRow.topic_id == topic_id, (NoteRow.state == "shown") | (NoteRow.person_id == person_id))
        .order_by(NoteRow.person_id != person_id, NoteRow.written_at.desc())
    )
    return list(session.execute(query).all())


def comments(session: Session, note_ids: Sequence[int], person_id: int) -> dict[int, list[Any]]:
    """By note: (comment, writer's name) of those shown, and the person's own."""
    query = (
        select(CommentRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == CommentRow.person_id)
        .where(CommentRow.note_id.in_(note_ids), (CommentRow.state == "shown") | (CommentRow.person_id == person_id))
        .order_by(CommentRow.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row, name in session.execute(query):
        found[row.note_id].append((row, name))
    return found


def tutorings(session: Session, topic_id: int, person_id: int) -> list[Any]:
    """(meeting, trainer's name), the latest first."""
    query = (
        select(TutoringRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == TutoringRow.trainer_id)
        .where(TutoringRow.topic_id == topic_id, TutoringRow.person_id == person_id)
        .order_by(TutoringRow.id.desc())
    )
    return list(session.execute(query).all())
