"""Verbs and questions over the register. Other features use these and no table of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.plumbing.listing import Ask, Page, xlsx_bytes
from examprep.plumbing.vault import Vault
from examprep.register import due_store, ledger, list_store, store
from examprep.register.holders_file import platform_cells, platform_heads
from examprep.register.limits import known_limits
from examprep.register.rules.numbers import refuse_id_number
from examprep.register.rules.registration import term_end
from examprep.register.rules.windows import limits_for, verdict
from examprep.syllabus.rules.levels import LEVELS

UNITS_OFFERED = 500


@dataclass(frozen=True)
class Certificate:
    """One certificate. ``registered_until`` is the first day on which its registration no longer holds."""

    id: int
    person_id: int
    level: str
    number: str
    qualified_year: int
    issued_on: date
    validity: str
    region_code: str | None
    registered_on: date | None
    registered_until: date | None
    subject_years: Mapping[str, int] | None
    status: str
    accepted: bool
    applied_on: date | None
    place_code: str | None
    note: str | None
    region: str | None  # the name of ``region_code``


@dataclass(frozen=True)
class HolderCounts:
    """Persons, each once at the highest level held on ``as_of``; ``by_level`` names all three levels."""

    as_of: date
    by_level: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_level.values())


def add_certificate(
    session: Session,
    actor: Actor | None,
    *,
    person_id: int,
    level: str,
    number: str,
    qualified_year: int,
    issued_on: date,
    validity: str = "national",
    region_code: str | None = None,
    subject_years: Mapping[str, int] | None = None,
    registered_on: date | None = None,
    now: datetime,
) -> int:
    """Put a certificate into the register, registered from ``registered_on`` if given; returns its id.

    ``actor`` is ``None`` when the system does it; a person is bounded by what they may edit.

    Raises:
        NotFound: no such person within the actor's bounds.
        Conflict: ``register.number`` -- the number is in the register already.
        RuleViolation: ``register.issued`` -- issued before the exam or after today; ``register.platform-day`` --
            registered before it was issued or after today; ``register.number-of-person`` -- it is an ID number;
            ``register.local-region`` -- a local one of no region, or a national one of a region.
    """
    refuse_id_number(number)
    if (validity == "local") != (region_code is not None):
        raise RuleViolation(
            "register.local-region",
            "A certificate that is valid in its region only names the region; one that is valid in the whole country "
            "names none.",
        )
    if actor is not None:
        seen(session, actor, Permission.REGISTER_HOLDER_EDIT, person_id)
    today = office_day(now)
    if not date(qualified_year, 1, 1) <= issued_on <= today:
        raise RuleViolation("register.issued", "A certificate is issued in the year of its exam or later, up to today.")
    if registered_on is not None and not issued_on <= registered_on <= today:
        raise RuleViolation("register.platform-day", "A certificate is registered after it was issued, up to today.")
    facts = {
        "level": level,
        "number": number,
        "qualified_year": qualified_year,
        "issued_on": issued_on,
        "validity": validity,
        "region_code": region_code,
        "subject_years": subject_years,
    }
    by = actor.person_id if actor else None
    id_ = ledger.begin(session, ledger.event("certified", person_id, now=now, actor_id=by, **facts))
    if registered_on is not None:
        _register(session, id_, person_id, registered_on, by, now)
    record(session, actor, "register.certified", "register_certificate", id_, now=now, after={"level": level})
    return id_


def register_again(session: Session, actor: Actor, certificate_id: int, *, registered_on: date, now: datetime) -> None:
    """Register a certificate, for the first time or again, for three years from a day.

    Raises:
        NotFound: no such certificate within the actor's bounds.
        RuleViolation: ``register.backwards`` -- it is registered from a later day already.
    """
    found = ledger.locked(session, certificate_id)
    seen(session, actor, Permission.REGISTER_HOLDER_EDIT, found.person_id)
    if found.registered_on is not None and registered_on <= found.registered_on:
        raise RuleViolation(
            "register.backwards",
            "The certificate is registered from %(day)s already; a renewal starts later.",
            day=found.registered_on,
        )
    _register(session, certificate_id, found.person_id, registered_on, actor.person_id, now)
    record(session, actor, "register.registered", "register_certificate", certificate_id, now=now)


def _register(
    session: Session, certificate_id: int, person_id: int, registered_on: date, by: int | None, now: datetime
) -> None:
    term = {"registered_on": registered_on, "registered_until": term_end(registered_on)}
    about = {"certificate_id": certificate_id, "actor_id": by}
    ledger.append(session, ledger.event("registered", person_id, now=now, **about, **term))


def certificates_of(session: Session, person_id: int) -> tuple[Certificate, ...]:
    """A person's certificates, the highest level first. Whether the actor may see the person is asked before."""
    names = [name for name in Certificate.__dataclass_fields__ if name != "region"]
    return tuple(Certificate(**row) for row in store.certificates_of(session, person_id, names))


def highest_level(session: Session, person_id: int, *, as_of: date) -> str | None:
    """The highest level a person held on a day; ``None`` for who held none."""
    return store.highest_level(session, person_id, as_of)


def holder_levels(as_of: date, among: store.Among | None = None) -> Select[*tuple[Any, ...]]:
    """``person_id, level`` of every holder on a day, at the highest level: for joining, not for showing.

    It knows no bounds; whoever joins it bounds the persons, best by ``among``, a condition on the person's id.
    """
    return store.holder_levels(as_of, among)


def persons_of(actor: Actor, permission: str) -> store.Among:
    """That a person is one whom the actor may do the act to, as ``among``."""
    return store.persons_of(actor, permission)


