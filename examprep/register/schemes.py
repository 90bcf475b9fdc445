"""Schemes of awards (奖补): what an organisation pays for certificates, as versions with their sources."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import AwardSchemeRow, AwardVersionRow
from examprep.register.rules.awarding import Conditions, Kind, Version

SCHEME, VERSION = AwardSchemeRow, AwardVersionRow
LARGEST_FEN = 100_000_000


def add_scheme(
    session: Session, actor: Actor, *, organisation_id: int, name: str, kind: str, now: datetime, **version: Any
) -> int:
    """Put a scheme on file with its first version (as `add_version` takes it); returns its id.

    Raises:
        NotFound: ``register.scheme-organisation`` -- not an organisation of the actor's.
        Conflict: ``register.scheme-name`` -- the organisation has a scheme of that name.
        RuleViolation: as `add_version`.
    """
    ours = within(OrganisationRow.id, actor, Permission.REGISTER_SCHEME_EDIT)
    if session.scalar(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id, ours)) is None:
        raise NotFound("register.scheme-organisation", "That is none of your organisations.")
    try:
        id_ = session.scalar(
            insert(SCHEME).values(organisation_id=organisation_id, name=name, kind=kind).returning(SCHEME.id)
        )
    except IntegrityError as error:
        raise Conflict("register.scheme-name", "The organisation has a scheme of that name already.") from error
    assert id_ is not None
    record(session, actor, "register.scheme-added", "award_scheme", id_, now=now)
    add_version(session, actor, id_, now=now, **version)
    return id_


def add_version(
    session: Session,
    actor: Actor,
    scheme_id: int,
    *,
    since: date,
    source: str,
    fen_by_level: Mapping[str, int],
    cap_months: int | None = None,
    until: date | None = None,
    stacking: str = "add",
    upgrade: str = "full",
    conditions: Mapping[str, Any] | None = None,
    now: datetime,
) -> int:
    """Add a version; it governs what is claimed and paid from its first day on. Returns its id.

    Raises:
        NotFound: no such scheme of the actor's organisations.
        RuleViolation: ``register.scheme-amount``, ``register.scheme-until``.
    """
    mine(session, actor, scheme_id, Permission.REGISTER_SCHEME_EDIT)
    if not fen_by_level or not all(0 < fen <= LARGEST_FEN for fen in fen_by_level.values()):
        raise RuleViolation("register.scheme-amount", "Give an amount above nothing for at least one level.")
    if until is not None and until <= since:
        raise RuleViolation("register.scheme-until", "A version ends after it began.")
    id_ = session.scalar(
        insert(VERSION)
        .values(
            scheme_id=scheme_id,
            since=since,
            until=until,
            fen_by_level=dict(fen_by_level),
            cap_months=cap_months,
            stacking=stacking,
            upgrade=upgrade,
            conditions=dict(conditions or {}),
            source=source,
            added_by=actor.person_id,
        )
        .returning(VERSION.id)
    )
    assert id_ is not None
    after = {"since": since.isoformat(), "source": source}
    record(session, actor, "register.scheme-version", "award_scheme", scheme_id, now=now, after=after)
    return id_


def mine(session: Session, actor: Actor, scheme_id: int, permission: str) -> AwardSchemeRow:
    """A scheme of the actor's organisations.

    Raises:
        NotFound: ``register.scheme``.
    """
    found = session.scalar(
        select(SCHEME).where(SCHEME.id == scheme_id, within(SCHEME.organisation_id, actor, permission))
    )
    if found is None:
        raise NotFound("register.scheme", "There is no such scheme.")
    return found


def versions_of(session: Session, scheme_id: int) -> list[AwardVersionRow]:
    """Every version of a scheme, the newest first."""
    query = select(VERSION).where(VERSION.scheme_id == scheme_id)
    return list(session.scalars(query.order_by(VERSION.since.desc(), VERSION.id.desc())))


class Versions:
    """The versions of some schemes, read once."""

    def __init__(self, session: Session, scheme_ids: Sequence[int]) -> None:
        rows = session.execute(
            select(VERSION, SCHEME.kind)
            .join(SCHEME, SCHEME.id == VERSION.scheme_id)
            .where(VERSION.scheme_id.in_(scheme_ids))
            .order_by(VERSION.since, VERSION.id)
        )
        self._known: dict[int, list[Version]] = {}
        for row, kind in rows:
            self._known.setdefault(row.scheme_id, []).append(_value(row, Kind(kind)))

    def on(self, scheme_id: int, day: date) -> Version | None:
        """The version that began last by a day; before the first of them, none."""
        begun = [version for version in self._known.get(scheme_id, ()) if version.since <= day]
        return begun[-1] if begun else None

    def for_claim(self, scheme_id: int, day: date) -> Version:
        """As `on`, else the first version, whose conditions then say that it is not in force yet."""
        return self.on(scheme_id, day) or self._known[scheme_id][0]


def _value(row: AwardVersionRow, kind: Kind) -> Version:
    return Version(
        scheme_id=row.scheme_id,
        kind=kind,
        since=row.since,
        until=row.until,
        fen_by_level=row.fen_by_level,
        cap_months=row.cap_months,
        stacking=row.stacking,
        upgrade=row.upgrade,
        conditions=Conditions.of(row.conditions),
    )


def schemes(session: Session, actor: Actor, permission: str) -> list[tuple[int, str]]:
    """(id, name) of the schemes of the actor's organisations."""
    rows = session.execute(
        select(SCHEME.id, SCHEME.name).where(within(SCHEME.organisation_id, actor, permission)).order_by(SCHEME.name)
    )
    return [(scheme_id, name) for scheme_id, name in rows]


def offered(session: Session, person_id: int) -> list[tuple[int, str, str]]:
    """(id, name, organisation) of the schemes that a person's unit or one above it has."""
    tree = OrganisationTreeRow
    rows = session.execute(
        select(SCHEME.id, SCHEME.name, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == SCHEME.organisation_id)
        .join(tree, tree.ancestor_id == SCHEME.organisation_id)
        .join(PersonRow, PersonRow.organisation_id == tree.descendant_id)
        .where(PersonRow.id == person_id)
        .order_by(SCHEME.name, SCHEME.id)
    )
    return [(id_, name, organisation) for id_, name, organisation in rows]


def listed(session: Session, actor: Actor, ask: Ask) -> Page:
    """The schemes of the actor's organisations with how many versions they have and when the last began."""
    last, count = func.max(VERSION.since).label("since"), func.count(VERSION.id).label("versions")
    query = (
        select(SCHEME.id, SCHEME.name, SCHEME.kind, OrganisationRow.name.label("organisation"), last, count)
        .join(OrganisationRow, OrganisationRow.id == SCHEME.organisation_id)
        .join(VERSION, VERSION.scheme_id == SCHEME.id)
        .where(within(SCHEME.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
        .group_by(SCHEME.id, SCHEME.name, SCHEME.kind, OrganisationRow.name)
    )
    sortable = {"name": SCHEME.name, "organisation": OrganisationRow.name, "since": last}
    searchable = [SCHEME.name, OrganisationRow.name]
    return fetch(session, query, ask, sortable=sortable, searchable=searchable, default=[SCHEME.name, SCHEME.id])
