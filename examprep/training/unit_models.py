"""On-line units: what is read or watched, how far each learner has come, tries of the test, what completing gave."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk


class UnitRow(Base):
    """A unit of a course, for one class or for everybody of an organisation and below it.

    Its test asks ``question_count`` of ``question_ids``, or of a chapter; ``minutes`` are what completing gives.
    """

    __tablename__ = "training_unit"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'file', 'video')", name="kind"),
        CheckConstraint("(class_id IS NULL) <> (organisation_id IS NULL)", name="reach"),
        CheckConstraint("minutes >= 0 AND least_minutes >= 0", name="minutes"),
        CheckConstraint("(question_count IS NULL) = (pass_half_points IS NULL)", name="test"),
        CheckConstraint("question_count > 0 AND pass_half_points > 0", name="test_marks"),
        CheckConstraint("(kind = 'video') = (link IS NOT NULL)", name="link"),
        CheckConstraint("(kind = 'file') = (file_kind IS NOT NULL)", name="file"),
        CheckConstraint("(withdrawn_at IS NULL) = (reason IS NULL)", name="withdrawn"),
    )

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("training_course.id"), index=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(String(5))
    body: Mapped[str] = mapped_column(default="")  # Markdown
    link: Mapped[str | None]
    file_name: Mapped[str | None]
    file_kind: Mapped[str | None] = mapped_column(String(4))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # sealed
    minutes: Mapped[int]
    least_minutes: Mapped[int]  # between opening and confirming, where there is no test
    chapter_id: Mapped[int | None] = mapped_column(ForeignKey("syllabus_chapter.id"))
    question_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    question_count: Mapped[int | None]
    pass_half_points: Mapped[int | None]
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why it was withdrawn


class UnitOpeningRow(Base):
    """That somebody opened a unit: first and last. Locking it is how one person's acts on a unit queue."""

    __tablename__ = "training_unit_opening"

    unit_id: Mapped[int] = mapped_column(ForeignKey("training_unit.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class TryRow(Base):
    """One try of a unit's test: the versions asked, what was ticked, what it earned.

    Its marks follow from the ticks by the keys, and by the rulings that stand on them."""

    __tablename__ = "training_unit_try"
    __table_args__ = (
        UniqueConstraint("unit_id", "person_id", "number"),
        CheckConstraint("(sent_at IS NULL) = (earned IS NULL) AND (sent_at IS NULL) = (passed IS NULL)", name="sent"),
        CheckConstraint("earned BETWEEN 0 AND full_half_points", name="earned"),
    )

    id: Mapped[pk]
    unit_id: Mapped[int] = mapped_column(ForeignKey("training_unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    version_ids: Mapped[list[int]] = mapped_column(JSON)
    ticks: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # places ticked, by question
    full_half_points: Mapped[int]
    needed_half_points: Mapped[int]
    earned: Mapped[int | None]
    passed: Mapped[bool | None]
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class CompletionRow(Base):
    """That somebody completed a unit, and the ledger's line it gave; voided, it is kept and the line is reversed."""

    __tablename__ = "training_unit_completion"
    __table_args__ = (
        CheckConstraint("how IN ('test', 'confirmed')", name="how"),
        CheckConstraint("(how = 'test') = (try_id IS NOT NULL)", name="try"),
        CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name="voided"),
        UniqueConstraint("unit_id", "person_id", "round"),
        Index(
            "uq_training_unit_completion_standing",
            "unit_id",
            "person_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    unit_id: Mapped[int] = mapped_column(ForeignKey("training_unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    round: Mapped[int]  # 1, after a voiding 2 …
    how: Mapped[str] = mapped_column(String(9))
    try_id: Mapped[int | None] = mapped_column(ForeignKey("training_unit_try.id"), unique=True)
    minutes: Mapped[int]
    line_id: Mapped[int | None]  # of the ledger; null when the unit gives no hours
    completed_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
