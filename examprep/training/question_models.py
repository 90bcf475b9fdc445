"""Questions and answers of a class (答疑)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class QuestionRow(Base):
    """What a learner asked in a class. Hidden, only its writer still reads it, and why; the class sees the others."""

    __tablename__ = "training_question"
    __table_args__ = (
        CheckConstraint("state IN ('shown', 'hidden')", name="state"),
        CheckConstraint("(state = 'hidden') = (reason IS NOT NULL)", name="hidden_why"),
        CheckConstraint("(answer_id IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("withdrawn_at IS NULL OR (state = 'shown' AND answer_id IS NULL)", name="withdrawn"),
        Index("ix_training_question_class_asked", "class_id", "asked_at"),
    )

    id: Mapped[pk]
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str | None]
    answer_id: Mapped[int | None]  # the reply that answers it, of `ReplyRow`
    answered_at: Mapped[datetime | None]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("training_topic.id"))  # what it is about
    chapter_id: Mapped[int | None] = mapped_column(ForeignKey("syllabus_chapter.id"))
    folded: Mapped[str]  # its words, what it is about and the replies that are shown, as a search compares them
    withdrawn_at: Mapped[datetime | None]  # since when nobody but the asker sees it, by their own wish


class ReplyRow(Base):
    """What somebody of the class, or its staff, replied to a question."""

    __tablename__ = "training_reply"
    __table_args__ = (
        CheckConstraint("state IN ('shown', 'hidden')", name="state"),
        CheckConstraint("(state = 'hidden') = (reason IS NOT NULL)", name="hidden_why"),
    )

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("training_question.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    at: Mapped[datetime]
    by_staff: Mapped[bool]
    state: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str | None]
