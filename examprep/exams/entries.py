"""What a file of registrations, or of their approvals, would do: its entries beside those that are on file."""

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
from examprep.exams.rules.papers import SUBJECTS, named
from examprep.imports.importer import CHANGED, CREATED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Plan
from examprep.imports.matching import Matched, Matcher
from examprep.imports.reading import Reader, knows
from examprep.kernel.sentence import N_, Sentence
from examprep.people.forms import EDUCATION
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.bulk import among, in_parts
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


@dataclass
class Entry:
    """One registration: whose, at what level, with which facts; ``person_id`` is ``None`` for who is new."""

    row: int
    name: str
    key: object
    person_id: int | None
    id_number: ResidentId | None
    level: str
    facts: Facts

    def join(self, other: "Entry") -> None:
        """Take the subjects of another row in: a file may have one row for each subject of a registration."""
        one, two = self.facts.subjects, other.facts.subjects
        together = None if one is None or two is None else tuple(s for s in SUBJECTS[self.level] if s in {*one, *two})
        self.facts = self.facts._replace(subjects=together)


@dataclass
class Prepared:
    """What applying will write: new or corrected registrations, and which existing ones they end."""

    year: int
    entries: list[Entry] = field(default_factory=list)
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
        self.by_key: dict[object, Entry] = {}
        self.unplaced = self.uneducated = 0  # rows whose unit, or education, is none that is known
        self._lines: list[Line] = []

    def read(self, entry_of: Callable[["Draft", Row, Matched], Entry | None]) -> None:
        """Take every row into the plan, or note why not. ``entry_of`` notes what is wrong where it gives none."""
        for rows in self._matcher.parts():
            self._existing = _existing(self.source.session, sorted(self._matcher.known), self.source.year)
            filed = (facts.organisation_id for levels in self._existing.values() for _, facts in levels.values())
            self.places.learn(filed)
            for row in rows:
                person = self._matcher.match(row)
                entry = entry_of(self, row, person) if person else None
                if entry is None or self.reader.open(row):
                    self._lines.append(self.reader.end(row))
                else:
                    self._lines.append(self._bring(row, entry))

    def before(self, person_id: int | None) -> dict[str, tuple[int, Facts]]:
        """The person's registrations of the year by level, as they are on file: id and facts."""
        return self._existing.get(person_id, {}) if person_id else {}

    def _bring(self, row: Row, entry: Entry) -> Line:
        """Take a row that is right into the plan; what it changes is said, old → new."""
        state = MATCHED if entry.person_id else CREATED
        if (earlier := self.by_key.get(entry.key)) is not None:
            earlier.join(entry)
            return Line(row.number, state, NEW, entry.name, entry.person_id)
        self.by_key[entry.key] = entry
        before = self.before(entry.person_id).get(entry.level)
        if before is not None and before[1] == entry.facts:
            return Line(row.number, state, SAME, entry.name, entry.person_id)
        self.prepared.entries.append(entry)
        if before is None:
            return Line(row.number, state, NEW, entry.name, entry.person_id)
        self.prepared.ended.append(before[0])
        said = tuple(self._differences(before[1], entry.facts))
        return Line(row.number, state, CHANGED, entry.name, entry.person_id, said)

    def _differences(self, before: Facts, after: Facts) -> Iterator[Sentence]:
        for (what, said), old, new in zip(_SAID, before, after, strict=True):
            if old != new:
                values = {"before": said(self.places, old), "after": said(self.places, new)}
                yield Sentence("%(what)s: %(before)s → %(after)s", what=Sentence(what), **values)

    def plan(self, notes: Sequence[Sentence]) -> Plan:
        effects, states = Counter(line.effect for line in self._lines), Counter(line.state for line in self._lines)
        fresh = {entry.key for entry in self.prepared.entries if entry.person_id is None}
        return Plan(
            self.source.table.heads,
            self.source.table.rows,
            self.reader.problems,
            (
                (N_("New registrations"), effects[NEW]),
                (N_("Corrected registrations"), effects[CHANGED]),
                (N_("Unchanged registrations"), effects[SAME]),
                (N_("Persons filed for the first time"), len(fresh)),
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
        for id_, person_id, level, subjects, *rest in session.execute(
            select(
                row.id, row.person_id, row.level, row.subjects, row.organisation_id, row.region_code, row.approved,
                row.registered_on, row.education,
            ).where(among(session, row.person_id, chunk), row.year == year, store.CURRENT)
        ):  # fmt: skip
            facts: Any = (None if subjects is None else tuple(subjects), *rest)
            found.setdefault(person_id, {})[level] = (id_, Facts._make(facts))
    return found
