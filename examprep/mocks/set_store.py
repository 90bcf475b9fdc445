"""Queries of papers that trainers set: every one over another's rows takes the actor and bounds the rows itself."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, and_, cast, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from examprep.mocks.models import AttemptRow, GivenRow, PaperRow
from examprep.mocks.store import UNDER_WAY
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import counted, within
from examprep.people.models import OrganisationRow, PersonRow

MANAGE = Permission.PRACTICE_ASSIGNMENT_MANAGE
_TO_MARK = and_(AttemptRow.ended_at.is_not(None), AttemptRow.marked_at.is_(None))


def insert_given(session: Session, paper_id: int, person_ids: Iterable[int]) -> None:
    session.execute(insert(GivenRow), [{"paper_id": paper_id, "person_id": person} for person in person_ids])


def given(session: Session, paper_id: int) -> Sequence[int]:
    """To whom a paper is set."""
    return session.scalars(select(GivenRow.person_id).where(GivenRow.paper_id == paper_id)).all()


def _seen(actor: Actor) -> ColumnElement[bool]:
    mine = or_(within(PaperRow.organisation_id, actor, MANAGE), PaperRow.made_by == actor.person_id)
    return and_(PaperRow.organisation_id.is_not(None), mine)


def paper(session: Session, actor: Actor, paper_id: int) -> PaperRow | None:
    """A paper that was set, if the actor may see it."""
    return session.scalar(select(PaperRow).where(PaperRow.id == paper_id, _seen(actor)))


def visible(actor: Actor) -> Select[Any]:
    """The papers that were set and that the actor may see, as a list shows them."""
    given = select(func.count()).where(GivenRow.paper_id == PaperRow.id).scalar_subquery()
    attempts = select(func.count()).where(AttemptRow.paper_id == PaperRow.id, counted(AttemptRow.person_id))
    begun = attempts.scalar_subquery()
    waiting = attempts.where(_TO_MARK).scalar_subquery()
    return (
        select(
            PaperRow.id,
            PaperRow.title,
            PaperRow.subject_code,
            PaperRow.opens_at,
            PaperRow.closes_at,
            PaperRow.taken_back_at,
            PersonRow.name.label("set_by"),
            given.label("given"),
            begun.label("begun"),
            waiting.label("to_mark"),
        )
        .join(PersonRow, PersonRow.id == PaperRow.made_by)
        .where(_seen(actor))
    )


def sitters(session: Session, actor: Actor, paper_id: int) -> Sequence[Any]:
    """To whom a paper is set, as far as the actor may see them, with their attempt."""
    attempt = and_(AttemptRow.paper_id == GivenRow.paper_id, AttemptRow.person_id == GivenRow.person_id)
    return session.execute(
        select(
            PersonRow.id,
            PersonRow.name,
            OrganisationRow.name.label("organisation"),
            AttemptRow.id.label("attempt_id"),
            AttemptRow.begun_at,
            AttemptRow.ended_at,
            AttemptRow.marked_at,
            AttemptRow.half_points,
            AttemptRow.full_half_points,
        )
        .select_from(GivenRow)
        .join(PersonRow, PersonRow.id == GivenRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(AttemptRow, attempt)
        .where(GivenRow.paper_id == paper_id, within(PersonRow.organisation_id, actor, MANAGE))
        .order_by(PersonRow.name, PersonRow.id)
    ).all()


def seen_attempt(session: Session, actor: Actor, paper_id: int, attempt_id: int) -> tuple[AttemptRow, str, int] | None:
    """An attempt at a paper, with the person's name and organisation, if the actor may see the person."""
    found = session.execute(
        select(AttemptRow, PersonRow.name, PersonRow.organisation_id)
        .join(PersonRow, PersonRow.id == AttemptRow.person_id)
        .where(
            AttemptRow.id == attempt_id,
            AttemptRow.paper_id == paper_id,
            within(PersonRow.organisation_id, actor, MANAGE),
        )
    ).first()
    return (found[0], found[1], found[2]) if found else None


def stop(session: Session, paper_id: int, *, at: datetime) -> None:
    """Stop whoever is sitting a paper; they may begin another."""
    session.execute(
        update(AttemptRow)
        .where(AttemptRow.paper_id == paper_id, UNDER_WAY)
        .values(discarded_at=at)
        .execution_options(synchronize_session=False)
    )


def go_on(session: Session, paper_id: int, *, stopped_at: datetime) -> None:
    """Let those go on who were stopped at an instant, unless they sit another paper by now."""
    other = aliased(AttemptRow)
    elsewhere = select(other.person_id).where(other.ended_at.is_(None), other.discarded_at.is_(None))
    session.execute(
        update(AttemptRow)
        .where(
            AttemptRow.paper_id == paper_id,
            AttemptRow.discarded_at == stopped_at,
            AttemptRow.person_id.not_in(elsewhere),
        )
        .values(discarded_at=None)
        .execution_options(synchronize_session=False)
    )


def begun(session: Session, paper_id: int) -> int:
    return session.scalar(select(func.count()).where(AttemptRow.paper_id == paper_id)) or 0


def some_to_mark() -> ColumnElement[bool]:
    """That somebody's attempt at a paper waits for marking."""
    return exists().where(AttemptRow.paper_id == PaperRow.id, _TO_MARK)


def to_mark(session: Session, actor: Actor) -> int:
    """How many attempts at papers that the actor may see, of persons that they may see, wait for marking."""
    query = (
        select(func.count())
        .select_from(AttemptRow)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(PersonRow, PersonRow.id == AttemptRow.person_id)
        .where(
            _TO_MARK,
            PaperRow.taken_back_at.is_(None),
            _seen(actor),
            within(PersonRow.organisation_id, actor, MANAGE),
        )
    )
    return session.scalar(query) or 0


def mean_share(
    session: Session, person_ids: Any, subject_codes: Collection[str], since: datetime, until: datetime
) -> tuple[float | None, int]:
    """Of each person's latest finished mock of each subject in a time: the mean share of the full marks, and of how
    many persons.

    ``person_ids`` is a condition's right-hand side: a list or a subquery.
    """
    row = AttemptRow
    last = func.row_number().over(
        partition_by=(row.person_id, PaperRow.subject_code), order_by=(row.ended_at.desc(), row.id.desc())
    )
    share = cast(row.half_points, Float) / row.full_half_points
    latest = (
        select(row.person_id, share.label("share"), last.label("place"))
        .join(PaperRow, PaperRow.id == row.paper_id)
        .where(
            row.person_id.in_(person_ids),
            PaperRow.subject_code.in_(subject_codes),
            row.marked_at.is_not(None),
            row.ended_at >= since,
            row.ended_at < until,
            row.full_half_points > 0,
            PaperRow.taken_back_at.is_(None),
        )
        .subquery()
    )
    query = select(func.avg(latest.c.share), func.count(latest.c.person_id.distinct())).where(latest.c.place == 1)
    mean, persons = session.execute(query).one()
    return mean, persons
