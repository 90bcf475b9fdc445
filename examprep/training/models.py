"""Courses, classes, sessions, enrolments, the log of presence and the attendance derived from it."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, code, pk


class CourseRow(Base):
    """What is taught, as often as wanted; ``category`` is the kind of hours it gives."""

    __tablename__ = "training_course"
    __table_args__ = (
        CheckConstraint("kind IN ('exam', 'continuing', 'degree', 'supervision')", name="kind"),
        CheckConstraint("category IN ('professional', 'general', 'elective')", name="category"),
        UniqueConstraint("organisation_id", "name"),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    kind: Mapped[str]
    subject_code: Mapped[code | None]
    level: Mapped[str | None] = mapped_column(String(8))
    category: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class ClassRow(Base):
    """One run of a course. Enrolment is possible from ``opens_on`` up to, not on, ``closes_on``.

    Locking this row is how enrolments queue, so that seats are counted by one at a time.
    """

    __tablename__ = "training_class"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("enrolled >= 0", name="enrolled"),
        CheckConstraint("mode IN ('on-site', 'on-line', 'both')", name="mode"),
        CheckConstraint("state IN ('planned', 'open', 'closed', 'cancelled')", name="state"),
        CheckConstraint("closes_on > opens_on", name="enrolment_days"),
        CheckConstraint("hours_rule IN ('all', 'proportional', 'threshold')", name="hours_rule"),
        CheckConstraint("hours_percent BETWEEN 1 AND 100", name="hours_percent"),
        Index(
            "uq_training_class_name_standing",
            "course_id",
            "name",
            unique=True,
            sqlite_where=text("state <> 'cancelled'"),  # whoever cancels a class may make it anew
            postgresql_where=text("state <> 'cancelled'"),
        ),
    )

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("training_course.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    trainer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    capacity: Mapped[int]
    enrolled: Mapped[int] = mapped_column(default=0)  # seats given now; derived from the enrolments (`seats`)
    mode: Mapped[str]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    state: Mapped[str]
    exam_year: Mapped[int | None]  # the exam the class prepares for
    hours_rule: Mapped[str] = mapped_column(default="all")  # how being there gives hours: rules/attendance.py
    hours_percent: Mapped[int] = mapped_column(default=80)  # of the session, by the rule "threshold"
    reason: Mapped[str | None]  # why it was cancelled
    created_at: Mapped[datetime]


class SeriesRow(Base):
    """How sessions were planned in one step: a weekly rule in office time, and the days it left out.

    Calendars tell the sessions as this rule with its exceptions; the sessions themselves are rows of their own.
    """

    __tablename__ = "training_series"

    id: Mapped[pk]
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    weekdays: Mapped[list[int]] = mapped_column(JSON)  # Monday is 0
    first_on: Mapped[date]
    last_on: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    skipped: Mapped[list[Any]] = mapped_column(JSON)  # [{"on": day, "why": message}]
    created_at: Mapped[datetime]


class SessionRow(Base):
    """One dated meeting of a class, from ``starts_at`` up to ``ends_at``.

    ``revision`` rises with every change that whoever comes should know of; ``place_key`` is how places are compared.
    """

    __tablename__ = "training_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("state IN ('planned', 'closed', 'cancelled')", name="state"),
        Index("ix_training_session_class_start", "class_id", "starts_at"),
        UniqueConstraint("series_id", "occurs_on"),
    )

    id: Mapped[pk]
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    place_key: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    series_id: Mapped[int | None] = mapped_column(ForeignKey("training_series.id"))
    occurs_on: Mapped[date | None]  # the day of the series that it stands for, also when moved
    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str | None]  # why it was cancelled, or last reopened
    closings: Mapped[int] = mapped_column(default=0)  # how often it was closed and reopened so far
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class FeedRow(Base):
    """A private calendar address of a person, or of one class. Revoked, it answers nobody any more."""

    __tablename__ = "training_feed"

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # whose address it is
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)  # null: all of theirs
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_sealed: Mapped[str]  # to show it to its owner again
    alarm_minutes: Mapped[int]  # before a session; 0: none
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class EnrolmentRow(Base):
    """A person's seat in a class or place in its waiting list, which is served by ``turn``.

    ``asked`` waits for an approval, ``offered`` keeps a seat free until an instant, ``lapsed`` let that instant pass.
    """

    __tablename__ = "training_enrolment"
    __table_args__ = (
        CheckConstraint(
            "state IN ('asked', 'waiting', 'offered', 'enrolled', 'left', 'lapsed', 'refused')", name="state"
        ),
        CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offer"),
        CheckConstraint("step IN ('employer', 'trainer')", name="step"),
        CheckConstraint("state <> 'asked' OR step IS NOT NULL", name="asked_step"),
        UniqueConstraint("class_id", "person_id"),
        UniqueConstraint("class_id", "turn"),
        Index("ix_training_enrolment_class_state", "class_id", "state"),  # pages count a class's seats
        Index(
            "ix_training_enrolment_offered_until",
            "offered_until",
            sqlite_where=text("offered_until IS NOT NULL"),
            postgresql_where=text("offered_until IS NOT NULL"),
        ),
    )

    id: Mapped[pk]
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str]
    turn: Mapped[int]  # 1, 2, 3 … in the order of asking; asking again after leaving takes a new one
    at: Mapped[datetime]  # of the last change of state
    offered_until: Mapped[datetime | None]
    step: Mapped[str | None]  # who is to decide, or who refused
    reason: Mapped[str | None]  # why somebody else refused it or took it away
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who asked for them; null: they themselves
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


class GrantRow(Base):
    """Hours a closing gave a person, with the ledger line that carries them; taken back when reopened."""

    __tablename__ = "training_grant"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes_positive"),
        UniqueConstraint("session_id", "person_id", "closing"),
    )

    id: Mapped[pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    closing: Mapped[int]  # 1 for the first closing of the session, 2 after it was reopened …
    minutes: Mapped[int]
    line_id: Mapped[int | None]  # of the ledger; null when the ledger already had it
    granted_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]


class MentorPairRow(Base):
    """A mentor and the person they help, from a day up to (not on) another (导师帮带)."""

    __tablename__ = "training_mentor_pair"
    __table_args__ = (
        CheckConstraint("mentor_id <> mentee_id", name="two_people"),
        Index(
            "uq_training_mentor_pair_present",
            "mentor_id",
            "mentee_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[pk]
    mentor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    mentee_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    reasons: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # why it was proposed; null: by hand
    reason: Mapped[str | None]  # why it was ended
