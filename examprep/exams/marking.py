"""Importing results: what a file would add to the log of marks, adding it, taking it back by further lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, aliased

from examprep.exams import store
from examprep.exams.matching import COMMON, Matched, Matcher, Reader, knows, left_out
from examprep.exams.models import MarkRow, SittingRow
from examprep.exams.recompute import recompute
from examprep.exams.rules.cells import is_subject_head, read_mark, read_subject
from examprep.imports.importer import Plan
from examprep.imports.progress import counted
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.people.bulk import chunks
from examprep.plumbing.sheets import Row, Table, UnreadableFile
from examprep.plumbing.vault import Vault
from examprep.syllabus.rules.levels import LEVEL_NAMES, read_level

ALIASES = {
    **COMMON,
    "subject": ("科目", "科目名称", "考试科目", "报考科目", "subject"),
    "score": ("成绩", "分数", "得分", "科目成绩", "考试成绩", "score"),
}
KNOWS = knows(ALIASES, is_subject_head)
TEMPLATE = ("姓名", "身份证号", "级别", "综合能力", "法规与政策", "实务")


@dataclass(frozen=True)
class Line:
    """One line for the log."""

    person_id: int
    subject: str
    code: str
    half_points: int | None


@dataclass
class Prepared:
    year: int
    lines: list[Line] = field(default_factory=list)


def plan(session: Session, vault: Vault, actor: Actor, table: Table, year: int, *, today: date) -> Plan:
    """Read every row and say which lines it would add; what the log says already is not added again.

    Raises:
        UnreadableFile: a column that must be there is missing.
        RuleViolation: ``exams.too-early`` -- the exam has not been held.
    """
    _check_held(session, year, today)
    reader = Reader(table, ALIASES, required=("name", "id_number"))
    wide = _subject_columns(reader)
    matcher = Matcher(session, vault, actor, reader, today=today)
    levels, known = _state(session, [person.person_id for person in matcher.known.values()], year)
    prepared, same, corrected = Prepared(year), 0, 0
    seen: dict[tuple[int, str], int] = {}
    for row in counted(table.rows):
        person = matcher.match(row, may_be_new=False)
        with reader.checking(row, "year"):
            reader.check_year(row, year)
        level = _level(reader, row, person, levels, year)
        if level is None or person is None or person.known is None:
            continue
        for head, subject, text in _cells(reader, row, wide, level):
            try:
                code, half_points = read_mark(text)
            except RuleViolation as refusal:
                reader.problem_at(row, head, refusal.sentence)
                continue
            key = (person.known.person_id, subject)
            if (earlier := seen.setdefault(key, row.number)) != row.number:
                reader.problem_at(
                    row,
                    head,
                    Sentence("This subject of the same person stands in row %(row)s already. Delete one.", row=earlier),
                )
                continue
            if known.get(key) == (code, half_points):
                same += 1
                continue
            corrected += key in known
            prepared.lines.append(Line(*key, code, half_points))
    return Plan(
        table.heads,
        table.rows,
        reader.problems,
        (
            (N_("New results"), len(prepared.lines) - corrected),
            (N_("Corrected results"), corrected),
            (N_("Unchanged results"), same),
            (N_("of them absent, violation or void"), sum(line.half_points is None for line in prepared.lines)),
        ),
        left_out(table),
        prepared,
    )


def _check_held(session: Session, year: int, today: date) -> None:
    first_day_on = session.scalar(select(SittingRow.first_day_on).where(SittingRow.year == year))
    if year > today.year or (first_day_on is not None and first_day_on > today):
        raise RuleViolation(
            "exams.too-early", "The exam of %(year)s has not been held yet; there can be no results of it.", year=year
        )


def _subject_columns(reader: Reader) -> list[int]:
    """The columns that are subjects, in a file with one row per person; none in one with a row per subject."""
    if {"subject", "score"} <= reader.columns.keys():
        return []
    taken = set(reader.columns.values())
    found = [at for at, head in enumerate(reader.table.heads) if at not in taken and is_subject_head(head)]
    if not found:
        raise UnreadableFile(
            "exams.score-columns",
            "The first row names no subject. Give each subject a column (综合能力, 法规与政策, 实务), "
            "or use the columns 科目 and 成绩.",
        )
    return found


def _state(
    session: Session, person_ids: Sequence[int], year: int
) -> tuple[dict[int, str], dict[tuple[int, str], tuple[str, int | None]]]:
    """The level each person is registered for in the year, and the marks of the year that are on file."""
    levels: dict[int, str] = {}
    known: dict[tuple[int, str], tuple[str, int | None]] = {}
    for chunk in chunks(person_ids):
        for person_id, found in store.registrations(session, chunk).items():
            levels.update((person_id, registration.level) for registration in found if registration.year == year)
        for person_id, marks in store.effective_marks(session, chunk).items():
            known.update({(person_id, m.subject): (m.code, m.half_points) for m in marks if m.year == year})
    return levels, known


def _level(reader: Reader, row: Row, person: Matched | None, levels: dict[int, str], year: int) -> str | None:
    """The level of the row's person, which a column may name but the registration decides."""
    if person is None or person.known is None or reader.failed(row):
        return None
    level = levels.get(person.known.person_id)
    if level is None:
        reader.problem(
            row,
            "id_number",
            Sentence(
                "%(name)s is not registered for %(year)s. Import the registrations of the year first.",
                name=person.name,
                year=year,
            ),
        )
        return None
    if written := reader.text(row, "level"):
        with reader.checking(row, "level"):
            _same_level(written, level, year)
    return None if reader.failed(row) else level


