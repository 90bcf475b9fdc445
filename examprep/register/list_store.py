"""What officers look at: holders, applications, the platform's file, counts, and what a list is filtered by."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, Subquery, func, select
from sqlalchemy.orm import Session, aliased

from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.due_store import state_on
from examprep.register.models import RegisterCertificateRow
from examprep.register.rules.process import UNDER_WAY, Status
from examprep.register.rules.windows import Limits
from examprep.register.store import asked, holder_levels, persons_of

CERTIFICATE = RegisterCertificateRow
IN_FORCE = "registration-in-force"  # of the filter ``state``: in force, whether or not its renewal may be applied for


def holders(
    session: Session, actor: Actor, permission: str, ask: Ask, known: Sequence[Limits], *, today: date, as_of: date
) -> Page:
    """Every holder of ``as_of`` within bounds with their highest certificate then; of two, the one issued last.

    The state of the registration is that of ``today``.
    """
    best = _best(actor, permission, as_of)
    state, registered_at, valid_in = state_on(today, known), aliased(RegionRow), aliased(RegionRow)
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
            valid_in.name.label("region"),
            CERTIFICATE.registered_until,
            CERTIFICATE.status,
            registered_at.name.label("place"),
            CERTIFICATE.id.label("certificate_id"),
            state.label("state"),
        )
        .outerjoin(registered_at, registered_at.code == CERTIFICATE.place_code)
        .outerjoin(valid_in, valid_in.code == CERTIFICATE.region_code)
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(best, (best.c.id == CERTIFICATE.id) & (best.c.place == 1))
        .where(within(PersonRow.organisation_id, actor, permission), *asked(ask))
    )
    if level := ask.filters.get("level"):
        query = query.where(CERTIFICATE.level == level)
    if wanted := ask.filters.get("state"):
        query = query.where(CERTIFICATE.registered_until > today if wanted == IN_FORCE else state == wanted)
    if status := ask.filters.get("status"):
        query = query.where(CERTIFICATE.status == status)
    if valid := ask.filters.get("valid"):
        query = query.where((CERTIFICATE.validity == valid) | (CERTIFICATE.region_code == valid))
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


def _best(actor: Actor, permission: str, as_of: date) -> Subquery:
    """The certificates within bounds by ``id`` and ``place``: 1 is their holder's highest of the day."""
    return (
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


def in_force(
    session: Session, actor: Actor, permission: str, *, today: date, conditions: list[ColumnElement[bool]]
) -> int:
    """Today's holders within bounds whose highest certificate is registered today."""
    best = _best(actor, permission, today)
    query = (
        select(func.count())
        .select_from(CERTIFICATE)
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(best, (best.c.id == CERTIFICATE.id) & (best.c.place == 1))
        .where(within(PersonRow.organisation_id, actor, permission), *conditions, CERTIFICATE.registered_until > today)
    )
    return session.scalar(query) or 0


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
            CERTIFICATE.validity, CERTIFICATE.region_code, CERTIFICATE.registered_on, CERTIFICATE.registered_until,
            CERTIFICATE.status, CERTIFICATE.place_code,
        )
        .join(PersonRow, PersonRow.id == CERTIFICATE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission))
        .order_by(OrganisationRow.name, PersonRow.name, CERTIFICATE.id)
    )  # fmt: skip
    return list(session.execute(query).mappings())


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


def local_regions(session: Session, actor: Actor, permission: str) -> list[tuple[str, str]]:
    """Code and name of the regions in which alone certificates within bounds are valid."""
    rows = session.execute(
        select(RegionRow.code, RegionRow.name)
        .join(CERTIFICATE, CERTIFICATE.region_code == RegionRow.code)
        .where(CERTIFICATE.validity == "local", persons_of(actor, permission)(CERTIFICATE.person_id))
        .distinct()
        .order_by(RegionRow.code)
    )
    return [(code, name) for code, name in rows]


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
