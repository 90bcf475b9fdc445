"""Reading a file of persons: its columns under all their names, and what is wrong or doubtful in which row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar

from sqlalchemy.orm import Session
from xlsxwriter.utility import xl_col_to_name

from examprep.imports.importer import DOUBTFUL, REFUSED, Line, Problem
from examprep.imports.rules.cells import bare, find_places
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.kernel.widths import plain
from examprep.people.actor import Actor
from examprep.plumbing.sheets import Row, Table
from examprep.plumbing.unreadable import UnreadableFile
from examprep.plumbing.vault import Vault

T = TypeVar("T")
READ_ONCE = 4_096  # different texts
# Who a row speaks of, by the names that those who send files give to its columns.
PERSON = {
    "name": ("姓名", "考生姓名", "报考人姓名", "持证人", "持证人姓名", "name"),
    "id_number": (
        "身份证号", "身份证号码", "证件号码", "证件号", "公民身份号码", "身份证", "身份证件号码", "身份证件号",
        "有效证件号码", "考生证件号码", "ID number",
    ),
    "born_on": ("出生日期", "出生年月日", "生日", "born on"),
    "unit": ("单位", "工作单位", "单位名称", "所在单位", "报考单位", "机构", "organisation"),
}  # fmt: skip


def knows(aliases: Mapping[str, Iterable[str]], more: Callable[[str], bool] = lambda _: False) -> Callable[[str], bool]:
    """Whether a text is a head of a file with these columns."""
    words = {plain(word) for names in aliases.values() for word in names}
    return lambda text: plain(text) in words or bare(text) in words or more(text)


def _left_out(table: Table) -> list[Sentence]:
    """What to say of rows that were taken for sums, signatures or remarks, and of sheets that were not read."""
    said = []
    if table.left_out:
        first = table.left_out[0]
        said.append(
            Sentence(
                "%(count)s rows are no data and were left out, the first in row %(row)s: “%(cell)s”.",
                count=len(table.left_out),
                row=first.number,
                cell=next(filter(None, first.cells), "")[:40],
            )
        )
    if table.unread:
        said.append(
            Sentence(
                "One sheet of a workbook is read. These hold rows too and were not: %(names)s. "
                "Send them as further files.",
                names="、".join(table.unread),
            )
        )
    return said


class Notes:
    """What is wrong with texts, by the column."""

    def __init__(self) -> None:
        self.wrong: list[tuple[str, Sentence]] = []

    def problem(self, name: str, sentence: Sentence) -> None:
        self.wrong.append((name, sentence))

    @contextmanager
    def checking(self, name: str) -> Iterator[None]:
        """A refusal inside becomes a problem of that column."""
        try:
            yield
        except RuleViolation as refusal:
            self.problem(name, refusal.sentence)


@dataclass(frozen=True)
class Source:
    """A file, and whatever reading it needs; persons are looked for where ``permission`` reaches.

    ``settled`` are the rows whose person an officer decided: a person's id, or ``None`` for a new one.
    """

    session: Session
    vault: Vault
    actor: Actor
    permission: str
    table: Table
    today: date
    settled: Mapping[int, int | None] = field(default_factory=dict)


class Reader:
    """A table with its columns found, collecting problems.

    Raises:
        UnreadableFile: ``imports.columns`` -- a required column is missing.
    """

    def __init__(self, table: Table, aliases: Mapping[str, Iterable[str]], *, required: Iterable[str]) -> None:
        self.table = table
        places = find_places(table.heads, aliases)
        self.columns = {name: at for name, (at, *_) in places.items()}
        self._alike = [at for at in places.values() if len(at) > 1]
        self.problems: list[Problem] = []
        self._doubts: dict[int, tuple[Sentence, tuple[int, ...]]] = {}
        self._failed: dict[int, list[Sentence]] = {}
        # A file without ID numbers may still tell persons apart by their birth dates.
        there = self.columns.keys() | ({"id_number"} if "born_on" in self.columns else set())
        missing = [next(iter(aliases[name])) for name in required if name not in there]
        if missing:
            raise UnreadableFile(
                "imports.columns",
                "The first row lacks the columns %(missing)s. Its columns are: %(found)s. "
                "Name them as in the template.",
                missing="、".join(missing),
                found="、".join(head for head in table.heads if head) or "—",
            )

    def notes(self) -> list[Sentence]:
        """What was not read of the file: rows, sheets, and columns that stand for the same as one that is."""
        return [*_left_out(self.table), *(self._said_alike(places) for places in self._alike)]

    def _said_alike(self, places: Sequence[int]) -> Sentence:
        said = [f"{xl_col_to_name(at)} “{self.table.heads[at]}”" for at in places]
        return Sentence(
            "Columns that stand for the same: %(read)s is read, %(others)s is not. "
            "To have another one read, delete the first.",
            read=said[0],
            others="、".join(said[1:]),
        )

    def text(self, row: Row, name: str) -> str:
        """The cell of a named column; empty when the file has no such column."""
        at = self.columns.get(name)
        return "" if at is None else row.cells[at]

    def reading(
        self, names: Sequence[str], read: Callable[[Mapping[str, str], "Notes"], T | None]
    ) -> Callable[[Row], T | None]:
        """How rows are read by several columns at once. What stands in many of them alike is read once.

        ``read`` has the texts by column, and may ask nothing else that changes from row to row. Of a row in which
        it notes something wrong comes ``None``.
        """
        places = [self.columns.get(name) for name in names]

        @lru_cache(READ_ONCE)
        def once(texts: tuple[str, ...]) -> tuple[T | None, list[tuple[str, Sentence]]]:
            notes = Notes()
            return read(dict(zip(names, texts, strict=True)), notes), notes.wrong

        def found_in(row: Row) -> T | None:
            cells = row.cells
            found, wrong = once(tuple(["" if at is None else cells[at] for at in places]))
            for name, sentence in wrong:
                self.problem(row, name, sentence)
            return None if wrong else found

        return found_in

    def problem(self, row: Row, name: str, sentence: Sentence) -> None:
        at = self.columns.get(name)
        self.problem_at(row, "" if at is None else self.table.heads[at], sentence)

    def problem_at(self, row: Row, head: str, sentence: Sentence) -> None:
        said = Sentence("%(column)s: %(reason)s", column=head, reason=sentence) if head else sentence
        self._failed.setdefault(row.number, []).append(said)
        self.problems.append(Problem(row.number, head, sentence))

    def failed(self, row: Row) -> bool:
        return row.number in self._failed

    def doubt(self, row: Row, sentence: Sentence, candidates: Iterable[int] = ()) -> None:
        """The row waits for an officer, unless something else in it is wrong."""
        self._doubts.setdefault(row.number, (sentence, tuple(candidates)))

    def open(self, row: Row) -> bool:
        """Whether the row cannot be brought in as it stands."""
        return row.number in self._failed or row.number in self._doubts

    def end(self, row: Row) -> Line:
        """How a row ends that cannot be brought in: refused, or doubtful."""
        name = self.text(row, "name")
        if said := self._failed.get(row.number):
            return Line(row.number, REFUSED, None, name, said=tuple(said))
        sentence, candidates = self._doubts[row.number]
        return Line(row.number, DOUBTFUL, None, name, said=(sentence,), candidates=candidates)

    @contextmanager
    def checking(self, row: Row, name: str) -> Iterator[None]:
        """A refusal inside becomes a problem of that row and column."""
        try:
            yield
        except RuleViolation as refusal:
            self.problem(row, name, refusal.sentence)
