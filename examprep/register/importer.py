"""The list of holders as bureaus keep it: one row per certificate, in XLSX or CSV.

A row ends as matched to a person by ID number, as a new person, as unchanged, or as a problem. A person of another
organisation is a problem: an import moves nobody.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from wtforms import Form

from examprep.imports.importer import CHANGED, CREATED, MATCHED, NEW, REFUSED, SAME, Line, Plan, Problem, Upload
from examprep.imports.progress import counted
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import Table, read_table
from examprep.plumbing.vault import Vault
from examprep.register import ledger
from examprep.register.holders_file import REQUIRED, TEMPLATE, Entry, columns_of, read_entry
from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.register.rules.registration import term_end

CHUNK = 5000
PERMISSION = Permission.REGISTER_HOLDER_EDIT
CERTIFICATE = RegisterCertificateRow
T = TypeVar("T")


def chunks(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while part := list(islice(rest, CHUNK)):
        yield part


class HoldersImporter:
    """Reads lists of holders. The vault is asked for at the edge, when a file is there."""

    name = "register-holders"
    title = N_("Import certificate holders")
    permission: str = PERMISSION
    accepts: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    help = N_("One row for each certificate. Persons are matched by ID number; who is not known yet is added.")
    options_form: type[Form] | None = None

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        return {}

    def template(self) -> bytes:
        return xlsx_bytes([head for head, _ in TEMPLATE], [[example for _, example in TEMPLATE]])

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        table = read_table(upload.content, upload.filename, knows=lambda text: bool(columns_of([text])))
        places = columns_of(table.heads)
        absent = [head for name, head in REQUIRED.items() if name not in places]
        if absent:
            raise RuleViolation(
                "register.heads",
                "The file lacks the column %(columns)s. Name the columns as in the template.",
                columns="、".join(absent),
            )
        units, problems, entries = self._units(session, actor), [], []
        regions = self._regions(session) if "place" in places else {}
        for row in counted(table.rows):
            entry, wrong = read_entry(row, places, table.heads, units, office_day(now), actor.organisation_id, regions)
            problems += wrong
            if entry is not None:
                entries.append(replace(entry, id_hash=self._vault().fingerprint(entry.id_number.number)))
        heads = {name: table.heads[place] for name, place in places.items()}
        entries, unchanged, more = self._compared(session, actor, entries, heads)
        problems += more
        fresh = {entry.id_hash for entry in entries if entry.person_id is None}
        changed = sum(entry.certificate_id is not None for entry in entries)
        return Plan(
            table.heads,
            table.rows,
            problems=sorted(problems, key=lambda problem: problem.row),
            counts=(
                (N_("New certificates"), len(entries) - changed),
                (N_("New persons"), len(fresh)),
                (N_("Changed registrations"), changed),
                (N_("Unchanged"), unchanged),
            ),
            prepared=entries,
            lines=_ends(table, places["name"], entries, problems),
        )

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        entries: list[Entry] = plan.prepared
        ids = self._add_persons(session, entries, batch_id, now)
        plan.persons.update((entry.row, ids[entry.id_hash]) for entry in entries if entry.person_id is None)
        about: dict[str, Any] = {"now": now, "actor_id": actor.person_id, "batch_id": batch_id}
        for part in chunks(entries):
            new = [e for e in part if e.certificate_id is None]
            begun = self._begin(session, new, ids, about)
            said = [e for e in part if _says(e)]
            events = [
                ledger.event(
                    _kind(e),
                    ids[e.id_hash],
                    certificate_id=e.certificate_id or begun[e.number],
                    status=e.status.value if e.status else None,
                    place_code=e.place,
                    **_term(e),
                    **about,
                )
                for e in said
            ]
            if events:
                session.execute(insert(RegisterEventRow), events)
            ledger.refold(session, [event["certificate_id"] for event in events])
        return len(entries)

    @staticmethod
    def _begin(
        session: Session, entries: list[Entry], ids: Mapping[str, int], about: Mapping[str, Any]
    ) -> dict[str, int]:
        """New certificates; their ids by number."""
        if not entries:
            return {}
        events = [ledger.event("certified", ids[e.id_hash], **_facts(e), **about) for e in entries]
        query = insert(RegisterEventRow).returning(RegisterEventRow.id, sort_by_parameter_order=True)
        begun = list(session.scalars(query, events))
        rows = ledger.fold_all({**event, "id": id_} for event, id_ in zip(events, begun, strict=True))
        session.execute(insert(CERTIFICATE), [rows[id_] for id_ in begun])
        return {e.number: id_ for e, id_ in zip(entries, begun, strict=True)}

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        """Withdraw the batch's certificates, take back what it said of others, and the persons it made.

        Persons on whom something was built since stay.

        Raises:
            RuleViolation: ``register.built-on`` -- something else happened since to a certificate that it changed.
        """
        event = RegisterEventRow
        by: dict[str, Any] = {"now": now, "actor_id": actor.person_id, "batch_id": batch_id}
        begun = session.execute(
            select(event.id, event.person_id).where(event.batch_id == batch_id, event.kind == "certified")
        ).all()
        made = {id_ for id_, _ in begun}
        said = session.execute(
            select(event.id, event.certificate_id, event.person_id).where(
                event.batch_id == batch_id, event.kind.in_(("registered", "platform", "amended"))
            )
        ).all()
        others = [(id_, about, person_id) for id_, about, person_id in said if about not in made and about]
        for id_, about, _ in others:
            last = ledger.last_effective(ledger.events_of(session, about))
            if last is None or last["id"] != id_:
                raise RuleViolation(
                    "register.built-on", "Something else happened since to a certificate that this file changed."
                )
        for part in chunks(begun):
            why = "import undone"
            events = [ledger.event("withdrawn", p, certificate_id=id_, reason=why, **by) for id_, p in part]
            session.execute(insert(event), events)
            session.execute(delete(CERTIFICATE).where(CERTIFICATE.id.in_([id_ for id_, _ in part])))
        for back in chunks(others):
            session.execute(
                insert(event), [ledger.event("undone", p, certificate_id=c, undoes_id=id_, **by) for id_, c, p in back]
            )
            ledger.refold(session, [c for _, c, _ in back])
        self._remove_persons(session, batch_id)
        return len(begun) + len(others)

    @staticmethod
    def _regions(session: Session) -> dict[str, list[str]]:
        """Codes by name, and by the code itself."""
        found: dict[str, list[str]] = {}
        for code, name in session.execute(select(RegionRow.code, RegionRow.name)):
            found.setdefault(name, []).append(code)
            found[code] = [code]
        return found

    @staticmethod
    def _units(session: Session, actor: Actor) -> dict[str, list[int]]:
        """The actor's organisations by name; a name that several bear cannot be used alone."""
        found: dict[str, list[int]] = {}
        for id_, name in session.execute(
            select(OrganisationRow.id, OrganisationRow.name).where(within(OrganisationRow.id, actor, PERMISSION))
        ):
            found.setdefault(name, []).append(id_)
        return found

    def _compared(
        self, session: Session, actor: Actor, entries: list[Entry], heads: Mapping[str, str]
    ) -> tuple[list[Entry], int, list[Problem]]:
        """The entries matched to persons, how many are in the register as they stand, and what contradicts it."""
        persons: dict[str, tuple[int, str, bool]] = {}
        held: dict[str, RegisterCertificateRow] = {}
        inside = within(PersonRow.organisation_id, actor, PERMISSION)
        for part in chunks(entries):
            for hash_, person_id, name, ours in session.execute(
                select(PersonRow.id_number_hash, PersonRow.id, PersonRow.name, inside).where(
                    PersonRow.id_number_hash.in_([entry.id_hash for entry in part])
                )
            ):
                persons[str(hash_)] = (person_id, name, bool(ours))
            numbers = [entry.number for entry in part]
            held |= {
                row.number: row for row in session.scalars(select(CERTIFICATE).where(CERTIFICATE.number.in_(numbers)))
            }
        new, problems, unchanged = [], [], 0
        rows_of_numbers: dict[str, int] = {}
        names: dict[str, tuple[str, int]] = {}
        for entry in entries:
            person = persons.get(entry.id_hash)
            wrong = _contradiction(entry, person, held.get(entry.number), rows_of_numbers, names, heads)
            if wrong is not None:
                problems.append(wrong)
            elif entry.number in held:
                known = held[entry.number]
                if _news(entry, known):
                    new.append(replace(entry, person_id=known.person_id, certificate_id=known.id))
                else:
                    unchanged += 1
            else:
                new.append(replace(entry, person_id=person[0] if person else None))
            rows_of_numbers.setdefault(entry.number, entry.row)
            names.setdefault(entry.id_hash, (entry.name, entry.row))
        return new, unchanged, problems

    def _add_persons(self, session: Session, entries: list[Entry], batch_id: int, now: datetime) -> dict[str, int]:
        """Ids by ID hash of everybody in the file; whoever is new gets a row first."""
        ids = {entry.id_hash: entry.person_id for entry in entries if entry.person_id is not None}
        fresh: dict[str, Entry] = {}
        for entry in entries:
            if entry.person_id is None:
                fresh.setdefault(entry.id_hash, entry)  # of several rows of a new person the first says where
        for part in chunks(fresh.values()):
            rows = [
                {
                    "name": entry.name,
                    "organisation_id": entry.organisation_id,
                    "id_number_sealed": self._vault().seal(entry.id_number.number),
                    "id_number_hash": entry.id_hash,
                    "born_on": entry.id_number.born_on,
                    "sex": entry.id_number.sex,
                    "phone": entry.phone or None,
                    "email": entry.email or None,
                    "batch_id": batch_id,
                    "created_at": now,
                }
                for entry in part
            ]
            for id_, hash_ in session.execute(
                insert(PersonRow).returning(PersonRow.id, PersonRow.id_number_hash), rows
            ):
                assert hash_ is not None
                ids[hash_] = id_
        return ids

    @staticmethod
    def _remove_persons(session: Session, batch_id: int) -> None:
        made = list(session.scalars(select(PersonRow.id).where(PersonRow.batch_id == batch_id)))
        try:
            with session.begin_nested():
                session.execute(delete(PersonRow).where(PersonRow.batch_id == batch_id))
        except IntegrityError:
            # Somebody has been enrolled, examined or given an account since: they stay, the others go.
            for id_ in made:
                try:
                    with session.begin_nested():
                        session.execute(delete(PersonRow).where(PersonRow.id == id_))
                except IntegrityError:
                    continue


