"""Who may ask for a seat in a class, in which order of approval, and for whom seats are kept.

A class without rows here is open to whoever can reach it, asks nobody, and hands a freed seat on at once.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class SeatRuleRow(Base):
    """How the seats of one class are given. ``level`` makes ``needs`` narrower; null is every level."""

    __tablename__ = "training_seat_rule"
    __table_args__ = (
        CheckConstraint("needs IN ('nothing', 'registered', 'certificate', 'no-certificate')", name="needs"),
        CheckConstraint("approval IN ('none', 'employer', 'trainer', 'both')", name="approval"),
        CheckConstraint("offer_hours > 0", name="offer_hours_positive"),
    )

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True)
    needs: Mapped[str]
    level: Mapped[str | None] = mapped_column(String(8))
    approval: Mapped[str]
    offer_hours: Mapped[int | None]  # how long a freed seat is offered; null: it is given at once
    members_only: Mapped[bool]  # whether the organisations of the shares are the only ones


class SeatShareRow(Base):
    """An organisation (with everything below it) named by a class, and the seats kept for it until a day."""

    __tablename__ = "training_seat_share"
    __table_args__ = (
        CheckConstraint("seats >= 0", name="seats_not_negative"),
        UniqueConstraint("class_id", "organisation_id"),
    )

    id: Mapped[pk]
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    seats: Mapped[int]
    released_on: Mapped[date | None]  # the first day on which anybody may have them; null: never
