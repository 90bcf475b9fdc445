"""What happened to certificates, and the certificates that follow from it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class RegisterEventRow(Base):
    """One thing that happened to one certificate. Never edited, never deleted.

    ``certified`` begins a certificate, whose id is this event's; ``registered`` registers it for a term; ``platform``
    is what the national platform says; ``corrected`` is what a later list says otherwise; ``withdrawn`` takes the
    certificate out of the register and says why; ``moved`` gives it to the row that its holder's was merged with;
    ``undone`` takes back the event that it names. The others are the steps of `rules/process.py`; what all of them make
    of a certificate is `rules/history.py`.
    """

    __tablename__ = "register_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('certified', 'registered', 'withdrawn', 'applied', 'amended', 'retracted', 'accepted', "
            "'returned', 'first-passed', 'first-failed', 'final-passed', 'final-failed', 'completed', 'issued', "
            "'platform', 'corrected', 'moved', 'undone')",
            name="kind",
        ),
        CheckConstraint("(kind = 'certified') = (certificate_id IS NULL)", name="begins"),
        CheckConstraint("kind <> 'withdrawn' OR reason IS NOT NULL", name="withdrawn_why"),
        CheckConstraint("(kind = 'undone') = (undoes_id IS NOT NULL)", name="undone_what"),
        # Only of those that name one: by the many others SQLite would judge that the index tells next to nothing.
        Index(
            "ix_register_event_certificate_id",
            "certificate_id",
            sqlite_where=text("certificate_id IS NOT NULL"),
            postgresql_where=text("certificate_id IS NOT NULL"),
        ),
    )

    id: Mapped[pk]
    at: Mapped[datetime]
    kind: Mapped[str]
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("register_event.id"))
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
    # Null: the system. The index is for undone imports: for each person taken back the database looks here.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    status: Mapped[str | None]  # of the platform, by its code in `rules/process.py`
    applied_on: Mapped[date | None]
    place_code: Mapped[str | None] = mapped_column(String(6))  # 登记地: where it is or is to be registered
    subject_years: Mapped[dict[str, int] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # the year in which each subject was passed
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("register_event.id"), unique=True)


class RegisterCertificateRow(Base):
    """A certificate that is in the register now. Derived from its events; its id is that of the first.

    ``registered_on`` and ``registered_until``, the first day on which the registration no longer holds, are the last
    term's.
    """

    __tablename__ = "register_certificate"
    __table_args__ = (
        CheckConstraint("level IN ('ASW', 'SW', 'SSW')", name="level"),
        CheckConstraint("validity IN ('national', 'local')", name="validity"),
        CheckConstraint("(registered_on IS NULL) = (registered_until IS NULL)", name="registration"),
        CheckConstraint("registered_until > registered_on", name="term"),
        Index("ix_register_certificate_person", "person_id", "issued_on", "rank"),
        Index(
            "ix_register_certificate_earlier",
            "person_id",
            sqlite_where=text("earlier_until IS NOT NULL"),
            postgresql_where=text("earlier_until IS NOT NULL"),
        ),
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
    subject_years: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    registered_on: Mapped[date | None]
    registered_until: Mapped[date | None]
    earlier_until: Mapped[date | None]  # the latest end of a term before that one, so that its events need not be read
    status: Mapped[str]
    accepted: Mapped[bool]  # by the county, while the application awaits its first review
    applied_on: Mapped[date | None]  # of the application that is under way
    place_code: Mapped[str | None] = mapped_column(String(6))
    note: Mapped[str | None]  # why it was returned or not passed


class RegistrationLimitsRow(Base):
    """One version of a region's limits (`rules/windows.py`); of two that begin on one day the later added holds."""

    __tablename__ = "register_limits"
    __table_args__ = (
        CheckConstraint("term_months > 0", name="term"),
        CheckConstraint("renew_to_months > renew_from_months", name="renewal"),
        CheckConstraint("certainty IN ('H', 'M', 'L')", name="certainty"),
    )

    id: Mapped[pk]
    region_code: Mapped[str] = mapped_column(String(6), index=True)  # 000000 for the whole country
    since: Mapped[date]
    first_months: Mapped[int | None]
    term_months: Mapped[int]
    renew_from_months: Mapped[int]
    renew_to_months: Mapped[int]
    batches: Mapped[list[list[str]]] = mapped_column(JSON)
    accept_by: Mapped[int]
    review_by: Mapped[int]
    approve_by: Mapped[int]
    source: Mapped[str]
    certainty: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: shipped with the product


