"""Queries over cases: those to open, to mend and to tell, the lists of officers, and what stands in somebody's way."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from examprep.ce.case_models import CaseEventRow, CaseRow
from examprep.ce.models import StandingRow
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import counted, in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch

CASE, EVENT, STANDING = CaseRow, CaseEventRow, StandingRow
SAME = and_(
    STANDING.person_id == CASE.person_id, STANDING.code == CASE.code, STANDING.period_start == CASE.period_start
)


def closed_short(
    session: Session, code: str, since: date, today: date, persons: tuple[int, int]
) -> Sequence[StandingRow]:
    """Standings of periods that closed short since the policy began, and of which there is no case yet."""
    row = STANDING
    query = (
        select(row)
        .outerjoin(CASE, SAME)
        .where(
            row.code == code,
            row.closes_on <= today,
            row.closes_on > since,
            row.missing_minutes > 0,
            row.person_id.between(*persons),
            counted(row.person_id),
            CASE.id.is_(None),
        )
    )
    return session.scalars(query).all()


def to_mend(session: Session, persons: tuple[int, int]) -> Sequence[CaseRow]:
    """Open cases in which nothing is missing any more, or nothing is owed."""
    query = (
        select(CASE)
        .outerjoin(STANDING, SAME)
        .where(
            CASE.state == "open",
            CASE.person_id.between(*persons),
            or_(STANDING.person_id.is_(None), STANDING.missing_minutes == 0),
        )
    )
    return session.scalars(query).all()


def to_reopen(session: Session, today: date, persons: tuple[int, int]) -> Sequence[CaseRow]:
    """Mended cases in which hours are missing again, since some were taken back."""
    query = select(CASE).join(STANDING, SAME).where(
        CASE.state == "mended",
        CASE.person_id.between(*persons),
        counted(CASE.person_id),
        STANDING.missing_minutes > 0,
        STANDING.closes_on <= today,
    )  # fmt: skip
    return session.scalars(query).all()


def untold(session: Session, code: str, opened_by: date, kind: str) -> Sequence[Any]:
    """(case id, person, organisation) of open cases opened by a day, of which somebody was not told yet."""
    told = select(EVENT.case_id).where(EVENT.kind == kind)
    query = (
        select(CASE.id, CASE.person_id, PersonRow.organisation_id)
        .join(PersonRow, PersonRow.id == CASE.person_id)
        .where(
            CASE.state == "open",
            CASE.code == code,
            CASE.opened_on <= opened_by,
            CASE.id.not_in(told),
            counted(CASE.person_id),
        )
        .order_by(CASE.id)
    )
    return session.execute(query).all()


def standing(person_ids: ColumnElement[bool], today: date) -> Select[*tuple[Any, ...]]:
    """Cases with what is missing now that stand: upheld, or open, short and with no time left to make up."""
    return (
        select(CASE.id, CASE.person_id, CASE.code, CASE.state, CASE.period_start, CASE.period_end,
               STANDING.missing_minutes, STANDING.closes_on, STANDING.requirement_id)
        .outerjoin(STANDING, SAME)
        .where(
            person_ids,
            or_(
                CASE.state == "upheld",
                and_(CASE.state == "open", STANDING.missing_minutes > 0, STANDING.closes_on <= today),
            ),
        )
        .order_by(CASE.period_start)
    )  # fmt: skip


def listed(session: Session, actor: Actor, ask: Ask) -> Page:
    """The cases of persons within bounds; filters ``state``, ``clock``, ``unit``."""
    query = (
        select(
            CASE.id, CASE.person_id, PersonRow.name, OrganisationRow.name.label("unit"), CASE.code, CASE.period_start,
            CASE.period_end, CASE.opened_on, CASE.state, STANDING.missing_minutes, STANDING.closes_on,
        )
        .join(PersonRow, PersonRow.id == CASE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(STANDING, SAME)
        .where(within(PersonRow.organisation_id, actor, Permission.CE_STANDING_SEE))
    )  # fmt: skip
    if state := ask.filters.get("state"):
        query = query.where(CASE.state == state)
    if code := ask.filters.get("clock"):
        query = query.where(CASE.code == code)
    if (unit := ask.number("unit")) is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, unit))
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "unit": OrganisationRow.name,
            "opened_on": CASE.opened_on,
            "missing": STANDING.missing_minutes,
        },
        searchable=[PersonRow.name, OrganisationRow.name],
        default=[CASE.opened_on.desc(), CASE.id.desc()],
    )


def of_person(session: Session, person_id: int) -> Sequence[Mapping[str, Any]]:
    """A person's cases that were not mended, the latest first."""
    query = (
        select(CASE.id, CASE.code, CASE.period_start, CASE.period_end, CASE.state, STANDING.missing_minutes,
               STANDING.closes_on, STANDING.requirement_id)
        .outerjoin(STANDING, SAME)
        .where(CASE.person_id == person_id, CASE.state != "mended")
        .order_by(CASE.period_start.desc())
    )  # fmt: skip
    return [dict(row) for row in session.execute(query).mappings()]


def events(session: Session, case_id: int) -> Sequence[Mapping[str, Any]]:
    query = (
        select(EVENT.id, EVENT.kind, EVENT.at, EVENT.reason, EVENT.until_on, PersonRow.name.label("by"))
        .outerjoin(PersonRow, PersonRow.id == EVENT.by_id)
        .where(EVENT.case_id == case_id)
        .order_by(EVENT.id)
    )
    return [dict(row) for row in session.execute(query).mappings()]


STATE_OF: Mapping[str, str] = {
    "opened": "open",
    "mended": "mended",
    "reopened": "open",
    "waived": "waived",
    "upheld": "upheld",
    "taken-back": "open",
}


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Cases whose state is not what the last of their events says; for `examprep verify`."""
    last = (
        select(EVENT.case_id, func.max(EVENT.id).label("id")).where(EVENT.kind.in_(STATE_OF)).group_by(EVENT.case_id)
    ).subquery()
    query = (
        select(CASE, EVENT.kind).outerjoin(last, last.c.case_id == CASE.id).outerjoin(EVENT, EVENT.id == last.c.id)
    ).order_by(CASE.id)
    for case, kind in session.execute(query):
        right = STATE_OF.get(kind, "open")
        if case.state != right:
            yield f"case {case.id}: {case.state}, should be {right}"
            if repair:
                case.state = right
