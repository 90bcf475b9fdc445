"""Reading a file of registrations: what each row says, and whether it can stand beside the others of its person."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from examprep.exams.entries import Draft, Entry, Facts
from examprep.exams.filing import marked
from examprep.exams.reading import YearSource, check_year
from examprep.exams.rules.cells import read_approved, read_subjects
from examprep.exams.rules.profiles import read_education
from examprep.imports.importer import Plan
from examprep.imports.matching import Matched
from examprep.imports.reading import Notes
from examprep.imports.rules.cells import read_day
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.sheets import Row
from examprep.syllabus.rules.levels import LEVEL_NAMES, read_level

TEMPLATE = ("姓名", "身份证号", "级别", "科目", "单位", "审核状态", "报名日期", "学历")


def plan(source: YearSource) -> Plan:
    """Read every row and say what it would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    draft = Draft(source, ("name", "id_number", "level"), may_be_new=True)
    said_in = draft.reader.reading(_COLUMNS, partial(_said, draft))
    draft.read(lambda row, person: _entry(draft, row, person, said_in(row)))
    return draft.plan(_notes(draft))


class Said(NamedTuple):
    """What a row says beside its person; ``None`` is what it does not say, or what says nothing here."""

    level: str
    subjects: tuple[str, ...] | None
    approved: bool
    registered_on: date | None
    organisation_id: int | None
    region_code: str | None
    education: str | None
    unplaced: bool  # it names a unit that is not known
    uneducated: bool  # it names an education that is not known


_COLUMNS = ("level", "year", "subjects", "approved", "registered_on", "unit", "region", "education")


def _said(draft: Draft, texts: Mapping[str, str], notes: Notes) -> Said | None:
    places, level, unit = draft.places, "", texts["unit"]
    with notes.checking("level"):
        level = read_level(texts["level"])
    with notes.checking("year"):
        check_year(texts["year"], draft.source.year)
    if not level:
        return None
    subjects, approved, registered_on, organisation_id, region_code = None, False, None, None, None
    with notes.checking("subjects"):
        subjects = read_subjects(texts["subjects"], level)
    with notes.checking("approved"):
        approved = read_approved(texts["approved"])
    with notes.checking("registered_on"):
        if written := texts["registered_on"]:
            registered_on = read_day(written, today=draft.source.today)
    with notes.checking("unit"):
        organisation_id = places.organisation(unit)
    with notes.checking("region"):
        region_code = places.region(texts["region"]) if texts["region"] else None
    unplaced, education = bool(unit) and not places.knows(unit), read_education(texts["education"])
    uneducated = bool(texts["education"]) and not education
    return Said(level, subjects, approved, registered_on, organisation_id, region_code, education, unplaced, uneducated)


def _entry(draft: Draft, row: Row, person: Matched, said: Said | None) -> Entry | None:
    """What the row says of its person; ``None`` when something in it is wrong or doubtful, which is then noted."""
    if said is None:
        return None
    home = person.known.organisation_id if person.known else draft.source.actor.organisation_id
    place = said.organisation_id or home
    education = said.education
    if education is None:
        # A file without the column takes nothing back.
        on_file = draft.before(person).get(said.level)
        education = on_file[1].education if on_file else None
    region_code = said.region_code or draft.places.region_of(place)
    facts = Facts(said.subjects, place, region_code, said.approved, said.registered_on, education)
    draft.unplaced += said.unplaced
    draft.uneducated += said.uneducated
    entry = Entry(row.number, person.key, said.level, draft.same(facts))
    return entry if _agrees(draft, row, person, entry) else None


def _agrees(draft: Draft, row: Row, person: Matched, entry: Entry) -> bool:
    """Whether the row can stand beside the others of its person; if not, why is noted."""
    reader, source = draft.reader, draft.source
    earlier = draft.entries.get(entry.key)
    if earlier is not None and earlier.level != entry.level:
        both = N_("Row %(row)s registers the same person for %(level)s; the papers are sat at the same hours.")
        reader.doubt(row, Sentence(both, row=earlier.row, level=LEVEL_NAMES[earlier.level]))
    elif earlier is not None and _clash(earlier.facts, entry.facts):
        again = Sentence("This ID number stands in row %(row)s already. Delete one.", row=earlier.row)
        reader.problem(row, "id_number", again)
    for level, (registration_id, _) in draft.before(person).items():
        if level == entry.level:
            continue
        if row.number not in source.settled:
            other = N_(
                "This person is registered for %(level)s in the same year; the papers are sat at the same hours."
            )
            reader.doubt(row, Sentence(other, level=LEVEL_NAMES[level]), [entry.key])
        elif marked(source.session, {(entry.key, source.year)}):
            has = N_("This person has results for %(level)s in the same year. Undo them first.")
            reader.problem(row, "level", Sentence(has, level=LEVEL_NAMES[level]))
        else:
            draft.prepared.ended.append(registration_id)
    return not reader.open(row)


def _clash(earlier: Facts, later: Facts) -> bool:
    """Whether two rows of one person at one level are no two subjects of one registration."""
    return earlier.subjects == later.subjects or earlier != later._replace(subjects=earlier.subjects)


def _notes(draft: Draft) -> list[Sentence]:
    notes = draft.reader.notes()
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
