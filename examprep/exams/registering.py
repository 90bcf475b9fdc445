"""Importing registrations: what a file would do, doing it, taking it back."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.matching import Matched, Matcher, Places
from examprep.exams.models import RegistrationRow, SittingRow
from examprep.exams.reading import COMMON, Reader, knows, left_out
from examprep.exams.recompute import recompute
from examprep.exams.rules.cells import read_approved, read_day, read_subjects
from examprep.exams.rules.papers import SUBJECTS, named
from examprep.exams.rules.profiles import age_on, exam_day
from examprep.exams.tallies import Cell
from examprep.imports.importer import CHANGED, CREATED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Plan
from examprep.imports.progress import counted
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.actor import Actor
from examprep.people.bulk import NewPerson, add_persons
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.bulk import among, in_parts, insert_many
from examprep.plumbing.sheets import Row, Table
from examprep.plumbing.vault import Vault
from examprep.syllabus.rules.levels import LEVEL_NAMES, read_level

ALIASES = {
    **COMMON,
    "subjects": ("科目", "报考科目", "考试科目", "报考科目名称", "subjects"),
    "region": ("区划代码", "行政区划代码", "报名地区代码", "region"),
    "approved": ("审核状态", "是否通过审核", "审核结果", "资格审核", "审核", "审核意见", "approved"),
    "registered_on": ("报名日期", "报名时间", "registered on"),
}
KNOWS = knows(ALIASES)
TEMPLATE = ("姓名", "身份证号", "级别", "科目", "单位", "审核状态", "报名日期")
APPROVALS = ("姓名", "身份证号", "级别", "审核状态")


Facts = tuple[tuple[str, ...] | None, int, str, bool, date | None]  # subjects, organisation, region, approved, day


@dataclass
class Entry:
    """One registration: whose, at what level, with which facts; ``person_id`` is ``None`` for who is new."""

    row: int
    name: str
    key: object
    person_id: int | None
    id_number: ResidentId | None
    level: str
    subjects: tuple[str, ...] | None
    organisation_id: int
    region_code: str
    approved: bool
    registered_on: date | None

    @property
    def facts(self) -> Facts:
        return (self.subjects, self.organisation_id, self.region_code, self.approved, self.registered_on)


@dataclass
class Prepared:
    """What applying will write: new or corrected registrations, and which existing ones they end."""

    year: int
    entries: list[Entry] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


Existing = dict[int, dict[str, tuple[int, Facts]]]  # by person and level: the registration's id and facts


@dataclass
class _File:
    """One file being read: what is on file already, and what its rows so far would do."""

    reader: Reader
    places: Places
    existing: Existing
    year: int
    today: date
    own_organisation: int
    settled: Mapping[int, int | None]
    prepared: Prepared
    by_key: dict[object, Entry] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    unplaced: int = 0

    def plan(self, table: Table, notes: Sequence[Sentence]) -> Plan:
        effects, states = Counter(line.effect for line in self.lines), Counter(line.state for line in self.lines)
        fresh = {entry.key for entry in self.prepared.entries if entry.person_id is None}
        return Plan(
            table.heads,
            table.rows,
            self.reader.problems,
            (
                (N_("New registrations"), effects[NEW]),
                (N_("Corrected registrations"), effects[CHANGED]),
                (N_("Unchanged registrations"), effects[SAME]),
                (
                    N_("Persons filed for the first time"),
                    len(fresh),
                ),
                (N_("Doubtful rows"), states[DOUBTFUL]),
                (N_("Refused rows"), states[REFUSED]),
            ),
            notes,
            self.prepared,
            self.lines,
        )


def plan(
    session: Session,
    vault: Vault,
    actor: Actor,
    table: Table,
    year: int,
    *,
    today: date,
    settled: Mapping[int, int | None] | None = None,
) -> Plan:
    """Read every row and say what it would do. ``settled`` are rows whose person an officer decided.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    reader = Reader(table, ALIASES, required=("name", "id_number", "level"))
    matcher = Matcher(session, vault, actor, reader, today=today, may_be_new=True, settled=settled)
    file = _File(
        reader,
        Places(session, actor, (reader.text(row, "unit") for row in table.rows)),
        _existing(session, sorted(matcher.known), year),
        year,
        today,
        actor.organisation_id,
        settled or {},
        Prepared(year),
    )
    for row in counted(table.rows):
        person = matcher.match(row)
        entry = _entry(file, row, person) if person else None
        if entry is None or reader.open(row) or not _agrees(session, file, row, entry):
            file.lines.append(reader.end(row))
        else:
            file.lines.append(_bring(session, file, row, entry))
    return file.plan(table, _notes(reader, file.unplaced))


