"""Text that people send, in whatever encoding: its lines, and its rows where a sign parts the cells."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from examprep.plumbing.heads import LOOKED_AT
from examprep.plumbing.unreadable import ROW_LIMIT, UnreadableFile

Grid = Iterable[Sequence[Any]]
_SAID = re.compile(r"sep=([,;\t])(?:\r\n|\r|\n)")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # how systems keep Excel from making a number of an ID number


def separated(content: bytes) -> Grid:
    """The rows of text whose cells are parted by a sign.

    Raises:
        UnreadableFile: a quotation mark is not closed, too many rows, or not text.
    """
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
