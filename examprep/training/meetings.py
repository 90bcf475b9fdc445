"""The log of a mentoring pair's meetings, and the hours that a meeting gives."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

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
from examprep.reminders.actions import queue
from examprep.training import mentor_store, mentoring
from examprep.training.actions import checked_reason, checked_words
from examprep.training.mentor_models import MentorMeetingRow
from examprep.training.models import MentorPairRow
from examprep.training.rules.pairing import Reason

LONGEST = 720  # minutes
LONGEST_WORDS = 2000
TOLD, STANDS, OBJECTED = "told", "stands", "objected"
TOLD_MAIL = "mentor-met"  # the mail that asks the learner, and what is asked before it is sent
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
        """Of the meetings that stand."""
        return sum(row.minutes for row, _ in self.meetings if row.voided_at is None and row.state == STANDS)


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


@dataclass(frozen=True)
class MeetingEntry:
    """A meeting as typed; ``hours_for`` are those of ``SIDES`` who get its minutes as credit hours."""

    held_on: date
    minutes: int
    words: str
    hours_for: Collection[str] = ()


def record_meeting(
    session: Session, actor: Actor, pair_id: int, entry: MeetingEntry, *, today: date, now: datetime
) -> int:
    """Note a meeting of a pair that the actor manages; returns its id. It stands at once, and its hours are posted,
    unless the actor is of the pair: nobody grants themselves hours, so it then waits for the learner.

    Raises:
        NotFound: no such pair within the actor's bounds.
            ``hours_for`` the mentor: nor the mentor.
        RuleViolation: ``training.meeting-day`` -- ahead, or before the pair began or after it ended;
            ``training.meeting-minutes``; ``training.words`` -- nothing is said of it, or too much.
        Conflict: ``training.meeting-twice`` -- the same was recorded already.
    """
    row = mentoring.managed(session, actor, pair_id)
    if "mentor" in entry.hours_for:
        seen(session, actor, Permission.TRAINING_CLASS_MANAGE, row.mentor_id)
    meeting = _noted(session, actor, row, entry, today=today, now=now)
    if actor.person_id in (row.mentor_id, row.mentee_id):
        _ask(session, row, meeting, now=now)
    else:
        _settle(session, actor, row, meeting, now=now)
    return meeting.id


def tell_meeting(
    session: Session, actor: Actor, pair_id: int, entry: MeetingEntry, *, today: date, now: datetime
) -> int:
    """Note a meeting that the actor held as the mentor; it gives hours once the learner has confirmed it.

    Raises:
        NotFound: the actor mentors no such pair. RuleViolation, Conflict: as `record_meeting`.
    """
    row = own(session, actor, pair_id, "mentor")
    meeting = _noted(session, actor, row, entry, today=today, now=now)
    _ask(session, row, meeting, now=now)
    return meeting.id


def confirm_meeting(session: Session, actor: Actor, pair_id: int, meeting_id: int, *, now: datetime) -> None:
    """Let a meeting stand that the mentor told of, and post its hours: the learner's word, or that of staff who are
    not of the pair, where the learner cannot say it.

    Raises:
        NotFound: no such meeting of a pair that is the actor's as the learner, or within their bounds.
        Conflict: ``training.meeting-settled``.
    """
    row, meeting = _meeting(session, actor, pair_id, meeting_id)
    if actor.person_id == row.mentor_id:
        raise NotFound("training.mentor-meeting", "There is no such meeting.")
    if meeting.state == STANDS or meeting.voided_at is not None:
        raise Conflict("training.meeting-settled", "This meeting is settled already.")
    _settle(session, actor, row, meeting, now=now)


def object_to_meeting(
    session: Session, actor: Actor, pair_id: int, meeting_id: int, *, reason: str, now: datetime
) -> None:
    """Say as the learner that a meeting was not so; hours that it gave are taken back. Confirming it undoes this.

    Raises:
        NotFound: no such meeting of a pair in which the actor is the learner. RuleViolation: ``training.reason``.
        Conflict: ``training.meeting-settled`` -- objected to, or void, already.
    """
    row, meeting = _meeting(session, actor, pair_id, meeting_id, side="mentee")
    why = checked_reason(reason)
    if meeting.state == OBJECTED or meeting.voided_at is not None:
        raise Conflict("training.meeting-settled", "This meeting is settled already.")
    meeting.state, meeting.objection = OBJECTED, why
    meeting.settled_by, meeting.settled_at = actor.person_id, now
    _take_back(session, actor, meeting, why, now=now)
    session.flush()
    record(session, actor, "training.mentor-objected", "training_mentor_pair", row.id, now=now, after={"reason": why})


def void_meeting(session: Session, actor: Actor, pair_id: int, meeting_id: int, *, reason: str, now: datetime) -> None:
    """Take a meeting back, and the hours that it gave; it stays with the reason. Staff may, and the mentor who told
    of it while it does not stand.

    Raises:
        NotFound: no such meeting of a pair within the actor's bounds, or in which they are the mentor.
        RuleViolation: ``training.reason``. Conflict: ``training.meeting-stands`` -- for the mentor.
    """
    row, meeting = _meeting(session, actor, pair_id, meeting_id)
    why = checked_reason(reason)
    if actor.person_id == row.mentee_id:
        raise NotFound("training.mentor-meeting", "There is no such meeting.")
    if meeting.voided_at is not None:
        return
    if meeting.state == STANDS and not _manages(session, actor, row):
        raise Conflict("training.meeting-stands", "This meeting is confirmed. Ask your trainer to take it back.")
    meeting.voided_at, meeting.reason = now, why
    _take_back(session, actor, meeting, why, now=now)
    session.flush()
    record(session, actor, "training.mentor-voided", "training_mentor_pair", pair_id, now=now, after={"reason": why})


def own(session: Session, actor: Actor, pair_id: int, side: str = "") -> MentorPairRow:
    """A pair of which the actor is a side, or a given one. Raises NotFound."""
    row = session.get(MentorPairRow, pair_id)
    if row is None or actor.person_id not in ([getattr(row, f"{side}_id")] if side else [row.mentor_id, row.mentee_id]):
        raise NotFound("training.pair", "There is no such pair.")
    return row


def still_told(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether a meeting still waits for its learner."""
    row = session.get(MentorMeetingRow, int(context["meeting_id"]))
    return row is not None and row.state == TOLD and row.voided_at is None