def _entry(file: _File, row: Row, person: Matched) -> Entry | None:
    """What the row says of its person; ``None`` when something in it is wrong, which is then noted."""
    reader, level = file.reader, ""
    with reader.checking(row, "level"):
        level = read_level(reader.text(row, "level"))
    with reader.checking(row, "year"):
        reader.check_year(row, file.year)
    if not level:
        return None
    subjects, approved, registered_on = None, False, None
    with reader.checking(row, "subjects"):
        subjects = read_subjects(reader.text(row, "subjects"), level)
    with reader.checking(row, "approved"):
        approved = read_approved(reader.text(row, "approved"))
    with reader.checking(row, "registered_on"):
        if written := reader.text(row, "registered_on"):
            registered_on = read_day(written, today=file.today)
    home = person.known.organisation_id if person.known else file.own_organisation
    organisation_id, region_code, unit = home, "", reader.text(row, "unit")
    with reader.checking(row, "unit"):
        organisation_id = file.places.organisation(unit) or home
    with reader.checking(row, "region"):
        region_code = file.places.region(reader.text(row, "region"), organisation_id)
    if reader.open(row):
        return None
    file.unplaced += bool(unit) and not file.places.knows(unit)
    person_id = person.known.person_id if person.known else None
    return Entry(
        row.number, person.name, person.key, person_id, person.id_number, level, subjects, organisation_id, region_code,
        approved, registered_on,
    )  # fmt: skip


def _agrees(session: Session, file: _File, row: Row, entry: Entry) -> bool:
    """Whether the row can stand beside the others of its person; if not, why is noted."""
    earlier = file.by_key.get(entry.key)
    if earlier is not None and earlier.level != entry.level:
        both = "Row %(row)s registers the same person for %(level)s; the papers are sat at the same hours."
        file.reader.doubt(row, Sentence(both, row=earlier.row, level=LEVEL_NAMES[earlier.level]))
    elif earlier is not None and (earlier.subjects == entry.subjects or earlier.facts[1:] != entry.facts[1:]):
        again = Sentence("This ID number stands in row %(row)s already. Delete one.", row=earlier.row)
        file.reader.problem(row, "id_number", again)
    for level, (registration_id, _) in file.existing.get(entry.person_id or 0, {}).items():
        if level == entry.level:
            continue
        if row.number not in file.settled:
            other = "This person is registered for %(level)s in the same year; the papers are sat at the same hours."
            file.reader.doubt(row, Sentence(other, level=LEVEL_NAMES[level]), [entry.person_id or 0])
        elif _marked(session, {(entry.person_id or 0, file.year)}):
            marked = "This person has results for %(level)s in the same year. Undo them first."
            file.reader.problem(row, "level", Sentence(marked, level=LEVEL_NAMES[level]))
        else:
            file.prepared.ended.append(registration_id)
    return not file.reader.open(row)


