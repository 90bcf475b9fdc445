"""What is kept of imported files can only be read with the installation's key: it is full of ID numbers."""

import json
from collections.abc import Sequence

from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.plumbing.vault import Vault

BATCH, ROW = ImportBatchRow, ImportRowRow
COLUMNS = (BATCH.content, ROW.cells)


def seal_cells(vault: Vault, cells: Sequence[str]) -> bytes:
    """The cells of a row that is kept."""
    return vault.seal_bytes(json.dumps(list(cells), ensure_ascii=False).encode())


def open_cells(vault: Vault, sealed: bytes | None) -> list[str]:
    """The cells that were sealed; none where none are kept."""
    cells: list[str] = json.loads(vault.open_bytes(sealed)) if sealed else []
    return cells
