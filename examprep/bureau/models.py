"""What a bureau publishes, the figures it enters itself, and its targets."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class PublicationRow(Base):
    """One set of tables as it was on a day: a draft, published, or withdrawn. What was published is never edited.

    ``content`` is the canonical text that the hash is taken of; ``withheld`` are the counts it hides, which later
    tables must know and nobody is shown but the bureau. ``beside`` are the publications it was judged by: who publishes
    it holds that there are no others by then.
    """

    __tablename__ = "bureau_publication"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'withdrawn', 'discarded')", name="state"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name="withdrawn_why"),
        CheckConstraint("state IN ('draft', 'discarded') OR published_at IS NOT NULL", name="published_when"),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    as_of: Mapped[date]
    content: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    withheld: Mapped[list[Any]] = mapped_column(JSON)
    beside: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))  # null: of before this was kept
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None]


class ThresholdRow(Base):
    """Under how many persons a count is hidden, in an organisation and below, since the row was written."""

    __tablename__ = "bureau_threshold"
    __table_args__ = (CheckConstraint("persons BETWEEN 3 AND 1000", name="persons"),)

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    persons: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class StatementRow(Base):
    """A figure that the bureau itself states of a unit: residents, communities, stations, a target of a year.

    Never edited: a correction is a further row, and of several for the same thing and day the last holds. A null
    ``value`` takes the figure back. ``holds_from`` is the day it is told of; of a target, the first day of its year.
    """

    __tablename__ = "bureau_statement"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("precision IN ('exact', 'at-least', 'about')", name="precision"),
        Index("ix_bureau_statement_what", "organisation_id", "kind", "holds_from"),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(32))  # of `rules.coverage.KINDS`
    holds_from: Mapped[date]
    value: Mapped[int | None]
    precision: Mapped[str] = mapped_column(String(8))
    source: Mapped[str]
    stated_at: Mapped[datetime]
    stated_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
