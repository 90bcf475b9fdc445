"""The bound of every query over people: the actor's organisations, as a condition in the query itself.

Other features use these two and join `people.models`; they never list organisations in Python.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from examprep.kernel.errors import NotFound
from examprep.people.actor import Actor
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.sql_words import IsGiven


def within(column: Any, actor: Actor, permission: str) -> ColumnElement[bool]:
    """That the organisation in ``column`` lies where the actor may do the act (nowhere: no row)."""
    reach = select(OrganisationTreeRow.descendant_id).where(
        OrganisationTreeRow.ancestor_id.in_(actor.roots(permission))
    )
    condition: ColumnElement[bool] = column.in_(reach)
    return condition


def below(column: Any) -> ColumnElement[bool]:
    """The same for a statement that is kept: ``roots``, a parameter of it, are those of the actor (`Actor.roots`)."""
    reach = select(OrganisationTreeRow.descendant_id).where(IsGiven(OrganisationTreeRow.ancestor_id, "roots"))
    condition: ColumnElement[bool] = column.in_(reach)
    return condition


def in_subtree(column: Any, organisation_id: int) -> ColumnElement[bool]:
    """That the organisation in ``column`` is ``organisation_id`` or below it; for filters, not for rights."""
    reach = select(OrganisationTreeRow.descendant_id).where(OrganisationTreeRow.ancestor_id == organisation_id)
    condition: ColumnElement[bool] = column.in_(reach)
    return condition


def tops(session: Session, actor: Actor, permission: str) -> list[int]:
    """The organisations in and below which the actor may do the act, without those that lie below another of them."""
    tree, roots = OrganisationTreeRow, actor.roots(permission)
    inner = select(tree.descendant_id).where(tree.ancestor_id.in_(roots), tree.descendant_id.in_(roots), tree.depth > 0)
    return sorted(set(roots) - set(session.scalars(inner)))


def people_of_region(region_code: str) -> Select[int]:
    """The persons of a region's organisations and of all below these, as a subquery; for figures, not for rights."""
    tree, there = OrganisationTreeRow, select(OrganisationRow.id).where(OrganisationRow.region_code == region_code)
    reach = select(tree.descendant_id).where(tree.ancestor_id.in_(there))
    return select(PersonRow.id).where(PersonRow.organisation_id.in_(reach))


def counted(column: Any) -> ColumnElement[bool]:
    """That the person in ``column`` counts: not a row that was merged with another. For counts without bounds."""
    merged = select(PersonRow.id).where(PersonRow.merged_into_id.is_not(None))
    condition: ColumnElement[bool] = column.not_in(merged)
    return condition


def stands_for(column: Any) -> ColumnElement[int]:
    """The person in ``column``, or the row that stands for theirs since both were merged."""
    row = aliased(PersonRow)
    into = select(row.merged_into_id).where(row.id == column).scalar_subquery()
    return func.coalesce(into, column)


def stood_for(person_id: int) -> Select[int]:
    """The rows that were merged, for which a person's row stands."""
    return select(PersonRow.id).where(PersonRow.merged_into_id == person_id).order_by(PersonRow.id)


def seen(session: Session, actor: Actor, permission: str, person_id: int) -> PersonRow:
    """The person, if the actor may do the act to them.

    Raises:
        NotFound: no such person there; somebody else's person looks the same as nobody.
    """
    person = session.scalar(
        select(PersonRow).where(PersonRow.id == person_id, within(PersonRow.organisation_id, actor, permission))
    )
    if person is None:
        raise NotFound("people.person", "There is no such person in your organisations.")
    return person


def everywhere(session: Session, actor: Actor, permission: str) -> bool:
    """Whether the actor may do the act in every organisation there is, so that sums over all of them may be shown."""
    outside = select(OrganisationRow.id).where(
        OrganisationRow.parent_id.is_(None), OrganisationRow.id.not_in(actor.roots(permission))
    )
    return session.scalar(outside.limit(1)) is None


def organisation_seen(session: Session, actor: Actor, permission: str, organisation_id: int) -> OrganisationRow:
    """The organisation, if it lies where the actor may do the act.

    Raises:
        NotFound: no such organisation there.
    """
    row = session.scalar(
        select(OrganisationRow).where(
            OrganisationRow.id == organisation_id, within(OrganisationRow.id, actor, permission)
        )
    )
    if row is None:
        raise NotFound("people.organisation", "There is no such organisation within your bounds.")
    return row
