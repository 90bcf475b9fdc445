"""Reading a file of results: what each row says, and what it would add to the log of marks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.mark_log import Mark, Prepared
from examprep.exams.models import MarkRow, RegistrationRow, SittingRow
from examprep.exams.reading import COMMON, YearSource, check_year
from examprep.exams.rules.cells import is_subject_head, read_mark, read_subject
from examprep.exams.rules.explain import CODE_NAMES
from examprep.exams.rules.papers import LEVEL_OF, SUBJECT_NAMES, SUBJECTS, bit
from examprep.imports.importer import CHANGED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Lines, Plan
from examprep.imports.matching import Matcher
from examprep.imports.reading import Reader, knows
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.bulk import KnownPerson
from examprep.plumbing.bulk import among, in_parts
from examprep.plumbing.sheets import Row
from examprep.plumbing.unreadable import UnreadableFile
from examprep.syllabus.rules.levels import LEVEL_NAMES, read_level

ALIASES = {
    **COMMON,
    "subject": ("科目", "科目名称", "考试科目", "报考科目", "subject"),
    "score": ("成绩", "分数", "得分", "科目成绩", "考试成绩", "score"),
}
_NO_MARK = {"/", "\\", "-", "--", "—", "——", "无"}  # what files write where a person did not register for a subject
_TEXTS_KEPT = 10_000
_BITS = {subject: bit(subject) for subject in LEVEL_OF}
_SHIFT = max(map(len, SUBJECTS.values()))
KNOWS = knows(ALIASES, is_subject_head)
TEMPLATE = ("姓名", "身份证号", "级别", "综合能力", "法规与政策", "实务")


@dataclass
class _Known:
    """What is on file of a year: the level each person is registered for, and the marks."""

    year: int
    levels: dict[int, str]
    marks: dict[tuple[int, str], Mark]


class _Seen:
    """In which row of the file a subject of a person stood first.

    Most persons have one row in a file, so of each the first is kept in one number with its subjects' bits.
    """

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._later: dict[tuple[int, str], int] = {}

    def first(self, person_id: int, subject: str, number: int) -> int:
        """The row in which it stood first, which is ``number`` where it did not stand before."""
        own = _BITS[subject]
        kept = self._first.setdefault(person_id, number << _SHIFT | own)
        row = kept >> _SHIFT
        if kept & own:
            return row
        if row == number:
            self._first[person_id] = kept | own
            return number
        return self._later.setdefault((person_id, subject), number)


def plan(source: YearSource) -> Plan:
    """Read every row and say which lines it would add; what the log says already is not added again.

    Raises:
        UnreadableFile: a column that must be there is missing.
        RuleViolation: ``exams.too-early`` -- the exam has not been held.
    """
    table, year = source.table, source.year
    _check_held(source.session, year, source.today)
    reader = Reader(table, ALIASES, required=("name", "id_number"))
    columns = _Columns(reader)
    matcher = Matcher(source, reader, may_be_new=False)
    prepared, lines, counts, seen = Prepared(year), Lines(), Counter[str](), _Seen()
    for rows in matcher.parts():
        known = _state(source.session, sorted(matcher.known), year)
        for row in rows:
            person = matcher.match(row)
            if person is not None and person.known is not None:
                marks = _marks(reader, columns, row, person.known, known, seen)
                if not reader.open(row):
                    lines.append(_bring(prepared, known, row, person.known, marks, counts))
                    continue
            lines.append(reader.end(row))
    return Plan(
        table.heads,
        table.rows,
        reader.problems,
        (
            (N_("New results"), counts[NEW]),
            (N_("Corrected results"), counts[CHANGED]),
            (N_("Unchanged results"), counts[SAME]),
            (N_("of them absent, violation or void"), prepared.unscored),
            (N_("Doubtful rows"), lines.states[DOUBTFUL]),
            (N_("Refused rows"), lines.states[REFUSED]),
        ),
        reader.notes(),
        prepared,
        lines,
    )


def _bring(
    prepared: Prepared, known: _Known, row: Row, person: KnownPerson, marks: Mapping[str, Mark], counts: Counter[str]
) -> Line:
    """Take a row that is right into the plan; what it changes is said, old → new."""
    id_, on_file = person.person_id, known.marks
    before = {subject: on_file[id_, subject] for subject in marks if (id_, subject) in on_file} if on_file else {}
    fresh = {subject: mark for subject, mark in marks.items() if before.get(subject) != mark} if before else marks
    changed = fresh.keys() & before.keys()
    prepared.add(id_, fresh)
    counts[NEW] += len(marks) - len(before)
    counts[CHANGED] += len(changed)
    counts[SAME] += len(marks) - len(fresh)
    said = tuple(
        Sentence(
            "%(subject)s: %(before)s → %(after)s",
            subject=SUBJECT_NAMES[subject],
            before=_said(before[subject]),
            after=_said(fresh[subject]),
        )
        for subject in marks
        if subject in changed
    )
    return Line(row.number, MATCHED, CHANGED if changed else NEW if fresh else SAME, person.name, id_, said)


def _said(mark: Mark) -> Sentence | str:
    code, half_points = mark
    return CODE_NAMES[code] if half_points is None else f"{half_points / 2:g}"


def _check_held(session: Session, year: int, today: date) -> None:
    first_day_on = session.scalar(select(SittingRow.first_day_on).where(SittingRow.year == year))
    if year > today.year or (first_day_on is not None and first_day_on > today):
        raise RuleViolation(
            "exams.too-early", "The exam of %(year)s has not been held yet; there can be no results of it.", year=year
        )


class _Columns:
    """Which columns are subjects, in a file with one row per person; none in one with a row per subject."""

    def __init__(self, reader: Reader) -> None:
        heads, taken = reader.table.heads, set(reader.columns.values())
        self.wide: list[int] = []
        if not {"subject", "score"} <= reader.columns.keys():
            taken -= {at for name in ("subject", "score") if (at := reader.columns.get(name)) is not None}
            self.wide = [at for at, head in enumerate(heads) if at not in taken and is_subject_head(head)]
            if not self.wide:
                raise UnreadableFile(
                    "exams.score-columns",
                    "The first row names no subject. Give each subject a column (综合能力, 法规与政策, 实务), "
                    "or use the columns 科目 and 成绩.",
                )
        self.subjects = {(at, level): read_subject(heads[at], level) for at in self.wide for level in SUBJECTS}
        self.dated = "year" in reader.columns
        self.levelled = "level" in reader.columns
        self.marks: dict[str, Mark | Sentence] = {}  # few texts occur, however many cells
        self.levels: set[tuple[str, str]] = set()  # words that were found to say a level

    def mark(self, text: str) -> Mark | Sentence:
        """What a cell says, or what is wrong with it."""
        found = self.marks.get(text)
        if found is None:
            try:
                found = read_mark(text)
            except RuleViolation as refusal:
                found = refusal.sentence
            if len(self.marks) < _TEXTS_KEPT:
                self.marks[text] = found
        return found


def _state(session: Session, person_ids: Sequence[int], year: int) -> _Known:
    """The level each person is registered for in the year, and the marks of the year that are on file."""
    found, registration, row = _Known(year, {}, {}), RegistrationRow, MarkRow
    for chunk in in_parts(person_ids):
        found.levels.update(
            session.connection()
            .execute(
                select(registration.person_id, registration.level).where(
                    among(session, registration.person_id, chunk), registration.year == year, store.CURRENT
                )
            )
            .all()
        )
        for person_id, subject, code, half_points in session.connection().execute(
            select(row.person_id, row.subject_code, row.code, row.half_points)
            .where(among(session, row.person_id, chunk), row.year == year)
            .order_by(row.person_id, row.subject_code, row.id)
        ):
            if code == store.WITHDRAWN:
                found.marks.pop((person_id, subject), None)
            else:
                found.marks[person_id, subject] = (code, half_points)
    return found


def _marks(
    reader: Reader, columns: _Columns, row: Row, person: KnownPerson, known: _Known, seen: _Seen
) -> dict[str, Mark]:
    """The marks of a row by subject. Noted as problems: whatever is wrong with it."""
    if columns.dated:
        with reader.checking(row, "year"):
            check_year(reader.text(row, "year"), known.year)
    level = _level(reader, columns, row, person, known)
    found: dict[str, Mark] = {}
    if level is None:
        return found
    for head, subject, text in _cells(reader, columns, row, level):
        mark = columns.mark(text)
        if isinstance(mark, Sentence):
            reader.problem_at(row, head, mark)
            continue
        if (earlier := seen.first(person.person_id, subject, row.number)) != row.number:
            twice = Sentence("This subject of the same person stands in row %(row)s already. Delete one.", row=earlier)
            reader.problem_at(row, head, twice)
            continue
        if found.setdefault(subject, mark) != mark:
            other = N_("Another column of this row gives the same subject another mark. Delete one of the two.")
            reader.problem_at(row, head, Sentence(other))
    return found


def _level(reader: Reader, columns: _Columns, row: Row, person: KnownPerson, known: _Known) -> str | None:
    """The level of the row's person, which a column may name but the registration decides."""
    level = known.levels.get(person.person_id)
    if level is None:
        sentence = Sentence(
            "%(name)s is not registered for %(year)s. Import the registrations of the year first.",
            name=person.name,
            year=known.year,
        )
        reader.problem(row, "id_number", sentence)
        return None
    if columns.levelled and (written := reader.text(row, "level")) and (written, level) not in columns.levels:
        with reader.checking(row, "level"):
            _same_level(written, level, known.year)
            columns.levels.add((written, level))
    return None if reader.open(row) else level