def _bring(session: Session, file: _File, row: Row, entry: Entry) -> Line:
    """Take a row that is right into the plan; what it changes is said, old → new."""
    state = MATCHED if entry.person_id else CREATED
    if (earlier := file.by_key.get(entry.key)) is not None:
        # One row for each subject: together they are one registration.
        every = earlier.subjects is None or entry.subjects is None
        together = {*(earlier.subjects or ()), *(entry.subjects or ())}
        earlier.subjects = None if every else tuple(s for s in SUBJECTS[entry.level] if s in together)
        return Line(row.number, state, NEW, entry.name, entry.person_id)
    file.by_key[entry.key] = entry
    before = file.existing.get(entry.person_id or 0, {}).get(entry.level)
    if before is not None and before[1] == entry.facts:
        return Line(row.number, state, SAME, entry.name, entry.person_id)
    file.prepared.entries.append(entry)
    if before is None:
        return Line(row.number, state, NEW, entry.name, entry.person_id)
    file.prepared.ended.append(before[0])
    said = _differences(session, before[1], entry.facts)
    return Line(row.number, state, CHANGED, entry.name, entry.person_id, tuple(said))


def _differences(session: Session, before: Facts, after: Facts) -> Iterator[Sentence]:
    names = (N_("Subjects"), N_("Organisation"), N_("Region"), N_("Approved"), N_("Day of registration"))
    for name, old, new, said in zip(names, before, after, _SAID, strict=True):
        if old != new:
            values = {"before": said(session, old), "after": said(session, new)}
            yield Sentence("%(what)s: %(before)s → %(after)s", what=Sentence(name), **values)


def _said_subjects(_: Session, subjects: Any) -> Sentence:
    return Sentence("every subject") if subjects is None else named(subjects)


def _said_place(session: Session, organisation_id: Any) -> str:
    return session.scalar(select(OrganisationRow.name).where(OrganisationRow.id == organisation_id)) or "—"


_SAID: tuple[Callable[[Session, Any], Any], ...] = (
    _said_subjects,
    _said_place,
    lambda _, code: code,
    lambda _, approved: Sentence("Yes") if approved else Sentence("No"),
    lambda _, day: day or "—",
)


