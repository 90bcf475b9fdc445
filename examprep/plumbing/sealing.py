"""Columns of bytes that are kept sealed: what versions before left readable in them is sealed here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from examprep.plumbing.vault import SEALED, Vault

SealedColumn = InstrumentedAttribute[Any]
AT_ONCE = 10  # they may be files


def seal_rest(session: Session, vault: Vault, column: SealedColumn) -> int:
    """Seal what is readable in a column; returns in how many rows. Empty values stay so. Safe to run again.

    Migrations cannot do it, since they do not know the key.
    """
    keys = [getattr(column.class_, key.name) for key in inspect(column.class_).primary_key]
    readable = (column.is_not(None), func.length(column) > 0, func.substr(column, 1, len(SEALED)) != SEALED)
    sealed = 0
    while found := _some(session, keys, column, readable):
        values = [{**dict(key), column.key: vault.seal_bytes(content)} for key, content in found]
        session.execute(update(column.class_), values)
        sealed += len(values)
    return sealed


def _some(
    session: Session, keys: Sequence[SealedColumn], column: SealedColumn, readable: Sequence[Any]
) -> list[tuple[dict[str, Any], bytes]]:
    rows = session.execute(select(*keys, column).where(*readable).limit(AT_ONCE)).all()
    return [({key.key: value for key, value in zip(keys, row, strict=False)}, row[-1]) for row in rows]
