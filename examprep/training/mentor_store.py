"""What is asked of the rows about mentors and those they help: places, certificates, levels, times, names."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.bulk import among
from examprep.register import actions as register
from examprep.syllabus.rules.levels import rank
from examprep.training.mentor_models import FreeTimesRow
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, MentorPairRow

PAIR = MentorPairRow


def unended(today: date) -> ColumnElement[bool]:
    """That a pair takes a place on ``today``: it has not ended, though it may begin only later."""
    return or_(PAIR.until.is_(None), PAIR.until > today)


def ranks(session: Session, person_ids: Collection[int], today: date) -> dict[int, int]:
    """The rank of each one's highest certificate; who holds none is left out."""
    held = register.holder_levels(today, lambda person: among(session, person, list(person_ids))).subquery()
    return {person_id: rank(level) for person_id, level in session.execute(select(held.c.person_id, held.c.level))}


def wanted(session: Session, person_ids: Collection[int], today: date) -> dict[int, int]:
    """The rank of the highest level for which each prepares now in a class; who prepares for none is left out."""
    query = (
        select(EnrolmentRow.person_id, CourseRow.level)
        .join(ClassRow, ClassRow.id == EnrolmentRow.class_id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .where(
            among(session, EnrolmentRow.person_id, list(person_ids)),
            EnrolmentRow.state == "enrolled",
            ClassRow.state != "cancelled",
            or_(ClassRow.exam_year.is_(None), ClassRow.exam_year >= today.year),
            CourseRow.level.is_not(None),
        )
    )
    found: dict[int, int] = {}
    for person_id, level in session.execute(query):
        found[person_id] = max(found.get(person_id, 0), rank(str(level)))
    return found


def taken(session: Session, mentor_id: int, today: date) -> int:
    """How many places of a mentor are taken."""
    return session.scalar(select(func.count()).where(PAIR.mentor_id == mentor_id, unended(today))) or 0


def lock(session: Session, mentor_ids: Collection[int], learner_ids: Collection[int] = ()) -> None:
    """Let those who pair the same people queue: a mentor's places are counted, and a learner gets one mentor, by one
    transaction at a time. Mentors are locked as persons, since they may be none yet; all in the order of their ids."""
    people = {*mentor_ids, *learner_ids}
    query = select(PersonRow.id).where(PersonRow.id.in_(people)).order_by(PersonRow.id)
    session.execute(query.with_for_update(key_share=True))


def times(session: Session, person_ids: Collection[int]) -> dict[int, frozenset[int]]:
    query = select(FreeTimesRow.person_id, FreeTimesRow.times)
    query = query.where(among(session, FreeTimesRow.person_id, list(person_ids)))
    return {person_id: frozenset(found) for person_id, found in session.execute(query)}


def ended(session: Session, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs (mentor, mentee) that were ended: the two are not proposed to each other again."""
    query = select(PAIR.mentor_id, PAIR.mentee_id).where(
        among(session, PAIR.mentee_id, list(person_ids)), PAIR.until.is_not(None)
    )
    return {(mentor_id, mentee_id) for mentor_id, mentee_id in session.execute(query)}


def names(session: Session, person_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and unit by person."""
    query = (
        select(PersonRow.id, PersonRow.name, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(among(session, PersonRow.id, list(person_ids)))
    )
    return {person_id: (name, unit) for person_id, name, unit in session.execute(query)}
