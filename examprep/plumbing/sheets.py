"""Tables out of files that people send: XLSX, XLS and CSV, as rows of text with their row numbers.

Every cell is text here, because the file cannot be trusted to know better: Excel turns ID numbers into floats and
answers into dates. A number that has lost digits is written in its damaged form (``1.52E+17``), for the reader
to refuse.

A row number is the number the user sees in the spreadsheet; the head is row 1 unless blank lines precede it.
"""

import json
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
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
_TOGETHER = 512


class Row(NamedTuple):
    """One filled row: its number in the sheet, and its cells by head (missing cells are empty)."""

    number: int
    cells: Sequence[str]


class Rows(Sequence[Row]):
    """Many rows, kept small: the cells of some hundreds together as one piece of bytes, made into texts when asked for.

    Whoever goes through them should hold few at once. Their numbers rise.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._numbers = array("l")
        self._packed: list[bytes] = []
        self._latest: list[Sequence[str]] = []  # those that do not fill a piece yet
        self._opened: tuple[int, list[Sequence[str]]] = (-1, [])  # the piece that was asked for last
        for row in rows:
            self.append(row)

    def append(self, row: Row) -> None:
        self._numbers.append(row.number)
        self._latest.append(row.cells)
        if len(self._latest) == _TOGETHER:
            self._packed.append(_closed(self._latest))
            self._latest = []

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Row]:
        return map(Row, self._numbers, self._cells())

    def _cells(self) -> Iterator[Sequence[str]]:
        return chain(chain.from_iterable(map(_opened, self._packed)), self._latest)

    def column(self, at: int) -> Iterator[str]:
        """The cells of one column."""
        return (cells[at] for cells in self._cells())

    def numbered(self, number: int) -> Row:
        """The row of a number, which must be one of theirs."""
        return self[bisect_left(self._numbers, number)]

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        number = self._numbers[at]
        piece, place = divmod(at % len(self), _TOGETHER)
        if piece == len(self._packed):
            return Row(number, self._latest[place])
        if self._opened[0] != piece:
            self._opened = piece, _opened(self._packed[piece])
        return Row(number, self._opened[1][place])


def _closed(rows: Sequence[Sequence[str]]) -> bytes:
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def _opened(piece: bytes) -> list[Sequence[str]]:
    found: list[Sequence[str]] = json.loads(zlib.decompress(piece).decode("utf-8", "surrogatepass"))
    return found


@dataclass(frozen=True)
class Table:
    """The head as written, and the rows below it that are not blank.

    ``left_out`` are sums, signatures and the like; ``unread`` the names of further sheets with such a head.
    """

    heads: tuple[str, ...]
    rows: Rows
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
