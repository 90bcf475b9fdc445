"""Verbs of the people pages: keep persons, their roles, accounts and organisations in order."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import actions, passwords, store
from examprep.people.access import Permission, Role
from examprep.people.actor import Actor
from examprep.people.bounds import organisation_seen, seen
from examprep.people.merge_lists import merged_into
from examprep.people.models import AccountRow, MembershipRow, OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId, read_resident_id
from examprep.plumbing.vault import Vault

people = store.people
organisation_page = store.organisation_page
organisation_choices = store.organisation_choices
region_choices = store.region_choices
audit_page = store.audit_page
in_post_counts = store.in_post_counts
officers_over = store.officers_over
names_of = store.names_of
setup_counts = store.setup_counts
last_act_at = store.last_act_at

_EDITABLE = ("name", "organisation_id", "phone", "email", "education", "in_post")


def person_detail(session: Session, vault: Vault, actor: Actor, person_id: int) -> dict[str, Any]:
    """A person as their page shows them; the ID number masked.

    Raises:
        NotFound: no such person in the actor's organisations.
    """
    person = seen(session, actor, Permission.PEOPLE_PERSON_SEE, person_id)
    account = store.account_of(session, person_id)
    organisation = session.get_one(OrganisationRow, person.organisation_id)
    number = vault.open(person.id_number_sealed) if person.id_number_sealed else None
    return {
        "id": person.id,
        "name": person.name,
        "organisation": organisation.name,
        "organisation_id": organisation.id,
        "id_number": ResidentId(number).masked if number else None,
        "born_on": person.born_on,
        "sex": person.sex,
        "phone": person.phone,
        "email": person.email,
        "education": person.education,
        "in_post": person.in_post,
        "sign_in_name": account.sign_in_name if account else None,
        "account_closed_at": account.closed_at if account else None,
        "last_seen_at": account.last_seen_at if account else None,
        "memberships": store.memberships(session, person_id),
        "merged": merged_into(session, person_id),
    }


def save_person(
    session: Session,
    vault: Vault,
    actor: Actor,
    entry: Mapping[str, Any],
    *,
    person_id: int | None = None,
    now: datetime,
    today: date,
) -> int:
    """Make or change a person; ``entry`` has the form's fields. An empty ID number leaves the present one.

    Raises:
        NotFound: the person, or the organisation, lies outside the actor's bounds.
        RuleViolation: the ID number is not right.
        Conflict: ``people.duplicate``.
    """
    organisation_seen(session, actor, Permission.PEOPLE_PERSON_EDIT, entry["organisation_id"])
    number = read_resident_id(entry["id_number"], today=today) if entry.get("id_number") else None
    details = {name: entry[name] or None for name in _EDITABLE if name not in {"in_post", "name", "organisation_id"}}
    if person_id is None:
        person = actions.add_person(
            session,
            vault,
            name=entry["name"].strip(),
            organisation_id=entry["organisation_id"],
            in_post=bool(entry["in_post"]),
            id_number=number,
            now=now,
            **details,
        )
        actions.record(session, actor, "people.person-added", "person", person.id, now=now)
        return person.id
    person = seen(session, actor, Permission.PEOPLE_PERSON_EDIT, person_id)
    before = {name: getattr(person, name) for name in _EDITABLE}
    for name, value in {**details, "name": entry["name"].strip(), "organisation_id": entry["organisation_id"]}.items():
        setattr(person, name, value)
    person.in_post = bool(entry["in_post"])
    if number is not None:
        _set_id_number(session, vault, person, number)
    after = {name: getattr(person, name) for name in _EDITABLE}
    changed = [name for name in _EDITABLE if before[name] != after[name]]
    actions.record(
        session,
        actor,
        "people.person-changed",
        "person",
        person.id,
        now=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed} | ({"id_number": "changed"} if number else {}),
    )
    return person.id


def _set_id_number(session: Session, vault: Vault, person: PersonRow, number: ResidentId) -> None:
    fingerprint = vault.fingerprint(number.number)
    other = session.scalar(
        select(PersonRow.id).where(PersonRow.id_number_hash == fingerprint, PersonRow.id != person.id)
    )
    if other is not None:
        raise Conflict("people.duplicate", "Somebody already has this ID number.")
    person.id_number_sealed, person.id_number_hash = vault.seal(number.number), fingerprint
    person.born_on, person.sex = number.born_on, number.sex


def give_role(
    session: Session, actor: Actor, person_id: int, *, role: str, organisation_id: int, now: datetime, today: date
) -> None:
    """Give a role from today on.

    Raises:
        NotFound: the person or the organisation lies outside the actor's bounds.
        Conflict: the person has it already.
    """
    seen(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE, person_id)
    organisation_seen(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE, organisation_id)
    present = session.scalar(
        select(MembershipRow.id).where(
            MembershipRow.person_id == person_id,
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.role == role,
            store.holds(today),
        )
    )
    if present is not None:
        raise Conflict("people.membership", "The person already has this role here.")
    actions.grant_role(session, person_id=person_id, organisation_id=organisation_id, role=Role(role), since=today)
    actions.record(
        session,
        actor,
        "people.role-given",
        "person",
        person_id,
        now=now,
        after={"role": role, "organisation_id": organisation_id},
    )


def end_role(session: Session, actor: Actor, membership_id: int, *, now: datetime, today: date) -> int:
    """End a role today; returns whose it was. The row stays: it says who could do what, and when.

    Raises:
        NotFound: no such role within the actor's bounds.
        RuleViolation: ``people.own-role`` -- administrators do not lock themselves out.
    """
    row = session.get(MembershipRow, membership_id)
    if row is None:
        raise NotFound("people.membership-unknown", "There is no such role.")
    seen(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE, row.person_id)
    organisation_seen(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE, row.organisation_id)
    if row.person_id == actor.person_id and row.role == Role.ADMINISTRATOR:
        raise RuleViolation("people.own-role", "You cannot end your own administrator role. Ask another administrator.")
    # A role given today and ended today never held; the period stays half-open and empty.
    row.until = max(today, row.since)
    actions.record(
        session,
        actor,
        "people.role-ended",
        "person",
        row.person_id,
        now=now,
        before={"role": row.role, "organisation_id": row.organisation_id},
    )
    return row.person_id


def issue_account(session: Session, actor: Actor, person_id: int, *, sign_in_name: str, now: datetime) -> str:
    """Open an account, or give an existing one a new password; returns the password, which is shown once.

    Raises:
        NotFound: outside the actor's bounds.
        Conflict: the sign-in name is taken. RuleViolation: it holds an ID number.
    """
    seen(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE, person_id)
    password = secrets.token_urlsafe(9)
    account = store.account_of(session, person_id)
    if account is None:
        account = actions.open_account(
            session, person_id=person_id, sign_in_name=sign_in_name.strip(), password=password, now=now
        )
    else:
        account.password_hash = passwords.hash_password(password)
        account.epoch += 1
        account.closed_at = None
    actions.record(session, actor, "people.account-issued", "account", account.id, now=now)
    return password


def close_account(session: Session, actor: Actor, person_id: int, *, now: datetime) -> None:
    """End every session of the account and refuse new ones; `issue_account` opens it again.

    Raises:
        NotFound: outside the actor's bounds, or there is no account.
        RuleViolation: ``people.own-account``.
    """
    seen(session, actor, Permission.PEOPLE_ACCOUNT_MANAGE, person_id)
    account: AccountRow | None = store.account_of(session, person_id)
    if account is None:
        raise NotFound("people.account", "There is no such account.")
    if person_id == actor.person_id:
        raise RuleViolation("people.own-account", "You cannot close your own account. Ask another administrator.")
    account.closed_at = now
    account.epoch += 1
    actions.record(session, actor, "people.account-closed", "account", account.id, now=now)


def found_organisation(
    session: Session, actor: Actor, *, name: str, kind: str, region_code: str, parent_id: int, now: datetime
) -> int:
    """Put a new organisation below one of the actor's.

    Raises:
        NotFound: the parent lies outside the actor's bounds.
        Conflict: the parent already has one of that name.
    """
    organisation_seen(session, actor, Permission.PEOPLE_ORGANISATION_MANAGE, parent_id)
    row = actions.add_organisation(session, name=name.strip(), kind=kind, region_code=region_code, parent_id=parent_id)
    actions.record(
        session, actor, "people.organisation-added", "organisation", row.id, now=now, after={"name": row.name}
    )
    return row.id


def organisation_detail(session: Session, actor: Actor, organisation_id: int) -> dict[str, Any]:
    """An organisation as its page shows it, with how many open ones stand below and how many persons belong to it.

    Raises:
        NotFound: outside the actor's bounds.
    """
    row = organisation_seen(session, actor, Permission.PEOPLE_ORGANISATION_MANAGE, organisation_id)
    below, persons = store.organisation_counts(session, organisation_id)
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "region_code": row.region_code,
        "closed_on": row.closed_on,
        "below": below,
        "persons": persons,
    }


def correct_organisation(
    session: Session, actor: Actor, organisation_id: int, *, name: str, kind: str, region_code: str, now: datetime
) -> None:
    """Change what an organisation is called, its kind or its region. What was registered before keeps its own region.

    Raises:
        NotFound: outside the actor's bounds.
        Conflict: ``people.organisation-name`` -- another one beside it bears the name.
    """
    row = organisation_seen(session, actor, Permission.PEOPLE_ORGANISATION_MANAGE, organisation_id)
    after = {"name": name.strip(), "kind": kind, "region_code": region_code}
    before = {field: getattr(row, field) for field in after}
    if before == after:
        return
    actions.change_organisation(session, row, after)
    actions.record(
        session, actor, "people.organisation-changed", "organisation", row.id, now=now, before=before, after=after
    )


def close_organisation(
    session: Session, actor: Actor, organisation_id: int, *, reopen: bool, now: datetime, today: date
) -> None:
    """Close an organisation, or open it again; its people and figures stay.

    Raises:
        NotFound: outside the actor's bounds.
    """
    row = organisation_seen(session, actor, Permission.PEOPLE_ORGANISATION_MANAGE, organisation_id)
    row.closed_on = None if reopen else today
    act = "people.organisation-reopened" if reopen else "people.organisation-closed"
    actions.record(session, actor, act, "organisation", row.id, now=now)
