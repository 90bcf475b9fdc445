"""Verbs and questions over the register. Other features use these and no table of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.plumbing.listing import Ask, Page
from examprep.register import store
from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.register.rules.registration import term_end
from examprep.syllabus.rules.levels import LEVELS, rank

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
    registered_on: date | None = None,
    now: datetime,
) -> int:
    """Put a certificate into the register, registered from ``registered_on`` if given; returns its id.

    ``actor`` is ``None`` when the system does it; a person is bounded by what they may edit.

    Raises:
        NotFound: no such person within the actor's bounds.
        Conflict: ``register.number`` -- the number is in the register already.
    """
    if actor is not None:
        seen(session, actor, Permission.REGISTER_HOLDER_EDIT, person_id)
    by = actor.person_id if actor else None
    facts = {
        "person_id": person_id,
        "level": level,
        "number": number,
        "qualified_year": qualified_year,
        "issued_on": issued_on,
        "validity": validity,
        "region_code": region_code,
    }
    id_ = session.scalar(
        insert(RegisterEventRow).values(at=now, kind="certified", actor_id=by, **facts).returning(RegisterEventRow.id)
    )
    assert id_ is not None
    try:
        session.execute(insert(RegisterCertificateRow).values(id=id_, rank=rank(level), **facts))
    except IntegrityError as error:
        raise Conflict("register.number", "A certificate of this number is in the register already.") from error
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
    found = session.get(RegisterCertificateRow, certificate_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("register.certificate", "There is no such certificate.")
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
    session.execute(
        insert(RegisterEventRow).values(
            at=now, kind="registered", certificate_id=certificate_id, person_id=person_id, actor_id=by, **term
        )
    )
    session.execute(update(RegisterCertificateRow).where(RegisterCertificateRow.id == certificate_id).values(**term))


def certificates_of(session: Session, person_id: int) -> tuple[Certificate, ...]:
    """A person's certificates, the highest level first. Whether the actor may see the person is asked before."""
    return tuple(
        Certificate(**{name: getattr(row, name) for name in Certificate.__dataclass_fields__})
        for row in store.certificates_of(session, person_id)
    )


def highest_level(session: Session, person_id: int, *, as_of: date) -> str | None:
    """The highest level a person held on a day; ``None`` for who held none."""
    held = store.holder_levels(as_of, lambda column: column == person_id).subquery()
    level: str | None = session.scalar(select(held.c.level))
    return level


def holder_levels(as_of: date, among: store.Among | None = None) -> Select[*tuple[Any, ...]]:
    """``person_id, level`` of every holder on a day, at the highest level: for joining, not for showing.

    It knows no bounds; whoever joins it bounds the persons, best by ``among``, a condition on the person's id.
    """
    return store.holder_levels(as_of, among)


def persons_of(actor: Actor, permission: str) -> store.Among:
    """That a person is one whom the actor may do the act to, as ``among``."""
    return store.persons_of(actor, permission)


def holders(session: Session, actor: Actor, ask: Ask, *, today: date, as_of: date | None = None) -> Page:
    """The list of holders within bounds on ``as_of``, else today; filters ``level, state, unit, region``."""
    return store.holders(session, actor, Permission.REGISTER_HOLDER_SEE, ask, today=today, as_of=as_of or today)


def holder_counts(session: Session, actor: Actor, *, as_of: date, ask: Ask | None = None) -> HolderCounts:
    """Holders by highest level on a day, within bounds and the ask's ``unit`` and ``region``."""
    found = store.counts_by_level(
        session,
        actor,
        Permission.REGISTER_HOLDER_SEE,
        as_of=as_of,
        conditions=store.asked(ask) if ask else [],
    )
    return HolderCounts(as_of, {level: found.get(level, 0) for level in LEVELS})


def units(session: Session, actor: Actor, permission: str) -> Sequence[tuple[int, str]]:
    """Id and name of the organisations an actor may filter by; the first 500."""
    return store.units(session, actor, permission, UNITS_OFFERED)


def regions(session: Session, actor: Actor, permission: str) -> Sequence[tuple[str, str]]:
    """Code and name of the regions an actor may filter by."""
    return store.regions(session, actor, permission)
