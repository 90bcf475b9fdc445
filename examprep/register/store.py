"""Queries over certificates and their holders."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    RowMapping,
    Select,
    bindparam,
    case,
    false,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.db import Prepared
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.register.rules.process import UNDER_WAY, Status
from examprep.register.rules.registration import RegistrationState
from examprep.register.rules.windows import Limits, first_within, limits_for, region_prefix
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


def by_region(known: Sequence[Limits], today: date, value: Callable[[Limits], Any]) -> ColumnElement[Any]:
    """What ``value`` makes of the limits that govern today in the region of `OrganisationRow`, the nearest first."""
    regions = {one.region_code for one in known if one.since <= today}
    nearest = sorted(regions, key=lambda code: -len(region_prefix(code or "")))
    cases = [
        (
            region_within(OrganisationRow.region_code, code) if code else true(),
            value(limits_for(known, code or "", today)),
        )
        for code in nearest
    ]
    return case(*cases)


def state_on(today: date, known: Sequence[Limits]) -> ColumnElement[str]:
    """`rules.registration.state` as a column; the query joins `OrganisationRow`."""
    until = CERTIFICATE.registered_until
    # Its window is open: the day to renew from, counted from the end of the term, is today or before.
    opened = by_region(known, today, lambda one: until < first_within(one.renew_from_months, today + timedelta(days=1)))
    return case(
        (until.is_(None), RegistrationState.NONE.value),
        (until <= today, RegistrationState.LAPSED.value),
        (opened, RegistrationState.RENEWABLE.value),
        else_=RegistrationState.VALID.value,
    )


def due_on(today: date, known: Sequence[Limits]) -> ColumnElement[str]:
    """Whether a certificate waits for an application: a code of `DUE`, null when it does not; joins as `state_on`."""
    until, issued = CERTIFICATE.registered_until, CERTIFICATE.issued_on
    none, tomorrow = until.is_(None), today + timedelta(days=1)

    def of(one: Limits) -> ColumnElement[Any]:
        late = false() if one.first_months is None else issued < first_within(one.first_months, today)
        return case(
            (none & late, "first-overdue"),
            (none, "first-due"),
            (until < first_within(one.renew_to_months, tomorrow), "renewal-overdue"),
            (until < first_within(one.renew_from_months, tomorrow), "renewal-due"),
        )

    return case((CERTIFICATE.status.not_in(UNDER_WAY), by_region(known, today, of)))


def due(session: Session, actor: Actor, permission: str, ask: Ask, known: Sequence[Limits], *, today: date) -> Page:
    """The certificates within bounds that wait for an application, the longest waiting first; filters as `holders`."""
    kind = due_on(today, known)
    query = (
        select(
            CERTIFICATE.id,
            PersonRow.id.label("person_id"),
            PersonRow.name,
            PersonRow.in_post,
            OrganisationRow.name.label("unit"),
            OrganisationRow.region_code,
            CERTIFICATE.level,
            CERTIFICATE.number,
            CERTIFICATE.issued_on,
            CERTIFICATE.registered_until,
            CERTIFICATE.status,
            kind.label("due"),
        )
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission), kind.is_not(None), *asked(ask))
    )
    if wanted := ask.filters.get("due"):
        query = query.where(kind == wanted)
    if level := ask.filters.get("level"):
        query = query.where(CERTIFICATE.level == level)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "unit": OrganisationRow.name, "issued_on": CERTIFICATE.issued_on},
        searchable=[PersonRow.name, CERTIFICATE.number, OrganisationRow.name],
        default=[func.coalesce(CERTIFICATE.registered_until, CERTIFICATE.issued_on), CERTIFICATE.id],
    )


def due_among(
    session: Session, known: Sequence[Limits], first_id: int, last_id: int, *, today: date
) -> list[RowMapping]:
    """Of certificates in a range of ids, of anybody, those that wait for an application; for jobs."""
    kind = due_on(today, known)
    columns = (
        CERTIFICATE.id, CERTIFICATE.person_id, CERTIFICATE.level, CERTIFICATE.number, CERTIFICATE.issued_on,
        CERTIFICATE.registered_until, OrganisationRow.region_code, kind.label("due"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(CERTIFICATE.id.between(first_id, last_id), kind.is_not(None))
    )
    return list(session.execute(query.order_by(CERTIFICATE.id)).mappings())


def under_way(session: Session, actor: Actor, permission: str, ask: Ask) -> Page:
    """The applications within bounds that are under way or were not passed, the oldest first; filter ``status``."""
    shown = (*UNDER_WAY, Status.FIRST_FAILED, Status.FINAL_FAILED)
    query = (
        select(
            CERTIFICATE.id,
            PersonRow.name,
            OrganisationRow.name.label("unit"),
            CERTIFICATE.level,
            CERTIFICATE.number,
            CERTIFICATE.status,
            CERTIFICATE.accepted,
            CERTIFICATE.applied_on,
            CERTIFICATE.registered_until,
        )
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission), CERTIFICATE.status.in_(shown), *asked(ask))
    )
    if status := ask.filters.get("status"):
        query = query.where(CERTIFICATE.status == status)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "unit": OrganisationRow.name, "applied_on": CERTIFICATE.applied_on},
        searchable=[PersonRow.name, CERTIFICATE.number, OrganisationRow.name],
        default=[CERTIFICATE.applied_on, CERTIFICATE.id],
    )


def platform_rows(session: Session, actor: Actor, permission: str) -> list[RowMapping]:
    """Every certificate within bounds with what the national platform's file says of it."""
    query = (
        select(
            PersonRow.name, PersonRow.id_number_sealed, PersonRow.in_post, OrganisationRow.name.label("unit"),
            CERTIFICATE.level, CERTIFICATE.number, CERTIFICATE.issued_on, CERTIFICATE.qualified_year,
            CERTIFICATE.validity, CERTIFICATE.registered_on, CERTIFICATE.registered_until, CERTIFICATE.status,
            CERTIFICATE.place_code,
        )
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission))
        .order_by(OrganisationRow.name, PersonRow.name, CERTIFICATE.id)
    )  # fmt: skip
    return list(session.execute(query).mappings())


