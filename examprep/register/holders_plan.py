"""What a list of holders would do: its rows beside the certificates that are in the register."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.imports.importer import CHANGED, CREATED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Lines, Plan
from examprep.imports.matching import Matched, Matcher
from examprep.imports.reading import READ_ONCE, Reader, Source
from examprep.kernel.sentence import N_, Sentence
from examprep.people.bounds import within
from examprep.people.bulk import NewPerson
from examprep.people.models import OrganisationRow, RegionRow
from examprep.plumbing.bulk import among
from examprep.plumbing.packed import Packed
from examprep.plumbing.sheets import Row
from examprep.register.holders_file import ALIASES, REQUIRED, Facts, facts_reader
from examprep.register.models import RegisterCertificateRow
from examprep.register.rules.process import WORDS, Status
from examprep.register.rules.registration import VALIDITY, term_end
from examprep.syllabus.rules.levels import LEVEL_NAMES

CERTIFICATE = RegisterCertificateRow
_NAME_REGIONS = {"place", "validity"}  # columns whose cells may
T = TypeVar("T")


class Values(NamedTuple):
    """What the register shall say of a certificate; of one that is in it, what changes. ``None``: nothing (more)."""

    level: str | None = None
    issued_on: date | None = None
    qualified_year: int | None = None
    validity: str | None = None
    region_code: str | None = None
    status: str | None = None
    place_code: str | None = None
    registered_on: date | None = None
    registered_until: date | None = None

    @property
    def corrects(self) -> bool:
        """Whether they say otherwise what a certificate began with."""
        return any((self.issued_on, self.qualified_year, self.validity, self.region_code))


class Entry(NamedTuple):
    """One certificate to be written.

    ``key`` is its person's id, or that of a new one (`imports/matching.py`). ``certificate_id`` is that of a
    certificate which is in the register already.
    """

    row: int
    key: int
    certificate_id: int | None
    number: str
    values: Values


class Prepared:
    """What applying will write: the entries, and the persons who are new."""

    def __init__(self) -> None:
        self.entries = Packed(Entry._make)
        self.persons = Packed(NewPerson._make)
        self._places = array("l")  # of persons by their keys, which fall from -1: from 1, 0 of whom there is none

    def has(self, key: int) -> bool:
        return -key < len(self._places) and self._places[-key] > 0

    def add(self, key: int, person: NewPerson) -> None:
        self._places.extend([0] * (1 - key - len(self._places)))
        self.persons.append(person)
        self._places[-key] = len(self.persons)

    def id_of(self, key: int, added: Sequence[int]) -> int:
        """The id of a person whose key it is; ``added`` are those of the new ones, in their order."""
        return key if key > 0 else added[self._places[-key] - 1]


class Held(NamedTuple):
    """As much of a certificate in the register as is compared."""

    id: int
    person_id: int
    number: str
    level: str
    issued_on: date
    qualified_year: int
    validity: str
    region_code: str | None
    status: str
    place_code: str | None
    registered_on: date | None
    registered_until: date | None


def plan(source: Source) -> Plan:
    """Read every row and say what it would do.

    Raises:
        UnreadableFile: a column that must be there is missing.
    """
    return _Draft(source).plan()


class _Draft:
    """A list being read, beside what is in the register already."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._reader = Reader(source.table, ALIASES, required=REQUIRED)
        self._matcher = Matcher(source, self._reader, may_be_new=True)
        self._regions = _regions(source.session) if _NAME_REGIONS & set(self._reader.columns) else {}
        self._read = facts_reader(self._reader, _units(source), _by_name(self._regions), source.today)
        self._held: dict[str, Held] = {}
        self._rows: dict[str, int] = {}  # in which row a certificate's number stood first
        self._prepared = Prepared()
        self._said: dict[tuple[str, Any, Any], Sentence] = {}
        self._lines = Lines()
        self._elsewhere = 0  # rows that name another organisation than their person's

    def plan(self) -> Plan:
        reader = self._reader
        for rows in self._matcher.parts():
            # Everything that is wrong with a row is said at once, also where its person is doubtful.
            read = [self._read(row) for row in rows]
            self._held = _held(self._source.session, [each[0] for each in read if each])
            for row, said in zip(rows, read, strict=True):
                person = self._matcher.match(row)
                if said is not None:
                    self._check_number(row, *said, person)
                if said is None or person is None or reader.open(row):
                    self._lines.append(reader.end(row))
                else:
                    self._lines.append(self._bring(row, *said, person))
        return self._told()

    def _check_number(self, row: Row, number: str, said: Facts, person: Matched | None) -> None:
        """Note what contradicts the register, or an earlier row, about the number of the certificate."""
        reader, held = self._reader, self._held.get(number)
        if (earlier := self._rows.get(number)) is not None:
            reader.problem(row, "number", Sentence("Row %(row)s has the same certificate number.", row=earlier))
        elif held is not None and person is not None and not _is_theirs(held, person):
            reader.problem(row, "number", Sentence("The register has this certificate number for somebody else."))
        elif held is not None and held.level != said.level:
            level = Sentence(
                "The register has this certificate as %(level)s. Correct the row, or take the certificate out first.",
                level=LEVEL_NAMES[held.level],
            )
            reader.problem(row, "level", level)
        if not reader.failed(row):
            self._rows.setdefault(number, row.number)

    def _bring(self, row: Row, number: str, said: Facts, person: Matched) -> Line:
        """Take a row that is right into the plan; what it changes is said, old → new."""
        known, held = person.known, self._held.get(number)
        state, person_id = (MATCHED, known.person_id) if known else (CREATED, None)
        self._elsewhere += bool(known and said.organisation_id not in (None, known.organisation_id))
        values = _values(said) if held is None else _changes(held, said)
        if values is not None:
            if known is None:
                self._add(row, said, person)
            self._prepared.entries.append(Entry(row.number, person.key, held.id if held else None, number, values))
        if held is None:
            return Line(row.number, state, NEW, person.name, person_id)
        differences = tuple(self._differences(held, values or Values()))
        return Line(row.number, state, CHANGED if differences else SAME, person.name, person_id, differences)

    def _add(self, row: Row, said: Facts, person: Matched) -> None:
        """Take a new person into the plan; of several rows the first says where they are filed."""
        if person.stranger is None or self._prepared.has(person.key):
            return
        place, reader = said.organisation_id or self._source.actor.organisation_id, self._reader
        contact = (reader.text(row, "phone") or None, reader.text(row, "email") or None)
        self._prepared.add(person.key, NewPerson(person.name, *person.stranger, place, *contact))

    def _differences(self, held: Held, values: Values) -> Iterator[Sentence]:
        for name, what in _SAID.items():
            after = getattr(values, name)
            if after is not None and after != (before := getattr(held, name)):
                # Of the days of a list many certificates have the same.
                if (said := self._said.get((name, before, after))) is None:
                    pair = {"before": self._shown(name, before), "after": self._shown(name, after)}
                    said = Sentence("%(what)s: %(before)s → %(after)s", what=Sentence(what), **pair)
                    self._said[name, before, after] = said
                yield said

    def _shown(self, name: str, value: Any) -> Any:
        if value is None:
            return "—"
        if name == "registered_until":
            return value - timedelta(days=1)  # as the file and the pages have it: the last day
        if name == "status":
            return WORDS[Status(value)]
        if name == "validity":
            return Sentence(VALIDITY[value])
        return self._regions.get(value, value) if name in ("place_code", "region_code") else value

    def _told(self) -> Plan:
        effects, states = self._lines.effects, self._lines.states
        notes = self._reader.notes()
        if self._elsewhere:
            notes.append(
                Sentence(
                    "%(count)s rows name another organisation than that of their person on file; an import moves "
                    "nobody.",
                    count=self._elsewhere,
                )
            )
        return Plan(
            self._source.table.heads,
            self._source.table.rows,
            sorted(self._reader.problems, key=lambda problem: problem.row),
            (
                (N_("New certificates"), effects[NEW]),
                (N_("Corrected certificates"), effects[CHANGED]),
                (N_("Unchanged certificates"), effects[SAME]),
                (N_("Persons filed for the first time"), len(self._prepared.persons)),
                (N_("Doubtful rows"), states[DOUBTFUL]),
                (N_("Refused rows"), states[REFUSED]),
            ),
            notes,
            self._prepared,
            self._lines,
        )


