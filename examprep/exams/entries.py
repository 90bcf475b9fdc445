"""What a file of registrations, or of their approvals, would do: its entries beside those that are on file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import RegistrationRow
from examprep.exams.places import Places
from examprep.exams.reading import COMMON, YearSource
from examprep.exams.rules.papers import SUBJECTS, named
from examprep.imports.importer import CHANGED, CREATED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Lines, Plan
from examprep.imports.matching import Matched, Matcher
from examprep.imports.reading import Reader, knows
from examprep.kernel.sentence import N_, Sentence
from examprep.people.bulk import NewPerson
from examprep.people.forms import EDUCATION
from examprep.plumbing.bulk import among, in_parts
from examprep.plumbing.packed import Packed
from examprep.plumbing.sheets import Row

ALIASES = {
    **COMMON,
    "subjects": ("科目", "报考科目", "考试科目", "报考科目名称", "subjects"),
    "region": ("区划代码", "行政区划代码", "报名地区代码", "region"),
    "approved": ("审核状态", "是否通过审核", "审核结果", "资格审核", "审核", "审核意见", "approved"),
    "registered_on": ("报名日期", "报名时间", "registered on"),
    "education": ("学历", "最高学历", "文化程度", "学历层次", "education"),
}
KNOWS = knows(ALIASES)


class Facts(NamedTuple):
    """What a registration says beside person, year and level."""

    subjects: tuple[str, ...] | None  # ``None``: every subject of the level
    organisation_id: int
    region_code: str
    approved: bool
    registered_on: date | None
    education: str | None  # a code of `rules/profiles.py`


Existing = dict[int, dict[str, tuple[int, Facts]]]  # by person and level: the registration's id and facts


class Entry(NamedTuple):
    """One registration: whose, at what level, with which facts. ``key`` is its person's id, or that of a new one."""

    row: int
    key: int
    level: str
    facts: Facts

    def joined(self, other: "Entry") -> "Entry":
        """With the subjects of another row too: a file may have one row for each subject of a registration."""
        one, two = self.facts.subjects, other.facts.subjects
        together = None if one is None or two is None else tuple(s for s in SUBJECTS[self.level] if s in {*one, *two})
        return self._replace(facts=self.facts._replace(subjects=together))


@dataclass
class Prepared:
    """What applying will write: new or corrected registrations, who is new (in their order), and which existing ones
    they end.
    """

    year: int
    entries: Sequence[Entry] = ()
    persons: Packed[NewPerson] = field(default_factory=lambda: Packed(NewPerson._make))
    ended: list[int] = field(default_factory=list)


