"""The log of a mentoring pair's meetings, and the hours that a meeting gives."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from examprep.ce import actions as ce
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import among
from examprep.training import mentor_store, mentoring
from examprep.training.actions import checked_reason
from examprep.training.mentor_models import MentorMeetingRow
from examprep.training.models import MentorPairRow
from examprep.training.rules.pairing import Reason

LONGEST = 720  # minutes
SIDES = ("mentor", "mentee")


@dataclass(frozen=True)
class Pair:
    """A pair with its meetings, the latest first, each with who recorded it."""

    row: MentorPairRow
    mentor: str
    mentee: str
    reasons: Sequence[Reason]
    meetings: Sequence[tuple[MentorMeetingRow, str]]

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row, _ in self.meetings if row.voided_at is None)


def pair(session: Session, actor: Actor, pair_id: int) -> Pair:
    """Raises NotFound: no such pair within the actor's bounds."""
    (found,) = _told(session, [mentoring.managed(session, actor, pair_id)])
    return found


def mine(session: Session, actor: Actor) -> list[Pair]:
    """The pairs in which the actor mentors or is mentored, the latest first."""
    row = MentorPairRow
    query = select(row).where(or_(row.mentor_id == actor.person_id, row.mentee_id == actor.person_id))
    return _told(session, session.scalars(query.order_by(row.since.desc(), row.id.desc())).all())


def _told(session: Session, rows: Sequence[MentorPairRow]) -> list[Pair]:
    """Pairs with their meetings and everybody's names, by two statements however many they are."""
    meetings = defaultdict[int, list[tuple[MentorMeetingRow, str]]](list)
    query = (
        select(MentorMeetingRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == MentorMeetingRow.by_id)
        .where(among(session, MentorMeetingRow.pair_id, [row.id for row in rows]))
        .order_by(MentorMeetingRow.held_on.desc(), MentorMeetingRow.id.desc())
    )
    for each, name in session.execute(query):
        meetings[each.pair_id].append((each, name))
    names = mentor_store.names(session, {person for row in rows for person in (row.mentor_id, row.mentee_id)})
    return [
        Pair(
            row,
            names[row.mentor_id][0],
            names[row.mentee_id][0],
            [(str(word), int(number)) for word, number in row.reasons or ()],
            meetings[row.id],
        )
        for row in rows
    ]


def record_meeting(
    session: Session,
    actor: Actor,
    pair_id: int,
    *,
    held_on: date,
    minutes: int,
    words: str,
    hours_for: Collection[str],
    today: date,
    now: datetime,
) -> int:
    """Note a meeting, and post its minutes for those of ``SIDES`` who get hours for it; returns its id.

    Raises:
        NotFound: no such pair within the actor's bounds.
            ``hours_for`` the mentor: nor the mentor.
        RuleViolation: ``training.meeting-day`` -- ahead, or before the pair began or after it ended;
            ``training.meeting-minutes``; ``training.reason`` -- nothing is said of it.
        Conflict: ``training.meeting-twice`` -- the same was recorded already.
    """
    row = mentoring.managed(session, actor, pair_id)
    session.refresh(row, with_for_update=True)  # what is sent twice at once comes one after the other
    if "mentor" in hours_for:
        seen(session, actor, Permission.TRAINING_CLASS_MANAGE, row.mentor_id)
    if held_on > today or held_on < row.since or (row.until is not None and held_on > row.until):
        raise RuleViolation("training.meeting-day", "A meeting lies between the pair's first and last day, not ahead.")
    if not 1 <= minutes <= LONGEST:
        raise RuleViolation("training.meeting-minutes", "A meeting lasts 1 to %(most)s minutes.", most=LONGEST)
    said = checked_reason(words)
    same = {"pair_id": row.id, "held_on": held_on, "minutes": minutes, "words": said, "voided_at": None}
    if session.scalar(select(MentorMeetingRow.id).filter_by(**same).limit(1)) is not None:
        raise Conflict("training.meeting-twice", "This meeting is recorded already.")
    meeting = MentorMeetingRow(
        pair_id=row.id, held_on=held_on, minutes=minutes, words=said, by_id=actor.person_id, at=now
    )
    session.add(meeting)
    session.flush()
    names = {id_: session.get_one(PersonRow, id_).name for id_ in (row.mentor_id, row.mentee_id)}
    for side, person_id, other in (
        ("mentor", row.mentor_id, names[row.mentee_id]),
        ("mentee", row.mentee_id, names[row.mentor_id]),
    ):
        if side in hours_for:
            line_id = ce.post(
                session,
                person_id=person_id,
                minutes=minutes,
                category="professional",
                activity=f"导师帮带 · {other}",
                earned_on=held_on,
                source_kind=f"training.{side}-meeting",
                source_id=meeting.id,
                posted_by=actor.person_id,
                now=now,
                kind="mentoring",
            )
            setattr(meeting, f"{side}_line_id", line_id)
    session.flush()
    record(session, actor, "training.mentor-met", "training_mentor_pair", row.id, now=now, after={"on": str(held_on)})
    return meeting.id


def void_meeting(session: Session, actor: Actor, pair_id: int, meeting_id: int, *, reason: str, now: datetime) -> None:
    """Take a meeting back, and the hours that it gave; it stays with the reason.

    Raises:
        NotFound: no such meeting of a pair within the actor's bounds.
        RuleViolation: ``training.reason``.
    """
    mentoring.managed(session, actor, pair_id)
    row = session.get(MentorMeetingRow, meeting_id, with_for_update=True)
    if row is None or row.pair_id != pair_id:
        raise NotFound("training.mentor-meeting", "There is no such meeting.")
    why = checked_reason(reason)
    if row.voided_at is not None:
        return
    row.voided_at, row.reason = now, why
    session.flush()
    for line_id in (row.mentor_line_id, row.mentee_line_id):
        if line_id is None:
            continue
        try:
            ce.reverse(session, line_id, reason=why, posted_by=actor.person_id, now=now)
        except Conflict as refusal:
            if refusal.code != "ce.reversed":  # an officer may have taken the line back by hand already
                raise
    record(session, actor, "training.mentor-voided", "training_mentor_pair", pair_id, now=now, after={"reason": why})
