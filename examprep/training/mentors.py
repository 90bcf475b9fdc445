"""Mentors and whom they are proposed to: places, strengths, free times; a class's proposal and its approval."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from examprep.exams.roll import roll
from examprep.kernel.errors import Conflict, NotFound
from examprep.kernel.rate import Rate, change_in_points
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.practice import progress
from examprep.register import actions as register
from examprep.syllabus import actions as syllabus
from examprep.syllabus.rules.levels import rank
from examprep.training import mentor_store, mentoring, store
from examprep.training.mentor_models import FreeTimesRow, MentorMeetingRow, MentorRow
from examprep.training.models import EnrolmentRow, MentorPairRow
from examprep.training.rules.pairing import WEEK, Learner, Mentor, Pairing, cost, propose, reasons

MANAGE = Permission.TRAINING_CLASS_MANAGE
_People = defaultdict[int, set[int]]  # persons by mentor
LATELY = timedelta(days=90)  # what is weak is told by the answers since then; so far back goes what was before a pair


@dataclass(frozen=True)
class Proposal:
    """Pairs for the learners of a class who have no mentor; names by person."""

    pairings: Sequence[Pairing]
    names: Mapping[int, tuple[str, str]]  # name and unit
    mentors: int


@dataclass(frozen=True)
class Answers:
    """How mentees answered in the days before they were paired, and since: the same people in both."""

    before: Rate
    since: Rate
    mentees: frozenset[int]

    def with_those_of(self, mentee_id: int, before: Rate, since: Rate) -> "Answers":
        return Answers(
            Rate(self.before.part + before.part, self.before.base + before.base),
            Rate(self.since.part + since.part, self.since.base + since.base),
            self.mentees | {mentee_id},
        )


NO_ANSWERS = Answers(Rate(0, 0), Rate(0, 0), frozenset())


def appoint(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    places: int,
    chapters: Sequence[int],
    today: date,
    now: datetime,
) -> None:
    """Let somebody be proposed as a mentor, or change how they are.

    Raises:
        NotFound: no such person within the actor's bounds.
    """
    seen(session, actor, MANAGE, person_id)
    row = session.get(MentorRow, person_id)
    if row is None:
        row = MentorRow(person_id=person_id, since=today)
        session.add(row)
    row.places, row.chapters, row.until = places, sorted(set(chapters)), None
    session.flush()
    record(session, actor, "training.mentor-appointed", "person", person_id, now=now, after={"count": places})


def release(session: Session, actor: Actor, person_id: int, *, today: date, now: datetime) -> None:
    """Propose somebody no more; their pairs stay.

    Raises:
        NotFound: no such mentor within the actor's bounds.
    """
    seen(session, actor, MANAGE, person_id)
    row = session.get(MentorRow, person_id)
    if row is None:
        raise NotFound("training.mentor", "There is no such mentor.")
    row.until = today
    record(session, actor, "training.mentor-released", "person", person_id, now=now)


def free_times(session: Session, person_id: int) -> frozenset[int]:
    row = session.get(FreeTimesRow, person_id)
    return frozenset(row.times if row else ())


def set_free_times(session: Session, person_id: int, times: Collection[int], *, now: datetime) -> None:
    """When somebody has time for mentoring; what is no time of a week is left out."""
    row = session.get(FreeTimesRow, person_id) or FreeTimesRow(person_id=person_id)
    row.times, row.at = sorted(set(times) & set(WEEK)), now
    session.add(row)
    session.flush()


def proposal(session: Session, actor: Actor, class_id: int, *, today: date) -> Proposal:
    """Mentors for the learners of a class who have none, at the least cost together. Nothing is kept.

    Raises:
        NotFound: no such class in the actor's organisations.
    """
    learners = _learners(session, actor, class_id, today)
    mentors = _mentors(session, actor, today)
    people = {each.person_id for each in learners} | {each.person_id for each in mentors}
    return Proposal(
        propose(mentors, learners, mentor_store.ended(session, people)),
        mentor_store.names(session, people),
        len(mentors),
    )


def approve(
    session: Session, actor: Actor, class_id: int, chosen: Sequence[tuple[int, int]], *, today: date, now: datetime
) -> int:
    """Make pairs (mentor, learner) of a class that were proposed; returns how many.

    Raises:
        NotFound: no such class in the actor's organisations.
        Conflict: ``training.mentor-changed`` -- a place was taken meanwhile, or something else that spoke for a pair
            is no longer so.
    """
    mentor_store.lock(session, [mentor for mentor, _ in chosen], [learner for _, learner in chosen])
    learners: dict[int, Learner] = {each.person_id: each for each in _learners(session, actor, class_id, today)}
    mentors: dict[int, Mentor] = {each.person_id: each for each in _mentors(session, actor, today)}
    never = mentor_store.ended(session, [*learners, *mentors])
    taken = {person_id: each.taken for person_id, each in mentors.items()}
    for mentor_id, learner_id in chosen:
        mentor, learner = mentors.get(mentor_id), learners.pop(learner_id, None)
        if (
            mentor is None
            or learner is None
            or taken[mentor_id] >= mentor.places
            or (mentor_id, learner_id) in never
            or cost(mentor, learner, taken[mentor_id]) is None
        ):
            raise Conflict(
                "training.mentor-changed", "Something changed since this was proposed. Look at the proposal again."
            )
        why = reasons(mentor, learner, taken[mentor_id])
        pair_id = mentoring.pair(
            session, actor, mentor_id=mentor_id, mentee_id=learner_id, since=today, now=now, reasons=why
        )
        mentoring.tell(session, pair_id, now=now)
        taken[mentor_id] += 1
    return len(chosen)


def _learners(session: Session, actor: Actor, class_id: int, today: date) -> list[Learner]:
    """Those enrolled in a class who have no mentor now, and the chapter in which each is weakest."""
    parent = store.class_(session, actor, class_id)
    has_one = select(MentorPairRow.mentee_id).where(mentor_store.unended(today))
    query = (
        select(PersonRow.id, PersonRow.organisation_id, OrganisationRow.region_code)
        .join(EnrolmentRow, EnrolmentRow.person_id == PersonRow.id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(EnrolmentRow.class_id == parent.id, EnrolmentRow.state == "enrolled", PersonRow.id.not_in(has_one))
    )
    rows = session.execute(query).all()
    people = [person_id for person_id, *_ in rows]
    weakest, times = progress.weakest(session, people, today - LATELY), mentor_store.times(session, people)
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


def load(session: Session, actor: Actor, *, today: date, person_id: int | None = None) -> list[dict[str, Any]]:
    """Each mentor of the actor's organisations, or one of them: places and pairs, meetings and minutes that stand, how
    the mentees answered before and since, how they fared in the exam."""
    row, pair, meeting = MentorRow, MentorPairRow, MentorMeetingRow
    of_mentor = pair.mentor_id == row.person_id
    pairs = select(func.count()).where(of_mentor, mentor_store.unended(today)).scalar_subquery()
    stands = (
        select(meeting)
        .join(pair, pair.id == meeting.pair_id)
        .where(of_mentor, meeting.voided_at.is_(None), meeting.state == "stands")
    )
    query = (
        select(
            row.person_id,
            row.places,
            row.until,
            PersonRow.name,
            OrganisationRow.name,
            pairs,
            stands.with_only_columns(func.count()).scalar_subquery(),
            stands.with_only_columns(func.coalesce(func.sum(meeting.minutes), 0)).scalar_subquery(),
        )
        .join(PersonRow, PersonRow.id == row.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, MANAGE), *([row.person_id == person_id] if person_id else []))
        .order_by(PersonRow.name, row.person_id)
    )
    rows = session.execute(query).all()
    mentor_ids = [person_id for person_id, *_ in rows]
    answers, (sat, passed) = _answers(session, mentor_ids), _fates(session, mentor_ids, today)
    return [
        {
            "person_id": person_id,
            "mentor": name,
            "organisation": unit,
            "places": places,
            "pairs": count,
            "meetings": meetings,
            "minutes": minutes,
            "compared": len(told.mentees),
            "before": told.before if told.mentees else None,
            "since": told.since if told.mentees else None,
            "change": change_in_points(told.since, told.before),
            "sat": len(sat[person_id]),
            "passed": len(passed[person_id]),
            "until": until,
        }
        for person_id, places, until, name, unit, count, meetings, minutes in rows
        for told in [answers.get(person_id, NO_ANSWERS)]
    ]


def _answers(session: Session, mentor_ids: Sequence[int]) -> dict[int, Answers]:
    """How the mentees of each mentor answered before and since they were paired, of ended pairs up to their end."""
    row = MentorPairRow
    spans = select(row.id, row.mentee_id.label("person_id"), row.since, row.until)
    rates = progress.around(session, spans.where(row.mentor_id.in_(mentor_ids)).subquery(), LATELY.days)
    found: dict[int, Answers] = {}
    pairs = select(row.id, row.mentor_id, row.mentee_id).where(row.mentor_id.in_(mentor_ids))
    for pair_id, mentor_id, mentee_id in session.execute(pairs):
        before, since = rates.get(pair_id, (Rate(0, 0), Rate(0, 0)))
        if before.base and since.base:
            found[mentor_id] = found.get(mentor_id, NO_ANSWERS).with_those_of(mentee_id, before, since)
    return found


def _fates(session: Session, mentor_ids: Sequence[int], today: date) -> tuple[_People, _People]:
    """Of each mentor's mentees, of ended pairs too, who sat and who passed an exam held while they were a pair."""
    row = MentorPairRow
    sat, passed = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    first = session.scalar(select(func.min(row.since)).where(row.mentor_id.in_(mentor_ids)))
    for year in range(first.year if first else today.year, today.year + 1):
        # Where its day is not known, the month in which it mostly is (DOMAIN.md 1).
        held, of_year = syllabus.exam_day(session, year) or date(year, 6, 15), roll(year).subquery()
        query = (
            select(row.mentor_id, row.mentee_id, of_year.c.sat, of_year.c.passed)
            .join(of_year, of_year.c.person_id == row.mentee_id)
            .where(row.mentor_id.in_(mentor_ids), row.since <= held, or_(row.until.is_(None), row.until > held))
        )
        for mentor_id, mentee_id, did_sit, did_pass in session.execute(query):
            if did_sit:
                sat[mentor_id].add(mentee_id)
            if did_pass:
                passed[mentor_id].add(mentee_id)
    return sat, passed