def _same_level(written: str, level: str, year: int) -> None:
    if read_level(written) != level:
        raise RuleViolation(
            "exams.other-level",
            "The row says %(written)s, but the registration of %(year)s is for %(level)s. Correct one of them.",
            written=written,
            year=year,
            level=LEVEL_NAMES[level],
        )


def _cells(reader: Reader, row: Row, wide: Sequence[int], level: str) -> Iterator[tuple[str, str, str]]:
    """The marks of a row: head, subject, text. Noted as problems: a subject that the level lacks, a missing mark."""
    heads = reader.table.heads
    if not wide:
        written = reader.text(row, "subject")
        subject = read_subject(written, level)
        if subject is None:
            reader.problem(row, "subject", _no_subject(written, level))
            return
        yield heads[reader.columns["score"]], subject, reader.text(row, "score")
        return
    filled = [at for at in wide if row.cells[at]]
    if not filled:
        reader.problem(
            row,
            "name",
            Sentence("The row has no mark. Write one, or −1 for a subject from which the person was absent."),
        )
    for at in filled:
        subject = read_subject(heads[at], level)
        if subject is None:
            reader.problem_at(row, heads[at], _no_subject(heads[at], level))
        else:
            yield heads[at], subject, row.cells[at]


def _no_subject(written: str, level: str) -> Sentence:
    return Sentence("“%(written)s” is no subject of %(level)s.", written=written, level=LEVEL_NAMES[level])


def apply(session: Session, prepared: Prepared, batch_id: int, *, now: datetime) -> int:
    """Add the lines and recompute whatever follows; returns how many lines."""
    for chunk in chunks(prepared.lines):
        _append(session, [(x.person_id, prepared.year, x.subject, x.half_points, x.code) for x in chunk], batch_id, now)
    recompute(session, {line.person_id for line in prepared.lines})
    return len(prepared.lines)


def _append(
    session: Session, lines: Sequence[tuple[object, ...]], batch_id: int, now: datetime, *, undoing: bool = False
) -> None:
    names = ("person_id", "year", "subject_code", "half_points", "code")
    rest = {"batch_id": batch_id, "undoing": undoing, "recorded_at": now}
    if lines:
        session.execute(insert(MarkRow), [{**dict(zip(names, line, strict=True)), **rest} for line in lines])


def undo(session: Session, batch_id: int, *, now: datetime) -> int:
    """Restore what held before the batch by further lines; returns how many lines it had brought.

    Raises:
        RuleViolation: ``exams.marks-corrected`` -- a later file corrected some of them.
    """
    row, other = MarkRow, aliased(MarkRow)
    same = (other.person_id == row.person_id, other.year == row.year, other.subject_code == row.subject_code)
    taken_back = aliased(MarkRow)
    undone = select(taken_back.batch_id).where(taken_back.undoing)
    stands = ~other.undoing & (other.batch_id.is_(None) | other.batch_id.not_in(undone))
    later = select(func.count()).where(*same, other.id > row.id, stands).correlate(row).scalar_subquery()
    earlier = select(func.max(other.id)).where(*same, other.id < row.id).correlate(row).scalar_subquery()
    own = session.execute(
        select(row.person_id, row.year, row.subject_code, later, earlier).where(row.batch_id == batch_id, ~row.undoing)
    ).all()
    if corrected := sum(found[3] > 0 for found in own):
        raise RuleViolation(
            "exams.marks-corrected",
            "A later file corrected %(count)s of these results. Undo that file first.",
            count=corrected,
        )
    before: dict[int, tuple[int | None, str]] = {}
    for chunk in chunks([found[4] for found in own if found[4] is not None]):
        found = session.execute(select(row.id, row.half_points, row.code).where(row.id.in_(chunk)))
        before.update((line_id, (half_points, code)) for line_id, half_points, code in found)
    lines = [(*found[:3], *before.get(found[4], (None, store.WITHDRAWN))) for found in own]
    for chunk in chunks(lines):
        _append(session, chunk, batch_id, now, undoing=True)
    recompute(session, {found[0] for found in own})
    return len(own)
