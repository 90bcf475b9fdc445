"""Papers, to whom they are set, who sat them, and what was answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base


class PaperRow(Base):
    """A paper. Its seed and its questions are kept, so that it can be drawn and judged again.

    Without an organisation it is one person's own; otherwise a trainer set it, with a window and a rule for the keys.
    """

    __tablename__ = "mock_paper"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes_positive"),
        CheckConstraint("half_points > 0", name="half_points_positive"),
        CheckConstraint("keys IN ('at-once', 'after')", name="keys"),
        CheckConstraint("(organisation_id IS NULL) = (opens_at IS NULL)", name="set_with_window"),
        CheckConstraint("(opens_at IS NULL) = (closes_at IS NULL)", name="window_whole"),
        CheckConstraint("(taken_back_at IS NULL) = (reason IS NULL)", name="taken_back_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"))
    syllabus: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int] = mapped_column(BigInteger)
    full: Mapped[bool]  # of the official number of questions; otherwise shorter, in the same proportions
    minutes: Mapped[int] = mapped_column(SmallInteger)
    half_points: Mapped[int] = mapped_column(SmallInteger)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]  # nobody sits it from then on
    keys: Mapped[str] = mapped_column(String(8))  # at-once: after handing in; after: once the window is over
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(String(200))


class ItemRow(Base):
    """A question of a paper: exactly the version that is asked."""

    __tablename__ = "mock_item"
    __table_args__ = (UniqueConstraint("paper_id", "question_id"),)

    paper_id: Mapped[int] = mapped_column(ForeignKey("mock_paper.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)  # from 1
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), index=True)
    question_id: Mapped[int]
    type: Mapped[str] = mapped_column(String(64))
    chapter_id: Mapped[int | None]
    half_points: Mapped[int] = mapped_column(SmallInteger)


class GivenRow(Base):
    """That a paper was set to a person."""

    __tablename__ = "mock_given"

    paper_id: Mapped[int] = mapped_column(ForeignKey("mock_paper.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


UNDER_WAY = text("ended_at IS NULL AND discarded_at IS NULL")


class AttemptRow(Base):
    """One person sitting one paper, once. Its marks are derived from the answers and the rulings that stand."""

    __tablename__ = "mock_attempt"
    __table_args__ = (
        UniqueConstraint("paper_id", "person_id"),
        # Nobody sits two papers at once.
        Index(
            "uq_mock_attempt_under_way", "person_id", unique=True, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY
        ),
        CheckConstraint("ends_at > begun_at", name="ends_after_beginning"),
        CheckConstraint("ended_by IN ('person', 'time')", name="ended_by"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_whole"),
        CheckConstraint("ended_at IS NULL OR discarded_at IS NULL", name="ended_or_discarded"),
        CheckConstraint("marked_at IS NULL OR ended_at IS NOT NULL", name="marked_after_end"),
        CheckConstraint("half_points BETWEEN 0 AND full_half_points", name="half_points_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("mock_paper.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(8))  # the person handed it in, or the time was up
    discarded_at: Mapped[datetime | None]
    marked_at: Mapped[datetime | None]  # since when all of it is marked
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who marked what was written
    half_points: Mapped[int | None] = mapped_column(SmallInteger)
    full_half_points: Mapped[int | None] = mapped_column(SmallInteger)


class AnswerRow(Base):
    """What was last answered to a question before the end. A row with neither ticks nor words is no answer."""

    __tablename__ = "mock_answer"
    __table_args__ = (
        # What practice has yet to take is looked for every minute.
        Index(
            "ix_mock_answer_to_log",
            "attempt_id",
            sqlite_where=text("logged IS 0 AND half_points IS NOT NULL"),
            postgresql_where=text("logged IS false AND half_points IS NOT NULL"),
        ),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("mock_attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    ticked: Mapped[list[int]] = mapped_column(JSON)  # options; of a written answer the points found reached
    written: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    flagged: Mapped[bool]  # to be looked at again
    at: Mapped[datetime]
    half_points: Mapped[int | None] = mapped_column(SmallInteger)  # as it is marked; null: not marked
    logged: Mapped[bool]  # practice has taken it into its log


class RemarkingRow(Base):
    """That a finished marking was changed: who did so and why, and what the answers it changed had before."""

    __tablename__ = "mock_remarking"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("mock_attempt.id"), index=True)
    marked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # position, ticked, half_points of each that changed
    half_points_before: Mapped[int] = mapped_column(SmallInteger)
    half_points_after: Mapped[int] = mapped_column(SmallInteger)