# How each column is called that a later list may correct, in the order in which it is said.
_SAID = {
    "issued_on": N_("Issued on"),
    "qualified_year": N_("Year of qualification"),
    "validity": N_("Validity"),
    "region_code": N_("Valid only in"),
    "status": N_("State of registration"),
    "registered_on": N_("Registered on"),
    "registered_until": N_("Registered until"),
    "place_code": N_("Place of registration"),
}


def _is_theirs(held: Held, person: Matched) -> bool:
    return person.known is not None and person.known.person_id == held.person_id


@lru_cache(READ_ONCE)
def _values(said: Facts) -> Values:
    """A certificate that is not in the register yet; what the row does not say is taken as usual."""
    year, validity = said.qualified_year or said.issued_on.year, said.validity or "national"
    about = (said.level, said.issued_on, year, validity, said.region_code)
    return Values(*about, said.status, said.place_code, *_term(said))


def _changes(held: Held, said: Facts) -> Values | None:
    """What a row says otherwise than the register; what it does not say changes nothing.

    A term is whole or not there. Who is given one is registered, as `rules/history.py` has it.
    """
    term = _term(said, held)
    if term == (held.registered_on, held.registered_until):
        term = _NO_TERM
    status = said.status
    if term != _NO_TERM and status is None:
        status = Status.ISSUED if held.status == Status.ISSUED else Status.COMPLETED
    elif term == _NO_TERM:
        status = _otherwise(status, held.status)
    values = Values(
        issued_on=_otherwise(said.issued_on, held.issued_on),
        qualified_year=_otherwise(said.qualified_year, held.qualified_year),
        validity=_otherwise(said.validity, held.validity),
        region_code=_otherwise(said.region_code, held.region_code),
        status=status,
        place_code=_otherwise(said.place_code, held.place_code),
        registered_on=term[0],
        registered_until=term[1],
    )
    return values if any(value is not None for value in values) else None


