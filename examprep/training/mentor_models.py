"""Mentors and when people are free; the meetings of a mentoring pair."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class MentorRow(Base):
    """Somebody who mentors: how many at once, and the chapters they are strong in. Locked while pairs are approved."""

    __tablename__ = "training_mentor"
    __table_args__ = (CheckConstraint("places > 0", name="places"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    places: Mapped[int]
    chapters: Mapped[list[int]] = mapped_column(JSON)
    since: Mapped[date]
    until: Mapped[date | None]  # proposed no more from that day on; pairs stay


class FreeTimesRow(Base):
    """When in a week somebody has time for mentoring, as `rules/pairing.py` counts a week's times."""

    __tablename__ = "training_free_times"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    times: Mapped[list[int]] = mapped_column(JSON)
    at: Mapped[datetime]


class MentorMeetingRow(Base):
    """A meeting of a pair, with the hours it gave either side; void, it stays with the reason.

    Told by the mentor it gives hours only once the learner has confirmed it; recorded by staff it stands at once.
    """

    __tablename__ = "training_mentor_meeting"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 720", name="minutes"),
        CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name="voided"),
        CheckConstraint("state IN ('told', 'stands', 'objected')", name="state"),
        CheckConstraint("(state = 'objected') = (objection IS NOT NULL)", name="objection"),
    )

    id: Mapped[pk]
    pair_id: Mapped[int] = mapped_column(ForeignKey("training_mentor_pair.id"), index=True)
    held_on: Mapped[date]
    minutes: Mapped[int]
    words: Mapped[str]
    hours_for: Mapped[list[str]] = mapped_column(JSON)  # who gets hours for it once it stands: mentor, mentee
    state: Mapped[str] = mapped_column(String(8))
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    objection: Mapped[str | None]
    postings: Mapped[int] = mapped_column(default=0)  # how often its hours were posted so far
    mentor_line_id: Mapped[int | None]  # of the ledger
    mentee_line_id: Mapped[int | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
