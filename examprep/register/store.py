"""Queries over certificates and their holders that others join, and the conditions that our lists share."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.listing import Ask
from examprep.plumbing.prepared import Prepared
from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.syllabus.rules.levels import LEVELS

CERTIFICATE = RegisterCertificateRow
Among = Callable[[Any], ColumnElement[bool]]


def level_of(rank: Any) -> ColumnElement[str]:
    """The level's code by its rank."""
    return case(*((rank == place, level) for place, level in enumerate(LEVELS, 1)))


def holder_levels(as_of: Any, among: Among | None = None) -> Select[*tuple[Any, ...]]:
    """``person_id, level``: every holder once, at the highest level held on ``as_of``.

    ``among`` is a condition on the person, put inside: outside it would come after everybody has been grouped.
    """
    query: Select[*tuple[Any, ...]] = (
        select(CERTIFICATE.person_id, level_of(func.max(CERTIFICATE.rank)).label("level"))
        .where(CERTIFICATE.issued_on <= as_of)
        .group_by(CERTIFICATE.person_id)
    )
    return query.where(among(CERTIFICATE.person_id)) if among else query


_HIGHEST = Prepared(
    lambda _: holder_levels(
        bindparam("as_of", type_=Date), lambda column: column == bindparam("person_id", type_=Integer)
    ),
    list(holder_levels(date.max).selected_columns),
)


def highest_level(session: Session, person_id: int, as_of: date) -> str | None:
    """The highest level a person held on a day; ``None`` for who held none."""
    rows = _HIGHEST.run(session.connection(), {"person_id": person_id, "as_of": as_of})
    return str(rows[0][1]) if rows else None


def holder_spans(as_of: date, among: Among | None = None) -> Select[*tuple[Any, ...]]:
    """`holder_levels` with the day on which the first certificate was issued."""
    query: Select[*tuple[Any, ...]] = (
        select(
            CERTIFICATE.person_id,
            level_of(func.max(CERTIFICATE.rank)).label("level"),
            func.min(CERTIFICATE.issued_on).label("first_issued_on"),
        )
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


def asked(ask: Ask) -> list[ColumnElement[bool]]:
    """The filters ``unit`` (an organisation and below), ``kind`` and ``region``; the query joins `OrganisationRow`."""
    conditions: list[ColumnElement[bool]] = []
    unit, region = ask.filters.get("unit", ""), ask.filters.get("region", "")
    if unit.isascii() and unit.isdecimal() and len(unit) < 10:
        conditions.append(in_subtree(OrganisationRow.id, int(unit)))
    if kind := ask.filters.get("kind"):
        conditions.append(OrganisationRow.kind == kind)
    if region.isascii() and region.isdecimal() and len(region) == 6:
        conditions.append(region_within(OrganisationRow.region_code, region))
    return conditions


def certificates_of(session: Session, person_id: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """The named columns of a person's certificates, the highest first, and ``region``, where alone one is valid."""
    rows = session.execute(
        select(*(getattr(CERTIFICATE, name) for name in names), RegionRow.name.label("region"))
        .outerjoin(RegionRow, RegionRow.code == CERTIFICATE.region_code)
        .where(CERTIFICATE.person_id == person_id)
        .order_by(CERTIFICATE.rank.desc(), CERTIFICATE.issued_on.desc(), CERTIFICATE.id.desc())
    )
    return [dict(row) for row in rows.mappings()]


def registration_terms(among: Among | None = None, after: Any = None) -> Select[*tuple[Any, ...]]:
    """Every term of every certificate in the register; with ``after`` (a day) those that end later, and some others.

    A certificate tells its last term. The few that had one before are asked for it by their events.
    """
    event, undone = RegisterEventRow, aliased(RegisterEventRow)
    bound = [among(CERTIFICATE.person_id)] if among else []
    last = select(CERTIFICATE.person_id, CERTIFICATE.rank, CERTIFICATE.registered_on, CERTIFICATE.registered_until)
    last = last.where(CERTIFICATE.registered_on.is_not(None), *bound)

    def earlier(link: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        return (
            select(CERTIFICATE.person_id, CERTIFICATE.rank, event.registered_on, event.registered_until)
            .join(event, link)
            .where(
                CERTIFICATE.earlier_until.is_not(None) if after is None else CERTIFICATE.earlier_until > after,
                event.registered_on.is_not(None),
                or_(
                    event.registered_on != CERTIFICATE.registered_on,
                    event.registered_until != CERTIFICATE.registered_until,
                ),
                event.kind != "undone",
                # That it is not null goes without saying, but not for PostgreSQL: it read the index of all events.
                ~select(undone.id).where(undone.undoes_id == event.id, undone.undoes_id.is_not(None)).exists(),
                *bound,
            )
        )

    # Two ways from a certificate to its events, each by an index: it begins with one, and further ones name it.
    both = union_all(
        last, earlier(event.id == CERTIFICATE.id), earlier(event.certificate_id == CERTIFICATE.id)
    ).subquery()
    return select(both.c.person_id, both.c.rank, both.c.registered_on, both.c.registered_until)


def terms_of(session: Session, person_id: int) -> list[tuple[str, date, date]]:
    rows = session.execute(registration_terms(lambda column: column == person_id)).all()
    return sorted((LEVELS[rank - 1], since, until) for _, rank, since, until in rows)


def changed_since(session: Session, at: datetime) -> list[int]:
    return list(session.scalars(select(RegisterEventRow.person_id).where(RegisterEventRow.at >= at).distinct()))


def last_id(session: Session) -> int:
    return session.scalar(select(func.max(CERTIFICATE.id))) or 0
