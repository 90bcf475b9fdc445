"""Queries of on-line units: whom they are open to, how far each learner has come. Decides nothing."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from examprep.kernel.errors import NotFound
from examprep.people.access import Role
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import MembershipRow, OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow
from examprep.training.store import MANAGE
from examprep.training.unit_models import CompletionRow, TryRow, UnitOpeningRow, UnitRow

ROW, DONE, SEEN = UnitRow, CompletionRow, UnitOpeningRow
STATES = ("not-begun", "begun", "finished")


def managed(actor: Actor) -> ColumnElement[bool]:
    """That a unit belongs to a course of the organisations in which the actor manages classes."""
    return ROW.course_id.in_(select(CourseRow.id).where(within(CourseRow.organisation_id, actor, MANAGE)))


def unit(session: Session, actor: Actor, unit_id: int, *, lock: bool = False) -> UnitRow:
    """Raises NotFound: no such unit in the actor's courses."""
    query = select(ROW).where(ROW.id == unit_id, managed(actor))
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    return _found(session.scalar(query))


def reaches(actor: Actor) -> ColumnElement[bool]:
    """That a unit is open to the actor as a learner: by a seat in its class, or by where they belong."""
    above = select(OrganisationTreeRow.ancestor_id).where(OrganisationTreeRow.descendant_id == actor.organisation_id)
    seats = select(EnrolmentRow.class_id).where(
        EnrolmentRow.person_id == actor.person_id, EnrolmentRow.state == "enrolled"
    )
    return and_(ROW.withdrawn_at.is_(None), or_(ROW.organisation_id.in_(above), ROW.class_id.in_(seats)))


def completed_by(person_id: int) -> ColumnElement[bool]:
    """That the person has completed a unit, and it stands."""
    return ROW.id.in_(select(DONE.unit_id).where(DONE.person_id == person_id, DONE.voided_at.is_(None)))


def unit_open_to(session: Session, actor: Actor, unit_id: int, *, done_too: bool = False) -> UnitRow:
    """Raises NotFound: no such unit open to the actor; with ``done_too`` also one that they have completed."""
    condition = or_(reaches(actor), completed_by(actor.person_id)) if done_too else reaches(actor)
    return _found(session.scalar(select(ROW).where(ROW.id == unit_id, condition)))


def _found(row: UnitRow | None) -> UnitRow:
    if row is None:
        raise NotFound("training.unit", "There is no such unit within your reach.")
    return row


