"""Mentors of the generated counties: pairs of earlier years, and those of a class, proposed and approved."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.people.actor import Actor
from examprep.training import meetings, mentoring, mentors, proposing, units
from examprep.training.rules.pairing import WEEK

EVENINGS = [time for time in WEEK if time % 3 == 2]
SAID = ("一起过了社会救助的案例，约定下周再练二十题。", "讲了介入阶段的目标怎么写，布置一个案例记录。")


def pair_in_turn(
    session: Session, actor: Actor, mentor_ids: Sequence[int], mentees: Sequence[int], today: date, now: datetime
) -> None:
    """Give every mentee one mentor, the mentors in turn."""
    for order, mentee in enumerate(mentees):
        since = today - timedelta(days=30 + order % 300)
        mentor_id = mentor_ids[order % len(mentor_ids)]
        mentoring.pair(session, actor, mentor_id=mentor_id, mentee_id=mentee, since=since, widen=True, now=now)


def mentor_class(
    session: Session, trainer: Actor, class_id: int, mentor_ids: Sequence[int], today: date, now: datetime
) -> None:
    """Mentors with eight places each; half of those who practise were paired a while ago, and some pairs have met."""
    chapters = [number for number, _ in units.chapters(session, now)]
    for order, mentor_id in enumerate(mentor_ids):
        strong = chapters[order % 3 :: 3]
        mentors.appoint(session, trainer, mentor_id, places=8, chapters=strong, today=today, now=now)
    since = today - timedelta(days=12)
    found = proposing.proposal(session, trainer, [class_id], today=since)
    chosen = [(each.mentor_id, each.learner_id) for each in found.pairings if each.mentor_id is not None]
    weak = {each.learner_id for each in found.pairings for word, _ in each.reasons if word in ("strong", "not-strong")}
    approved = [pair for pair in chosen if pair[1] in weak][::2]
    for person_id in (*mentor_ids[:4], *(learner for _, learner in chosen)):
        mentors.set_free_times(session, person_id, EVENINGS[person_id % 3 : person_id % 3 + 3], now=now)
    proposing.approve(session, trainer, [class_id], approved, today=since, now=now - timedelta(days=12))
    for order, pair_id in enumerate(mentoring.pair_ids(session, approved)[:5]):
        entry = meetings.MeetingEntry(
            since + timedelta(days=3 + order),
            60 + 15 * (order % 3),
            SAID[order % 2],
            ["mentor"] if order % 2 else (),
        )
        if order < 2:
            meetings.record_meeting(session, trainer, pair_id, entry, today=today, now=now)
            continue
        mentor_id, learner_id = approved[order]
        mentor, learner = candidate_actor(session, mentor_id), candidate_actor(session, learner_id)
        told = meetings.tell_meeting(session, mentor, pair_id, entry, today=today, now=now)
        if order == 3:
            meetings.confirm_meeting(session, learner, pair_id, told, now=now)
        elif order == 4:
            meetings.object_to_meeting(session, learner, pair_id, told, reason="那天改期了，没有见面。", now=now)


def mentor_newcomers(
    session: Session, trainer: Actor, class_id: int, mentor_id: int, today: date, now: datetime
) -> None:
    """Whoever has the printed account helps two of the class; one has not confirmed their meeting."""
    since = today - timedelta(days=9)
    mentors.appoint(session, trainer, mentor_id, places=2, chapters=(), today=today, now=now)
    mentor = candidate_actor(session, mentor_id)
    alone = sorted(proposing.proposal(session, trainer, [class_id], today=today).learners.keys() - {mentor_id})
    for order, mentee_id in enumerate(alone[:2]):
        pair_id = mentoring.pair(session, trainer, mentor_id=mentor_id, mentee_id=mentee_id, since=since, now=now)
        entry = meetings.MeetingEntry(since + timedelta(days=3 + order), 60, SAID[order % 2], ["mentor"])
        told = meetings.tell_meeting(session, mentor, pair_id, entry, today=today, now=now)
        if not order:
            meetings.confirm_meeting(session, candidate_actor(session, mentee_id), pair_id, told, now=now)
