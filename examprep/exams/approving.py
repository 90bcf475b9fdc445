"""Reading a file of approvals: each row changes the state of a registration that is on file, and nothing else of it."""

from examprep.exams.entries import Draft, Entry
from examprep.exams.reading import YearSource, check_year
from examprep.exams.rules.cells import read_approved
from examprep.imports.importer import Plan
from examprep.imports.matching import Matched
from examprep.imports.reading import left_out
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row
from examprep.syllabus.rules.levels import read_level

TEMPLATE = ("姓名", "身份证号", "级别", "审核状态")


def plan(source: YearSource) -> Plan:
    """Read every row and say what it would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    draft = Draft(source, ("name", "id_number", "approved"), may_be_new=False)
    draft.read(_approval)
    return draft.plan(left_out(source.table))


def _approval(draft: Draft, row: Row, person: Matched) -> Entry | None:
    reader, year, wanted, approved = draft.reader, draft.source.year, "", False
    with reader.checking(row, "year"):
        check_year(reader, row, year)
    with reader.checking(row, "level"):
        wanted = read_level(text) if (text := reader.text(row, "level")) else ""
    with reader.checking(row, "approved"):
        approved = read_approved(reader.text(row, "approved"))
    own = draft.before(person.known.person_id) if person.known else {}
    found = [(level, facts) for level, (_, facts) in own.items() if wanted in ("", level)]
    if person.key in draft.by_key:
        again = Sentence("This ID number stands in row %(row)s already. Delete one.", row=draft.by_key[person.key].row)
        reader.problem(row, "id_number", again)
    elif not found:
        missing = "%(name)s is not registered for %(year)s. Import the registrations of the year first."
        reader.problem(row, "id_number", Sentence(missing, name=person.name, year=year))
    if reader.open(row) or person.known is None:
        return None
    level, facts = found[0]
    changed = facts._replace(approved=approved)
    return Entry(row.number, person.name, person.key, person.known.person_id, None, level, changed)