def holders(session: Session, actor: Actor, ask: Ask, *, today: date, as_of: date | None = None) -> Page:
    """The list of holders within bounds on ``as_of``, else today; filters ``level, state, valid, unit, region``."""
    known = known_limits(session)
    return list_store.holders(
        session, actor, Permission.REGISTER_HOLDER_SEE, ask, known, today=today, as_of=as_of or today
    )


def holder_counts(session: Session, actor: Actor, *, as_of: date, ask: Ask | None = None) -> HolderCounts:
    """Holders by highest level on a day, within bounds and the ask's ``unit`` and ``region``."""
    found = list_store.counts_by_level(
        session,
        actor,
        Permission.REGISTER_HOLDER_SEE,
        as_of=as_of,
        conditions=store.asked(ask) if ask else [],
    )
    return HolderCounts(as_of, {level: found.get(level, 0) for level in LEVELS})


def registered_share(session: Session, actor: Actor, ask: Ask, holders: int, *, today: date) -> Rate:
    """登记率: of today's ``holders``, within bounds and the ask's unit and region, those whose registration holds.

    Of somebody with several certificates the highest counts.
    """
    part = list_store.in_force(session, actor, Permission.REGISTER_HOLDER_SEE, today=today, conditions=store.asked(ask))
    return Rate(part, holders)


def local_regions(session: Session, actor: Actor) -> Sequence[tuple[str, str]]:
    """Code and name of the regions in which alone certificates within bounds are valid."""
    return list_store.local_regions(session, actor, Permission.REGISTER_HOLDER_SEE)


def units(session: Session, actor: Actor, permission: str) -> Sequence[tuple[int, str]]:
    """Id and name of the organisations an actor may filter by; the first 500."""
    return list_store.units(session, actor, permission, UNITS_OFFERED)


def regions(session: Session, actor: Actor, permission: str) -> Sequence[tuple[str, str]]:
    """Code and name of the regions an actor may filter by."""
    return list_store.regions(session, actor, permission)


DUE: Mapping[str, str] = {
    "first-due": N_("First registration to be applied for"),
    "first-overdue": N_("First registration overdue"),
    "renewal-due": N_("Renewal to be applied for"),
    "renewal-overdue": N_("Renewal overdue"),
}


def due(session: Session, actor: Actor, ask: Ask, *, today: date) -> Page:
    """The certificates within bounds that wait for an application; filters ``due, level, unit, region``.

    ``closes_on`` is the last day of the time to apply, ``None`` where it has none.
    """
    known = known_limits(session)
    page = due_store.due(session, actor, Permission.REGISTER_HOLDER_SEE, ask, known, today=today)
    rows = []
    for row in page.rows:
        limits = limits_for(known, row["region_code"], today)
        found = verdict(limits, row["issued_on"], row["registered_until"], today)
        rows.append({**row, "closes_on": found.closes_on, "verdict": found.sentence})
    return replace(page, rows=rows)


def due_among(session: Session, first_id: int, last_id: int, *, today: date) -> Sequence[Mapping[str, Any]]:
    """Of the certificates in a range of ids, of anybody, those that wait for an application; for jobs."""
    return [dict(row) for row in due_store.due_among(session, known_limits(session), first_id, last_id, today=today)]


def id_ranges(session: Session, size: int) -> list[tuple[int, int]]:
    """All certificates as ranges of ``size`` ids."""
    return [(first, first + size - 1) for first in range(1, store.last_id(session) + 1, size)]


def under_way(session: Session, actor: Actor, ask: Ask) -> Page:
    """The applications within bounds that are under way or were not passed; filters ``status, unit``."""
    return list_store.under_way(session, actor, Permission.REGISTER_HOLDER_SEE, ask)


def platform_file(session: Session, actor: Actor, vault: Vault, *, now: datetime) -> bytes:
    """Every certificate within bounds as a workbook in the shape of the national platform, which the import reads."""
    names = dict(list_store.region_names(session))
    rows = list_store.platform_rows(session, actor, Permission.REGISTER_HOLDER_EDIT)
    record(session, actor, "register.exported", "organisation", actor.organisation_id, now=now,
           after={"count": len(rows)})  # fmt: skip
    return xlsx_bytes(platform_heads(), (platform_cells(dict(row), names, vault.open) for row in rows))


def person_name(session: Session, actor: Actor, person_id: int) -> str:
    """A person's name.

    Raises:
        NotFound: no such person within the actor's bounds.
    """
    return seen(session, actor, Permission.REGISTER_HOLDER_SEE, person_id).name


def places(session: Session, person_id: int) -> list[tuple[str, str]]:
    """Code and name of the regions of a person's province, that of their unit first: where they may be registered."""
    return list_store.places(session, person_id)


def holder_spans(as_of: date, among: store.Among | None = None) -> Select[*tuple[Any, ...]]:
    """``person_id, level, first_issued_on`` of every holder on a day; as `holder_levels`, for joining."""
    return store.holder_spans(as_of, among)


def registration_terms(among: store.Among | None = None, after: Any = None) -> Select[*tuple[Any, ...]]:
    """``person_id, rank, registered_on, registered_until`` of every registration there was; for joining.

    With ``after``, a day, at least those that end later: earlier ones need not be looked for. A certificate that was
    taken out of the register takes its registrations along.
    """
    return store.registration_terms(among, after)


def terms_of(session: Session, person_id: int) -> list[tuple[str, date, date]]:
    """Level, first day and end of each registration of a person's certificates, the earliest first."""
    return store.terms_of(session, person_id)


def changed_since(session: Session, at: datetime) -> list[int]:
    """The persons to whose certificates something happened from an instant on."""
    return store.changed_since(session, at)
