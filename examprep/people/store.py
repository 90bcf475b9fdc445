"""Queries over persons and organisations. Values out; decides nothing."""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from examprep.people.access import Permission, Role
from examprep.people.actor import Actor, Grant
from examprep.people.bounds import in_subtree, within
from examprep.people.models import (
    AccountRow,
    AuditEventRow,
    MembershipRow,
    OrganisationRow,
    OrganisationTreeRow,
    PersonRow,
    RegionRow,
)
from examprep.plumbing.kept import TOKEN
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.prepared import Prepared


def account_by_name(session: Session, sign_in_name: str) -> AccountRow | None:
    return session.scalar(select(AccountRow).where(AccountRow.sign_in_name == sign_in_name))


def account_of(session: Session, person_id: int) -> AccountRow | None:
    return session.scalar(select(AccountRow).where(AccountRow.person_id == person_id))


def holds(today: Any) -> ColumnElement[bool]:
    """That a membership holds on a day."""
    return (MembershipRow.since <= today) & (MembershipRow.until.is_(None) | (MembershipRow.until > today))


def is_merged(session: Session, person_id: int) -> bool:
    """Whether another row stands for a person's."""
    return session.scalar(select(PersonRow.merged_into_id).where(PersonRow.id == person_id)) is not None


_ACTOR_COLUMNS = (
    AccountRow.id,
    PersonRow.id,
    PersonRow.name,
    PersonRow.organisation_id,
    PersonRow.language,
    MembershipRow.role,
    MembershipRow.organisation_id,
)
_REVISION = TOKEN.scalar_subquery()
# Asked at every request.
_ACTOR = Prepared(
    lambda _: (
        select(*_ACTOR_COLUMNS, _REVISION)
        .join(PersonRow, PersonRow.id == AccountRow.person_id)
        .outerjoin(MembershipRow, (MembershipRow.person_id == PersonRow.id) & holds(bindparam("today", type_=Date)))
        .where(
            AccountRow.id == bindparam("account_id"),
            AccountRow.epoch == bindparam("epoch"),
            AccountRow.closed_at.is_(None),
        )
        .order_by(MembershipRow.id)
    ),
    (*_ACTOR_COLUMNS, _REVISION),
)


def load_actor(session: Session, account_id: int, epoch: int, today: date) -> Actor | None:
    """The actor of an open account whose sessions have not been ended; one statement."""
    found = find_actor(session.connection(), account_id, epoch, today)
    return found and found[0]


def find_actor(connection: Connection, account_id: int, epoch: int, today: date) -> tuple[Actor, str | None] | None:
    """The same, on a connection that has no session around it; with the revision of what processes keep."""
    rows = _ACTOR.run(connection, {"account_id": account_id, "epoch": epoch, "today": today})
    return (_actor(*(row[:-1] for row in rows)), rows[0][-1]) if rows else None


@lru_cache(1000)
def _actor(*rows: tuple[Any, ...]) -> Actor:
    """The same rows make the same actor, who need not be made anew for each page."""
    account, person, name, organisation_id, language, *_ = rows[0]
    grants = tuple(Grant(Role(role), organisation) for *_, role, organisation in rows if role is not None)
    return Actor(account, person, name, organisation_id, language, grants)


_REGION = Prepared(
    lambda _: select(OrganisationRow.region_code).where(OrganisationRow.id == bindparam("organisation_id")),
    (OrganisationRow.region_code,),
)


def region_of(session: Session, organisation_id: int) -> str:
    """The code of the region in which an organisation lies."""
    ((code,),) = _REGION.run(session.connection(), {"organisation_id": organisation_id})
    return str(code)


def people(session: Session, actor: Actor, ask: Ask) -> Page:
    """Persons where the actor may see them; filters: ``organisation`` (with all below), ``kind``, ``role``, ``post``.

    ``kind`` is of the person's own organisation; ``post`` is ``yes`` for those in post, ``no`` for the others.
    """
    query = (
        select(
            PersonRow.id,
            PersonRow.name,
            OrganisationRow.name.label("organisation"),
            PersonRow.phone,
            PersonRow.email,
            case(
                (AccountRow.id.is_(None), "no-account"), (AccountRow.closed_at.is_not(None), "closed"), else_="open"
            ).label("account"),
        )
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(AccountRow, AccountRow.person_id == PersonRow.id)
        .where(within(PersonRow.organisation_id, actor, Permission.PEOPLE_PERSON_SEE))
    )
    organisation = ask.filters.get("organisation", "")
    if organisation.isdecimal() and len(organisation) < 10:
        query = query.where(in_subtree(PersonRow.organisation_id, int(organisation)))
    if kind := ask.filters.get("kind"):
        query = query.where(OrganisationRow.kind == kind)
    if ask.filters.get("post") in {"yes", "no"}:
        query = query.where(PersonRow.in_post.is_(ask.filters["post"] == "yes"))
    if "role" in ask.filters:
        query = query.where(
            PersonRow.id.in_(select(MembershipRow.person_id).where(MembershipRow.role == ask.filters["role"]))
        )
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "organisation": OrganisationRow.name},
        searchable=[PersonRow.name, PersonRow.phone, PersonRow.email, OrganisationRow.name],
        default=[PersonRow.name, PersonRow.id],
    )


