"""Verbs of learning paths: topics made, case notes and comments written and settled, meetings recorded and voided."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.training import path_store, store
from examprep.training.actions import checked_reason, checked_words
from examprep.training.models import ClassRow
from examprep.training.path_models import CommentRow, NoteRow, TopicRow, TutoringRow
from examprep.training.unit_models import UnitRow

LONGEST_NOTE, LONGEST_COMMENT = 4000, 1000
WAITING, SHOWN, HIDDEN = "waiting", "shown", "hidden"


@dataclass(frozen=True)
class TopicEntry:
    """A topic as typed: learnt by a unit or the n-th session; then what practising and sharing ask."""

    title: str
    chapter_id: int
    unit_id: int | None
    session_number: int | None
    rights: int
    comments: int
    task: str = ""


def add_topic(session: Session, actor: Actor, class_id: int, entry: TopicEntry, *, now: datetime) -> int:
    """Give the course of a class a further topic; all classes of the course have it. Returns its id.

    Raises:
        NotFound: no such class, course, or unit of it. RuleViolation: ``training.topic-learn``.
    """
    parent = _parent(session, actor, class_id, entry)
    last = session.scalar(select(func.max(TopicRow.place)).where(TopicRow.course_id == parent.course_id)) or 0
    row = TopicRow(course_id=parent.course_id, place=last + 1, added_by=actor.person_id, added_at=now, **vars(entry))
    session.add(row)
    session.flush()
    people.record(session, actor, "training.topic-added", "training_topic", row.id, now=now, after={"title": row.title})
    return row.id


def change_topic(
    session: Session, actor: Actor, class_id: int, topic_id: int, entry: TopicEntry, *, now: datetime
) -> None:
    """Change what a topic asks; where everybody stands follows from it. Raises as `add_topic`; NotFound."""
    row = _topic(session, actor, class_id, topic_id)
    _parent(session, actor, class_id, entry, keeping=row.unit_id)
    for name, value in vars(entry).items():
        setattr(row, name, value)
    session.flush()
    after = {"title": row.title}
    people.record(session, actor, "training.topic-changed", "training_topic", row.id, now=now, after=after)


def _parent(
    session: Session, actor: Actor, class_id: int, entry: TopicEntry, *, keeping: int | None = None
) -> ClassRow:
    """The class by whose course a topic is, which must fit it; ``keeping`` is the unit it has now."""
    parent = store.class_(session, actor, class_id)
    store.course(session, actor, parent.course_id)
    if (entry.unit_id is None) is (entry.session_number is None):
        raise RuleViolation("training.topic-learn", "Learning is either a unit or a session: choose one.")
    if entry.unit_id is not None:
        unit = session.get(UnitRow, entry.unit_id)
        # The path is every class's of the course; a unit of one class is not.
        theirs = unit is not None and unit.course_id == parent.course_id and unit.class_id is None
        if not theirs and entry.unit_id != keeping:
            raise NotFound("training.unit", "There is no such unit within your reach.")
    return parent


def withdraw_topic(session: Session, actor: Actor, class_id: int, topic_id: int, *, reason: str, now: datetime) -> None:
    """Take a topic out of the path; what was written stays. Raises NotFound; RuleViolation: ``training.reason``."""
    row = _topic(session, actor, class_id, topic_id)
    why = checked_reason(reason)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.reason = now, why
        session.flush()
        people.record(
            session, actor, "training.topic-withdrawn", "training_topic", row.id, now=now, after={"reason": why}
        )


def restore_topic(session: Session, actor: Actor, class_id: int, topic_id: int, *, now: datetime) -> None:
    """Put a topic back at its old place. Raises NotFound."""
    row = _topic(session, actor, class_id, topic_id)
    if row.withdrawn_at is not None:
        row.withdrawn_at, row.reason = None, None
        session.flush()
        people.record(session, actor, "training.topic-restored", "training_topic", row.id, now=now)


def write_note(session: Session, actor: Actor, class_id: int, topic_id: int, words: str, *, now: datetime) -> int:
    """Write one's case note, or write it anew while it is not shown: it then waits for a trainer. Returns its id.

    Raises:
        NotFound: no seat in the class, or no such topic. RuleViolation: ``training.words``;
            ``training.note-shown`` -- peers have read it.
        Conflict: ``training.note-twice``.
    """
    parent, _ = path_store.seated_class(session, actor.person_id, class_id)
    row = path_store.topic(session, parent.course_id, topic_id)
    text = checked_words(words, LONGEST_NOTE)
    note = path_store.note_of(session, row.id, actor.person_id)
    if note is not None and note.state == SHOWN:
        raise RuleViolation("training.note-shown", "Your note is shown already; it stays as it is.")
    if note is None:
        note = NoteRow(topic_id=row.id, person_id=actor.person_id)
        session.add(note)
    note.words, note.state, note.reason, note.written_at = text, WAITING, "", now
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.note-twice", "Your note came twice at once; it is kept once.") from error
    people.record(session, actor, "training.note-written", "training_note", note.id, now=now)
    return note.id


def comment(session: Session, actor: Actor, class_id: int, note_id: int, words: str, *, now: datetime) -> int:
    """Say something about a peer's note, once; it then waits for a trainer. Returns its id.

    Raises:
        NotFound: no such note shown to the actor's class. RuleViolation: ``training.words``, ``training.own-note``.
        Conflict: ``training.commented``.
    """
    parent, _ = path_store.seated_class(session, actor.person_id, class_id)
    note = session.get(NoteRow, note_id)
    if note is None or note.state != SHOWN:
        raise NotFound("training.note", "There is no such note.")
    path_store.topic(session, parent.course_id, note.topic_id)
    if note.person_id == actor.person_id:
        raise RuleViolation("training.own-note", "Others comment on your note.")
    said = checked_words(words, LONGEST_COMMENT)
    row = CommentRow(note_id=note.id, person_id=actor.person_id, words=said, state=WAITING, written_at=now)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.commented", "You have commented on this note already.") from error
    people.record(session, actor, "training.note-commented", "training_note", note.id, now=now)
    return row.id


def settle(
    session: Session, actor: Actor, class_id: int, kind: str, row_id: int, *, show: bool, reason: str, now: datetime
) -> None:
    """Show a note or a comment to the class, or hide it with a reason; either may be changed later.

    Raises:
        NotFound: no such note or comment of the class's course. RuleViolation: ``training.reason`` -- hidden without.
    """
    parent = store.class_(session, actor, class_id)
    comment_ = session.get(CommentRow, row_id) if kind == "comment" else None
    note = session.get(NoteRow, comment_.note_id if comment_ else row_id) if comment_ or kind == "note" else None
    if note is None:
        raise NotFound("training.note", "There is no such note.")
    row = comment_ or note
    path_store.topic(session, parent.course_id, note.topic_id)
    if row.person_id not in {line[0] for line in path_store.learners(session, parent.id)}:
        raise NotFound("training.note", "There is no such note.")
    if show and row.state == SHOWN:
        return  # when it was shown first is when the step was done
    row.state, row.reason = (SHOWN, "") if show else (HIDDEN, checked_reason(reason))
    row.settled_by, row.settled_at = actor.person_id, now
    session.flush()
    after = {"reason": row.reason} if row.reason else None
    act = "training.note-shown" if show else "training.note-hidden"
    people.record(session, actor, act, "training_note", note.id, now=now, after=after)


def record_tutoring(
    session: Session,
    actor: Actor,
    class_id: int,
    topic_id: int,
    person_id: int,
    *,
    held_on: date,
    chapter_id: int | None,
    words: str,
    now: datetime,
    today: date,
) -> int:
    """Record a meeting with a learner of the class; returns its id.

    Raises:
        NotFound: no such class, topic or learner. RuleViolation: ``training.tutoring-day`` -- not yet held;
            ``training.words``.
    """
    row = _topic(session, actor, class_id, topic_id)
    if person_id not in {line[0] for line in path_store.learners(session, class_id)}:
        raise NotFound("training.learner", "There is no such learner in this class.")
    if held_on > today:
        raise RuleViolation("training.tutoring-day", "A meeting is recorded after it was held.")
    meeting = TutoringRow(
        topic_id=row.id,
        person_id=person_id,
        trainer_id=actor.person_id,
        held_on=held_on,
        chapter_id=chapter_id,
        words=checked_words(words, LONGEST_COMMENT),
        recorded_at=now,
    )
    session.add(meeting)
    session.flush()
    people.record(session, actor, "training.tutored", "training_tutoring", meeting.id, now=now)
    return meeting.id


def void_tutoring(
    session: Session, actor: Actor, class_id: int, topic_id: int, meeting_id: int, *, reason: str, now: datetime
) -> None:
    """Take the record of a meeting back. Raises NotFound; RuleViolation: ``training.reason``."""
    row = _topic(session, actor, class_id, topic_id)
    meeting = session.get(TutoringRow, meeting_id)
    learners = {line[0] for line in path_store.learners(session, class_id)}
    if meeting is None or meeting.topic_id != row.id or meeting.person_id not in learners:
        raise NotFound("training.tutoring", "There is no such meeting.")
    why = checked_reason(reason)
    if meeting.voided_at is None:
        meeting.voided_at, meeting.reason = now, why
        session.flush()
        people.record(
            session, actor, "training.tutoring-voided", "training_tutoring", meeting.id, now=now, after={"reason": why}
        )


def _topic(session: Session, actor: Actor, class_id: int, topic_id: int) -> TopicRow:
    return path_store.topic(session, store.class_(session, actor, class_id).course_id, topic_id)
