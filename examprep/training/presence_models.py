"""The log of presence, the attendance derived from it, and the codes that were refused."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class PresenceRow(Base):
    """The log of who was seen at a session. A mistake is mended by a further line, never by an edit.

    A code serves a person once: ``code_window`` is the window of the code that was used.
    """

    __tablename__ = "training_presence"
    __table_args__ = (
        CheckConstraint("kind IN ('in', 'out', 'present', 'absent', 'unseen')", name="kind"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        UniqueConstraint("session_id", "person_id", "kind", "code_window"),
        Index("ix_training_presence_session_person", "session_id", "person_id"),
    )

    id: Mapped[pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    how: Mapped[str]  # one of `values.HOWS`
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]  # when the person was seen, or judged
    noted_at: Mapped[datetime]  # when the line was written; later where somebody had to sign in first
    minutes: Mapped[int | None]  # that a judgement grants; null: the whole session
    reason: Mapped[str] = mapped_column(String(32), default="")  # of a judgement: one of `values.REASONS`
    note: Mapped[str] = mapped_column(default="")
    code_window: Mapped[int | None]
    device: Mapped[str | None] = mapped_column(String(64))  # a keyed hash that tells devices apart within a session


class AttendanceRow(Base):
    """Whether a person attended a session and for how long; derived from the log, rebuilt by `examprep verify`."""

    __tablename__ = "training_attendance"

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    present: Mapped[bool]
    minutes: Mapped[int]


class RefusedCodeRow(Base):
    """A code that was refused: kept once for each person and code, to be seen by the trainer."""

    __tablename__ = "training_refused_code"
    __table_args__ = (UniqueConstraint("session_id", "person_id", "code", "why"),)

    id: Mapped[pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))  # as it was read
    why: Mapped[str] = mapped_column(String(64))  # the refusal's code
    at: Mapped[datetime]