def plan_approvals(
    session: Session,
    vault: Vault,
    actor: Actor,
    table: Table,
    year: int,
    *,
    today: date,
    settled: Mapping[int, int | None] | None = None,
) -> Plan:
    """Read a file of approvals: each row changes the state of a registration that is on file, and nothing else of it.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    reader = Reader(table, ALIASES, required=("name", "id_number", "approved"))
    matcher = Matcher(session, vault, actor, reader, today=today, may_be_new=False, settled=settled)
    existing = _existing(session, sorted(matcher.known), year)
    places = Places(session, actor, ())
    file = _File(reader, places, existing, year, today, actor.organisation_id, settled or {}, Prepared(year))
    for row in counted(table.rows):
        person = matcher.match(row)
        entry = _approval(file, row, person) if person else None
        file.lines.append(reader.end(row) if entry is None or reader.open(row) else _bring(session, file, row, entry))
    return file.plan(table, left_out(table))


def _approval(file: _File, row: Row, person: Matched) -> Entry | None:
    reader, wanted, approved = file.reader, "", False
    with reader.checking(row, "year"):
        reader.check_year(row, file.year)
    with reader.checking(row, "level"):
        wanted = read_level(text) if (text := reader.text(row, "level")) else ""
    with reader.checking(row, "approved"):
        approved = read_approved(reader.text(row, "approved"))
    own = file.existing.get(person.known.person_id, {}) if person.known else {}
    found = [(level, facts) for level, (_, facts) in own.items() if wanted in ("", level)]
    if person.key in file.by_key:
        again = Sentence("This ID number stands in row %(row)s already. Delete one.", row=file.by_key[person.key].row)
        reader.problem(row, "id_number", again)
    elif not found:
        missing = "%(name)s is not registered for %(year)s. Import the registrations of the year first."
        reader.problem(row, "id_number", Sentence(missing, name=person.name, year=file.year))
    if reader.open(row) or person.known is None:
        return None
    level, (subjects, organisation_id, region_code, _, registered_on) = found[0]
    return Entry(
        row.number, person.name, person.key, person.known.person_id, None, level, subjects, organisation_id,
        region_code, approved, registered_on,
    )  # fmt: skip


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


def _existing(session: Session, person_ids: Sequence[int], year: int) -> Existing:
    """The current registrations of the year, by person and level: id and facts."""
    row, found = RegistrationRow, Existing()
    for chunk in in_parts(person_ids):
        for id_, person_id, level, subjects, *rest in session.execute(
            select(
                row.id, row.person_id, row.level, row.subjects, row.organisation_id, row.region_code, row.approved,
                row.registered_on,
            ).where(among(session, row.person_id, chunk), row.year == year, store.CURRENT)
        ):  # fmt: skip
            facts: Any = (None if subjects is None else tuple(subjects), *rest)
            found.setdefault(person_id, {})[level] = (id_, facts)
    return found


def apply(
    session: Session, vault: Vault, prepared: Prepared, batch_id: int, persons: dict[int, int], *, now: datetime
) -> int:
    """Write the registrations and whatever follows from them; returns how many. ``persons`` is filled: by row of who
    is new the id.
    """
    fresh = {e.key: e for e in prepared.entries if e.id_number is not None}
    new = [NewPerson(e.name, e.id_number, e.organisation_id) for e in fresh.values() if e.id_number is not None]
    added = add_persons(session, vault, new, batch_id=batch_id, now=now)
    ids = [e.person_id or added[str(e.key)].person_id for e in prepared.entries]
    persons.update((e.row, id_) for e, id_ in zip(prepared.entries, ids, strict=True) if e.person_id is None)
    cells: set[Cell] = set()
    for chunk in in_parts(prepared.ended):
        cells |= _cells(session, among(session, RegistrationRow.id, chunk))
        session.execute(
            update(RegistrationRow).where(among(session, RegistrationRow.id, chunk)).values(ended_by=batch_id)
        )
    profiles = _profiles(session, ids, prepared.year)
    names = (
        "person_id", "level", "subjects", "organisation_id", "region_code", "approved", "registered_on", "sex", "age",
        "education",
    )  # fmt: skip
    rows = (
        (
            id_, e.level, list(e.subjects) if e.subjects else None, e.organisation_id, e.region_code, e.approved,
            e.registered_on, *profiles[id_],
        )
        for id_, e in zip(ids, prepared.entries, strict=True)
    )  # fmt: skip
    constants = {"year": prepared.year, "batch_id": batch_id, "recorded_at": now}
    insert_many(session, RegistrationRow, names, rows, constants)
    recompute(session, ids, cells)
    return len(prepared.entries)


def _cells(session: Session, condition: Any) -> set[Cell]:
    row = RegistrationRow
    return {(year, place) for year, place in session.execute(select(row.year, row.organisation_id).where(condition))}


def _profiles(session: Session, person_ids: Sequence[int], year: int) -> dict[int, tuple[object, ...]]:
    """Sex, age on the exam day and education of each person, as the registration keeps them."""
    row, found = PersonRow, dict[int, tuple[object, ...]]()
    day = exam_day(year, session.scalar(select(SittingRow.first_day_on).where(SittingRow.year == year)))
    for chunk in in_parts(person_ids):
        for person_id, sex, born_on, education in session.execute(
            select(row.id, row.sex, row.born_on, row.education).where(among(session, row.id, chunk))
        ):
            found[person_id] = (sex, age_on(born_on, day), education)
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
    if marked := _marked(session, keys):
        raise RuleViolation(
            "exams.has-marks",
            "%(count)s of these persons have results of that year. Undo the import of the results first.",
            count=marked,
        )


def _marked(session: Session, keys: set[tuple[int, int]]) -> int:
    """How many of these persons have results of that year."""
    marked = 0
    for chunk in in_parts({person_id for person_id, _ in keys}):
        marks = store.effective_marks(session, chunk)
        marked += sum(any((p, m.year) in keys for m in found) for p, found in marks.items())
    return marked