def opening(session: Session, unit_id: int, person_id: int, *, lock: bool = False) -> UnitOpeningRow | None:
    query = select(SEEN).where(SEEN.unit_id == unit_id, SEEN.person_id == person_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def completions(session: Session, unit_id: int, person_id: int) -> list[CompletionRow]:
    """All of one person, the latest first; only the first of them can stand."""
    query = select(DONE).where(DONE.unit_id == unit_id, DONE.person_id == person_id).order_by(DONE.round.desc())
    return list(session.scalars(query))


def tries(session: Session, unit_id: int, person_id: int) -> list[TryRow]:
    """All of one person, the latest first; only the first of them can be unsent."""
    query = select(TryRow).where(TryRow.unit_id == unit_id, TryRow.person_id == person_id)
    return list(session.scalars(query.order_by(TryRow.number.desc())))


def _standing() -> Any:
    return and_(DONE.unit_id == ROW.id, DONE.voided_at.is_(None))


def _state() -> Any:
    return case((DONE.id.is_not(None), "finished"), (SEEN.first_at.is_not(None), "begun"), else_="not-begun")


def my_page(session: Session, actor: Actor, ask: Ask) -> Page:
    """The units open to the actor and those they have completed, with how far they have come."""
    state = _state()
    query = (
        select(
            ROW.id,
            ROW.title.label("title"),
            CourseRow.name.label("course"),
            ROW.kind.label("kind"),
            ROW.minutes.label("minutes"),
            state.label("state"),
            SEEN.last_at.label("last_at"),
            DONE.completed_at.label("completed_at"),
        )
        .join(CourseRow, CourseRow.id == ROW.course_id)
        .outerjoin(SEEN, and_(SEEN.unit_id == ROW.id, SEEN.person_id == actor.person_id))
        .outerjoin(DONE, and_(_standing(), DONE.person_id == actor.person_id))
        .where(or_(reaches(actor), DONE.id.is_not(None)))
    )
    if ask.filters.get("state") in STATES:
        query = query.where(state == ask.filters["state"])
    order = case((DONE.id.is_not(None), 2), (SEEN.first_at.is_not(None), 0), else_=1)
    return fetch(
        session,
        query,
        ask,
        sortable={
            "title": ROW.title,
            "course": CourseRow.name,
            "minutes": ROW.minutes,
            "completed_at": DONE.completed_at,
        },
        searchable=(ROW.title, CourseRow.name),
        default=(order, ROW.id),
    )


def managed_page(session: Session, actor: Actor, ask: Ask) -> Page:
    """The units the actor manages, with how many opened and completed each."""
    opened = select(func.count(SEEN.person_id)).where(SEEN.unit_id == ROW.id).correlate(ROW).scalar_subquery()
    done = select(func.count(DONE.id)).where(_standing()).correlate(ROW).scalar_subquery()
    state = case((ROW.withdrawn_at.is_not(None), "withdrawn"), else_="open")
    whom = func.coalesce(ClassRow.name, OrganisationRow.name)
    query = (
        select(
            ROW.id,
            ROW.title.label("title"),
            CourseRow.name.label("course"),
            whom.label("whom"),
            ROW.kind.label("kind"),
            ROW.minutes.label("minutes"),
            opened.label("opened"),
            done.label("completed"),
            state.label("state"),
        )
        .join(CourseRow, CourseRow.id == ROW.course_id)
        .outerjoin(ClassRow, ClassRow.id == ROW.class_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == ROW.organisation_id)
        .where(managed(actor))
    )
    if ask.filters.get("state") in ("open", "withdrawn"):
        query = query.where(state == ask.filters["state"])
    return fetch(
        session,
        query,
        ask,
        sortable={
            "title": ROW.title,
            "course": CourseRow.name,
            "whom": whom,
            "opened": opened,
            "completed": done,
            "minutes": ROW.minutes,
        },
        searchable=(ROW.title, CourseRow.name, ClassRow.name, OrganisationRow.name),
        default=(ROW.withdrawn_at.is_not(None), CourseRow.name, ROW.id),
    )


def learners_of(actor: Actor, row: UnitRow) -> ColumnElement[bool]:
    """Whom a unit is open to, as far as the actor sees; whoever opened it stays, also after leaving."""
    seen = select(SEEN.person_id).where(SEEN.unit_id == row.id)
    if row.class_id is not None:
        seats = select(EnrolmentRow.person_id).where(
            EnrolmentRow.class_id == row.class_id, EnrolmentRow.state == "enrolled"
        )
        return or_(PersonRow.id.in_(seats), PersonRow.id.in_(seen))
    candidates = select(MembershipRow.person_id).where(
        MembershipRow.role == Role.CANDIDATE, MembershipRow.until.is_(None)
    )
    there = and_(in_subtree(PersonRow.organisation_id, row.organisation_id or 0), PersonRow.id.in_(candidates))
    return and_(within(PersonRow.organisation_id, actor, MANAGE), or_(there, PersonRow.id.in_(seen)))


def standing_page(session: Session, actor: Actor, row: UnitRow, ask: Ask, *, person_id: int | None = None) -> Page:
    """Who stands where in a unit."""
    sent = aliased(TryRow)
    mine = and_(sent.unit_id == row.id, sent.person_id == PersonRow.id, sent.sent_at.is_not(None))
    tried = select(func.count(sent.id)).where(mine).correlate(PersonRow).scalar_subquery()
    best = select(func.max(sent.earned)).where(mine).correlate(PersonRow).scalar_subquery()
    state = _state()
    query = (
        select(
            PersonRow.id,
            PersonRow.name.label("name"),
            OrganisationRow.name.label("organisation"),
            state.label("state"),
            SEEN.first_at.label("first_at"),
            SEEN.last_at.label("last_at"),
            tried.label("tries"),
            best.label("best"),
            DONE.completed_at.label("completed_at"),
            DONE.how.label("how"),
        )
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(SEEN, and_(SEEN.unit_id == row.id, SEEN.person_id == PersonRow.id))
        .outerjoin(DONE, and_(DONE.unit_id == row.id, DONE.voided_at.is_(None), DONE.person_id == PersonRow.id))
        .where(learners_of(actor, row))
    )
    if person_id is not None:
        query = query.where(PersonRow.id == person_id)
    if ask.filters.get("state") in STATES:
        query = query.where(state == ask.filters["state"])
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "organisation": OrganisationRow.name,
            "first_at": SEEN.first_at,
            "last_at": SEEN.last_at,
            "tries": tried,
            "best": best,
            "completed_at": DONE.completed_at,
        },
        searchable=(PersonRow.name, OrganisationRow.name),
        default=(SEEN.first_at.is_(None), OrganisationRow.name, PersonRow.name, PersonRow.id),
    )
