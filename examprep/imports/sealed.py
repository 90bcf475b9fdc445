"""What is kept of imported files can only be read with the installation's key: it is full of ID numbers."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.plumbing.vault import SEALED, Vault

BATCH, ROW = ImportBatchRow, ImportRowRow
TABLES = (BATCH.__tablename__, ROW.__tablename__)
SINCE = "0030"  # the migration before which nothing was sealed
AT_ONCE = 1_000


def seal_cells(vault: Vault, cells: Sequence[str]) -> bytes:
    """The cells of a row that is kept."""
    return vault.seal_bytes(json.dumps(list(cells), ensure_ascii=False).encode())


def open_cells(vault: Vault, sealed: bytes | None) -> list[str]:
    """The cells that were sealed; none where none are kept."""
    cells: list[str] = json.loads(vault.open_bytes(sealed)) if sealed else []
    return cells


def seal_rest(session: Session, vault: Vault) -> int:
    """Seal what versions before left readable; returns how many files and rows. Safe to run again.

    Migrations cannot do it, since they do not know the key.
    """
    files = session.scalars(select(BATCH.id).where(BATCH.content != b"", _plain(BATCH.content))).all()
    for id_ in files:
        content = session.scalars(select(BATCH.content).where(BATCH.id == id_)).one()
        session.execute(update(BATCH).where(BATCH.id == id_).values(content=vault.seal_bytes(content)))
    rows = 0
    left = select(ROW.batch_id, ROW.number, ROW.cells).where(ROW.cells.is_not(None), _plain(ROW.cells)).limit(AT_ONCE)
    while found := session.execute(left).all():
        values = [
            {"batch_id": row.batch_id, "number": row.number, "cells": vault.seal_bytes(row.cells)} for row in found
        ]
        session.execute(update(ROW), values)
        rows += len(values)
    return len(files) + rows


def _plain(column: Any) -> ColumnElement[bool]:
    differs: ColumnElement[bool] = func.substr(column, 1, len(SEALED)) != SEALED
    return differs
