"""The outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk

STATES = ("queued", "claimed", "sent", "dropped", "failed")


class OutboxRow(Base):
    """One reminder to one person. Rows stay after they are settled: their keys say what was already said."""

    __tablename__ = "reminders_outbox"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'claimed', 'sent', 'dropped', 'failed')", name="state"),
        Index("ix_reminders_outbox_waiting", "state", "not_before"),
    )

    id: Mapped[pk]
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    template: Mapped[str]  # templates/reminders/<template>.txt
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    channel: Mapped[str]
    condition: Mapped[str | None]  # a name of Feature.still_due; null: due in any case
    state: Mapped[str]
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]  # host and process, for people who look
    tries: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    error: Mapped[str | None]  # why it was dropped or failed, or what the last try met
    subject: Mapped[str | None]  # as it was sent; null until then


class MuteRow(Base):
    """A kind of mail that a person does not want; only kinds that a feature calls optional can be switched off."""

    __tablename__ = "reminders_mute"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    template: Mapped[str] = mapped_column(String(64), primary_key=True)
