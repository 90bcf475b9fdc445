"""Reading a file of approvals: each row changes the state of a registration that is on file, and nothing else of it."""

from collections.abc import Mapping
from functools import partial

from examprep.exams.entries import Draft, Entry
from examprep.exams.reading import YearSource, check_year
from examprep.exams.rules.cells import read_approved
from examprep.imports.importer import Plan
from examprep.imports.matching import Matched
from examprep.imports.reading import Notes
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.sheets import Row
from examprep.syllabus.rules.levels import read_level

TEMPLATE = ("姓名", "身份证号", "级别", "审核状态")


def plan(source: YearSource) -> Plan:
    """Read every row and say what it would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    draft = Draft(source, ("name", "id_number", "approved"), may_be_new=False)
    said_in = draft.reader.reading(("year", "level", "approved"), partial(_said, source.year))
    draft.read(lambda row, person: _approval(draft, row, person, said_in(row)))
    return draft.plan(draft.reader.notes())


def _said(year: int, texts: Mapping[str, str], notes: Notes) -> tuple[str, bool]:
    """What a row says beside its person: the level, if any, and whether they were approved."""
    level, approved = "", False
    with notes.checking("year"):
        check_year(texts["year"], year)
    with notes.checking("level"):
        level = read_level(texts["level"]) if texts["level"] else ""
    with notes.checking("approved"):
        approved = read_approved(texts["approved"])
    return level, approved


def _approval(draft: Draft, row: Row, person: Matched, said: tuple[str, bool] | None) -> Entry | None:
    reader, year, (wanted, approved) = draft.reader, draft.source.year, said or ("", False)
    own = draft.before(person)
    found = [(level, facts) for level, (_, facts) in own.items() if wanted in ("", level)]
    if (earlier := draft.entries.get(person.key)) is not None:
        again = Sentence("This ID number stands in row %(row)s already. Delete one.", row=earlier.row)
        reader.problem(row, "id_number", again)
    elif not found:
        missing = N_("%(name)s is not registered for %(year)s. Import the registrations of the year first.")
        reader.problem(row, "id_number", Sentence(missing, name=person.name, year=year))
    if reader.open(row):
        return None
    level, facts = found[0]
    return Entry(row.number, person.key, level, draft.same(facts._replace(approved=approved)))