class RegisterFileRow(Base):
    """A scan that proves a certificate or an application. Taking it away keeps the row, without its content."""

    __tablename__ = "register_file"

    id: Mapped[pk]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("register_event.id"), index=True)
    name: Mapped[str]
    mimetype: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # sealed
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class SeniorProofRow(Base):
    """A proof of passing the senior exam (考试成绩合格证明): for three years its holder may go before the review.

    It is no certificate and makes nobody a holder; passing the review does.
    """

    __tablename__ = "register_senior_proof"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'passed', 'not-passed')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (decided_on IS NULL)", name="decided"),
        CheckConstraint("valid_until > issued_on", name="term"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    passed_year: Mapped[int]
    issued_on: Mapped[date]
    valid_until: Mapped[date]  # the first day on which it no longer holds
    outcome: Mapped[str]
    decided_on: Mapped[date | None]
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("register_event.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class DisclosureRow(Base):
    """What the public check shows of one certificate, and the code it is asked by. Without a row: nothing."""

    __tablename__ = "register_disclosure"
    __table_args__ = (CheckConstraint("shows IN ('nothing', 'validity', 'name')", name="shows"),)

    certificate_id: Mapped[int] = mapped_column(ForeignKey("register_event.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    shows: Mapped[str]
    set_at: Mapped[datetime]


class AwardSchemeRow(Base):
    """A scheme of an organisation: what it pays, and to whom, is said by its versions."""

    __tablename__ = "award_scheme"
    __table_args__ = (
        CheckConstraint("kind IN ('one-off', 'monthly', 'grade')", name="kind"),
        UniqueConstraint("organisation_id", "name"),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]


class AwardVersionRow(Base):
    """One version of a scheme with its source; of two that begin on one day the later added holds. Amounts are fen."""

    __tablename__ = "award_version"
    __table_args__ = (
        CheckConstraint("stacking IN ('add', 'highest')", name="stacking"),
        CheckConstraint("upgrade IN ('full', 'difference', 'nothing')", name="upgrade"),
        CheckConstraint("cap_months > 0", name="cap"),
        CheckConstraint("until > since", name="until"),
    )

    id: Mapped[pk]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("award_scheme.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    fen_by_level: Mapped[dict[str, int]] = mapped_column(JSON)
    cap_months: Mapped[int | None]
    stacking: Mapped[str]
    upgrade: Mapped[str]
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)  # `rules.awarding.Conditions`
    source: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class AwardClaimRow(Base):
    """An application for an award, and the two persons who approved it: neither the applicant nor the one it is for."""

    __tablename__ = "award_claim"
    __table_args__ = (
        CheckConstraint("state IN ('applied', 'checked', 'approved', 'stopped', 'refused', 'retracted')", name="state"),
        CheckConstraint("first_by <> second_by", name="two_persons"),
        CheckConstraint("first_by <> applied_by AND first_by <> person_id", name="first_other"),
        CheckConstraint("second_by <> applied_by AND second_by <> person_id", name="second_other"),
        CheckConstraint(
            "state NOT IN ('approved', 'stopped') OR (first_by IS NOT NULL AND second_by IS NOT NULL)", name="approved"
        ),
        CheckConstraint("until_month >= from_month", name="months"),
        Index(
            "uq_award_claim_live",
            "scheme_id",
            "person_id",
            "level",
            unique=True,
            sqlite_where=text("state IN ('applied', 'checked', 'approved')"),
            postgresql_where=text("state IN ('applied', 'checked', 'approved')"),
        ),
    )

    id: Mapped[pk]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("award_scheme.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("register_event.id"))
    level: Mapped[str]
    full_time: Mapped[bool]
    employed_since: Mapped[date | None]
    from_month: Mapped[date]  # the first that is paid
    until_month: Mapped[date | None]  # the first that is not paid any more
    state: Mapped[str]
    reason: Mapped[str | None]  # why it was refused or stopped
    applied_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    applied_on: Mapped[date]
    first_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    second_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class AwardLineRow(Base):
    """One payment, or one that takes back what another did. Lines are never edited; an entitlement is paid once.

    What follows a first line of an entitlement reverses the line before it, so that its sum is nothing or one payment:
    ``clawback`` (taken back), ``reinstated`` (that was wrong), ``cancelled`` (its run was), ``paid`` again after that,
    ``moved`` to or from the row of a person that was merged.
    """

    __tablename__ = "award_line"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        CheckConstraint("why IN ('paid', 'clawback', 'reinstated', 'cancelled', 'moved')", name="why"),
        Index(
            "uq_award_line_once",
            "scheme_id",
            "person_id",
            "entitlement",
            unique=True,
            sqlite_where=text("reverses_id IS NULL"),
            postgresql_where=text("reverses_id IS NULL"),
        ),
    )

    id: Mapped[pk]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("award_scheme.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("award_claim.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    level: Mapped[str]
    entitlement: Mapped[str]  # 2026-03, or once:SW
    month: Mapped[date]  # its first day; of a one-off award, the month it is paid in
    fen: Mapped[int]  # negative: taken back
    why: Mapped[str]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("award_line.id"), unique=True)
    reason: Mapped[str | None]
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    posted_at: Mapped[datetime]


class AwardRunRow(Base):
    """What finance is to pay out in one go. Its control totals are those of its lines; `verify` counts again."""

    __tablename__ = "award_run"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed', 'cancelled')", name="state"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    month: Mapped[date]
    state: Mapped[str]
    persons: Mapped[int]
    lines: Mapped[int]
    fen: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class AwardRunLineRow(Base):
    """Which run a line is paid with: one at most."""

    __tablename__ = "award_run_line"

    line_id: Mapped[int] = mapped_column(ForeignKey("award_line.id"), primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(ForeignKey("award_run.id"), index=True)
