"""Reading a centre's file row by row: its columns, who a row speaks of, where it belongs, and what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.exams.rules.cells import find_columns, same_name
from examprep.imports.importer import Problem
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.kernel.widths import plain
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.bulk import KnownPerson, chunks, find_by_fingerprint
from examprep.people.models import OrganisationRow, RegionRow
from examprep.people.rules.resident_id import ResidentId, read_resident_id
from examprep.plumbing.sheets import Row, Table, UnreadableFile
from examprep.plumbing.vault import Vault

# Columns that both files have, by the names that centres give them.
COMMON = {
    "name": ("姓名", "考生姓名", "报考人姓名", "name"),
    "id_number": (
        "身份证号", "身份证号码", "证件号码", "证件号", "公民身份号码", "身份证", "身份证件号码", "身份证件号",
        "有效证件号码", "考生证件号码", "ID number",
    ),
    "level": ("级别", "报考级别", "考试级别", "级别名称", "资格级别", "考试等级", "level"),
    "year": ("年度", "考试年度", "年份", "year"),
}  # fmt: skip


def knows(aliases: Mapping[str, Iterable[str]], more: Callable[[str], bool] = lambda _: False) -> Callable[[str], bool]:
    """Whether a text is a head of a file with these columns."""
    words = {plain(word) for names in aliases.values() for word in names}
    return lambda text: plain(text) in words or more(text)


def left_out(table: Table) -> list[Sentence]:
    """What to say of rows that were taken for sums, signatures or remarks."""
    if not table.left_out:
        return []
    first = table.left_out[0]
    return [
        Sentence(
            "%(count)s rows are no data and were left out, the first in row %(row)s: “%(cell)s”.",
            count=len(table.left_out),
            row=first.number,
            cell=next(filter(None, first.cells), "")[:40],
        )
    ]


class Reader:
    """A table with its columns found, collecting problems.

    Raises:
        UnreadableFile: ``exams.columns`` -- a required column is missing.
    """

    def __init__(self, table: Table, aliases: Mapping[str, Iterable[str]], *, required: Iterable[str]) -> None:
        self.table = table
        self.columns = find_columns(table.heads, aliases)
        self.problems: list[Problem] = []
        self._failed: set[int] = set()
        missing = [next(iter(aliases[name])) for name in required if name not in self.columns]
        if missing:
            raise UnreadableFile(
                "exams.columns",
                "The first row lacks the columns %(missing)s. Its columns are: %(found)s. "
                "Name them as in the template.",
                missing="、".join(missing),
                found="、".join(head for head in table.heads if head) or "—",
            )

    def text(self, row: Row, name: str) -> str:
        """The cell of a named column; empty when the file has no such column."""
        at = self.columns.get(name)
        return "" if at is None else row.cells[at]

    def problem(self, row: Row, name: str, sentence: Sentence) -> None:
        at = self.columns.get(name)
        self.problem_at(row, "" if at is None else self.table.heads[at], sentence)

    def problem_at(self, row: Row, head: str, sentence: Sentence) -> None:
        self._failed.add(row.number)
        self.problems.append(Problem(row.number, head, sentence))

    def failed(self, row: Row) -> bool:
        return row.number in self._failed

    @contextmanager
    def checking(self, row: Row, name: str) -> Iterator[None]:
        """A refusal inside becomes a problem of that row and column."""
        try:
            yield
        except RuleViolation as refusal:
            self.problem(row, name, refusal.sentence)

    def check_year(self, row: Row, year: int) -> None:
        """Raises RuleViolation: the row names another year than the one chosen beside the file."""
        written = self.text(row, "year")
        found = re.search(r"\d{4}", plain(written))
        if written and (found is None or int(found[0]) != year):
            raise RuleViolation(
                "exams.year",
                "The row is of “%(written)s”, but %(year)s was chosen for this file.",
                written=written,
                year=year,
            )


@dataclass(frozen=True)
class Matched:
    """Who a row speaks of. ``known`` is ``None`` for somebody who is not on file yet."""

    name: str
    id_number: ResidentId
    fingerprint: str
    known: KnownPerson | None


class Matcher:
    """Persons of a file by the keyed hash of their ID number: all looked up at once, in a few statements."""

    def __init__(self, session: Session, vault: Vault, actor: Actor, reader: Reader, *, today: date) -> None:
        self._reader = reader
        self._read: dict[int, tuple[ResidentId, str] | Sentence] = {}
        for row in reader.table.rows:
            try:
                found = read_resident_id(reader.text(row, "id_number"), today=today)
                self._read[row.number] = (found, vault.fingerprint(found.number))
            except RuleViolation as refusal:
                self._read[row.number] = refusal.sentence
        self.known = find_by_fingerprint(session, {r[1] for r in self._read.values() if not isinstance(r, Sentence)})
        places = {person.organisation_id for person in self.known.values()}
        self._inside: set[int] = set()
        for chunk in chunks(sorted(places)):
            inside = within(OrganisationRow.id, actor, Permission.EXAMS_RESULT_IMPORT)
            self._inside |= set(
                session.scalars(select(OrganisationRow.id).where(OrganisationRow.id.in_(chunk), inside))
            )

    def match(self, row: Row, *, may_be_new: bool) -> Matched | None:
        """Who the row speaks of; ``None`` when that is a problem, which is then noted."""
        read, name = self._read[row.number], self._reader.text(row, "name")
        if not name:
            self._reader.problem(row, "name", Sentence("The name is missing."))
        if isinstance(read, Sentence):
            self._reader.problem(row, "id_number", read)
            return None
        id_number, fingerprint = read
        known = self.known.get(fingerprint)
        if known is None and not may_be_new:
            self._reader.problem(
                row,
                "id_number",
                Sentence("Nobody on file has this ID number. Import the registrations of the year first."),
            )
        elif known is not None and known.organisation_id not in self._inside:
            self._reader.problem(
                row,
                "id_number",
                Sentence(
                    "This person is filed with another bureau. That bureau, or the one above both, imports the row."
                ),
            )
        elif known is not None and name and not same_name(known.name, name):
            self._reader.problem(
                row,
                "name",
                Sentence(
                    "This ID number is that of %(known)s, not of %(written)s. Correct the name or the number.",
                    known=known.name,
                    written=name,
                ),
            )
        return None if self._reader.failed(row) else Matched(name, id_number, fingerprint, known)


class Places:
    """Organisations that a file names, within the actor's bounds, and their regions."""

    def __init__(self, session: Session, actor: Actor, names: Iterable[str]) -> None:
        row = OrganisationRow
        self._by_name: dict[str, set[int]] = {}
        inside = within(row.id, actor, Permission.EXAMS_RESULT_IMPORT)
        for chunk in chunks(sorted({name for name in names if name})):
            for found_id, name in session.execute(select(row.id, row.name).where(row.name.in_(chunk), inside)):
                self._by_name.setdefault(name, set()).add(found_id)
        # A few thousand short rows at most: organisations of the actor's bounds, and the country's divisions.
        mine = select(row.id, row.region_code).where(inside | (row.id == actor.organisation_id))
        self._region_of = dict(session.execute(mine).all())
        self._regions = set(session.scalars(select(RegionRow.code)))

    def knows(self, name: str) -> bool:
        return name in self._by_name

    def organisation(self, name: str) -> int | None:
        """The organisation of that name; ``None`` when there is none within bounds.

        Raises:
            RuleViolation: ``exams.organisation`` -- several bear the name.
        """
        found = self._by_name.get(name, set())
        if len(found) > 1:
            raise RuleViolation(
                "exams.organisation",
                "%(count)s organisations are called “%(name)s”. Import their rows from within each of them.",
                count=len(found),
                name=name,
            )
        return next(iter(found), None)

    def region(self, code: str, organisation_id: int) -> str:
        """The region a row names, else that of its organisation.

        Raises:
            RuleViolation: ``exams.region`` -- no such division.
        """
        if not code:
            return self._region_of[organisation_id]
        if code not in self._regions:
            raise RuleViolation(
                "exams.region",
                "“%(written)s” is no division of GB/T 2260. Write six digits such as 520526.",
                written=code,
            )
        return code
