"""What follows when hours are missing: policies, the cases of periods that closed short, and what happened in them."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class PolicyRow(Base):
    """One version of what follows of one requirement (`rules/consequences.py`); the latest that has begun governs."""

    __tablename__ = "ce_policy"
    __table_args__ = (UniqueConstraint("code", "since"),)

    id: Mapped[pk]
    code: Mapped[str]
    since: Mapped[date]
    renewal: Mapped[bool]
    allowance: Mapped[bool]
    public_check: Mapped[bool]
    employer_days: Mapped[int | None]
    bureau_days: Mapped[int | None]
    at_start: Mapped[bool]
    in_between: Mapped[bool]
    before_days: Mapped[list[int]] = mapped_column(JSON)
    after_every_days: Mapped[int]
    digest: Mapped[bool]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: shipped
    set_at: Mapped[datetime | None]


class CaseRow(Base):
    """A period of one person that closed short. ``state`` follows from its events, in the same transaction."""

    __tablename__ = "ce_case"
    __table_args__ = (
        UniqueConstraint("person_id", "code", "period_start"),
        CheckConstraint("state IN ('open', 'mended', 'waived', 'upheld')", name="state"),
        Index("ix_ce_case_state", "state", "code"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code: Mapped[str]
    period_start: Mapped[date]
    period_end: Mapped[date]
    opened_on: Mapped[date]
    missing_minutes: Mapped[int]  # when it was opened
    state: Mapped[str]


class CaseEventRow(Base):
    """One thing that happened in a case. Never edited: a decision is taken back by a further line."""

    __tablename__ = "ce_case_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('opened', 'told-person', 'told-employer', 'told-bureau', 'make-up', 'mended', 'reopened', "
            "'waived', 'upheld', 'taken-back')",
            name="kind",
        ),
        CheckConstraint(
            "kind NOT IN ('make-up', 'waived', 'upheld', 'taken-back') OR (by_id IS NOT NULL AND reason <> '')",
            name="decided_by_somebody",
        ),
    )

    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("ce_case.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: the system
    reason: Mapped[str]
    until_on: Mapped[date | None]  # of a make-up: its last day