def _manages(session: Session, actor: Actor, row: MentorPairRow) -> bool:
    if not actor.may(Permission.TRAINING_CLASS_MANAGE):
        return False
    try:
        mentoring.managed(session, actor, row.id)
    except NotFound:
        return False
    return True


def _meeting(
    session: Session, actor: Actor, pair_id: int, meeting_id: int, *, side: str = ""
) -> tuple[MentorPairRow, MentorMeetingRow]:
    """A meeting, locked, of a pair of the actor's (on a side), or without ``side`` also of one that they manage."""
    pair_row = session.get(MentorPairRow, pair_id)
    if pair_row is None or side or not _manages(session, actor, pair_row):
        pair_row = own(session, actor, pair_id, side)
    row = session.get(MentorMeetingRow, meeting_id, with_for_update=True, populate_existing=True)
    if row is None or row.pair_id != pair_id:
        raise NotFound("training.mentor-meeting", "There is no such meeting.")
    return pair_row, row


def _noted(
    session: Session, actor: Actor, row: MentorPairRow, entry: MeetingEntry, *, today: date, now: datetime
) -> MentorMeetingRow:
    session.refresh(row, with_for_update=True)  # what is sent twice at once comes one after the other
    day = entry.held_on
    if day > today or day < row.since or (row.until is not None and day > row.until):
        raise RuleViolation("training.meeting-day", "A meeting lies between the pair's first and last day, not ahead.")
    if not 1 <= entry.minutes <= LONGEST:
        raise RuleViolation("training.meeting-minutes", "A meeting lasts 1 to %(most)s minutes.", most=LONGEST)
    said = checked_words(entry.words, LONGEST_WORDS)
    same = {"pair_id": row.id, "held_on": day, "minutes": entry.minutes, "words": said, "voided_at": None}
    if session.scalar(select(MentorMeetingRow.id).filter_by(**same).limit(1)) is not None:
        raise Conflict("training.meeting-twice", "This meeting is recorded already.")
    meeting = MentorMeetingRow(
        pair_id=row.id,
        held_on=day,
        minutes=entry.minutes,
        words=said,
        hours_for=sorted(set(entry.hours_for) & set(SIDES)),
        state=TOLD,
        postings=0,
        by_id=actor.person_id,
        at=now,
    )
    session.add(meeting)
    session.flush()
    record(session, actor, "training.mentor-met", "training_mentor_pair", row.id, now=now, after={"on": str(day)})
    return meeting


def _ask(session: Session, row: MentorPairRow, meeting: MentorMeetingRow, *, now: datetime) -> None:
    """Ask the learner by mail to confirm a meeting."""
    queue(
        session,
        key=f"training.met.{meeting.id}",
        person_id=row.mentee_id,
        template=TOLD_MAIL,
        context={
            "meeting_id": meeting.id,
            "other": session.get_one(PersonRow, row.mentor_id).name,
            "held_on": meeting.held_on,
            "minutes": meeting.minutes,
        },
        condition=TOLD_MAIL,
        now=now,
    )


def _settle(session: Session, actor: Actor, row: MentorPairRow, meeting: MentorMeetingRow, *, now: datetime) -> None:
    """Let a meeting stand and post its hours; posted again after they were taken back, they name their turn."""
    told_before = meeting.settled_by is not None or actor.person_id != meeting.by_id
    meeting.state, meeting.objection, meeting.postings = STANDS, None, meeting.postings + 1
    meeting.settled_by, meeting.settled_at = actor.person_id, now
    turn = "" if meeting.postings == 1 else f".{meeting.postings}"
    names = {id_: session.get_one(PersonRow, id_).name for id_ in (row.mentor_id, row.mentee_id)}
    for side, person_id, other in (
        ("mentor", row.mentor_id, names[row.mentee_id]),
        ("mentee", row.mentee_id, names[row.mentor_id]),
    ):
        if side in meeting.hours_for:
            line_id = ce.post(
                session,
                person_id=person_id,
                minutes=meeting.minutes,
                category="professional",
                activity=f"导师帮带 · {other}",
                earned_on=meeting.held_on,
                source_kind=f"training.{side}-meeting{turn}",
                source_id=meeting.id,
                posted_by=actor.person_id,
                now=now,
                kind="mentoring",
            )
            setattr(meeting, f"{side}_line_id", line_id)
    session.flush()
    if told_before:
        record(session, actor, "training.mentor-confirmed", "training_mentor_pair", row.id, now=now)


def _take_back(session: Session, actor: Actor, row: MentorMeetingRow, why: str, *, now: datetime) -> None:
    for line_id in (row.mentor_line_id, row.mentee_line_id):
        if line_id is None:
            continue
        try:
            ce.reverse(session, line_id, reason=why, posted_by=actor.person_id, now=now)
        except Conflict as refusal:
            if refusal.code != "ce.reversed":  # an officer may have taken the line back by hand already
                raise
    row.mentor_line_id = row.mentee_line_id = None
