"""Tables out of files that people send: XLSX, XLS and CSV, as rows of text with their row numbers.

Every cell is text here, because the file cannot be trusted to know better: Excel turns ID numbers into floats and
answers into dates. A number that has lost digits is written in its damaged form (``1.52E+17``), for the reader
to refuse.

A row number is the number the user sees in the spreadsheet; the head is row 1 unless blank lines precede it.
"""

import csv
import io
import re
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple, overload

import python_calamine

from examprep.kernel.errors import RuleViolation
from examprep.plumbing.bulk import give_back
from examprep.plumbing.heads import LOOKED_AT, Knows, find_head, is_no_data

UNPACKED_LIMIT_BYTES = 400 * 1024 * 1024
ROW_LIMIT = 300_000
COLUMN_LIMIT = 200
_KEPT = 5_000
_BETWEEN = "\x1f"
Grid = Iterable[Sequence[Any]]
Others = Callable[[], tuple[str, ...]]  # names of further sheets
_OLE = b"\xd0\xcf\x11\xe0"  # begins old workbooks, and new ones that are protected by a password
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_VISIBLE = python_calamine.SheetVisibleEnum.Visible


def _no_others() -> tuple[str, ...]:
    return ()


class UnreadableFile(RuleViolation):
    """The file as a whole cannot be read; the sentence says why and what to send instead."""


def _broken() -> UnreadableFile:
    return UnreadableFile(
        "file.broken",
        "The workbook is damaged or protected by a password. Open it in Excel and save it anew.",
    )


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

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return list(map(_unpacked, self._numbers[at], self._kept[at]))
        return _unpacked(self._numbers[at], self._kept[at])


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
        grid, others = _workbook(content, knows, formulas=formulas)
    elif lower.endswith((".csv", ".tsv", ".txt")):
        grid, others = _separated(content), _no_others
    elif lower.endswith(".xls") and formulas:
        grid, others = _old_workbook(content, knows)
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


