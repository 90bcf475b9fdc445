"""Queries over persons and organisations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.people.models import AccountRow, MembershipRow, OrganisationTreeRow, PersonRow


def below(roots: Sequence[int]) -> Select[Any]:
    """The ids of the organisations in and below ``roots``."""
    return select(OrganisationTreeRow.descendant_id).where(OrganisationTreeRow.ancestor_id.in_(roots))


def account_by_name(session: Session, sign_in_name: str) -> AccountRow | None:
    return session.scalar(select(AccountRow).where(AccountRow.sign_in_name == sign_in_name))


def load_actor(session: Session, account_id: int, epoch: int, today: date) -> Actor | None:
    """The actor of an open account whose sessions have not been ended; two statements."""
    row = session.execute(
        select(AccountRow.id, PersonRow.id, PersonRow.name, PersonRow.organisation_id, PersonRow.language)
        .join(PersonRow, PersonRow.id == AccountRow.person_id)
        .where(AccountRow.id == account_id, AccountRow.epoch == epoch, AccountRow.closed_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    grants = session.execute(
        select(MembershipRow.role, MembershipRow.organisation_id)
        .where(MembershipRow.person_id == row[1], holds(today))
        .order_by(MembershipRow.id)
    ).all()
    return Actor(*row, grants=tuple(Grant(Role(role), organisation_id) for role, organisation_id in grants))


def holds(today: date) -> ColumnElement[bool]:
    """That a membership holds on a day."""
    return (MembershipRow.since <= today) & (MembershipRow.until.is_(None) | (MembershipRow.until > today))