def _ends(table: Table, name_at: int, entries: Iterable[Entry], problems: Iterable[Problem]) -> list[Line]:
    """How each row ends: refused, bringing or changing a certificate, or saying what is on file already."""
    wrong: dict[int, list[Sentence]] = {}
    for problem in problems:
        said = Sentence("%(column)s: %(reason)s", column=problem.column, reason=problem.sentence)
        wrong.setdefault(problem.row, []).append(said)
    brought, lines = {entry.row: entry for entry in entries}, []
    for number, cells in table.rows:
        entry, name = brought.get(number), cells[name_at]
        if number in wrong:
            lines.append(Line(number, REFUSED, None, name, said=tuple(wrong[number])))
        elif entry is None:
            lines.append(Line(number, MATCHED, SAME, name))
        else:
            effect = NEW if entry.certificate_id is None else CHANGED
            state = CREATED if entry.person_id is None else MATCHED
            lines.append(Line(number, state, effect, name, entry.person_id))
    return lines


def _contradiction(
    entry: Entry,
    person: tuple[int, str, bool] | None,
    held: RegisterCertificateRow | None,
    rows_of_numbers: Mapping[str, int],
    names: Mapping[str, tuple[str, int]],
    heads: Mapping[str, str],
) -> Problem | None:
    """What in a row cannot be true together with the register or with an earlier row."""
    if entry.number in rows_of_numbers:
        same = Sentence("Row %(row)s has the same certificate number.", row=rows_of_numbers[entry.number])
        return Problem(entry.row, heads["number"], same)
    if entry.id_hash in names and names[entry.id_hash][0] != entry.name:
        name, row = names[entry.id_hash]
        other = Sentence("Row %(row)s gives this ID number to %(name)s.", row=row, name=name)
        return Problem(entry.row, heads["id_number"], other)
    if person is not None and not person[2]:
        away = Sentence("This person belongs to another organisation; ask it, or your superior bureau, to import them.")
        return Problem(entry.row, heads["id_number"], away)
    if person is not None and person[1] != entry.name:
        named = Sentence("This ID number belongs to %(name)s. Mend the name or the number.", name=person[1])
        return Problem(entry.row, heads["name"], named)
    if held is not None and (person is None or held.person_id != person[0]):
        taken = Sentence("The register has this certificate number for somebody else.")
        return Problem(entry.row, heads["number"], taken)
    if held is not None and held.level != entry.level:
        level = Sentence("The register has this certificate at another level.")
        return Problem(entry.row, heads["level"], level)
    return None


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "level": entry.level,
        "number": entry.number,
        "qualified_year": entry.qualified_year,
        "issued_on": entry.issued_on,
        "validity": entry.validity,
    }


def _kind(entry: Entry) -> str:
    if entry.status is not None:
        return "platform"
    return "registered" if entry.registered_on is not None else "amended"


def _says(entry: Entry) -> bool:
    """Whether a row says anything of the registration."""
    return entry.status is not None or entry.registered_on is not None or entry.place is not None


def _term(entry: Entry) -> dict[str, Any]:
    if entry.registered_on is None:
        return {"registered_on": None, "registered_until": None}
    until = entry.registered_until or term_end(entry.registered_on)
    return {"registered_on": entry.registered_on, "registered_until": until}


def _news(entry: Entry, known: RegisterCertificateRow) -> bool:
    """Whether a row says something of a registration that the register does not have yet."""
    term = (known.registered_on, known.registered_until)
    return (
        (entry.status is not None and entry.status != known.status)
        or (entry.registered_on is not None and tuple(_term(entry).values()) != term)
        or (entry.place is not None and entry.place != known.place_code)
    )
