"""Tables out of files that people send: XLSX, XLS and CSV, as rows of text with their row numbers.

Every cell is text here, because the file cannot be trusted to know better: Excel turns ID numbers into floats and
answers into dates. A number that has lost digits is written in its damaged form (``1.52E+17``), for the reader
to refuse.

A row number is the number the user sees in the spreadsheet; the head is row 1 unless blank lines precede it.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any, NamedTuple, overload

from examprep.plumbing.bulk import give_back
from examprep.plumbing.heads import LOOKED_AT, Knows, find_head, is_no_data
from examprep.plumbing.text_files import Grid, separated
from examprep.plumbing.unreadable import UnreadableFile
from examprep.plumbing.workbooks import no_others, old_workbook, workbook

_KEPT = 5_000
_BETWEEN = "\x1f"
_SIGN = _BETWEEN.encode()


class Row(NamedTuple):
    """One filled row: its number in the sheet, and its cells by head (missing cells are empty)."""

    number: int
    cells: Sequence[str]


class Rows(Sequence[Row]):
    """Many rows of one width, kept small: the cells of each as one piece of bytes, made into texts when asked for.

    Whoever goes through them should hold few at once.
    """

    def __init__(self) -> None:
        self._numbers = array("l")
        self._kept: list[bytes | tuple[str, ...]] = []

    def append(self, row: Row) -> None:
        self._numbers.append(row.number)
        packed = _BETWEEN.join(row.cells)
        # A cell of text may hold even this sign; such a row is kept as it is.
        whole = packed.count(_BETWEEN) == len(row.cells) - 1
        self._kept.append(packed.encode("utf-8", "surrogatepass") if whole else tuple(row.cells))

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Row]:
        return map(_unpacked, self._numbers, self._kept)

    def column(self, at: int) -> Iterator[str]:
        for kept in self._kept:
            if isinstance(kept, bytes):
                yield kept.split(_SIGN, at + 1)[at].decode("utf-8", "surrogatepass")
            else:
                yield kept[at]

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return list(map(_unpacked, self._numbers[at], self._kept[at]))
        return _unpacked(self._numbers[at], self._kept[at])


def column(rows: Sequence[Row], at: int) -> Iterator[str]:
    """The cells of one column; of rows that are kept small no others are unpacked."""
    return rows.column(at) if isinstance(rows, Rows) else (row.cells[at] for row in rows)


def _unpacked(number: int, kept: bytes | tuple[str, ...]) -> Row:
    if isinstance(kept, bytes):
        return Row(number, kept.decode("utf-8", "surrogatepass").split(_BETWEEN))
    return Row(number, kept)


@dataclass(frozen=True)
class Table:
    """The head as written, and the rows below it that are not blank.

    ``left_out`` are sums, signatures and the like; ``unread`` the names of further sheets with such a head.
    """

    heads: tuple[str, ...]
    rows: Sequence[Row]
    left_out: tuple[Row, ...] = ()
    unread: tuple[str, ...] = ()


def read_table(content: bytes, filename: str, *, formulas: bool = True, knows: Knows | None = None) -> Table:
    """Read the first sheet that has a head, a hidden one only where no other has; hidden rows are rows.

    ``formulas``: whether cells may be computed; their last values are read, and old Excel files (.xls) may be sent.
    ``knows``: whether a text is a head of such files; then titles above the head, a head of two rows, and sums and
    signatures below the rows are told apart from them. Without it the first filled row is the head.

    Raises:
        UnreadableFile: empty, not what its name says, too large when unpacked, with macros, or not text.
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise UnreadableFile("file.empty", "The file is empty. Download the template and fill it in.")
    lower = filename.lower()
    if lower.endswith((".xlsx", ".xlsm")):
        grid, others = workbook(content, knows, formulas=formulas)
    elif lower.endswith((".csv", ".tsv", ".txt")):
        grid, others = separated(content), no_others
    elif lower.endswith(".xls") and formulas:
        grid, others = old_workbook(content, knows)
    elif lower.endswith(".xls"):
        raise UnreadableFile("file.old-excel", "This is an old Excel file (.xls). Save it as .xlsx and send that.")
    else:
        raise UnreadableFile("file.kind", "Send an Excel workbook (.xlsx) or a CSV file.")
    try:
        table = _table(grid, knows)
        grid = ()
        return replace(table, unread=others())
    finally:
        grid = ()
        give_back()


def _table(grid: Grid, knows: Knows | None) -> Table:
    filled = ((number, cells) for number, cells in enumerate(_texts(grid), 1) if any(cells))
    top = list(islice(filled, LOOKED_AT))
    head = find_head([cells for _, cells in top], knows)
    if head is None:
        raise UnreadableFile("file.empty", "The file is empty. Download the template and fill it in.")
    heads, width = head.heads, len(head.heads)
    rows, left_out = Rows(), []
    for number, cells in chain(top[head.below :], filled):
        if len(cells) != width:
            cells = [*cells[:width], *[""] * (width - len(cells))]
            if not any(cells):
                continue
        row = Row(number, cells)
        if knows is not None and is_no_data(cells, heads):
            left_out.append(row)
        else:
            rows.append(row)
    return Table(heads, rows, tuple(left_out))


def _texts(grid: Grid) -> Iterator[list[str]]:
    """The rows as texts. Numbers recur in every row: each is put into words once."""
    numbers: dict[float, str] = {}
    for raw in grid:
        cells = []
        for cell in raw:
            if type(cell) is str:
                text = cell.strip()
            elif type(cell) is float:
                if (text := numbers.get(cell, "")) == "":
                    text = _text(cell)
                    if len(numbers) < _KEPT:
                        numbers[cell] = text
            else:
                text = _text(cell)
            cells.append(text)
        yield cells


def _text(cell: Any) -> str:
    """A cell as the user meant it: 60.0 is "60", a day is ISO, a number past 15 digits shows that it is damaged."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "对" if cell else "错"
        case float():
            if abs(cell) >= 1e15:
                return f"{cell:.4E}"
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case None:
            return ""
    return str(cell)
