"""Accounts as whoever runs the installation manages them, from the command line."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people import passwords, store
from examprep.people.access import Role
from examprep.people.actions import check_password, record
from examprep.people.models import AccountRow, MembershipRow, OrganisationRow, RegionRow


def has_administrator(session: Session) -> bool:
    """Whether somebody who administers can sign in."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    MembershipRow.role == Role.ADMINISTRATOR,
                    AccountRow.person_id == MembershipRow.person_id,
                    AccountRow.closed_at.is_(None),
                )
            )
        )
    )


def reset_password(session: Session, sign_in_name: str, password: str, *, now: datetime) -> None:
    """Set a password without knowing the old one, end every session and open a closed account again.

    Raises:
        NotFound: ``people.account``.
        RuleViolation: ``people.password-short``; ``people.merged`` -- the row was merged with another.
    """
    account = _account(session, sign_in_name)
    if store.is_merged(session, account.person_id):
        raise RuleViolation("people.merged", "This record was merged with another, whose account is used.")
    check_password(password)
    account.password_hash = passwords.hash_password(password)
    account.epoch += 1
    account.closed_at = None
    record(session, None, "people.password-reset", "account", account.id, now=now)


def close_account(session: Session, sign_in_name: str, *, now: datetime) -> None:
    """End every session; nobody signs in to it any more. The person and all they did stay.

    Raises:
        NotFound: ``people.account``.
    """
    account = _account(session, sign_in_name)
    account.closed_at = account.closed_at or now
    account.epoch += 1
    record(session, None, "people.account-closed", "account", account.id, now=now)


def organisation_called(session: Session, name: str) -> int:
    """The id of the organisation of that name, or with that id.

    Raises:
        NotFound: ``people.organisation`` -- none, or more than one of that name.
    """
    wanted = OrganisationRow.id == int(name) if name.isdecimal() else OrganisationRow.name == name
    found = session.scalars(select(OrganisationRow.id).where(wanted).limit(2)).all()
    if not found:
        raise NotFound("people.organisation", "There is no organisation called %(name)s.", name=name)
    if len(found) > 1:
        raise NotFound("people.organisation", "Several organisations are called %(name)s; give the number.", name=name)
    return found[0]


def check_region(session: Session, code: str) -> None:
    """Raises NotFound: ``people.region``."""
    if session.get(RegionRow, code) is None:
        raise NotFound("people.region", "There is no region with the code %(region)s (GB/T 2260).", region=code)


def _account(session: Session, sign_in_name: str) -> AccountRow:
    account = store.account_by_name(session, sign_in_name)
    if account is None:
        raise NotFound("people.account", "There is no such account.")
    return account
