"""Workbooks and CSV: which column is what, by the heads people use in Chinese and English."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from examprep.bank.formats.heads import HEADS
from examprep.bank.formats.plain import read_written_cell
from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.words import split_lettered, strip_mark
from examprep.bank.types.choices import LETTERS
from examprep.plumbing.sheets import Row, Table
from examprep.plumbing.unreadable import UnreadableFile

_FIELD_OF = {_alias.casefold(): field for field, aliases in HEADS.items() for _alias in aliases}
_CHAPTER_OF_VERSION = re.compile(r"^(?:章|chapter)s?(\d{4})")


def read_sheet(table: Table) -> RawFile:
    """The questions of a table.

    Raises:
        UnreadableFile: ``bank.head`` -- the head lacks a column, or has one twice; ``bank.no-rows``.
    """
    places, ignored = _places(table.heads)
    names = {field: table.heads[place] for field, place in places.items()}
    if not table.rows:
        raise UnreadableFile("bank.no-rows", "There is no question below the head. Fill in at least one row.")
    return RawFile(table.heads, table.rows, tuple(_question(row, places, names) for row in table.rows), ignored)


def _places(heads: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    places: dict[str, int] = {}
    ignored = []
    for place, head in enumerate(heads):
        field = _field(head)
        if field is None:
            if head:
                ignored.append(head)
        elif field in places:
            raise UnreadableFile(
                "bank.head-twice",
                "The columns “%(first)s” and “%(second)s” mean the same. Keep one of them.",
                first=heads[places[field]],
                second=head,
            )
        else:
            places[field] = place
    missing = [HEADS[field][0] for field in ("stem", "answer") if field not in places]
    if "options" not in places and not {"option_A", "option_B"} <= places.keys():
        missing.insert(-1 if "answer" not in places else len(missing), "选项A、选项B")
    if missing:
        raise UnreadableFile(
            "bank.head",
            "The head (row 1) lacks: %(missing)s. It has: %(found)s. Download the template and use its head.",
            missing="、".join(missing),
            found="、".join(head for head in heads if head)[:200],
        )
    return places, ignored


def _field(head: str) -> str | None:
    plain = unicodedata.normalize("NFKC", head).casefold()
    plain = re.sub(r"[\s*_:\-]|\((?!\d{4}).*?\)", "", plain)
    if found := _CHAPTER_OF_VERSION.match(plain.replace("(", "").replace(")", "")):
        return f"chapter:{found[1]}"
    return _FIELD_OF.get(plain)


def _question(row: Row, places: dict[str, int], names: dict[str, str]) -> RawQuestion:
    def cell(field: str) -> str:
        return row.cells[places[field]] if field in places else ""

    options, letters = split_lettered(cell("options")) if cell("options") else (_lettered(cell), "")
    chapters = {
        field.partition(":")[2]: (cell(field),) for field in places if field.startswith("chapter") and cell(field)
    }
    written = read_written_cell(cell("kind"), cell("stem"), cell("answer")) if not options else None
    return RawQuestion(
        number=row.number,
        names=names,
        kind=cell("kind"),
        stem=cell("stem"),
        options=options,
        letters=letters,
        answer="" if written else cell("answer"),
        parts=written.parts if written else (),
        accepted=written.accepted if written else (),
        faults=[("answer", sentence) for _, sentence in written.faults] if written else (),
        explanation=cell("explanation"),
        chapters=chapters,
        difficulty=cell("difficulty"),
        source=cell("source"),
        author=cell("author"),
        law_as_of=cell("law_as_of"),
        cites=tuple(part for part in re.split(r"[\n;；]", cell("cites")) if part.strip()),
        tags=tuple(tag for tag in re.split(r"[、,，;；\n]", cell("tags")) if tag.strip()),
        passage=cell("passage"),
    )


def _lettered(cell: Callable[[str], str]) -> list[str]:
    options = []
    for letter in LETTERS:
        text = cell(f"option_{letter}")
        stripped, mark = strip_mark(text)
        # Only its own letter is a mark: an option may well begin with "A、B两地".
        options.append(stripped if mark == letter else text)
    while options and not options[-1]:
        options.pop()
    return options