def memberships(session: Session, person_id: int) -> list[dict[str, Any]]:
    """A person's roles, present ones first."""
    rows = session.execute(
        select(
            MembershipRow.id,
            MembershipRow.role,
            OrganisationRow.name.label("organisation"),
            MembershipRow.organisation_id,
            MembershipRow.since,
            MembershipRow.until,
        )
        .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .where(MembershipRow.person_id == person_id)
        .order_by(MembershipRow.until.is_not(None), MembershipRow.since.desc(), MembershipRow.id)
    )
    return [dict(row) for row in rows.mappings()]


def organisations(session: Session, actor: Actor, permission: str) -> Select[*tuple[Any, ...]]:
    """Organisations where the actor may do the act, with the name of the one above each."""
    ancestor = aliased(OrganisationRow)
    parent = select(ancestor.name).where(ancestor.id == OrganisationRow.parent_id).scalar_subquery().label("parent")
    return (
        select(
            OrganisationRow.id,
            OrganisationRow.name,
            OrganisationRow.kind,
            RegionRow.name.label("region"),
            OrganisationRow.region_code,
            parent,
            OrganisationRow.closed_on,
        )
        .join(RegionRow, RegionRow.code == OrganisationRow.region_code)
        .where(within(OrganisationRow.id, actor, permission))
    )


def organisation_page(session: Session, actor: Actor, permission: str, ask: Ask) -> Page:
    query = organisations(session, actor, permission)
    if "kind" in ask.filters:
        query = query.where(OrganisationRow.kind == ask.filters["kind"])
    return fetch(
        session,
        query,
        ask,
        sortable={"name": OrganisationRow.name, "region": RegionRow.code},
        searchable=[OrganisationRow.name, RegionRow.name],
        default=[OrganisationRow.region_code, OrganisationRow.id],
    )


def officers_over(
    session: Session, organisation_ids: Collection[int], today: date, *, above: bool
) -> dict[int, list[int]]:
    """Who is told of an organisation's people: its own officers, or with ``above`` those of the nearest one above it.

    Persons by the organisation that was asked for; empty where there is nobody.
    """
    tree = OrganisationTreeRow
    query = (
        select(tree.descendant_id, tree.depth, MembershipRow.person_id)
        .join(MembershipRow, MembershipRow.organisation_id == tree.ancestor_id)
        .where(
            tree.descendant_id.in_(organisation_ids),
            tree.depth > 0 if above else tree.depth == 0,
            MembershipRow.role == Role.OFFICER,
            holds(today),
        )
        .order_by(tree.descendant_id, tree.depth, MembershipRow.person_id)
    )
    found: dict[int, list[int]] = {organisation_id: [] for organisation_id in organisation_ids}
    nearest: dict[int, int] = {}
    for organisation_id, depth, person_id in session.execute(query):
        if nearest.setdefault(organisation_id, depth) == depth and person_id not in found[organisation_id]:
            found[organisation_id].append(person_id)
    return found


