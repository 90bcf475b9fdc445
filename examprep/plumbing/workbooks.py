"""Excel's files, new and old: which sheet is read, its rows one by one, and what a workbook may not hold."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import python_calamine

from examprep.plumbing.heads import LOOKED_AT, Knows
from examprep.plumbing.text_files import Grid, separated
from examprep.plumbing.unreadable import ROW_LIMIT, UnreadableFile

UNPACKED_LIMIT_BYTES = 400 * 1024 * 1024
COLUMN_LIMIT = 200
Others = Callable[[], tuple[str, ...]]  # names of further sheets
_OLE = b"\xd0\xcf\x11\xe0"  # begins old workbooks, and new ones that are protected by a password
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_VISIBLE = python_calamine.SheetVisibleEnum.Visible


def no_others() -> tuple[str, ...]:
    return ()


def _broken() -> UnreadableFile:
    return UnreadableFile(
        "file.broken",
        "The workbook is damaged or protected by a password. Open it in Excel and save it anew.",
    )


def workbook(content: bytes, knows: Knows | None, *, formulas: bool) -> tuple[Grid, Others]:
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


def old_workbook(content: bytes, knows: Knows | None) -> tuple[Grid, Others]:
    """What offices call .xls: Excel's old format, a new workbook renamed, or text that some system wrote under it."""
    if content.startswith(b"PK"):
        return workbook(content, knows, formulas=True)
    if content.startswith(_OLE):
        if _MACROS in content:
            raise UnreadableFile("file.macros", "The workbook holds macros. Save it as .xlsx, without macros.")
        return _sheet(content, knows)
    if b"<table" in content[:100_000].lower() or b"<workbook" in content[:100_000].lower():
        raise UnreadableFile(
            "file.web-page",
            "The name ends in .xls but this is a web page. Open it in Excel, save it as .xlsx and send that.",
        )
    return separated(content), no_others


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
            return _rows_of(book.get_sheet_by_name(filled)), no_others
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
