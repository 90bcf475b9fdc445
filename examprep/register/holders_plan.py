"""What a list of holders would do: its rows beside the certificates that are in the register."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.imports.importer import CHANGED, CREATED, DOUBTFUL, MATCHED, NEW, REFUSED, SAME, Line, Plan
from examprep.imports.matching import Matched, Matcher
from examprep.imports.reading import Reader, Source, left_out
from examprep.kernel.sentence import N_, Sentence
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, RegionRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.bulk import among
from examprep.plumbing.sheets import Row
from examprep.register.holders_file import ALIASES, REQUIRED, Facts, cell_readers, read_facts
from examprep.register.models import RegisterCertificateRow
from examprep.register.rules.history import CORRECTED
from examprep.register.rules.process import WORDS, Status
from examprep.register.rules.registration import VALIDITY, term_end
from examprep.syllabus.rules.levels import LEVEL_NAMES

CERTIFICATE = RegisterCertificateRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate to be written: whose, and what the register shall say of it.

    ``person_id`` is ``None`` for who is not on file yet; then there is ``id_number``. ``certificate_id`` is that of a
    certificate which is in the register already. ``values`` are the columns that are new or change.
    """

    row: int
    name: str
    key: object
    person_id: int | None
    id_number: ResidentId | None
    organisation_id: int
    phone: str | None
    email: str | None
    certificate_id: int | None
    values: Mapping[str, Any]


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
        self._regions = _regions(source.session) if "place" in self._reader.columns else {}
        self._readers = cell_readers(_units(source), _by_name(self._regions), source.today)
        self._held: dict[str, RegisterCertificateRow] = {}
        self._rows: dict[str, int] = {}  # in which row a certificate's number stood first
        self._entries: list[Entry] = []
        self._lines: list[Line] = []
        self._elsewhere = 0  # rows that name another organisation than their person's

    def plan(self) -> Plan:
        reader = self._reader
        for rows in self._matcher.parts():
            # Everything that is wrong with a row is said at once, also where its person is doubtful.
            facts = [read_facts(reader, row, self._readers) for row in rows]
            self._held = _held(self._source.session, [each.number for each in facts if each])
            for row, said in zip(rows, facts, strict=True):
                person = self._matcher.match(row)
                if said is not None:
                    self._check_number(row, said, person)
                if said is None or person is None or reader.open(row):
                    self._lines.append(reader.end(row))
                else:
                    self._lines.append(self._bring(row, said, person))
        return self._told()

    def _check_number(self, row: Row, said: Facts, person: Matched | None) -> None:
        """Note what contradicts the register, or an earlier row, about the number of the certificate."""
        reader, held = self._reader, self._held.get(said.number)
        if (earlier := self._rows.get(said.number)) is not None:
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
            self._rows.setdefault(said.number, row.number)

    def _bring(self, row: Row, said: Facts, person: Matched) -> Line:
        """Take a row that is right into the plan; what it changes is said, old → new."""
        known, held = person.known, self._held.get(said.number)
        state, person_id = (MATCHED, known.person_id) if known else (CREATED, None)
        self._elsewhere += bool(known and said.organisation_id not in (None, known.organisation_id))
        values = _values(said) if held is None else _changes(held, said)
        if values:
            self._entries.append(
                Entry(
                    row.number,
                    person.name,
                    person.key,
                    person_id,
                    person.id_number,
                    said.organisation_id or self._source.actor.organisation_id,
                    self._reader.text(row, "phone") or None,
                    self._reader.text(row, "email") or None,
                    held.id if held else None,
                    values,
                )
            )
        if held is None:
            return Line(row.number, state, NEW, person.name, person_id)
        differences = tuple(self._differences(held, values))
        return Line(row.number, state, CHANGED if differences else SAME, person.name, person_id, differences)

    def _differences(self, held: RegisterCertificateRow, values: Mapping[str, Any]) -> Iterator[Sentence]:
        for name, what in _SAID.items():
            if name in values and values[name] != (before := getattr(held, name)):
                pair = {"before": self._shown(name, before), "after": self._shown(name, values[name])}
                yield Sentence("%(what)s: %(before)s → %(after)s", what=Sentence(what), **pair)

    def _shown(self, name: str, value: Any) -> Any:
        if value is None:
            return "—"
        if name == "registered_until":
            return value - timedelta(days=1)  # as the file and the pages have it: the last day
        if name == "status":
            return WORDS[Status(value)]
        if name == "validity":
            return Sentence(VALIDITY[value])
        return self._regions.get(value, value) if name == "place_code" else value

    def _told(self) -> Plan:
        effects, states = Counter(line.effect for line in self._lines), Counter(line.state for line in self._lines)
        fresh = {entry.key for entry in self._entries if entry.person_id is None}
        notes = left_out(self._source.table)
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
                (N_("Persons filed for the first time"), len(fresh)),
                (N_("Doubtful rows"), states[DOUBTFUL]),
                (N_("Refused rows"), states[REFUSED]),
            ),
            notes,
            self._entries,
            self._lines,
        )


# How each column is called that a later list may correct, in the order in which it is said.
_SAID = {
    "issued_on": N_("Issued on"),
    "qualified_year": N_("Year of qualification"),
    "validity": N_("Validity"),
    "status": N_("State of registration"),
    "registered_on": N_("Registered on"),
    "registered_until": N_("Registered until"),
    "place_code": N_("Place of registration"),
}


def _is_theirs(held: RegisterCertificateRow, person: Matched) -> bool:
    return person.known is not None and person.known.person_id == held.person_id


def _values(said: Facts) -> dict[str, Any]:
    """A certificate that is not in the register yet; what the row does not say is taken as usual."""
    return {
        "level": said.level,
        "number": said.number,
        "issued_on": said.issued_on,
        "qualified_year": said.qualified_year or said.issued_on.year,
        "validity": said.validity or "national",
        "status": said.status,
        "place_code": said.place_code,
        **_term(said, None),
    }


def _changes(held: RegisterCertificateRow, said: Facts) -> dict[str, Any]:
    """What a row says otherwise than the register; what it does not say changes nothing.

    A term is whole or not there. Who is given one is registered, as `rules/history.py` has it.
    """
    term = _term(said, held)
    if all(getattr(held, name) == value for name, value in term.items()):
        term = {}
    said_otherwise = {name: getattr(said, name) for name in (*CORRECTED, "place_code", "status")}
    values = {k: value for k, value in said_otherwise.items() if value is not None and value != getattr(held, k)}
    if term:
        status = said.status or (Status.ISSUED if held.status == Status.ISSUED else Status.COMPLETED)
        values |= term | {"status": status}
    return values


def _term(said: Facts, held: RegisterCertificateRow | None) -> dict[str, date]:
    """The registration that a row states: from its day to the one said, to that on file, or for three years."""
    if said.registered_on is None:
        return {}
    on_file = held.registered_until if held is not None and held.registered_on == said.registered_on else None
    until = said.registered_until or on_file or term_end(said.registered_on)
    return {"registered_on": said.registered_on, "registered_until": until}


def _held(session: Session, numbers: Sequence[str]) -> dict[str, RegisterCertificateRow]:
    found = session.scalars(select(CERTIFICATE).where(among(session, CERTIFICATE.number, numbers)))
    return {row.number: row for row in found}


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
