"""What a file of registrations, or of their approvals, would do: its entries beside those that are on file."""

from array import array
from collections import Counter
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
from examprep.exams.rules.papers import named, some_of
from examprep.imports.importer import CHANGED, CREATED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Lines, Plan
from examprep.imports.matching import Matched, Matcher
from examprep.imports.reading import Reader, knows
from examprep.kernel.sentence import N_, Sentence
from examprep.people.bulk import NewPerson
from examprep.people.forms import EDUCATION
from examprep.plumbing.bulk import among, in_parts
from examprep.plumbing.packed import Packed
from examprep.plumbing.sheets import Row
from examprep.syllabus.rules.levels import LEVELS

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


Held = tuple[int, Facts]  # a registration on file: its id and facts
Existing = dict[int, dict[str, Held]]  # by person and level


class Entry(NamedTuple):
    """One registration: whose, at what level, with which facts. ``key`` is its person's id, or that of a new one."""

    row: int
    key: int
    level: str
    facts: Facts

    def joined(self, other: "Entry") -> "Entry":
        """With the subjects of another row too: a file may have one row for each subject of a registration."""
        one, two = self.facts.subjects, other.facts.subjects
        together = None if one is None or two is None else some_of(self.level, (*one, *two))
        return self._replace(facts=self.facts._replace(subjects=together))