class Draft:
    """A file being read: what is on file already, and what its rows so far would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """

    def __init__(self, source: YearSource, required: Sequence[str], *, may_be_new: bool) -> None:
        self.source = source
        self.reader = reader = Reader(source.table, ALIASES, required=required)
        self._matcher = Matcher(source, reader, may_be_new=may_be_new)
        self._existing: Existing = {}
        self.places = Places(source, (reader.text(row, "unit") for row in source.table.rows))
        self.prepared = Prepared(source.year)
        self.by_key: dict[int, Entry] = {}  # what the rows so far say of each person
        self._unchanged = set[int]()  # the persons of whom the first row says nothing new
        self._facts: dict[Facts, Facts] = {}  # those that say the same are kept once
        self.unplaced = self.uneducated = 0  # rows whose unit, or education, is none that is known
        self._said: dict[tuple[int, Any, Any], Sentence] = {}
        self._lines = Lines()

    def read(self, entry_of: Callable[[Row, Matched], Entry | None]) -> None:
        """Take every row into the plan, or note why not. ``entry_of`` notes what is wrong where it gives none."""
        for rows in self._matcher.parts():
            self._existing = _existing(self.source.session, sorted(self._matcher.known), self.source.year)
            filed = (facts.organisation_id for levels in self._existing.values() for _, facts in levels.values())
            self.places.learn(filed)
            for row in rows:
                person = self._matcher.match(row)
                entry = entry_of(row, person) if person else None
                if entry is None or self.reader.open(row):
                    self._lines.append(self.reader.end(row))
                elif person is not None:
                    self._lines.append(self._bring(row, person, entry))

    def before(self, person: Matched) -> dict[str, tuple[int, Facts]]:
        """The person's registrations of the year by level, as they are on file: id and facts."""
        return self._existing.get(person.key, {})

    def same(self, facts: Facts) -> Facts:
        """The facts, as one with all others that are equal."""
        return self._facts.setdefault(facts, facts)

    def _bring(self, row: Row, person: Matched, entry: Entry) -> Line:
        """Take a row that is right into the plan; what it changes is said, old → new."""
        state, person_id = (MATCHED, person.known.person_id) if person.known else (CREATED, None)
        if (earlier := self.by_key.get(entry.key)) is not None:
            self.by_key[entry.key] = earlier.joined(entry)
            return Line(row.number, state, NEW, person.name, person_id)
        self.by_key[entry.key] = entry
        if person.stranger is not None:
            self.prepared.persons.append(NewPerson(person.name, *person.stranger, entry.facts.organisation_id))
        before = self.before(person).get(entry.level)
        if before is None:
            return Line(row.number, state, NEW, person.name, person_id)
        if before[1] == entry.facts:
            self._unchanged.add(entry.key)
            return Line(row.number, state, SAME, person.name, person_id)
        self.prepared.ended.append(before[0])
        said = tuple(self._differences(before[1], entry.facts))
        return Line(row.number, state, CHANGED, person.name, person_id, said)

    def _differences(self, before: Facts, after: Facts) -> Iterator[Sentence]:
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                # Of few approvals, regions and days many rows say the same.
                if (said := self._said.get((at, old, new))) is None:
                    what, say = _SAID[at]
                    values = {"before": say(self.places, old), "after": say(self.places, new)}
                    said = Sentence("%(what)s: %(before)s → %(after)s", what=Sentence(what), **values)
                    self._said[at, old, new] = said
                yield said

    def plan(self, notes: Sequence[Sentence]) -> Plan:
        effects, states, unchanged = self._lines.effects, self._lines.states, self._unchanged
        self.prepared.entries = [entry for key, entry in self.by_key.items() if key not in unchanged]
        return Plan(
            self.source.table.heads,
            self.source.table.rows,
            self.reader.problems,
            (
                (N_("New registrations"), effects[NEW]),
                (N_("Corrected registrations"), effects[CHANGED]),
                (N_("Unchanged registrations"), effects[SAME]),
                (N_("Persons filed for the first time"), len(self.prepared.persons)),
                (N_("Doubtful rows"), states[DOUBTFUL]),
                (N_("Refused rows"), states[REFUSED]),
            ),
            notes,
            self.prepared,
            self._lines,
        )


# How each fact is called and said, in their order.
_SAID: tuple[tuple[str, Callable[[Places, Any], Any]], ...] = (
    (N_("Subjects"), lambda _, subjects: Sentence("every subject") if subjects is None else named(subjects)),
    (N_("Organisation"), lambda places, organisation_id: places.called(organisation_id)),
    (N_("Region"), lambda _, code: code),
    (N_("Approved"), lambda _, approved: Sentence("Yes") if approved else Sentence("No")),
    (N_("Day of registration"), lambda _, day: day or "—"),
    (N_("Education"), lambda _, code: Sentence(EDUCATION[code or ""])),
)


def _existing(session: Session, person_ids: Iterable[int], year: int) -> Existing:
    """The current registrations of the year, by person and level: id and facts."""
    row, found = RegistrationRow, Existing()
    for chunk in in_parts(person_ids):
        for id_, person_id, level, subjects, *rest in session.connection().execute(
            select(
                row.id, row.person_id, row.level, row.subjects, row.organisation_id, row.region_code, row.approved,
                row.registered_on, row.education,
            ).where(among(session, row.person_id, chunk), row.year == year, store.CURRENT)
        ):  # fmt: skip
            facts: Any = (None if subjects is None else tuple(subjects), *rest)
            found.setdefault(person_id, {})[level] = (id_, Facts._make(facts))
    return found
