"""Statements, announcements and who has seen them, the plan of reminders, rounds of chasing, kept profiles."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class StatementRow(Base):
    """One line of the log of what candidates say; of a person and exam year the last line holds. Never edited."""

    __tablename__ = "campaign_statement"
    __table_args__ = (
        CheckConstraint("says IN ('will', 'registered', 'undecided', 'wont')", name="says"),
        CheckConstraint("level IN ('ASW', 'SW', 'SSW')", name="level"),
        Index("ix_campaign_statement_year_person", "exam_year", "person_id", "id"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    exam_year: Mapped[int]
    says: Mapped[str] = mapped_column(String(12))
    level: Mapped[str | None] = mapped_column(String(3))
    subjects: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # null: every subject of the level
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # the person, or whoever asked them
    said_at: Mapped[datetime]


class AnnouncementRow(Base):
    """A notice to everybody in and below an organisation, shown from a day up to (not on) another."""

    __tablename__ = "campaign_announcement"
    __table_args__ = (CheckConstraint("until > since", name="days_in_order"),)

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSON)  # {"zh": …, "en": …}; one of them may be missing
    bodies: Mapped[dict[str, str]] = mapped_column(JSON)
    link: Mapped[str | None]
    since: Mapped[date]
    until: Mapped[date]
    pinned: Mapped[bool]
    by_mail: Mapped[bool]
    mailed_at: Mapped[datetime | None]  # when its mails were queued
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why it was withdrawn


class AnnouncementFileRow(Base):
    """The file attached to an announcement."""

    __tablename__ = "campaign_announcement_file"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("campaign_announcement.id"), primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ReadRow(Base):
    """That a person has opened an announcement."""

    __tablename__ = "campaign_read"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("campaign_announcement.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    read_at: Mapped[datetime]


class PlanRow(Base):
    """Of which key date who is reminded, and how many days before. What an administrator edited stays."""

    __tablename__ = "campaign_plan"
    __table_args__ = (CheckConstraint("edge IN ('first', 'last')", name="edge"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str]  # of a key date
    edge: Mapped[str] = mapped_column(String(8))  # its first or its last day
    days: Mapped[list[int]] = mapped_column(JSON)  # before that day, 0 is the day itself
    audience: Mapped[str]  # a name of campaign/rules/plan.py
    active: Mapped[bool]
    position: Mapped[int]
    edited_at: Mapped[datetime | None]


class RoundRow(Base):
    """One round of chasing: who reminded a list, as it was filtered then. Never edited."""

    __tablename__ = "campaign_round"

    id: Mapped[pk]
    exam_year: Mapped[int]
    show: Mapped[str] = mapped_column(String(16))  # which list
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str]
    listed: Mapped[int]  # persons on the list
    queued: Mapped[int]  # of whom so many were written to
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class ProfileRow(Base):
    """Education and employments as a person keeps them for the eligibility helper; only they see it."""

    __tablename__ = "campaign_profile"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept_at: Mapped[datetime]
