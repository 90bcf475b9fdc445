"""Batches of imported files."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk


class ImportBatchRow(Base):
    """One file somebody sent, what its dry run said, and what became of it.

    The content is kept so that the dry run can be repeated at the moment of applying, and the failed rows handed back.
    """

    __tablename__ = "import_batch"
    __table_args__ = (CheckConstraint("state IN ('checked', 'applied', 'undone')", name="state"),)

    id: Mapped[pk]
    importer: Mapped[str] = mapped_column(index=True)
    filename: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str]
    rows: Mapped[int]
    problems: Mapped[int]
    written: Mapped[int | None]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
