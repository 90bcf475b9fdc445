"""Requirements, exemptions, the ledger, and what follows from it: balances and standings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk

_CATEGORY = "category IN ('professional', 'general', 'elective')"


class RequirementRow(Base):
    """One version of a requirement: it governs periods that begin from ``since`` up to, not on, ``until``.

    Of several versions of a code the latest governs, so a further one ends the one before it. ``minutes`` is
    {level: minutes}; ``minimums`` and ``caps`` are lists of {"categories": […], "minutes": …}, a minimum also with
    "part": [2, 3] instead; ``terms`` holds what is not usual, by the names of `rules.requirement.Requirement`.
    """

    __tablename__ = "ce_requirement"
    __table_args__ = (
        UniqueConstraint("code", "since"),
        CheckConstraint("period_kind IN ('calendar_year', 'registration_period')", name="period_kind"),
        CheckConstraint("minutes_per_hour > 0", name="minutes_per_hour"),
        CheckConstraint("until > since", name="until"),
        CheckConstraint("certainty IN ('H', 'M', 'L')", name="certainty"),
    )

    id: Mapped[pk]
    code: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    period_kind: Mapped[str]
    minutes: Mapped[dict[str, int]] = mapped_column(JSON)
    minimums: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    caps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    minutes_per_hour: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[date]
    until: Mapped[date | None]
    region_code: Mapped[str | None] = mapped_column(String(6))  # null: the whole country
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # and all below it
    replaces: Mapped[str | None]  # the code of what is not asked where this is
    source: Mapped[str]
    certainty: Mapped[str] = mapped_column(String(1))  # how sure we are: H, M or L
    entered_at: Mapped[datetime | None]  # null: shipped


class LineRow(Base):
    """So many minutes of one category for one person. Never edited, never deleted: a mistake is reversed by a line.

    ``source_kind`` and ``source_id`` say where the minutes come from, and make a second posting impossible.
    ``counts_on`` is the day earned, or for hours made up a day of the period that they make up for.
    """

    __tablename__ = "ce_line"
    __table_args__ = (
        UniqueConstraint("person_id", "source_kind", "source_id"),
        CheckConstraint("minutes <> 0", name="minutes"),
        CheckConstraint(_CATEGORY, name="category"),
        CheckConstraint("reverses_id IS NULL OR (minutes < 0 AND reason IS NOT NULL)", name="reversal"),
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("counts_on <= earned_on", name="made_up"),
        # All that a standing sums, so that it is read from the index alone.
        Index("ix_ce_line_sums", "person_id", "counts_on", "earned_on", "category", "kind", "units", "minutes"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    minutes: Mapped[int]
    category: Mapped[str]
    activity: Mapped[str]
    kind: Mapped[str]  # of `rules/kinds.py`: what a conversion table may count otherwise
    units: Mapped[int]  # how many of that kind: days, papers …
    earned_on: Mapped[date]
    counts_on: Mapped[date]
    source_kind: Mapped[str]  # training.session, ce.hand, ce.reversal …
    source_id: Mapped[int] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ce_line.id"), unique=True)
    reason: Mapped[str | None]
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: the system
    posted_at: Mapped[datetime]


class BalanceRow(Base):
    """Minutes by person, calendar year and category. Derived from the lines, in the same transaction."""

    __tablename__ = "ce_balance"
    __table_args__ = (
        CheckConstraint(_CATEGORY, name="category"),
        Index("ix_ce_balance_year", "year", "person_id", "category", "minutes"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int]


class StandingRow(Base):
    """How far a person is with one requirement in one period. Derived from lines, certificates and exemptions.

    Kept in the same transaction as each line, and by a nightly sweep as time passes. The categories' minutes are those
    that the conversion table makes of them. A closed period keeps its requirement and level, whatever happens later.
    """

    __tablename__ = "ce_standing"
    __table_args__ = (Index("ix_ce_standing_period", "code", "period_start", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    period_end: Mapped[date]
    closes_on: Mapped[date]
    requirement_id: Mapped[int] = mapped_column(ForeignKey("ce_requirement.id"))
    level: Mapped[str] = mapped_column(String(3))
    owed_days: Mapped[int]
    required_minutes: Mapped[int]
    recorded_minutes: Mapped[int]
    professional: Mapped[int]
    general: Mapped[int]
    elective: Mapped[int]
    carried_minutes: Mapped[int]
    counted_minutes: Mapped[int]
    missing_minutes: Mapped[int]
    surplus_minutes: Mapped[int]


class DocumentRow(Base):
    """A file that proves something about a person's hours; handed out as a download, never shown in a page."""

    __tablename__ = "ce_document"
    __table_args__ = (CheckConstraint("kind IN ('pdf', 'png', 'jpeg')", name="kind"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    filename: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))  # sealed
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class ExemptionRow(Base):
    """Days of a person that are not owed, or time granted for periods that end in them. Withdrawn, never deleted."""

    __tablename__ = "ce_exemption"
    __table_args__ = (
        CheckConstraint("kind IN ('exempt', 'postponed')", name="kind"),
        CheckConstraint("(kind = 'postponed') = (postponed_to IS NOT NULL)", name="postponed"),
        CheckConstraint("until > since", name="days"),
        CheckConstraint("postponed_to >= until", name="later"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_why IS NOT NULL", name="withdrawn"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str | None]  # of one requirement; null: of all
    kind: Mapped[str]
    since: Mapped[date]
    until: Mapped[date]
    postponed_to: Mapped[date | None]  # the first day on which nothing can be made up any more
    reason_code: Mapped[str]
    note: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("ce_document.id"))
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str | None]