def _same_level(written: str, level: str, year: int) -> None:
    if read_level(written) != level:
        raise RuleViolation(
            "exams.other-level",
            "The row says %(written)s, but the registration of %(year)s is for %(level)s. Correct one of them.",
            written=written,
            year=year,
            level=LEVEL_NAMES[level],
        )


def _cells(reader: Reader, columns: _Columns, row: Row, level: str) -> list[tuple[str, str, str]]:
    """The marks of a row: head, subject, text. Noted as problems: a subject that the level lacks, a missing mark."""
    heads = reader.table.heads
    if not columns.wide:
        written = reader.text(row, "subject")
        subject = read_subject(written, level)
        if subject is None:
            reader.problem(row, "subject", _no_subject(written, level))
            return []
        return [(heads[reader.columns["score"]], subject, reader.text(row, "score"))]
    found, filled = [], False
    for at in columns.wide:
        if (text := row.cells[at]) and text not in _NO_MARK:
            filled = True
            if subject := columns.subjects[at, level]:
                found.append((heads[at], subject, text))
            else:
                reader.problem_at(row, heads[at], _no_subject(heads[at], level))
    if not filled:
        missing = Sentence("The row has no mark. Write one, or −1 for a subject from which the person was absent.")
        reader.problem(row, "name", missing)
    return found


def _no_subject(written: str, level: str) -> Sentence:
    return Sentence("“%(written)s” is no subject of %(level)s.", written=written, level=LEVEL_NAMES[level])
