"""Requirements, the ledger, and the balances that follow from it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk

_CATEGORY = "category IN ('professional', 'general', 'elective')"


class RequirementRow(Base):
    """One version of a requirement, in force from ``since`` up to, not on, ``until``.

    ``minutes`` is {level: minutes}; ``minimums`` and ``caps`` are lists of {"categories": […], "minutes": …}.
    """

    __tablename__ = "ce_requirement"
    __table_args__ = (
        UniqueConstraint("code", "since"),
        CheckConstraint("period_kind IN ('calendar_year', 'registration_period')", name="period_kind"),
        CheckConstraint("minutes_per_hour > 0", name="minutes_per_hour"),
        CheckConstraint("until > since", name="until"),
    )

    id: Mapped[pk]
    code: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    period_kind: Mapped[str]
    minutes: Mapped[dict[str, int]] = mapped_column(JSON)
    minimums: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    caps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    minutes_per_hour: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]
    region_code: Mapped[str | None] = mapped_column(String(6))  # null: the whole country
    source: Mapped[str]


class LineRow(Base):
    """So many minutes of one category for one person. Never edited, never deleted: a mistake is reversed by a line.

    ``source_kind`` and ``source_id`` say where the minutes come from, and make a second posting impossible.
    """

    __tablename__ = "ce_line"
    __table_args__ = (
        UniqueConstraint("person_id", "source_kind", "source_id"),
        CheckConstraint("minutes <> 0", name="minutes"),
        CheckConstraint(_CATEGORY, name="category"),
        CheckConstraint("reverses_id IS NULL OR (minutes < 0 AND reason IS NOT NULL)", name="reversal"),
        Index("ix_ce_line_person_day", "person_id", "earned_on"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    minutes: Mapped[int]
    category: Mapped[str]
    activity: Mapped[str]
    earned_on: Mapped[date]
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
