"""Mentors and whom they are proposed to: places, strengths, free times; a class's proposal and its approval."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from examprep.exams.roll import roll
from examprep.kernel.errors import NotFound
from examprep.kernel.rate import Rate, change_in_points
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.practice import progress
from examprep.syllabus import actions as syllabus
from examprep.training import mentor_store
from examprep.training.mentor_models import FreeTimesRow, MentorMeetingRow, MentorRow
from examprep.training.models import MentorPairRow
from examprep.training.rules.pairing import WEEK

MANAGE = Permission.TRAINING_CLASS_MANAGE
_People = defaultdict[int, set[int]]  # persons by mentor
LATELY = timedelta(days=90)  # what is weak is told by the answers since then; so far back goes what was before a pair


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
