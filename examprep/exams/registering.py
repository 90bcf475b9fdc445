"""Reading a file of registrations: what each row says, and whether it can stand beside the others of its person."""

from examprep.exams.entries import Draft, Entry, Facts
from examprep.exams.filing import marked
from examprep.exams.reading import YearSource, check_year
from examprep.exams.rules.cells import read_approved, read_subjects
from examprep.exams.rules.profiles import read_education
from examprep.imports.importer import Plan
from examprep.imports.matching import Matched
from examprep.imports.reading import left_out
from examprep.imports.rules.cells import read_day
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row
from examprep.syllabus.rules.levels import LEVEL_NAMES, read_level

TEMPLATE = ("姓名", "身份证号", "级别", "科目", "单位", "审核状态", "报名日期", "学历")


def plan(source: YearSource) -> Plan:
    """Read every row and say what it would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    draft = Draft(source, ("name", "id_number", "level"), may_be_new=True)
    draft.read(_entry)
    return draft.plan(_notes(draft))


def _entry(draft: Draft, row: Row, person: Matched) -> Entry | None:
    """What the row says of its person; ``None`` when something in it is wrong or doubtful, which is then noted."""
    entry = _read(draft, row, person)
    return entry if entry is not None and _agrees(draft, row, entry) else None


def _read(draft: Draft, row: Row, person: Matched) -> Entry | None:
    reader, places, level = draft.reader, draft.places, ""
    with reader.checking(row, "level"):
        level = read_level(reader.text(row, "level"))
    with reader.checking(row, "year"):
        check_year(reader, row, draft.source.year)
    if not level:
        return None
    subjects, approved, registered_on = None, False, None
    with reader.checking(row, "subjects"):
        subjects = read_subjects(reader.text(row, "subjects"), level)
    with reader.checking(row, "approved"):
        approved = read_approved(reader.text(row, "approved"))
    with reader.checking(row, "registered_on"):
        if written := reader.text(row, "registered_on"):
            registered_on = read_day(written, today=draft.source.today)
    home = person.known.organisation_id if person.known else draft.source.actor.organisation_id
    organisation_id, region_code, unit = home, "", reader.text(row, "unit")
    with reader.checking(row, "unit"):
        organisation_id = places.organisation(unit) or home
    with reader.checking(row, "region"):
        region_code = places.region(reader.text(row, "region"), organisation_id)
    if reader.open(row):
        return None
    draft.unplaced += bool(unit) and not places.knows(unit)
    person_id = person.known.person_id if person.known else None
    education = _education(draft, row, person_id, level)
    facts = Facts(subjects, organisation_id, region_code, approved, registered_on, education)
    return Entry(row.number, person.name, person.key, person_id, person.id_number, level, facts)


def _education(draft: Draft, row: Row, person_id: int | None, level: str) -> str | None:
    """What the row says of it, else what is on file: a file without the column takes nothing back."""
    written = draft.reader.text(row, "education")
    if education := read_education(written):
        return education
    draft.uneducated += bool(written)
    on_file = draft.before(person_id).get(level)
    return on_file[1].education if on_file else None


def _agrees(draft: Draft, row: Row, entry: Entry) -> bool:
    """Whether the row can stand beside the others of its person; if not, why is noted."""
    reader, source = draft.reader, draft.source
    earlier = draft.by_key.get(entry.key)
    if earlier is not None and earlier.level != entry.level:
        both = "Row %(row)s registers the same person for %(level)s; the papers are sat at the same hours."
        reader.doubt(row, Sentence(both, row=earlier.row, level=LEVEL_NAMES[earlier.level]))
    elif earlier is not None and _clash(earlier.facts, entry.facts):
        again = Sentence("This ID number stands in row %(row)s already. Delete one.", row=earlier.row)
        reader.problem(row, "id_number", again)
    for level, (registration_id, _) in draft.before(entry.person_id).items():
        if level == entry.level:
            continue
        if row.number not in source.settled:
            other = "This person is registered for %(level)s in the same year; the papers are sat at the same hours."
            reader.doubt(row, Sentence(other, level=LEVEL_NAMES[level]), [entry.person_id or 0])
        elif marked(source.session, {(entry.person_id or 0, source.year)}):
            has = "This person has results for %(level)s in the same year. Undo them first."
            reader.problem(row, "level", Sentence(has, level=LEVEL_NAMES[level]))
        else:
            draft.prepared.ended.append(registration_id)
    return not reader.open(row)


def _clash(earlier: Facts, later: Facts) -> bool:
    """Whether two rows of one person at one level are no two subjects of one registration."""
    return earlier.subjects == later.subjects or earlier != later._replace(subjects=earlier.subjects)


def _notes(draft: Draft) -> list[Sentence]:
    notes = left_out(draft.source.table)
    if "approved" not in draft.reader.columns:
        notes.append(
            Sentence("The file has no column of approval (审核状态): its rows count as registered, not as approved.")
        )
    if draft.unplaced:
        notes.append(
            Sentence(
                "%(count)s rows name a unit that is not on file here; they are filed under the person's organisation, "
                "new persons under yours.",
                count=draft.unplaced,
            )
        )
    if draft.uneducated:
        notes.append(
            Sentence(
                "%(count)s rows name an education that is not known here; it is left as it is on file.",
                count=draft.uneducated,
            )
        )
    return notes
