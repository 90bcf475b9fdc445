"""Queries of the pages for whoever enrols others or approves: classes, people with their seats, wishes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.training import approving, page_store, seats, staffing
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow
from examprep.training.overview import card_of
from examprep.training.rules.seating import STANDING
from examprep.training.staffing import ENROL
from examprep.training.values import SEATS, ClassCard

SEAT = EnrolmentRow


def classes(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """The classes, open now or soon, into which the actor may enrol people; with how many of theirs asked."""
    ours = (
        select(func.count(SEAT.id))
        .join(PersonRow, PersonRow.id == SEAT.person_id)
        .where(
            SEAT.class_id == ClassRow.id,
            SEAT.state.in_(STANDING),
            within(PersonRow.organisation_id, actor, ENROL),
        )
        .correlate(ClassRow)
        .scalar_subquery()
    )
    free = ClassRow.capacity - ClassRow.enrolled - page_store.count_of("offered")
    query = (
        select(
            ClassRow.id,
            ClassRow.name.label("name"),
            CourseRow.name.label("course"),
            OrganisationRow.name.label("organisation"),
            page_store.next_start(now).label("next_at"),
            ClassRow.closes_on.label("closes_on"),
            ClassRow.capacity.label("capacity"),
            free.label("free"),
            ours.label("ours"),
        )
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(OrganisationRow, OrganisationRow.id == ClassRow.organisation_id)
        .where(staffing.for_staff(actor), page_store.standing(now).in_(("open", "soon")))
    )
    if ask.filters.get("kind"):
        query = query.where(CourseRow.kind == ask.filters["kind"])
    page = fetch(
        session,
        query,
        ask,
        sortable={"name": ClassRow.name, "course": CourseRow.name, "free": free, "ours": ours},
        searchable=(ClassRow.name, CourseRow.name),
        default=(ClassRow.closes_on, ClassRow.id),
    )
    return replace(page, rows=[{**row, "last_day": row["closes_on"] - timedelta(days=1)} for row in page.rows])


def class_choices(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the classes for a list, the latest made first."""
    query = select(ClassRow.id, ClassRow.name, CourseRow.name).join(CourseRow, CourseRow.id == ClassRow.course_id)
    rows = session.execute(
        query.where(staffing.for_staff(actor), ClassRow.state == "open").order_by(ClassRow.id.desc()).limit(200)
    )
    return [(id_, f"{name} · {course}") for id_, name, course in rows]


def card(session: Session, actor: Actor, class_id: int, *, now: datetime) -> ClassCard:
    """Raises NotFound: no such class for the actor's organisations."""
    row = staffing.class_for_staff(session, actor, class_id)
    return card_of(page_store.class_cards(session, ClassRow.id == row.id, now=now)[0])


def people(session: Session, actor: Actor, class_id: int, ask: Ask, *, now: datetime) -> Page:
    """The actor's people for whom the class is held, each with their seat, or why they can have none.

    Filters: ``unit`` an organisation, ``seat`` a state or ``none``. Raises NotFound.
    """
    row = staffing.class_for_staff(session, actor, class_id)
    state = (
        select(SEAT.state)
        .where(SEAT.class_id == row.id, SEAT.person_id == PersonRow.id)
        .correlate(PersonRow)
        .scalar_subquery()
    )
    query = (
        select(
            PersonRow.id,
            PersonRow.name.label("name"),
            OrganisationRow.name.label("organisation"),
            state.label("seat"),
        )
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(
            within(PersonRow.organisation_id, actor, ENROL),
            in_subtree(PersonRow.organisation_id, row.organisation_id),
        )
    )
    if unit := ask.number("unit"):
        query = query.where(in_subtree(PersonRow.organisation_id, unit))
    if wanted := ask.filters.get("seat"):
        query = query.where(or_(state.is_(None), state.not_in(STANDING)) if wanted == "none" else state == wanted)
    page = fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "organisation": OrganisationRow.name},
        searchable=(PersonRow.name, OrganisationRow.name),
        default=(PersonRow.name, PersonRow.id),
    )
    outcomes = _foreseen(session, actor, class_id, [] if ask.export else [line["id"] for line in page.rows], now)
    return replace(page, rows=[_told(line, outcomes.get(line["id"])) for line in page.rows])


def _foreseen(
    session: Session, actor: Actor, class_id: int, person_ids: list[int], now: datetime
) -> Mapping[int, seats.Outcome]:
    try:
        return staffing.foresee(session, actor, class_id, person_ids, now=now)
    except RuleViolation:  # nobody can ask now: the page says so once
        return {}


def _told(line: Mapping[str, Any], outcome: seats.Outcome | None) -> dict[str, Any]:
    refused = outcome.sentence if isinstance(outcome, RuleViolation) else None
    seat = SEATS[line["seat"]] if line["seat"] is not None else None
    link = line["id"] if line["seat"] in STANDING else None
    return {**line, "seat": seat, "refused": refused, "leaving": link}


def wishes(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """Enrolments for the actor to decide, those that wait longest first. Filters: ``state``, ``class``."""
    query = (
        select(
            SEAT.id,
            PersonRow.name.label("name"),
            OrganisationRow.name.label("organisation"),
            ClassRow.name.label("class_name"),
            ClassRow.id.label("class_id"),
            SEAT.step.label("step"),
            SEAT.turn.label("turn"),
            SEAT.at.label("at"),
            SEAT.state.label("state"),
            SEAT.reason.label("reason"),
            page_store.next_start(now).label("next_at"),
        )
        .join(ClassRow, ClassRow.id == SEAT.class_id)
        .join(PersonRow, PersonRow.id == SEAT.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(
            approving.mine(actor),
            SEAT.state == ("refused" if ask.filters.get("state") == "refused" else "asked"),
            page_store.not_begun(now),
        )
    )
    if class_id := ask.number("class"):
        query = query.where(ClassRow.id == class_id)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "class_name": ClassRow.name, "at": SEAT.at},
        searchable=(PersonRow.name, ClassRow.name, OrganisationRow.name),
        default=(SEAT.at, SEAT.id),
    )


def count_wishes(session: Session, actor: Actor, now: datetime) -> int:
    """How many enrolments wait for the actor."""
    return wishes(session, actor, Ask(), now=now).total
