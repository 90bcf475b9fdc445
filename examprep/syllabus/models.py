"""Levels, subjects, paper formats, syllabus versions, chapters, key dates.

Rows come from files in the package (`loading.py`). One with ``edited_at`` was mended by an administrator.
"""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk

CERTAINTY = "certainty IN ('H', 'M', 'L')"


class LevelRow(Base):
    """A level of the profession."""

    __tablename__ = "syllabus_level"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    rank: Mapped[int] = mapped_column(unique=True)


class SubjectRow(Base):
    """One paper of a level."""

    __tablename__ = "syllabus_subject"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes_positive"),)

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    level_code: Mapped[str] = mapped_column(ForeignKey("syllabus_level.code"), index=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    minutes: Mapped[int]
    objective: Mapped[bool]
    position: Mapped[int]
    source: Mapped[str]


class PaperPartRow(Base):
    """So many questions of one type in a subject's paper."""

    __tablename__ = "syllabus_paper_part"
    __table_args__ = (
        UniqueConstraint("subject_code", "position"),
        CheckConstraint("count > 0", name="count_positive"),
        CheckConstraint("half_points_each > 0", name="half_points_positive"),
        CheckConstraint(CERTAINTY, name="certainty"),
    )

    id: Mapped[pk]
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"))
    position: Mapped[int]
    question_type: Mapped[str]
    count: Mapped[int]
    half_points_each: Mapped[int]
    certainty: Mapped[str] = mapped_column(String(1))
    edited_at: Mapped[datetime | None]


class VersionRow(Base):
    """A syllabus edition and the exam years it serves, both ends included."""

    __tablename__ = "syllabus_version"
    __table_args__ = (
        CheckConstraint("last_exam_year IS NULL OR last_exam_year >= first_exam_year", name="years_in_order"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    first_exam_year: Mapped[int] = mapped_column(unique=True)
    last_exam_year: Mapped[int | None]
    source: Mapped[str]


class ChapterRow(Base):
    """A chapter of one subject's tree in one version. Retired ones stay: questions and answers point at them."""

    __tablename__ = "syllabus_chapter"
    __table_args__ = (
        UniqueConstraint("version_code", "subject_code", "number"),
        CheckConstraint("kind IN ('chapter', 'supplement', 'beyond')", name="kind"),
        CheckConstraint("weight_low >= 0 AND weight_high >= weight_low", name="weights_in_order"),
        CheckConstraint(CERTAINTY, name="certainty"),
        CheckConstraint("weight_certainty IN ('H', 'M', 'L')", name="weight_certainty"),
    )

    id: Mapped[pk]
    version_code: Mapped[str] = mapped_column(ForeignKey("syllabus_version.code"))
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"), index=True)
    number: Mapped[str] = mapped_column(String(8))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    kind: Mapped[str]
    weight_low: Mapped[int | None]  # half-points of a real paper
    weight_high: Mapped[int | None]
    weight_certainty: Mapped[str | None] = mapped_column(String(1))
    certainty: Mapped[str] = mapped_column(String(1))
    source: Mapped[str]
    edited_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class KeyDateRow(Base):
    """A day or days that matter in an exam year. ``ends_on`` is the last day.

    ``precision``: known to the day, only by month, or about these days. One that was taken back keeps its row, so that
    our files do not bring it again.
    """

    __tablename__ = "syllabus_key_date"
    __table_args__ = (
        UniqueConstraint("exam_year", "kind", "region_code"),
        # A null is never equal to a null, so the national frame needs its own uniqueness.
        Index(
            "uq_syllabus_key_date_national",
            "exam_year",
            "kind",
            unique=True,
            sqlite_where=text("region_code IS NULL"),
            postgresql_where=text("region_code IS NULL"),
        ),
        CheckConstraint(
            "kind IN ('registration', 'fee', 'ticket', 'exam', 'scores', 'recheck', 'review', 'certificate', 'line', "
            "'register', 'experience')",
            name="kind",
        ),
        CheckConstraint("precision IN ('day', 'month', 'about')", name="precision"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days_in_order"),
        CheckConstraint(CERTAINTY, name="certainty"),
    )

    id: Mapped[pk]
    exam_year: Mapped[int]
    # Not a foreign key: the frame is national and may name provinces that an installation has not loaded.
    region_code: Mapped[str | None] = mapped_column(String(6))
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    precision: Mapped[str] = mapped_column(String(8))
    note: Mapped[str | None]  # what a notice adds, such as the hour at which it closes
    certainty: Mapped[str] = mapped_column(String(1))
    source: Mapped[str]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
