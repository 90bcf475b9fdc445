"""What happened to certificates, and the certificates that follow from it."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class RegisterEventRow(Base):
    """One thing that happened to one certificate. Never edited, never deleted.

    ``certified`` begins a certificate, whose id is this event's; ``registered`` registers it for a term; ``withdrawn``
    takes it out of the register (an undone import, an entry by mistake) and says why.
    """

    __tablename__ = "register_event"
    __table_args__ = (
        CheckConstraint("kind IN ('certified', 'registered', 'withdrawn')", name="kind"),
        CheckConstraint("(kind = 'certified') = (certificate_id IS NULL)", name="begins"),
        CheckConstraint("kind <> 'withdrawn' OR reason IS NOT NULL", name="withdrawn_why"),
    )

    id: Mapped[pk]
    at: Mapped[datetime]
    kind: Mapped[str]
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("register_event.id"), index=True)
    # No foreign key: an undone import takes back the persons it made, and the log remains.
    person_id: Mapped[int] = mapped_column(index=True)
    level: Mapped[str | None]
    number: Mapped[str | None]
    qualified_year: Mapped[int | None]
    issued_on: Mapped[date | None]
    validity: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(String(6))
    registered_on: Mapped[date | None]
    registered_until: Mapped[date | None]
    reason: Mapped[str | None]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: the system
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


class RegisterCertificateRow(Base):
    """A certificate that is in the register now. Derived from its events; its id is that of the first.

    ``registered_until`` is the first day on which the registration no longer holds.
    """

    __tablename__ = "register_certificate"
    __table_args__ = (
        CheckConstraint("level IN ('ASW', 'SW', 'SSW')", name="level"),
        CheckConstraint("validity IN ('national', 'local')", name="validity"),
        CheckConstraint("(registered_on IS NULL) = (registered_until IS NULL)", name="registration"),
        CheckConstraint("registered_until > registered_on", name="term"),
        Index("ix_register_certificate_person", "person_id", "issued_on", "rank"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("register_event.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level: Mapped[str]
    rank: Mapped[int]  # of the level: 1 assistant, 2 intermediate, 3 senior
    number: Mapped[str] = mapped_column(unique=True)
    qualified_year: Mapped[int]
    issued_on: Mapped[date]
    validity: Mapped[str]
    region_code: Mapped[str | None] = mapped_column(String(6))  # where a local certificate is valid
    registered_on: Mapped[date | None]
    registered_until: Mapped[date | None]


class AwardSchemeRow(Base):
    """Who is paid what for a certificate: versioned data with its source. Amounts are fen by level."""

    __tablename__ = "award_scheme"
    __table_args__ = (
        CheckConstraint("kind IN ('one-off', 'monthly')", name="kind"),
        UniqueConstraint("organisation_id", "name", "since"),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    fen_by_level: Mapped[dict[str, int]] = mapped_column(JSON)
    cap_months: Mapped[int | None]
    since: Mapped[date]
    until: Mapped[date | None]
    source: Mapped[str]


class AwardLineRow(Base):
    """One payment, or the taking back of one. Lines are never edited; a month is paid to a person once."""

    __tablename__ = "award_line"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        Index(
            "uq_award_line_once",
            "scheme_id",
            "person_id",
            "month",
            unique=True,
            sqlite_where=text("reverses_id IS NULL"),
            postgresql_where=text("reverses_id IS NULL"),
        ),
    )

    id: Mapped[pk]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("award_scheme.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    level: Mapped[str]
    month: Mapped[date]  # its first day; of a one-off award, the month it is paid in
    fen: Mapped[int]  # negative: taken back
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("award_line.id"), unique=True)
    reason: Mapped[str | None]
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    posted_at: Mapped[datetime]
