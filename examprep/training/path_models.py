"""Learning paths: the topics of a course, what learners write and say about them, meetings with a trainer."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk


class TopicRow(Base):
    """A topic of a course's path: what its four steps ask. Learning is a unit, or the n-th session of one's class."""

    __tablename__ = "training_topic"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (session_number IS NULL)", name="learn"),
        CheckConstraint("session_number > 0 AND rights > 0 AND comments > 0", name="numbers"),
        CheckConstraint("(withdrawn_at IS NULL) = (reason IS NULL)", name="withdrawn"),
    )

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("training_course.id"), index=True)
    place: Mapped[int]
    title: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("training_unit.id"))
    session_number: Mapped[int | None]
    chapter_id: Mapped[int] = mapped_column(ForeignKey("syllabus_chapter.id"))
    rights: Mapped[int]  # different questions of the chapter answered right
    comments: Mapped[int]  # by different peers under a case note
    task: Mapped[str] = mapped_column(default="")  # a field task whose evidence does instead of the questions
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class NoteRow(Base):
    """A learner's case note on a topic. Others see it once a trainer shows it; hidden, its writer reads why."""

    __tablename__ = "training_note"
    __table_args__ = (
        UniqueConstraint("topic_id", "person_id"),
        CheckConstraint("state IN ('waiting', 'shown', 'hidden')", name="state"),
    )

    id: Mapped[pk]
    topic_id: Mapped[int] = mapped_column(ForeignKey("training_topic.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    state: Mapped[str] = mapped_column(String(7))
    reason: Mapped[str] = mapped_column(default="")  # why it is hidden
    written_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class CommentRow(Base):
    """What a peer says about a case note; one each. A trainer may hide it."""

    __tablename__ = "training_note_comment"
    __table_args__ = (
        UniqueConstraint("note_id", "person_id"),
        CheckConstraint("state IN ('waiting', 'shown', 'hidden')", name="state"),
    )

    id: Mapped[pk]
    note_id: Mapped[int] = mapped_column(ForeignKey("training_note.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    state: Mapped[str] = mapped_column(String(7))
    reason: Mapped[str] = mapped_column(default="")
    written_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class TutoringRow(Base):
    """A meeting of a trainer with a learner about a weak point of theirs."""

    __tablename__ = "training_tutoring"
    __table_args__ = (CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name="voided"),)

    id: Mapped[pk]
    topic_id: Mapped[int] = mapped_column(ForeignKey("training_topic.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    trainer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    held_on: Mapped[date]
    chapter_id: Mapped[int | None] = mapped_column(ForeignKey("syllabus_chapter.id"))  # the weak point
    words: Mapped[str]
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class EvidenceRow(Base):
    """What a learner hands in for the field task of a topic. Returned, another may follow; accepted, it is the step."""

    __tablename__ = "training_evidence"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'accepted', 'returned')", name="state"),
        CheckConstraint("(state = 'returned') = (reason IS NOT NULL)", name="returned_why"),
        CheckConstraint("(file_kind IS NULL) = (content IS NULL)", name="file"),
        Index(
            "uq_training_evidence_standing",
            "topic_id",
            "person_id",
            unique=True,
            sqlite_where=text("state <> 'returned'"),
            postgresql_where=text("state <> 'returned'"),
        ),
    )

    id: Mapped[pk]
    topic_id: Mapped[int] = mapped_column(ForeignKey("training_topic.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    file_name: Mapped[str | None]
    file_kind: Mapped[str | None] = mapped_column(String(4))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # sealed
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None]
    sent_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
