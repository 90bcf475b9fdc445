"""Mentors proposed to learners of one class, of several, or of all; another chosen instead; the pairs approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.kernel.clock import start_of_day
from examprep.kernel.errors import Conflict
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.bulk import among
from examprep.practice import progress
from examprep.register import actions as register
from examprep.syllabus.rules.levels import rank
from examprep.training import mentor_store, mentoring, store, units
from examprep.training.mentor_models import MentorRow
from examprep.training.mentors import LATELY
from examprep.training.models import ClassRow, EnrolmentRow, MentorPairRow
from examprep.training.rules.pairing import Learner, Mentor, Option, Pairing, cost, options, propose, reasons

MANAGE = Permission.TRAINING_CLASS_MANAGE


@dataclass(frozen=True)
class Proposal:
    """Pairs for learners who have no mentor, and what else could be chosen; names and units by person."""

    pairings: Sequence[Pairing]
    mentors: Mapping[int, Mentor]
    learners: Mapping[int, Learner]
    never: frozenset[tuple[int, int]]
    names: Mapping[int, tuple[str, str]]

    def options_of(self, learner_id: int) -> list[Option]:
        """Who could mentor a learner, the best first; places that the proposal gives to others are not free."""
        given = [each.mentor_id for each in self.pairings if each.mentor_id and each.learner_id != learner_id]
        return options(list(self.mentors.values()), self.learners[learner_id], self.never, given)


def proposal(session: Session, actor: Actor, class_ids: Sequence[int], *, today: date) -> Proposal:
    """Mentors for the learners of some classes who have none, at the least cost together; without classes, for all
    learners of the actor's exam classes of this year and later. Nothing is kept.

    Raises:
        NotFound: no such class in the actor's organisations.
    """
    learners = {each.person_id: each for each in _learners(session, actor, class_ids, today)}
    mentors = {each.person_id: each for each in _mentors(session, actor, today)}
    never = frozenset(mentor_store.ended(session, [*learners, *mentors]))
    pairings = propose(list(mentors.values()), list(learners.values()), never)
    return Proposal(pairings, mentors, learners, never, mentor_store.names(session, {*learners, *mentors}))


def approve(
    session: Session,
    actor: Actor,
    class_ids: Sequence[int],
    chosen: Sequence[tuple[int, int]],
    *,
    widen: bool = False,
    today: date,
    now: datetime,
) -> int:
    """Make pairs (mentor, learner), proposed or chosen instead, all or none; returns how many.

    Raises:
        NotFound: no such class in the actor's organisations.
        Conflict: ``training.mentor-full`` -- without ``widen``; ``training.mentor-changed`` -- somebody has a mentor
            meanwhile, or something else that spoke for a pair is no longer so.
    """
    mentor_store.lock(session, [mentor for mentor, _ in chosen], [learner for _, learner in chosen])
    learners = {each.person_id: each for each in _learners(session, actor, class_ids, today)}
    mentors = {each.person_id: each for each in _mentors(session, actor, today)}
    never = mentor_store.ended(session, [*learners, *mentors])
    taken = {person_id: each.taken for person_id, each in mentors.items()}
    for mentor_id, learner_id in chosen:
        mentor, learner = mentors.get(mentor_id), learners.pop(learner_id, None)
        if (
            mentor is None
            or learner is None
            or (mentor_id, learner_id) in never
            or cost(mentor, learner, taken[mentor_id]) is None
        ):
            raise Conflict(
                "training.mentor-changed", "Something changed since this was proposed. Look at the proposal again."
            )
        why = reasons(mentor, learner, taken[mentor_id])
        pair_id = mentoring.pair(
            session, actor, mentor_id=mentor_id, mentee_id=learner_id, since=today, now=now, reasons=why, widen=widen
        )
        mentoring.tell(session, pair_id, now=now)
        taken[mentor_id] += 1
    return len(chosen)


def classes(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the classes that the actor manages and that are not cancelled, the latest first."""
    query = select(ClassRow.id, ClassRow.name).where(store.managed(actor), ClassRow.state != "cancelled")
    return [(class_id, name) for class_id, name in session.execute(query.order_by(ClassRow.id.desc()).limit(100))]


def _learners(session: Session, actor: Actor, class_ids: Sequence[int], today: date) -> list[Learner]:
    """Those of the actor's people who have a seat and no mentor now, and the chapter in which each is weakest."""
    store.classes(session, actor, class_ids)
    seats = select(EnrolmentRow.person_id).where(
        among(session, EnrolmentRow.class_id, list(class_ids)), EnrolmentRow.state == "enrolled"
    )
    has_one = select(MentorPairRow.mentee_id).where(mentor_store.unended(today))
    query = (
        select(PersonRow.id, PersonRow.organisation_id, OrganisationRow.region_code)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(
            PersonRow.id.in_(seats if class_ids else store.exam_learner_ids(actor, today.year)),
            PersonRow.id.not_in(has_one),
            within(PersonRow.organisation_id, actor, MANAGE),
        )
    )
    rows = session.execute(query).all()
    people = [person_id for person_id, *_ in rows]
    # Mentors name chapters of the edition in force, so the weakest is one of them too.
    in_force = frozenset(number for number, _ in units.chapters(session, start_of_day(today)))
    weakest = progress.weakest(session, people, today - LATELY, of=in_force)
    times = mentor_store.times(session, people)
    wanted = mentor_store.wanted(session, people, today)
    return [
        Learner(
            person_id,
            organisation_id,
            region_code,
            wanted.get(person_id, 1),
            weakest[person_id][0].id if person_id in weakest else None,
            times.get(person_id, frozenset()),
        )
        for person_id, organisation_id, region_code in rows
    ]


def _mentors(session: Session, actor: Actor, today: date) -> list[Mentor]:
    """The mentors of the actor's organisations, with their certificates and how many they have already."""
    held = register.holder_levels(today).subquery()
    taken = (
        select(func.count())
        .where(MentorPairRow.mentor_id == MentorRow.person_id, mentor_store.unended(today))
        .scalar_subquery()
    )
    query = (
        select(MentorRow, PersonRow.organisation_id, OrganisationRow.region_code, held.c.level, taken)
        .join(PersonRow, PersonRow.id == MentorRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(held, held.c.person_id == PersonRow.id)
        .where(within(PersonRow.organisation_id, actor, MANAGE), MentorRow.until.is_(None))
    )
    rows = session.execute(query).all()
    times = mentor_store.times(session, [row.person_id for row, *_ in rows])
    return [
        Mentor(
            row.person_id,
            organisation_id,
            region_code,
            rank(level) if level else 0,
            row.places,
            count,
            frozenset(row.chapters),
            times.get(row.person_id, frozenset()),
        )
        for row, organisation_id, region_code, level, count in rows
    ]
