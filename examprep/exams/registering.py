"""Importing registrations: what a file would do, doing it, taking it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.matching import COMMON, Matcher, Places, Reader, knows, left_out
from examprep.exams.models import RegistrationRow, SittingRow
from examprep.exams.recompute import recompute
from examprep.exams.rules.cells import read_approved, read_day, read_subjects
from examprep.exams.rules.profiles import age_on, exam_day
from examprep.exams.tallies import Cell
from examprep.imports.importer import Plan
from examprep.imports.progress import counted
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.people.bulk import NewPerson, add_persons, chunks
from examprep.people.models import PersonRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.sheets import Table
from examprep.plumbing.vault import Vault
from examprep.syllabus.rules.levels import LEVEL_NAMES, read_level

ALIASES = {
    **COMMON,
    "subjects": ("科目", "报考科目", "考试科目", "报考科目名称", "subjects"),
    "organisation": ("单位", "工作单位", "单位名称", "所在单位", "报考单位", "organisation"),
    "region": ("区划代码", "行政区划代码", "报名地区代码", "region"),
    "approved": ("审核状态", "是否通过审核", "审核结果", "资格审核", "审核", "审核意见", "approved"),
    "registered_on": ("报名日期", "报名时间", "registered on"),
}
KNOWS = knows(ALIASES)
TEMPLATE = ("姓名", "身份证号", "级别", "科目", "单位", "审核状态", "报名日期")


@dataclass(frozen=True)
class Entry:
    """One row that is right: who, at what level, filed where."""

    name: str
    id_number: ResidentId
    fingerprint: str
    person_id: int | None
    level: str
    subjects: tuple[str, ...] | None
    organisation_id: int
    region_code: str
    approved: bool
    registered_on: date | None


@dataclass
class Prepared:
    """What applying will write: new or corrected registrations, and which existing ones they end."""

    year: int
    entries: list[Entry] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


def plan(session: Session, vault: Vault, actor: Actor, table: Table, year: int, *, today: date) -> Plan:
    """Read every row and say what it would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    reader = Reader(table, ALIASES, required=("name", "id_number", "level"))
    matcher = Matcher(session, vault, actor, reader, today=today)
    places = Places(session, actor, (reader.text(row, "organisation") for row in table.rows))
    existing = _existing(session, [known.person_id for known in matcher.known.values()], year)
    levels = dict(existing.keys())
    prepared, created, same, unplaced = Prepared(year), 0, 0, 0
    seen: dict[str, int] = {}
    for row in counted(table.rows):
        person = matcher.match(row, may_be_new=True)
        with reader.checking(row, "level"):
            level = read_level(reader.text(row, "level"))
        with reader.checking(row, "year"):
            reader.check_year(row, year)
        if reader.failed(row) or person is None:
            continue
        if (earlier := seen.setdefault(person.fingerprint, row.number)) != row.number:
            reader.problem(
                row, "id_number", Sentence("This ID number stands in row %(row)s already. Delete one.", row=earlier)
            )
        if person.known and (other := levels.get(person.known.person_id, level)) != level:
            reader.problem(
                row,
                "level",
                Sentence(
                    "This person is registered for %(level)s in the same year; their papers are sat at the same hours.",
                    level=LEVEL_NAMES[other],
                ),
            )
        subjects, approved, registered_on = None, False, None
        with reader.checking(row, "subjects"):
            subjects = read_subjects(reader.text(row, "subjects"), level)
        with reader.checking(row, "approved"):
            approved = read_approved(reader.text(row, "approved"))
        with reader.checking(row, "registered_on"):
            if written := reader.text(row, "registered_on"):
                registered_on = read_day(written, today=today)
        home = person.known.organisation_id if person.known else actor.organisation_id
        organisation_id, region_code = home, ""
        with reader.checking(row, "organisation"):
            organisation_id = places.organisation(reader.text(row, "organisation")) or home
        with reader.checking(row, "region"):
            region_code = places.region(reader.text(row, "region"), organisation_id)
        if reader.failed(row):
            continue
        unplaced += bool(reader.text(row, "organisation")) and not places.knows(reader.text(row, "organisation"))
        person_id = person.known.person_id if person.known else None
        entry = Entry(
            person.name, person.id_number, person.fingerprint, person_id, level, subjects, organisation_id, region_code,
            approved, registered_on,
        )  # fmt: skip
        before = existing.get((person_id, level)) if person_id else None
        if before is not None and before[1] == _facts(entry):
            same += 1
            continue
        if before is not None:
            prepared.ended.append(before[0])
        created += person_id is None
        prepared.entries.append(entry)
    return Plan(
        table.heads,
        table.rows,
        reader.problems,
        (
            (N_("New registrations"), len(prepared.entries) - len(prepared.ended)),
            (N_("Corrected registrations"), len(prepared.ended)),
            (N_("Unchanged registrations"), same),
            (N_("Persons filed for the first time"), created),
        ),
        _notes(reader, unplaced),
        prepared,
    )


def _notes(reader: Reader, unplaced: int) -> list[Sentence]:
    notes = left_out(reader.table)
    if "approved" not in reader.columns:
        notes.append(
            Sentence("The file has no column of approval (审核状态): its rows count as registered, not as approved.")
        )
    if unplaced:
        notes.append(
            Sentence(
                "%(count)s rows name a unit that is not on file here; they are filed under the person's organisation, "
                "new persons under yours.",
                count=unplaced,
            )
        )
    return notes


