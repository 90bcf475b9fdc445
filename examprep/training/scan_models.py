"""What staff's devices scanned, and what became of each scan."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class ScanRow(Base):
    """One scan as a device sent it, kept once under the name that the device gave it."""

    __tablename__ = "training_scan"
    __table_args__ = (
        CheckConstraint("kind IN ('in', 'out')", name="kind"),
        CheckConstraint("state IN ('accepted', 'present', 'refused')", name="state"),
        CheckConstraint("settled_at IS NULL OR state = 'refused'", name="settled_refused"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by"),
        UniqueConstraint("by_id", "client_id"),
        Index("ix_training_scan_session_state", "session_id", "state"),
    )

    id: Mapped[pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]  # by the device's clock, mended by its offset
    noted_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # null: nobody has the code
    state: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(64), default="")  # the refusal's code
    settled_at: Mapped[datetime | None]  # of a refused one: since when it needs no judgement any more
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
