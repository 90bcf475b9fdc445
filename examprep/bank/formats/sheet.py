"""Workbooks and CSV: which column is what, by the heads people use in Chinese and English."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.words import split_options, strip_mark
from examprep.bank.types.choices import LETTERS
from examprep.plumbing.sheets import Row, Table, UnreadableFile

# The first word of each is the head the template has.
HEADS: dict[str, tuple[str, ...]] = {
    "kind": ("题型", "type", "questiontype", "类型"),
    "stem": ("题干", "stem", "question", "题目", "试题", "题目内容"),
    **{
        f"option_{letter}": (f"选项{letter}", f"option{letter.lower()}", letter.lower(), f"选项{number}")
        for number, letter in enumerate(LETTERS, 1)
    },
    "options": ("选项", "options", "备选项"),
    "answer": ("答案", "answer", "key", "正确答案", "参考答案", "标准答案"),
    "explanation": ("解析", "explanation", "答案解析", "试题解析"),
    "chapter": ("章", "chapter", "chapters", "章节", "所属章"),
    "difficulty": ("难度", "difficulty"),
    "source": ("来源", "source", "出处"),
    "author": ("作者", "author", "命题人"),
    "law_as_of": ("法规截止日", "lawasof", "lawdate", "法规日期"),
    "cites": ("依据", "cites", "法规依据"),
}
TEMPLATE_FIELDS = (
    "kind",
    "stem",
    *(f"option_{letter}" for letter in LETTERS),
    "answer",
    "explanation",
    "chapter",
    "difficulty",
    "source",
    "author",
    "law_as_of",
)
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

    options = split_options(cell("options")) if cell("options") else _lettered(cell)
    chapters = {
        field.partition(":")[2]: (cell(field),) for field in places if field.startswith("chapter") and cell(field)
    }
    return RawQuestion(
        number=row.number,
        names=names,
        kind=cell("kind"),
        stem=cell("stem"),
        options=options,
        answer=cell("answer"),
        explanation=cell("explanation"),
        chapters=chapters,
        difficulty=cell("difficulty"),
        source=cell("source"),
        author=cell("author"),
        law_as_of=cell("law_as_of"),
        cites=tuple(part for part in re.split(r"[\n;；]", cell("cites")) if part.strip()),
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


def template_cells(question: RawQuestion, line: str = "") -> list[str]:
    """The question as a row of the template, so that what failed can be handed back as a workbook.

    ``line`` is what could not be read at all.
    """
    if any(field == "" for field, _ in question.faults):
        return ["", line.strip(), *[""] * (len(TEMPLATE_FIELDS) - 2)]
    cells = {
        "kind": question.kind,
        "stem": question.stem,
        "answer": question.answer,
        "explanation": question.explanation,
        "chapter": "、".join(number for numbers in question.chapters.values() for number in numbers),
        "difficulty": question.difficulty,
        "source": question.source,
        "author": question.author,
        "law_as_of": question.law_as_of,
        **{f"option_{LETTERS[place]}": text for place, text in enumerate(question.options[: len(LETTERS)])},
    }
    return [cells.get(field, "") for field in TEMPLATE_FIELDS]
