"""Regions, organisations, persons, accounts, memberships, the audit trail. The only tables other features may join."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class RegionRow(Base):
    """An administrative division of GB/T 2260: six digits, of which trailing zeros mean "the whole of"."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    level: Mapped[int]  # 1 province, 2 prefecture, 3 county


class OrganisationRow(Base):
    """A bureau, agency, station, school … in a tree of any depth."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('bureau', 'street', 'community', 'agency', 'station', 'school', 'hospital', 'justice', 'other')",
            name="kind",
        ),
        UniqueConstraint("parent_id", "name"),
    )

    id: Mapped[pk]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    closed_on: Mapped[date | None]


class OrganisationTreeRow(Base):
    """Every pair (organisation, itself or one below it), so that a subtree is one indexed condition.

    Derived from ``organisation.parent_id``; `examprep verify` rebuilds it.
    """

    __tablename__ = "organisation_tree"
    __table_args__ = (Index("ix_organisation_tree_descendant", "descendant_id", "ancestor_id"),)

    ancestor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    depth: Mapped[int]  # 0 for the organisation itself


class PersonRow(Base):
    """One person, for life. The national ID number is sealed; equality is asked of its keyed hash.

    A row that was merged with another belongs to no organisation: so it lies outside everybody's bounds, and outside
    every list and count of an organisation's people, without any of them asking for it.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("sex IN ('female', 'male')", name="sex"),
        CheckConstraint("(organisation_id IS NULL) = (merged_into_id IS NOT NULL)", name="merged"),
        Index("ix_person_name_birth", "name", "born_on"),
        Index(
            "ix_person_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(index=True)
    # Whoever finds a person within bounds finds one with an organisation.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, nullable=True)
    id_number_sealed: Mapped[str | None]
    id_number_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    born_on: Mapped[date | None]
    sex: Mapped[str | None]
    education: Mapped[str | None]  # a code of people/rules/education.py
    phone: Mapped[str | None]
    email: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="zh")
    in_post: Mapped[bool] = mapped_column(default=True)  # 在岗: works in social work now
    batch_id: Mapped[int | None] = mapped_column(index=True)  # the import that created the row
    created_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # the row that stands for this one


class MergeRow(Base):
    """That two rows were found to be one person, by whom and why; taken back, it stays with that reason too."""

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("gone_id <> kept_id", name="two_rows"),
        CheckConstraint("(undone_at IS NULL) = (undone_why IS NULL)", name="undone"),
        Index(
            "uq_person_merge_standing",
            "gone_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)  # of the row that went
    filled: Mapped[list[str]] = mapped_column(JSON)  # details that only the row that went had
    reason: Mapped[str]
    merged_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    undone_why: Mapped[str | None]


class MergedRowRow(Base):
    """What a merge did with one row of whatever table: so that exactly this can be taken back.

    ``key`` is the row's primary key without the person; ``before`` what stood in it where something else changed.
    """

    __tablename__ = "person_merged_row"
    __table_args__ = (CheckConstraint("fate IN ('moved', 'stayed', 'taken', 'carried')", name="fate"),)

    id: Mapped[pk]
    merge_id: Mapped[int] = mapped_column(ForeignKey("person_merge.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))  # table.column
    key: Mapped[dict[str, Any]] = mapped_column(JSON)
    fate: Mapped[str] = mapped_column(String(8))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class AccountRow(Base):
    """How a person signs in. A change of ``epoch`` ends every session of the account."""

    __tablename__ = "account"

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    epoch: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class MembershipRow(Base):
    """A role of a person in an organisation and everything below it, from a day up to (not on) another."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id", "role", "since"),
        CheckConstraint("role IN ('administrator', 'candidate', 'officer', 'trainer')", name="role"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]


class SignInThrottleRow(Base):
    """Failed sign-ins by name and by address, counted in the database so that every process counts together."""

    __tablename__ = "sign_in_throttle"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    first_failed_at: Mapped[datetime]


class AuditEventRow(Base):
    """Who did what to what, when and from where. Never edited, never deleted."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_object", "object_kind", "object_id"),)

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # null: the system
    act: Mapped[str] = mapped_column(index=True)  # a code such as people.account-opened
    object_kind: Mapped[str]
    object_id: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    address: Mapped[str | None]