class Entries:
    """Entries by the key of their person, in the order of the file; column by column, since there are many."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._rows, self._levels, self._facts = array("l"), array("b"), list[Facts]()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Entry]:
        for key, at in self._places.items():
            yield Entry(self._rows[at], key, LEVELS[self._levels[at]], self._facts[at])

    def get(self, key: int) -> Entry | None:
        at = self._places.get(key)
        return None if at is None else Entry(self._rows[at], key, LEVELS[self._levels[at]], self._facts[at])

    def add(self, entry: Entry) -> None:
        self._places[entry.key] = len(self._rows)
        self._rows.append(entry.row)
        self._levels.append(LEVELS.index(entry.level))
        self._facts.append(entry.facts)

    def put(self, key: int, facts: Facts) -> None:
        """Say otherwise what is in it already."""
        self._facts[self._places[key]] = facts

    def drop(self, keys: Iterable[int]) -> None:
        for key in keys:
            del self._places[key]


@dataclass
class Prepared:
    """What applying will write: new or corrected registrations, who is new (in their order), and which existing ones
    they end.
    """

    year: int
    entries: Entries = field(default_factory=Entries)
    persons: Packed[NewPerson] = field(default_factory=lambda: Packed(NewPerson._make))
    ended: "array[int]" = field(default_factory=lambda: array("q"))


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
        self.places = Places(source)
        self.prepared = Prepared(source.year)
        self.entries = self.prepared.entries  # what the rows so far say of each person
        self._unchanged = array("q")  # the persons of whom the rows say nothing new
        self._told = Counter[str]()  # how many registrations are new, changed or the same
        # Rows of single subjects: their registration is compared with the one on file when all of them are read.
        self._single: dict[int, Held | None] = {}
        self._waiting: dict[int, int] = {}  # by row the key of its registration
        self._facts: dict[Facts, Facts] = {}  # those that say the same are kept once
        self.unplaced = self.uneducated = 0  # rows whose unit, or education, is none that is known
        self._said: dict[tuple[Facts, Facts], tuple[Sentence, ...]] = {}
        self._lines = Lines()

    def read(self, entry_of: Callable[[Row, Matched], Entry | None]) -> None:
        """Take every row into the plan, or note why not. ``entry_of`` notes what is wrong where it gives none."""
        for rows in self._matcher.parts():
            self._existing = _existing(self.source.session, sorted(self._matcher.known), self.source.year)
            filed = (facts.organisation_id for levels in self._existing.values() for _, facts in levels.values())
            self.places.learn(filed)
            self.places.look_up({self.reader.text(row, "unit") for row in rows})
            for row in rows:
                person = self._matcher.match(row)
                entry = entry_of(row, person) if person else None
                if entry is None or self.reader.open(row):
                    self._lines.append(self.reader.end(row))
                elif person is not None:
                    self._lines.append(self._bring(row, person, entry))

    def before(self, person: Matched) -> dict[str, Held]:
        """The person's registrations of the year by level, as they are on file: id and facts."""
        return self._existing.get(person.key, {})

    def same(self, facts: Facts) -> Facts:
        """The facts, as one with all others that are equal."""
        return self._facts.setdefault(facts, facts)

    def _bring(self, row: Row, person: Matched, entry: Entry) -> Line:
        """Take a row that is right into the plan; what it changes is said, old → new."""
        state, person_id = (MATCHED, person.known.person_id) if person.known else (CREATED, None)
        effect, said = SAME, tuple[Sentence, ...]()
        if (earlier := self.entries.get(entry.key)) is not None:
            self.entries.put(entry.key, self.same(earlier.joined(entry).facts))
        else:
            self.entries.add(entry)
            if person.stranger is not None:
                self.prepared.persons.append(NewPerson(person.name, *person.stranger, entry.facts.organisation_id))
            held = self.before(person).get(entry.level)
            if entry.facts.subjects is None:
                effect, said = self._compared(entry, held)
            else:
                self._single[entry.key] = held
        if entry.key in self._single:
            self._waiting[row.number] = entry.key
        return Line(row.number, state, effect, person.name, person_id, said)

    def _compared(self, entry: Entry, held: Held | None) -> tuple[str, tuple[Sentence, ...]]:
        """What a registration does beside the one on file."""
        effect, said = NEW, tuple[Sentence, ...]()
        if held is not None and held[1] == entry.facts:
            effect = SAME
            self._unchanged.append(entry.key)
        elif held is not None:
            # Few pairs of facts stand in many rows, which then share what is said of them.
            effect, pair = CHANGED, (held[1], entry.facts)
            said = self._said.get(pair) or self._said.setdefault(pair, tuple(self._differences(*pair)))
            self.prepared.ended.append(held[0])
        self._told[effect] += 1
        return effect, said

    def _ends(self) -> Iterator[Line]:
        """How the rows end, now that all of them are read; of a registration's the first says what changes."""
        compared: dict[int, str] = {}
        for line in self._lines:
            key = self._waiting.get(line.number)
            if key is None:
                yield line
            elif key in compared:
                yield line._replace(effect=compared[key])
            elif (entry := self.entries.get(key)) is not None:
                compared[key], said = self._compared(entry, self._single[key])
                yield line._replace(effect=compared[key], said=said)

    def _differences(self, before: Facts, after: Facts) -> Iterator[Sentence]:
        for (what, say), old, new in zip(_SAID, before, after, strict=True):
            if old != new:
                values = {"before": say(self.places, old), "after": say(self.places, new)}
                yield Sentence("%(what)s: %(before)s → %(after)s", what=Sentence(what), **values)

    def plan(self, notes: Sequence[Sentence]) -> Plan:
        lines = Lines(self._ends()) if self._waiting else self._lines
        self.entries.drop(self._unchanged)
        return Plan(
            self.source.table.heads,
            self.source.table.rows,
            self.reader.problems,
            (
                (N_("New registrations"), self._told[NEW]),
                (N_("Corrected registrations"), self._told[CHANGED]),
                (N_("Unchanged registrations"), self._told[SAME]),
                (N_("Persons filed for the first time"), len(self.prepared.persons)),
                (N_("Doubtful rows"), lines.states[DOUBTFUL]),
                (N_("Refused rows"), lines.states[REFUSED]),
            ),
            notes,
            self.prepared,
            lines,
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
            facts: Any = (None if subjects is None else some_of(level, subjects), *rest)
            found.setdefault(person_id, {})[level] = (id_, Facts._make(facts))
    return found
