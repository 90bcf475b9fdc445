"""Queries of assignments: those that an actor may see, and those that are set to one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, distinct, func, or_, select
from sqlalchemy.orm import Session

from examprep.people.access import Permission, Role
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import MembershipRow, OrganisationRow, PersonRow
from examprep.plumbing.prepared import Prepared
from examprep.practice.models import AnswerRow, AssignmentRow, GivenRow

MANAGE = Permission.PRACTICE_ASSIGNMENT_MANAGE


@dataclass(frozen=True)
class Done:
    """What one person did of an assignment: of how many questions, and how their answers were."""

    person_id: int
    questions: int
    answers: int
    rights: int
    last_at: datetime | None


def set_to(session: Session, assignment_id: int, person_id: int, subject_code: str) -> Sequence[int] | None:
    """The questions of an assignment that stands and is set to the person; ``None`` when there is no such."""
    return session.scalar(
        select(AssignmentRow.question_ids)
        .join(GivenRow, GivenRow.assignment_id == AssignmentRow.id)
        .where(
            AssignmentRow.id == assignment_id,
            AssignmentRow.subject_code == subject_code,
            AssignmentRow.cancelled_at.is_(None),
            GivenRow.person_id == person_id,
        )
    )


def standing(session: Session, assignment_id: int, person_id: int) -> AssignmentRow | None:
    """An assignment that is set to the person and not cancelled."""
    return session.scalar(
        select(AssignmentRow)
        .join(GivenRow, GivenRow.assignment_id == AssignmentRow.id)
        .where(
            AssignmentRow.id == assignment_id,
            AssignmentRow.cancelled_at.is_(None),
            GivenRow.person_id == person_id,
        )
    )


@dataclass(frozen=True)
class Owed:
    """An assignment as the home of whom it is set to shows it."""

    id: int
    subject_code: str
    title: str
    question_ids: Sequence[int]
    due_on: date
    set_at: datetime
    set_by: str  # their name


_OWED_COLUMNS = (
    AssignmentRow.id,
    AssignmentRow.subject_code,
    AssignmentRow.title,
    AssignmentRow.question_ids,
    AssignmentRow.due_on,
    AssignmentRow.set_at,
    PersonRow.name,
)
_OWED = Prepared(
    lambda _: (
        select(*_OWED_COLUMNS)
        .join(GivenRow, GivenRow.assignment_id == AssignmentRow.id)
        .join(PersonRow, PersonRow.id == AssignmentRow.set_by)
        .where(
            GivenRow.person_id == bindparam("person_id"),
            AssignmentRow.cancelled_at.is_(None),
            AssignmentRow.due_on >= bindparam("since", type_=Date),
        )
        .order_by(AssignmentRow.due_on, AssignmentRow.id)
    ),
    _OWED_COLUMNS,
)


def of_person(session: Session, person_id: int, since: date) -> list[Owed]:
    """What is set to a person, due since a day, the soonest first."""
    return [Owed(*row) for row in _OWED.run(session.connection(), {"person_id": person_id, "since": since})]


def _seen(actor: Actor) -> ColumnElement[bool]:
    return or_(within(AssignmentRow.organisation_id, actor, MANAGE), AssignmentRow.set_by == actor.person_id)


def visible(actor: Actor) -> Select[Any]:
    """The assignments that the actor may see, as a list shows them."""
    given = select(func.count()).where(GivenRow.assignment_id == AssignmentRow.id).scalar_subquery()
    return (
        select(
            AssignmentRow.id,
            AssignmentRow.title,
            AssignmentRow.subject_code,
            AssignmentRow.due_on,
            AssignmentRow.set_at,
            AssignmentRow.cancelled_at,
            PersonRow.name.label("set_by"),
            given.label("given"),
        )
        .join(PersonRow, PersonRow.id == AssignmentRow.set_by)
        .where(_seen(actor))
    )


def find(session: Session, actor: Actor, assignment_id: int) -> AssignmentRow | None:
    """An assignment, if the actor may see it."""
    return session.scalar(select(AssignmentRow).where(AssignmentRow.id == assignment_id, _seen(actor)))


def found(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, AssignmentRow]:
    """Those of some assignments that the actor may see, by id."""
    rows = session.scalars(select(AssignmentRow).where(AssignmentRow.id.in_(ids), _seen(actor)))
    return {row.id: row for row in rows}


def candidates(
    session: Session, actor: Actor, today: date, *, organisation_id: int | None, person_ids: Sequence[int]
) -> list[int]:
    """Persons within the actor's bounds who may practise today: of an organisation and below, or among some."""
    practises = select(MembershipRow.person_id).where(
        MembershipRow.role == Role.CANDIDATE,
        MembershipRow.since <= today,
        or_(MembershipRow.until.is_(None), MembershipRow.until > today),
    )
    query = select(PersonRow.id).where(within(PersonRow.organisation_id, actor, MANAGE), PersonRow.id.in_(practises))
    if organisation_id is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, organisation_id))
    else:
        query = query.where(PersonRow.id.in_(person_ids))
    return list(session.scalars(query.order_by(PersonRow.id)))


def names(session: Session, person_ids: Sequence[int]) -> list[str]:
    query = select(PersonRow.name).where(PersonRow.id.in_(person_ids)).order_by(PersonRow.id)
    return list(session.scalars(query))


def persons(session: Session, actor: Actor, assignment_id: int) -> Sequence[Any]:
    """To whom it is set, as far as the actor may see them: id, name, organisation."""
    return session.execute(
        select(PersonRow.id, PersonRow.name, OrganisationRow.name.label("organisation"))
        .join(GivenRow, GivenRow.person_id == PersonRow.id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(GivenRow.assignment_id == assignment_id, within(PersonRow.organisation_id, actor, MANAGE))
        .order_by(PersonRow.name, PersonRow.id)
    ).all()


def done(
    session: Session, row: AssignmentRow | Owed, askable: Sequence[int], person_id: int | None = None
) -> dict[int, Done]:
    """What was answered since it was set, of the questions that may still be asked, by person; who did none is out."""
    log = AnswerRow
    right = case((log.half_points == log.full_half_points, 1), else_=0)
    query = (
        select(
            log.person_id,
            func.count(distinct(log.question_id)),
            func.count(),
            func.sum(right),
            func.max(log.at),
        )
        .join(GivenRow, (GivenRow.person_id == log.person_id) & (GivenRow.assignment_id == row.id))
        .where(log.question_id.in_(askable), log.at >= row.set_at)
        .group_by(log.person_id)
    )
    if person_id is not None:
        query = query.where(log.person_id == person_id)
    found = session.execute(query)
    return {person: Done(person, met, count, int(rights), last) for person, met, count, rights, last in found}


def due_between(session: Session, first: date, last: date) -> Sequence[AssignmentRow]:
    """Those that stand and are due from one day to another, both included."""
    query = select(AssignmentRow).where(
        AssignmentRow.cancelled_at.is_(None), AssignmentRow.due_on >= first, AssignmentRow.due_on <= last
    )
    return session.scalars(query.order_by(AssignmentRow.id)).all()


def given(session: Session, assignment_id: int) -> list[int]:
    """Everybody to whom it is set."""
    query = select(GivenRow.person_id).where(GivenRow.assignment_id == assignment_id).order_by(GivenRow.person_id)
    return list(session.scalars(query))
