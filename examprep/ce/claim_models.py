"""Claims of hours with their evidence and thread, those who report for others, and the random audit."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk

STATES = ("draft", "submitted", "returned", "approved", "rejected", "withdrawn")


class ProviderRow(Base):
    """A provider of continuing education (施教机构), recognised by one bureau for its persons."""

    __tablename__ = "ce_provider"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))  # whose persons it may report
    name: Mapped[str]
    closed_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class ProviderTokenRow(Base):
    """A key of a provider's system. Only its hash is kept: it was shown once."""

    __tablename__ = "ce_provider_token"

    id: Mapped[pk]
    provider_id: Mapped[int] = mapped_column(ForeignKey("ce_provider.id"), index=True)
    label: Mapped[str]
    begins: Mapped[str]  # the first letters, to tell keys apart
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ClaimRow(Base):
    """An activity that somebody says gave hours: a holder about themselves, or a provider about a participant.

    What an approval posts is the ledger's line ``line_id``; whether it was taken back is asked of the ledger. ``typed``
    is the form as typed, so that a draft may hold anything; the other fields are filled when it is handed in.
    """

    __tablename__ = "ce_claim"
    __table_args__ = (
        UniqueConstraint("person_id", "form_key"),
        UniqueConstraint("provider_id", "provider_key"),
        CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'rejected', 'withdrawn')", name="state"
        ),
        CheckConstraint("category IN ('professional', 'general', 'elective')", name="category"),
        CheckConstraint("(state = 'approved') = (line_id IS NOT NULL)", name="posted"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (minutes IS NOT NULL AND minutes > 0 "
            "AND units IS NOT NULL AND units > 0 "
            "AND first_on IS NOT NULL AND last_on IS NOT NULL AND first_on <= last_on AND category IS NOT NULL)",
            name="filled",
        ),
        CheckConstraint("from_minute IS NULL OR (from_minute >= 0 AND to_minute <= 1440)", name="times"),
        CheckConstraint("(from_minute IS NULL) = (to_minute IS NULL) AND to_minute > from_minute", name="order"),
        CheckConstraint("granted_minutes <= minutes AND granted_minutes > 0", name="granted"),
        CheckConstraint("(provider_id IS NULL) = (provider_key IS NULL)", name="provider"),
        Index("ix_ce_claim_person_days", "person_id", "state", "first_on", "last_on"),
        Index("ix_ce_claim_queue", "state", "submitted_at"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    form_key: Mapped[int | None] = mapped_column(BigInteger)  # made with the form: sent twice, it is one claim
    state: Mapped[str] = mapped_column(String(12))
    typed: Mapped[dict[str, Any]] = mapped_column(JSON)
    kind: Mapped[str | None]  # of the shipped activities
    title: Mapped[str | None]
    organiser: Mapped[str | None]
    category: Mapped[str | None] = mapped_column(String(12))
    timed: Mapped[bool] = mapped_column(default=False)  # whether it takes hours of a day for itself
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    from_minute: Mapped[int | None]
    to_minute: Mapped[int | None]
    minutes: Mapped[int | None]
    units: Mapped[int | None]
    granted_minutes: Mapped[int | None]
    result: Mapped[str | None]  # of a test, in the provider's words
    note: Mapped[str | None]
    day_reason: Mapped[str | None]  # why more than the limit fell on one day
    line_id: Mapped[int | None] = mapped_column(ForeignKey("ce_line.id"), unique=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("ce_provider.id"))
    provider_key: Mapped[str | None] = mapped_column(String(100))
    request_hash: Mapped[str | None] = mapped_column(String(64))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ClaimEventRow(Base):
    """What happened to a claim, and what was said about it. Never edited."""

    __tablename__ = "ce_claim_event"

    id: Mapped[pk]
    claim_id: Mapped[int] = mapped_column(ForeignKey("ce_claim.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: a provider's system
    act: Mapped[str] = mapped_column(String(12))
    reason_code: Mapped[str | None]
    words: Mapped[str | None]


class EvidenceRow(Base):
    """A file that proves a claim. Taken off a draft it loses its content; nothing else is ever lost."""

    __tablename__ = "ce_evidence"
    __table_args__ = (CheckConstraint("kind IN ('pdf', 'png', 'jpeg')", name="kind"),)

    id: Mapped[pk]
    claim_id: Mapped[int] = mapped_column(ForeignKey("ce_claim.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # sealed
    added_at: Mapped[datetime]


class ClaimAuditRow(Base):
    """A random draw among approved claims: who drew, with which seed, out of what."""

    __tablename__ = "ce_claim_audit"
    __table_args__ = (CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),)

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    seed: Mapped[str] = mapped_column(String(64))
    since: Mapped[date]  # decided from this day
    until: Mapped[date]  # up to, not on, this day
    percent: Mapped[int]
    frame_count: Mapped[int]
    frame_hash: Mapped[str] = mapped_column(String(64))
    drawn_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[datetime]


class ClaimAuditItemRow(Base):
    """One claim of the sample, and what looking at it again showed."""

    __tablename__ = "ce_claim_audit_item"
    __table_args__ = (
        CheckConstraint("result IN ('sound', 'finding')", name="result"),
        CheckConstraint("(result IS NULL) = (looked_at IS NULL)", name="looked"),
        CheckConstraint("result <> 'finding' OR words IS NOT NULL", name="why"),
    )

    audit_id: Mapped[int] = mapped_column(ForeignKey("ce_claim_audit.id"), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("ce_claim.id"), primary_key=True)
    place: Mapped[int]  # in the order of drawing
    result: Mapped[str | None] = mapped_column(String(8))
    words: Mapped[str | None]
    looked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    looked_at: Mapped[datetime | None]