def _workbook(content: bytes, knows: Knows | None, *, formulas: bool) -> tuple[Grid, Others]:
    if content.startswith(_OLE):
        raise _broken()
    if not content.startswith(b"PK"):
        raise UnreadableFile(
            "file.not-xlsx",
            "The name ends in .xlsx but this is not an Excel workbook. Open it in Excel and save as .xlsx.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive, formulas=formulas)
    except UnreadableFile:
        raise
    except Exception as error:  # the library raises many kinds for broken archives
        raise _broken() from error
    return _sheet(content, knows)


def _old_workbook(content: bytes, knows: Knows | None) -> tuple[Grid, Others]:
    """What offices call .xls: Excel's old format, a new workbook renamed, or text that some system wrote under it."""
    if content.startswith(b"PK"):
        return _workbook(content, knows, formulas=True)
    if content.startswith(_OLE):
        if _MACROS in content:
            raise UnreadableFile("file.macros", "The workbook holds macros. Save it as .xlsx, without macros.")
        return _sheet(content, knows)
    if b"<table" in content[:100_000].lower() or b"<workbook" in content[:100_000].lower():
        raise UnreadableFile(
            "file.web-page",
            "The name ends in .xls but this is a web page. Open it in Excel, save it as .xlsx and send that.",
        )
    return _separated(content), _no_others


def _sheet(content: bytes, knows: Knows | None) -> tuple[Grid, Others]:
    """The rows, one by one, of the first sheet with such a head, else of the first that holds anything; and what asks
    which sheets after it have such a head too. A large sheet is never in memory twice.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = {each.name: each.visible == _VISIBLE for each in book.sheets_metadata}
        names = sorted(book.sheet_names, key=lambda name: not visible[name])
        filled = None
        for at, name in enumerate(names):
            sheet = book.get_sheet_by_name(name)
            _refuse_vast(sheet)
            if knows is not None and _has_head(sheet, knows):
                others = [each for each in names[at + 1 :] if visible[each]]
                return _rows_of(sheet), partial(_with_head, book, others, knows)
            if filled is None and any(any(cell != "" for cell in row) for row in sheet.iter_rows()):
                filled = name
                if knows is None:
                    break
        if filled is not None:
            return _rows_of(book.get_sheet_by_name(filled)), _no_others
    except UnreadableFile:
        raise
    except Exception as error:  # the library raises many kinds for broken workbooks, some undocumented
        raise _broken() from error
    raise UnreadableFile("file.empty", "The file is empty. Download the template and fill it in.")


def _refuse_vast(sheet: python_calamine.CalamineSheet) -> None:
    if sheet.total_height > ROW_LIMIT + 1 or sheet.total_width > COLUMN_LIMIT:
        raise UnreadableFile(
            "file.rows",
            "The sheet “%(sheet)s” spans more than %(limit)s rows or %(columns)s columns. "
            "Delete the empty rows and columns below and beside the data, or send it in parts.",
            sheet=sheet.name,
            limit=ROW_LIMIT,
            columns=COLUMN_LIMIT,
        )


def _has_head(sheet: python_calamine.CalamineSheet, knows: Knows) -> bool:
    """Whether one of its first rows bears two heads at least; remarks on how to fill a form in name one in a row."""
    top = islice(sheet.iter_rows(), LOOKED_AT)
    return any(sum(isinstance(cell, str) and knows(cell) for cell in row) > 1 for row in top)


def _with_head(book: python_calamine.CalamineWorkbook, names: Iterable[str], knows: Knows) -> tuple[str, ...]:
    return tuple(name for name in names if _has_head(book.get_sheet_by_name(name), knows))


def _rows_of(sheet: python_calamine.CalamineSheet) -> Grid:
    """The rows one by one; what stands in cells merged downwards stands in each of their rows."""
    ends: dict[int, list[tuple[int, int]]] = {}  # by the row of the first such cell: its column and the last row
    _, left = sheet.start or (0, 0)  # empty columns before the first are left out
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and column >= left:
            ends.setdefault(top, []).append((column - left, bottom))
    return _filled_down(sheet.iter_rows(), ends) if ends else sheet.iter_rows()


def _filled_down(rows: Iterable[list[Any]], ends: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[list[Any]]:
    held: dict[int, tuple[Any, int]] = {}  # by column
    for number, row in enumerate(rows):
        held = {column: kept for column, kept in held.items() if kept[1] >= number}
        for column, (cell, _) in held.items():
            row[column] = cell
        held.update((column, (row[column], end)) for column, end in ends.get(number, ()) if column < len(row))
        yield row


def _check(archive: zipfile.ZipFile, *, formulas: bool) -> None:
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > UNPACKED_LIMIT_BYTES:
        raise UnreadableFile("file.bomb", "The workbook is far larger inside than it looks. Send it in parts.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise UnreadableFile("file.macros", "The workbook holds macros. Save it as .xlsx, without macros.")
    if formulas:
        return
    for part in parts:
        if part.filename.startswith("xl/worksheets/") and (cell := _computed(archive, part)):
            raise UnreadableFile(
                "file.formula",
                "Cell %(cell)s holds a formula. Copy the cells, paste them as values, and send the file again.",
                cell=cell,
            )


_FORMULA = re.compile(rb'<(?:x:)?c\b[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<(?:x:)?f[\s/>]')
_CHUNK, _OVERLAP = 1 << 20, 512


def _computed(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str | None:
    """The first cell of a sheet that holds a formula; read piece by piece, since a sheet may be large."""
    kept = b""
    with archive.open(part) as sheet:
        while piece := sheet.read(_CHUNK):
            kept += piece
            if found := _FORMULA.search(kept):
                return found[1].decode()
            kept = kept[-_OVERLAP:]
    return None


def _separated(content: bytes) -> Grid:
    text = decode(content)
    if said := _SAID.match(text):  # Excel's own first line, which it does not show
        text, delimiter = text[said.end() :], said[1]
    else:
        delimiter = _delimiter(text)
    try:
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([found[1] if (found := _KEPT_AS_TEXT.fullmatch(cell)) else cell for cell in row])
            if len(rows) > ROW_LIMIT + 1:
                raise UnreadableFile(
                    "file.lines", "The file has more than %(limit)s rows. Send it in parts.", limit=ROW_LIMIT
                )
    except csv.Error as error:
        raise UnreadableFile(
            "file.csv",
            "Near line %(line)s a quotation mark is not closed. Save the file as .xlsx instead.",
            line=len(rows) + 1,
        ) from error
    return rows


_SAID = re.compile(r"sep=([,;\t])(?:\r\n|\r|\n)")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # how systems keep Excel from making a number of an ID number


def _delimiter(text: str) -> str:
    """The sign that stands in most of the first lines, of equals the most frequent: a semicolon may part subjects in a
    cell.
    """
    lines = text[:20_000].splitlines()[:LOOKED_AT]
    return max(",\t;", key=lambda sign: (sum(sign in line for line in lines), sum(line.count(sign) for line in lines)))


def decode(content: bytes) -> str:
    """Text in UTF-8 (with or without its mark), UTF-16 with its mark, or GB18030.

    Raises:
        UnreadableFile: in none of them, or with control characters that text does not have.
    """
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile("file.encoding", "The text cannot be read. Save the file as UTF-8 or as .xlsx.")


def text_lines(content: bytes) -> list[str]:
    """The lines of a text file, whatever system ended them.

    Raises:
        UnreadableFile: empty, too long, or not text.
    """
    lines = decode(content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not any(line.strip() for line in lines):
        raise UnreadableFile("file.empty", "The file is empty. Download the template and fill it in.")
    if len(lines) > ROW_LIMIT:
        raise UnreadableFile("file.lines", "The file has more than %(limit)s rows. Send it in parts.", limit=ROW_LIMIT)
    return lines


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