def _otherwise(said: T | None, held: object) -> T | None:
    return said if said != held else None


Term = tuple[date | None, date | None]
_NO_TERM: Term = (None, None)


def _term(said: Facts, held: Held | None = None) -> Term:
    """The registration that a row states: from its day to the one said, to that on file, or for three years."""
    if said.registered_on is None:
        return _NO_TERM
    on_file = held.registered_until if held is not None and held.registered_on == said.registered_on else None
    return said.registered_on, said.registered_until or on_file or term_end(said.registered_on)


def _held(session: Session, numbers: Sequence[str]) -> dict[str, Held]:
    columns = [getattr(CERTIFICATE, name) for name in Held._fields]
    asked = select(*columns).where(among(session, CERTIFICATE.number, numbers))
    return {row.number: row for row in map(Held._make, session.connection().execute(asked))}


def _units(source: Source) -> dict[str, list[int]]:
    """The organisations within bounds by name; a name that several bear cannot be used alone."""
    row, found = OrganisationRow, dict[str, list[int]]()
    inside = within(row.id, source.actor, source.permission)
    for id_, name in source.session.execute(select(row.id, row.name).where(inside)):
        found.setdefault(name, []).append(id_)
    return found


def _regions(session: Session) -> dict[str, str]:
    """The names of all divisions by their codes."""
    return dict(session.execute(select(RegionRow.code, RegionRow.name)).all())


def _by_name(regions: Mapping[str, str]) -> dict[str, list[str]]:
    """Codes by name, and by the code itself."""
    found: dict[str, list[str]] = {code: [code] for code in regions}
    for code, name in regions.items():
        found.setdefault(name, []).append(code)
    return found
