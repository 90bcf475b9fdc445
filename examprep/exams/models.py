"""Sittings, registrations, the log of marks, pass lines, and what is derived from them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk

LEVEL = "level IN ('ASW', 'SW', 'SSW')"
CERTAINTY = "certainty IN ('H', 'M', 'L')"


class SittingRow(Base):
    """One exam year; there is one sitting a year. Days are null where they are not known to the day."""

    __tablename__ = "exam_sitting"
    __table_args__ = (CheckConstraint(CERTAINTY, name="certainty"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_day_on: Mapped[date | None]
    last_day_on: Mapped[date | None]
    certainty: Mapped[str] = mapped_column(String(1))


class ExtensionRow(Base):
    """The passes of a year count ``years`` longer in a region, because sittings were cancelled there."""

    __tablename__ = "exam_extension"
    __table_args__ = (CheckConstraint("years > 0", name="years_positive"),)

    id: Mapped[pk]
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"))
    region_code: Mapped[str] = mapped_column(String(6))
    years: Mapped[int]
    source: Mapped[str]


class RegistrationRow(Base):
    """One person's registration at one level in one exam year, with organisation and region as they were then.

    So are sex, age (in years on the first day of the exam) and education, as far as they were known. A correction is
    a further row: the old one is then ended by the batch that brought the new one, and an undone batch ends its own.
    """

    __tablename__ = "exam_registration"
    __table_args__ = (
        CheckConstraint(LEVEL, name="level"),
        Index(
            "uq_exam_registration_current",
            "person_id",
            "year",
            "level",
            unique=True,
            sqlite_where=text("ended_by IS NULL"),
            postgresql_where=text("ended_by IS NULL"),
        ),
        Index("ix_exam_registration_year_organisation", "year", "organisation_id"),
        # Only of ended ones: a full index would tempt SQLite to look through every current registration by it.
        Index(
            "ix_exam_registration_ended_by",
            "ended_by",
            sqlite_where=text("ended_by IS NOT NULL"),
            postgresql_where=text("ended_by IS NOT NULL"),
        ),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"))
    level: Mapped[str] = mapped_column(String(3))
    subjects: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # null: every subject of the level
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    registered_on: Mapped[date | None]
    approved: Mapped[bool]
    sex: Mapped[str | None]
    age: Mapped[int | None] = mapped_column(SmallInteger)
    education: Mapped[str | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    recorded_at: Mapped[datetime]


class TrainedRow(Base):
    """That a person was enrolled in a class for an exam year, whether or not the registration is known yet."""

    __tablename__ = "exam_trained"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)


class MarkRow(Base):
    """One line of the log of marks. Of several lines for a person, year and subject the last holds.

    Never edited, never deleted: a correction is a further line, and so is the undoing of a batch, which restores what
    held before (``withdrawn`` when nothing did).
    """

    __tablename__ = "exam_mark"
    __table_args__ = (
        CheckConstraint("code IN ('scored', 'absent', 'violation', 'void', 'withdrawn')", name="code"),
        CheckConstraint("(code = 'scored') = (half_points IS NOT NULL)", name="scored"),
        CheckConstraint("half_points BETWEEN 0 AND 200", name="half_points"),
        Index("ix_exam_mark_person", "person_id", "year", "subject_code", "id"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"))
    subject_code: Mapped[str] = mapped_column(String(64))
    half_points: Mapped[int | None]
    code: Mapped[str] = mapped_column(String(16))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    undoing: Mapped[bool] = mapped_column(default=False)  # written when the batch was undone
    recorded_at: Mapped[datetime]


class PassLineRow(Base):
    """A pass line (合格标准); of two for the same thing the later holds. ``region_code`` null is national."""

    __tablename__ = "exam_pass_line"
    __table_args__ = (
        CheckConstraint(LEVEL, name="level"),
        CheckConstraint(CERTAINTY, name="certainty"),
        CheckConstraint("half_points BETWEEN 0 AND 200", name="half_points"),
    )

    id: Mapped[pk]
    year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"), index=True)
    region_code: Mapped[str | None] = mapped_column(String(6))
    level: Mapped[str] = mapped_column(String(3))
    subject_code: Mapped[str | None] = mapped_column(String(64))
    half_points: Mapped[int]
    source: Mapped[str]
    published_on: Mapped[date | None]
    certainty: Mapped[str] = mapped_column(String(1))
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: shipped with the product
    added_at: Mapped[datetime | None]


class OutcomeRow(Base):
    """What marks, lines and cycles make of one registration, beside all that it is counted by.

    Derived; `examprep verify` rebuilds it. Every figure is counted here or from a tally of it, so a row carries its
    registration's facts: one table is read for a cut through millions. ``sat_bits`` and ``passed_bits`` hold a bit
    for each subject of the level, in the order of `rules/papers.py`. Who sat had been approved, whether or not the
    file of approvals said so.
    """

    __tablename__ = "exam_outcome"
    __table_args__ = (
        CheckConstraint("validity IN ('national', 'local')", name="validity"),
        Index("ix_exam_outcome_place", "organisation_id", "year"),
        Index("ix_exam_outcome_region", "region_code", "year"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"), primary_key=True)
    level: Mapped[str] = mapped_column(String(3), primary_key=True)
    organisation_id: Mapped[int]
    region_code: Mapped[str] = mapped_column(String(6))
    approved: Mapped[bool]
    sat: Mapped[bool]
    qualified: Mapped[bool]  # by this year's exam
    pending: Mapped[bool]
    first_time: Mapped[bool]  # no earlier registration at the level
    trained: Mapped[bool]  # in a class for this year's exam
    sat_bits: Mapped[int] = mapped_column(SmallInteger)
    passed_bits: Mapped[int] = mapped_column(SmallInteger)
    age: Mapped[int | None] = mapped_column(SmallInteger)
    qualified_in: Mapped[int | None]  # the first year, this or another, in which the person qualified at the level
    validity: Mapped[str | None]
    sex: Mapped[str | None]
    education: Mapped[str | None]


class OutcomeChangeRow(Base):
    """Whose outcome a pass line changed when it was added: from and to ``none``, ``local`` or ``national``."""

    __tablename__ = "exam_outcome_change"

    id: Mapped[pk]
    line_id: Mapped[int] = mapped_column(ForeignKey("exam_pass_line.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    year: Mapped[int]
    level: Mapped[str] = mapped_column(String(3))
    before: Mapped[str]
    after: Mapped[str]


class TallyRow(Base):
    """How many persons, by where and how they registered. Derived; kept in the transaction that changes a fact."""

    __tablename__ = "exam_tally"

    year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    level: Mapped[str] = mapped_column(String(3), primary_key=True)
    again: Mapped[bool] = mapped_column(primary_key=True)
    trained: Mapped[bool] = mapped_column(primary_key=True)
    registered: Mapped[int]
    approved: Mapped[int]
    sat: Mapped[int]
    passed: Mapped[int]


class SubjectTallyRow(Base):
    """The same for single subjects: how many sat one, and how many passed it. Derived."""

    __tablename__ = "exam_subject_tally"

    year: Mapped[int] = mapped_column(ForeignKey("exam_sitting.year"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    subject_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    again: Mapped[bool] = mapped_column(primary_key=True)
    trained: Mapped[bool] = mapped_column(primary_key=True)
    sat: Mapped[int]
    passed: Mapped[int]


class TrendRow(Base):
    """The tally summed over organisations, for each region and all it lies in; ``000000`` is the whole country.

    Derived. Whoever may see every organisation has their trend from here: some thirty rows instead of millions.
    """

    __tablename__ = "exam_trend"

    region_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    level: Mapped[str] = mapped_column(String(3), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    registered: Mapped[int]
    approved: Mapped[int]
    sat: Mapped[int]
    passed: Mapped[int]


class CohortRow(Base):
    """A cohort that somebody keeps under a name: ``filters`` as the pages have them, or a list of persons when null.

    Whoever may see rates in the organisation sees it; its owner changes it. A deleted one can be brought back.
    """

    __tablename__ = "exam_cohort"

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    remark: Mapped[str] = mapped_column(default="")
    filters: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    made_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class CohortPersonRow(Base):
    """Who is in a cohort that is a list."""

    __tablename__ = "exam_cohort_person"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("exam_cohort.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