def holders(
    session: Session, actor: Actor, permission: str, ask: Ask, known: Sequence[Limits], *, today: date, as_of: date
) -> Page:
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
    state = state_on(today, known)
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
            CERTIFICATE.status,
            CERTIFICATE.place_code,
            CERTIFICATE.id.label("certificate_id"),
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
    if status := ask.filters.get("status"):
        query = query.where(CERTIFICATE.status == status)
    if (posted := ask.filters.get("in_post")) in ("yes", "no"):
        query = query.where(PersonRow.in_post.is_(posted == "yes"))
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


def last_id(session: Session) -> int:
    return session.scalar(select(func.max(CERTIFICATE.id))) or 0


def region_names(session: Session) -> list[tuple[str, str]]:
    """Code and name of every region whose name no other has; of the others the code stands for the name."""
    rows = session.execute(select(RegionRow.code, RegionRow.name)).all()
    times = Counter(name for _, name in rows)
    return [(code, name if times[name] == 1 else code) for code, name in rows]


def places(session: Session, person_id: int) -> list[tuple[str, str]]:
    own = session.scalar(
        select(OrganisationRow.region_code)
        .join(PersonRow, PersonRow.organisation_id == OrganisationRow.id)
        .where(PersonRow.id == person_id)
    )
    here = (own or "")[:2]
    rows = session.execute(
        select(RegionRow.code, RegionRow.name)
        .where(RegionRow.code.startswith(here))
        .order_by((RegionRow.code == own).desc(), RegionRow.code)
    )
    return [(code, name) for code, name in rows]


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


def registration_terms(among: Among | None = None) -> Select[*tuple[Any, ...]]:
    """Every term of every certificate in the register, by the events that say so and were not undone."""
    event, undone = RegisterEventRow, aliased(RegisterEventRow)

    def said_by(link: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        query = (
            select(CERTIFICATE.person_id, CERTIFICATE.rank, event.registered_on, event.registered_until)
            .join(event, link)
            .where(
                event.registered_on.is_not(None),
                event.kind != "undone",
                ~select(undone.id).where(undone.undoes_id == event.id).exists(),
            )
        )
        return query.where(among(CERTIFICATE.person_id)) if among else query

    # Two ways from a certificate to its events, each by an index: it begins with one, and further ones name it.
    both = union_all(said_by(event.id == CERTIFICATE.id), said_by(event.certificate_id == CERTIFICATE.id)).subquery()
    return select(both.c.person_id, both.c.rank, both.c.registered_on, both.c.registered_until)


def terms_of(session: Session, person_id: int) -> list[tuple[str, date, date]]:
    rows = session.execute(registration_terms(lambda column: column == person_id)).all()
    return sorted((LEVELS[rank - 1], since, until) for _, rank, since, until in rows)


def changed_since(session: Session, at: datetime) -> list[int]:
    return list(session.scalars(select(RegisterEventRow.person_id).where(RegisterEventRow.at >= at).distinct()))
