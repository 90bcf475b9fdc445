"""Batches of imported files."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk


class ImportBatchRow(Base):
    """One file somebody sent, what its dry run said, and what became of it.

    The content is kept, sealed, so that the dry run can be repeated at the moment of applying, and the failed rows
    handed back; it is emptied when the batch is applied, since nothing reads it after that.
    """

    __tablename__ = "import_batch"
    __table_args__ = (CheckConstraint("state IN ('checked', 'applied', 'undone')", name="state"),)

    id: Mapped[pk]
    importer: Mapped[str] = mapped_column(index=True)
    filename: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))  # sealed, or empty
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str]
    rows: Mapped[int]
    problems: Mapped[int]
    doubtful: Mapped[int] = mapped_column(default=0)  # rows that wait for a decision, as the file was checked
    # Of files whose rows are listed one by one: the head, what the dry run counted and noted, and a digest of it.
    heads: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str | None]
    # One row of another batch, brought in by an officer's decision; undone with it.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    written: Mapped[int | None]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportRowRow(Base):
    """How one row of a batch ended: matched, created, doubtful or refused; and what an officer decided of it.

    Written with the dry run, so that a large file's page need not read it again. ``cells`` are kept, sealed, of what
    must be looked at once more, until the import is undone. No foreign key to the person: an undone import may take
    back persons it made.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint("state IN ('matched', 'created', 'doubtful', 'refused')", name="state"),
        CheckConstraint("effect IN ('new', 'changed', 'same')", name="effect"),
        CheckConstraint("decided IN ('person', 'new', 'refused')", name="decided"),
        Index(
            "ix_import_row_doubtful",
            "batch_id",
            sqlite_where=text("state = 'doubtful'"),
            postgresql_where=text("state = 'doubtful'"),
        ),
        # For each person that an undone import takes back the database looks whether they decided of a row.
        Index(
            "ix_import_row_decided_by",
            "decided_by",
            sqlite_where=text("decided_by IS NOT NULL"),
            postgresql_where=text("decided_by IS NOT NULL"),
        ),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    effect: Mapped[str | None]
    name: Mapped[str]
    person_id: Mapped[int | None]
    said: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    candidates: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    cells: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    child_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
