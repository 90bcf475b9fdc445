"""The list of holders as bureaus keep it: one row per certificate, in XLSX or CSV; written, and taken back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from wtforms import Form

from examprep.imports.importer import Plan, Upload
from examprep.imports.reading import READ_ONCE, Source, knows
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bulk import add_persons, chunks
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import among, collect_latest, uncollected
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import Table, read_table
from examprep.plumbing.vault import Vault
from examprep.register import holders_plan, ledger
from examprep.register.holders_file import ALIASES, HEADS, TEMPLATE
from examprep.register.holders_plan import Entry, Prepared, Values
from examprep.register.ledger import Begun
from examprep.register.models import RegisterCertificateRow, RegisterEventRow

CERTIFICATE, EVENT = RegisterCertificateRow, RegisterEventRow
_NOT_BUILT_ON = {"moved", "withdrawn"}  # it went with its holder's row, or is gone


class HoldersImporter:
    """Reads lists of holders. The vault is asked for at the edge, when a file is there."""

    name = "register-holders"
    title = N_("Certificate holders")
    permission: str = Permission.REGISTER_HOLDER_EDIT
    accepts: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    help = N_(
        "One row for each certificate. Persons are matched by ID number, else by name, birth date and organisation; "
        "doubtful rows wait for your decision. Who is not known yet is added. A corrected list changes only what "
        "differs."
    )
    options_form: type[Form] | None = None
    may_be_new: bool = True
    other_numbers: Sequence[str] = HEADS["number"]

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault

    def option_choices(self, session: Session, actor: Actor) -> Mapping[str, Sequence[tuple[str, str]]]:
        return {}

    def template(self) -> bytes:
        return xlsx_bytes([head for head, _ in TEMPLATE], [[example for _, example in TEMPLATE]])

    def plan(self, session: Session, actor: Actor, upload: Upload, *, now: datetime) -> Plan:
        with uncollected():
            table = read_table(upload.content, upload.filename, knows=knows(ALIASES))
            return self.settle(session, actor, table, upload.options, {}, now=now)

    def settle(
        self,
        session: Session,
        actor: Actor,
        table: Table,
        options: Mapping[str, str],
        settled: Mapping[int, int | None],
        *,
        now: datetime,
    ) -> Plan:
        return holders_plan.plan(
            Source(session, self._vault(), actor, self.permission, table, office_day(now), settled)
        )

    def apply(self, session: Session, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
        prepared: Prepared = plan.prepared
        added = add_persons(session, self._vault(), prepared.persons, batch_id=batch_id, now=now)
        about: dict[str, Any] = {"now": now, "actor_id": actor.person_id, "batch_id": batch_id}
        with uncollected():
            for part in chunks(prepared.entries):
                ids = {entry.key: prepared.id_of(entry.key, added) for entry in part}
                plan.persons.note((entry.row, ids[entry.key]) for entry in part if entry.key < 0)
                ledger.begin_many(session, [_begun(each, ids) for each in part if each.certificate_id is None], **about)
                ledger.go_on_many(session, [_correction(each, about) for each in part if each.certificate_id])
                collect_latest()
        return len(prepared.entries)

    def undo(self, session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
        """Withdraw the batch's certificates, take back what it said of others, and the persons it made.

        Persons on whom something was built since stay; so does a certificate withdrawn since, which is gone already.

        Raises:
            RuleViolation: ``register.built-on`` -- something else happened since to a certificate of the file.
        """
        about: dict[str, Any] = {"now": now, "actor_id": actor.person_id, "batch_id": batch_id}
        begun, corrected = list[tuple[int, int]](), list[tuple[int, int, int]]()
        of_batch = select(EVENT.id, EVENT.certificate_id).where(EVENT.batch_id == batch_id)
        # The event that begins a certificate names none: it is the certificate.
        touched = sorted({certificate_id or id_ for id_, certificate_id in session.execute(of_batch)})
        for part in chunks(touched):
            for id_, events in _standing(session, part):
                own = [event for event in events if event["batch_id"] == batch_id]
                _refuse_built_on(events, own)
                if events[-1]["kind"] == "withdrawn" or not own:
                    continue
                if own[0]["kind"] == "certified":
                    begun.append((id_, own[0]["person_id"]))
                else:
                    corrected += [(event["id"], id_, event["person_id"]) for event in own]
        for some in chunks(begun):
            why = {"reason": "import undone", **about}
            session.execute(insert(EVENT), [ledger.event("withdrawn", p, certificate_id=c, **why) for c, p in some])
            session.execute(delete(CERTIFICATE).where(among(session, CERTIFICATE.id, [c for c, _ in some])))
        for back in chunks(corrected):
            undone = [ledger.event("undone", p, certificate_id=c, undoes_id=id_, **about) for id_, c, p in back]
            session.execute(insert(EVENT), undone)
            ledger.refold(session, [c for _, c, _ in back])
        _remove_persons(session, batch_id)
        return len(begun) + len(corrected)


def _begun(entry: Entry, ids: Mapping[int, int]) -> Begun:
    """A certificate that begins."""
    return Begun(ids[entry.key], entry.number, _facts(entry.values))


@lru_cache(READ_ONCE)
def _facts(values: Values) -> tuple[Any, ...]:
    """What its first event says, and the kind and facts of the one that registers it, if the file says so."""
    registration = (values.status, values.place_code, values.registered_on, values.registered_until)
    kind = None
    if registration != (None, None, None, None):
        kind = "platform" if values.status else "registered" if values.registered_on else "amended"
    about = (values.level, values.issued_on, values.qualified_year, values.validity, values.region_code)
    return (*about, kind, *registration)


def _correction(entry: Entry, about: Mapping[str, Any]) -> dict[str, Any]:
    """The event that brings what a list says otherwise; what it says of the registration alone is the platform's."""
    kind = "platform" if entry.values.status and not entry.values.corrects else "corrected"
    return ledger.event(kind, entry.key, certificate_id=entry.certificate_id, **entry.values._asdict(), **about)


def _standing(session: Session, certificate_ids: Sequence[int]) -> Iterable[tuple[int, list[Mapping[str, Any]]]]:
    """By certificate, in order, the events that were not taken back."""
    of = EVENT.certificate_id
    asked = among(session, EVENT.id, certificate_ids) | among(session, of, certificate_ids)
    columns = (EVENT.id, EVENT.kind, of, EVENT.person_id, EVENT.batch_id, EVENT.undoes_id)
    events = [dict(row) for row in session.execute(select(*columns).where(asked)).mappings()]
    undone = {event["undoes_id"] for event in events}
    left = [
        {**event, "certificate_id": event["certificate_id"] or event["id"]}
        for event in events
        if event["kind"] != "undone" and event["id"] not in undone
    ]
    left.sort(key=itemgetter("certificate_id", "id"))
    return ((id_, list(theirs)) for id_, theirs in groupby(left, key=itemgetter("certificate_id")))


def _refuse_built_on(events: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]) -> None:
    """``events`` of one certificate in order, of which ``own`` are the batch's."""
    later = [event for event in events if own and event["id"] > own[0]["id"] and event not in own]
    if any(event["kind"] not in _NOT_BUILT_ON for event in later) and later[-1]["kind"] != "withdrawn":
        raise RuleViolation(
            "register.built-on", "Something else happened since to a certificate of this file. Take that back first."
        )


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