def _facts(entry: Entry) -> tuple[object, ...]:
    return (entry.subjects, entry.organisation_id, entry.region_code, entry.approved, entry.registered_on)


def _existing(
    session: Session, person_ids: Sequence[int], year: int
) -> Mapping[tuple[int, str], tuple[int, tuple[object, ...]]]:
    """The current registrations of the year, by person and level: id and facts."""
    row, found = RegistrationRow, {}
    for chunk in chunks(person_ids):
        for values in session.execute(
            select(
                row.id, row.person_id, row.level, row.subjects, row.organisation_id, row.region_code, row.approved,
                row.registered_on,
            ).where(row.person_id.in_(chunk), row.year == year, store.CURRENT)
        ):  # fmt: skip
            subjects = None if values[3] is None else tuple(values[3])
            found[values[1], values[2]] = (values[0], (subjects, *values[4:]))
    return found


def apply(session: Session, vault: Vault, prepared: Prepared, batch_id: int, *, now: datetime) -> int:
    """Write the registrations and whatever follows from them; returns how many."""
    fresh = {e.fingerprint: e for e in prepared.entries if e.person_id is None}
    added = add_persons(
        session,
        vault,
        [NewPerson(e.name, e.id_number, e.organisation_id) for e in fresh.values()],
        batch_id=batch_id,
        now=now,
    )
    cells: set[Cell] = set()
    for chunk in chunks(prepared.ended):
        cells |= _cells(session, RegistrationRow.id.in_(chunk))
        session.execute(update(RegistrationRow).where(RegistrationRow.id.in_(chunk)).values(ended_by=batch_id))
    ids = [e.person_id or added[e.fingerprint].person_id for e in prepared.entries]
    profiles = _profiles(session, ids, prepared.year)
    for pairs in chunks(zip(ids, prepared.entries, strict=True)):
        session.execute(
            insert(RegistrationRow),
            [
                {
                    "person_id": person_id,
                    "year": prepared.year,
                    "level": entry.level,
                    "subjects": list(entry.subjects) if entry.subjects else None,
                    "organisation_id": entry.organisation_id,
                    "region_code": entry.region_code,
                    "registered_on": entry.registered_on,
                    "approved": entry.approved,
                    **profiles[person_id],
                    "batch_id": batch_id,
                    "recorded_at": now,
                }
                for person_id, entry in pairs
            ],
        )
    recompute(session, ids, cells)
    return len(prepared.entries)


def _cells(session: Session, condition: Any) -> set[Cell]:
    row = RegistrationRow
    return {(year, place) for year, place in session.execute(select(row.year, row.organisation_id).where(condition))}


def _profiles(session: Session, person_ids: Sequence[int], year: int) -> dict[int, dict[str, object]]:
    """Sex, age on the exam day and education of each person, as the registration keeps them."""
    row, found = PersonRow, dict[int, dict[str, object]]()
    day = exam_day(year, session.scalar(select(SittingRow.first_day_on).where(SittingRow.year == year)))
    for chunk in chunks(person_ids):
        for person_id, sex, born_on, education in session.execute(
            select(row.id, row.sex, row.born_on, row.education).where(row.id.in_(chunk))
        ):
            found[person_id] = {"sex": sex, "age": age_on(born_on, day), "education": education}
    return found


def undo(session: Session, batch_id: int) -> int:
    """End the batch's registrations and bring back those it had ended.

    The persons it filed stay, without a registration.

    Raises:
        RuleViolation: ``exams.corrected`` -- a later file corrected some of them; ``exams.has-marks`` -- results
            rest on them.
    """
    row = RegistrationRow
    own = session.execute(
        select(row.person_id, row.year, row.organisation_id, row.level, row.ended_by).where(row.batch_id == batch_id)
    ).all()
    if corrected := sum(found.ended_by is not None for found in own):
        raise RuleViolation(
            "exams.corrected",
            "A later file corrected %(count)s of these registrations. Undo that file first.",
            count=corrected,
        )
    returned = session.execute(
        select(row.person_id, row.year, row.organisation_id, row.level).where(row.ended_by == batch_id)
    ).all()
    _refuse_marks(session, {(f.person_id, f.year) for f in own} - {(f.person_id, f.year) for f in returned})
    session.execute(update(row).where(row.batch_id == batch_id).values(ended_by=batch_id))
    session.execute(
        update(row).where(row.ended_by == batch_id, row.batch_id.is_distinct_from(batch_id)).values(ended_by=None)
    )
    people = {found.person_id for found in (*own, *returned)}
    recompute(session, people, {(found.year, found.organisation_id) for found in (*own, *returned)})
    return len(own)


def _refuse_marks(session: Session, keys: set[tuple[int, int]]) -> None:
    marked = 0
    for chunk in chunks({person_id for person_id, _ in keys}):
        marks = store.effective_marks(session, chunk)
        marked += sum(any((p, m.year) in keys for m in found) for p, found in marks.items())
    if marked:
        raise RuleViolation(
            "exams.has-marks",
            "%(count)s of these persons have results of that year. Undo the import of the results first.",
            count=marked,
        )