def names_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Names by person."""
    return dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(person_ids))).all())


def organisation_counts(session: Session, organisation_id: int) -> tuple[int, int]:
    """(open organisations directly below, persons who belong to the organisation itself)."""
    below = select(func.count()).where(
        OrganisationRow.parent_id == organisation_id, OrganisationRow.closed_on.is_(None)
    )
    persons = select(func.count()).select_from(PersonRow).where(PersonRow.organisation_id == organisation_id)
    return session.scalar(below) or 0, session.scalar(persons) or 0


def organisation_choices(session: Session, actor: Actor, permission: str) -> list[tuple[int, str]]:
    """(id, name indented by depth) of open organisations in tree order, for select fields."""
    rows = session.execute(
        select(OrganisationRow.id, OrganisationRow.parent_id, OrganisationRow.name)
        .where(within(OrganisationRow.id, actor, permission), OrganisationRow.closed_on.is_(None))
        .order_by(OrganisationRow.id)
    ).all()
    children: dict[int | None, list[tuple[int, str]]] = {}
    known = {row.id for row in rows}
    for row in rows:
        children.setdefault(row.parent_id if row.parent_id in known else None, []).append((row.id, row.name))
    choices: list[tuple[int, str]] = []

    def walk(parent: int | None, depth: int) -> None:
        for child, name in children.get(parent, ()):
            choices.append((child, "\u3000" * depth + name))
            walk(child, depth + 1)

    walk(None, 0)
    return choices


def audit_page(session: Session, actor: Actor, ask: Ask, *, start: datetime | None, end: datetime | None) -> Page:
    """Audit lines of acts by people of the actor's organisations, of sign-ins to their accounts and of commands on the
    server; newest first, from ``start`` up to, not on, ``end``."""
    account, owner, standing, of_owner = aliased(AccountRow), *(aliased(PersonRow) for _ in range(3))
    person = func.coalesce(PersonRow.name, owner.name)
    permission = Permission.PEOPLE_AUDIT_SEE
    query = (
        select(
            AuditEventRow.id,
            AuditEventRow.at,
            case((AuditEventRow.act == "people.signed-in", person), else_=PersonRow.name).label("actor"),
            AuditEventRow.act,
            AuditEventRow.object_kind,
            AuditEventRow.object_id,
            AuditEventRow.before,
            AuditEventRow.after,
            AuditEventRow.address,
        )
        .outerjoin(PersonRow, PersonRow.id == AuditEventRow.actor_id)
        .outerjoin(standing, standing.id == PersonRow.merged_into_id)
        .outerjoin(account, (AuditEventRow.object_kind == "account") & (account.id == AuditEventRow.object_id))
        .outerjoin(owner, owner.id == account.person_id)
        .outerjoin(of_owner, of_owner.id == func.coalesce(owner.merged_into_id, owner.id))
        .where(
            within(func.coalesce(standing.organisation_id, PersonRow.organisation_id), actor, permission)
            | (
                AuditEventRow.actor_id.is_(None)
                & (account.id.is_(None) | within(of_owner.organisation_id, actor, permission))
            )
        )
    )
    if act := ask.filters.get("act"):
        query = query.where(AuditEventRow.act == act)
    if start:
        query = query.where(AuditEventRow.at >= start)
    if end:
        query = query.where(AuditEventRow.at < end)
    return fetch(
        session,
        query,
        ask,
        sortable={"at": AuditEventRow.at, "act": AuditEventRow.act, "actor": person},
        searchable=[PersonRow.name, owner.name, AuditEventRow.address],
        default=[AuditEventRow.id.desc()],
    )


def region_choices(session: Session) -> list[tuple[str, str]]:
    """Every division as (code, "code name"), in the order of codes, which is the order of the tree."""
    rows = session.execute(select(RegionRow.code, RegionRow.name, RegionRow.level).order_by(RegionRow.code))
    return [(code, "\u3000" * (level - 1) + f"{name} {code}") for code, name, level in rows]


def in_post_counts(
    session: Session,
    actor: Actor,
    permission: str,
    organisation_id: int | None,
    holders: Select[*tuple[Any, ...]],
) -> tuple[int, int]:
    """(persons in post, those of them among ``holders``) within bounds, and within an organisation if given.

    ``holders`` selects ``person_id``; who they are is another subject's.
    """
    held = holders.subquery()
    query = (
        select(func.count(PersonRow.id), func.count(held.c.person_id))
        .outerjoin(held, held.c.person_id == PersonRow.id)
        .where(PersonRow.in_post.is_(True), within(PersonRow.organisation_id, actor, permission))
    )
    if organisation_id is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, organisation_id))
    workers, certified = session.execute(query).one()
    return workers, certified


def setup_counts(session: Session, actor: Actor) -> tuple[int, int, int]:
    """Organisations, persons and open accounts where the actor manages accounts."""
    mine = within(PersonRow.organisation_id, actor, Permission.PEOPLE_ACCOUNT_MANAGE)
    organisations = select(func.count()).where(within(OrganisationRow.id, actor, Permission.PEOPLE_ACCOUNT_MANAGE))
    people = select(func.count()).select_from(PersonRow).where(mine)
    accounts = people.join(AccountRow, AccountRow.person_id == PersonRow.id).where(AccountRow.closed_at.is_(None))
    return session.scalar(organisations) or 0, session.scalar(people) or 0, session.scalar(accounts) or 0


def last_act_at(session: Session, act: str) -> datetime | None:
    """When an act was last written into the audit trail; ``None`` when it never was."""
    return session.scalar(select(func.max(AuditEventRow.at)).where(AuditEventRow.act == act))
