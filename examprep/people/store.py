"""Queries over persons and organisations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, select
from sqlalchemy.orm import Session

from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.people.models import AccountRow, MembershipRow, OrganisationTreeRow, PersonRow


def below(roots: Sequence[int]) -> Select[Any]:
    """The ids of the organisations in and below ``roots``."""
    return select(OrganisationTreeRow.descendant_id).where(OrganisationTreeRow.ancestor_id.in_(roots))


def account_by_name(session: Session, sign_in_name: str) -> AccountRow | None:
    return session.scalar(select(AccountRow).where(AccountRow.sign_in_name == sign_in_name))


def holds(today: Any) -> ColumnElement[bool]:
    """That a membership holds on a day."""
    return (MembershipRow.since <= today) & (MembershipRow.until.is_(None) | (MembershipRow.until > today))


# Asked at every request, so it is built once and sent without the ORM.
_ACTOR = (
    select(
        AccountRow.id,
        PersonRow.id,
        PersonRow.name,
        PersonRow.organisation_id,
        PersonRow.language,
        MembershipRow.role,
        MembershipRow.organisation_id,
    )
    .join(PersonRow, PersonRow.id == AccountRow.person_id)
    .outerjoin(MembershipRow, (MembershipRow.person_id == PersonRow.id) & holds(bindparam("today", type_=Date)))
    .where(
        AccountRow.id == bindparam("account_id"),
        AccountRow.epoch == bindparam("epoch"),
        AccountRow.closed_at.is_(None),
    )
    .order_by(MembershipRow.id)
)


def load_actor(session: Session, account_id: int, epoch: int, today: date) -> Actor | None:
    """The actor of an open account whose sessions have not been ended; one statement."""
    asked = {"account_id": account_id, "epoch": epoch, "today": today}
    rows = session.connection().execute(_ACTOR, asked).all()
    if not rows:
        return None
    grants = tuple(Grant(Role(role), organisation_id) for *_, role, organisation_id in rows if role is not None)
    return Actor(*rows[0][:5], grants=grants)
