"""Queries over certificates and their holders."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import RegisterCertificateRow
from examprep.register.rules.registration import RENEWAL_MONTHS, RegistrationState, months_after
from examprep.syllabus.rules.levels import LEVELS

CERTIFICATE = RegisterCertificateRow
Among = Callable[[Any], ColumnElement[bool]]


def level_of(rank: Any) -> ColumnElement[str]:
    """The level's code by its rank."""
    return case(*((rank == place, level) for place, level in enumerate(LEVELS, 1)))


def holder_levels(as_of: date, among: Among | None = None) -> Select[*tuple[Any, ...]]:
    """``person_id, level``: every holder once, at the highest level held on ``as_of``.

    ``among`` is a condition on the person, put inside: outside it would come after everybody has been grouped.
    """
    query: Select[*tuple[Any, ...]] = (
        select(CERTIFICATE.person_id, level_of(func.max(CERTIFICATE.rank)).label("level"))
        .where(CERTIFICATE.issued_on <= as_of)
        .group_by(CERTIFICATE.person_id)
    )
    return query.where(among(CERTIFICATE.person_id)) if among else query


def persons_of(actor: Actor, permission: str) -> Among:
    """That a person is one whom the actor may do the act to, for `holder_levels` and other groupings by person."""

    def condition(person_id: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = person_id.in_(
            select(PersonRow.id).where(within(PersonRow.organisation_id, actor, permission))
        )
        return found

    return condition


def region_within(column: Any, region_code: str) -> ColumnElement[bool]:
    """That the region in ``column`` is ``region_code`` or lies in it (GB/T 2260: trailing 00 means the whole)."""
    prefix = region_code
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    condition: ColumnElement[bool] = column.startswith(prefix, autoescape=True)
    return condition


def state_on(today: date) -> ColumnElement[str]:
    """`rules.registration.state` as a column."""
    until = CERTIFICATE.registered_until
    return case(
        (until.is_(None), RegistrationState.NONE.value),
        (until <= today, RegistrationState.LAPSED.value),
        (until <= months_after(today, RENEWAL_MONTHS), RegistrationState.RENEWABLE.value),
        else_=RegistrationState.VALID.value,
    )


def holders(session: Session, actor: Actor, permission: str, ask: Ask, *, today: date, as_of: date) -> Page:
    """Every holder of ``as_of`` within bounds with their highest certificate then; of two, the one issued last.

    The state of the registration is that of ``today``.
    """
    best = (
        select(
            CERTIFICATE.id,
            func.row_number()
            .over(
                partition_by=CERTIFICATE.person_id,
                order_by=(CERTIFICATE.rank.desc(), CERTIFICATE.issued_on.desc(), CERTIFICATE.id.desc()),
            )
            .label("place"),
        )
        .where(CERTIFICATE.issued_on <= as_of, persons_of(actor, permission)(CERTIFICATE.person_id))
        .subquery()
    )
    state = state_on(today)
    query = (
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.in_post,
            OrganisationRow.name.label("unit"),
            CERTIFICATE.level,
            CERTIFICATE.number,
            CERTIFICATE.issued_on,
            CERTIFICATE.validity,
            CERTIFICATE.registered_until,
            state.label("state"),
        )
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(best, (best.c.id == CERTIFICATE.id) & (best.c.place == 1))
        .where(within(PersonRow.organisation_id, actor, permission), *asked(ask))
    )
    if level := ask.filters.get("level"):
        query = query.where(CERTIFICATE.level == level)
    if wanted := ask.filters.get("state"):
        query = query.where(state == wanted)
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "unit": OrganisationRow.name,
            "level": CERTIFICATE.rank,
            "number": CERTIFICATE.number,
            "issued_on": CERTIFICATE.issued_on,
            "registered_until": CERTIFICATE.registered_until,
        },
        searchable=[PersonRow.name, CERTIFICATE.number, OrganisationRow.name],
        default=[PersonRow.name, PersonRow.id],
    )


def asked(ask: Ask) -> list[ColumnElement[bool]]:
    """The filters ``unit`` (an organisation and below) and ``region``; the query joins `OrganisationRow`."""
    conditions: list[ColumnElement[bool]] = []
    unit, region = ask.filters.get("unit", ""), ask.filters.get("region", "")
    if unit.isascii() and unit.isdecimal() and len(unit) < 10:
        conditions.append(in_subtree(OrganisationRow.id, int(unit)))
    if region.isascii() and region.isdecimal() and len(region) == 6:
        conditions.append(region_within(OrganisationRow.region_code, region))
    return conditions


def counts_by_level(
    session: Session, actor: Actor, permission: str, *, as_of: date, conditions: list[ColumnElement[bool]]
) -> dict[str, int]:
    """Persons by their highest level held on ``as_of``; levels nobody holds are left out."""
    held = holder_levels(as_of, persons_of(actor, permission)).subquery()
    rows = session.execute(
        select(held.c.level, func.count())
        .join(PersonRow, PersonRow.id == held.c.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission), *conditions)
        .group_by(held.c.level)
    )
    return dict(rows.all())


def units(session: Session, actor: Actor, permission: str, limit: int) -> list[tuple[int, str]]:
    """Id and name of the organisations within bounds, open ones, in the order of their regions and names."""
    rows = session.execute(
        select(OrganisationRow.id, OrganisationRow.name)
        .where(within(OrganisationRow.id, actor, permission), OrganisationRow.closed_on.is_(None))
        .order_by(OrganisationRow.region_code, OrganisationRow.name)
        .limit(limit)
    )
    return [(id_, name) for id_, name in rows]


def regions(session: Session, actor: Actor, permission: str) -> list[tuple[str, str]]:
    """Code and name of the regions in which the actor's organisations lie."""
    lie = select(OrganisationRow.region_code).where(within(OrganisationRow.id, actor, permission))
    rows = session.execute(
        select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(lie)).order_by(RegionRow.code)
    )
    return [(code, name) for code, name in rows]


def certificates_of(session: Session, person_id: int) -> list[CERTIFICATE]:
    return list(
        session.scalars(
            select(CERTIFICATE)
            .where(CERTIFICATE.person_id == person_id)
            .order_by(CERTIFICATE.rank.desc(), CERTIFICATE.issued_on.desc(), CERTIFICATE.id.desc())
        )
    )
