"""What of training goes over when two rows of a person are merged.

Of two seats in one class the kept row's counts and the other is given up; of one session the presence of the kept row
tells, where both were noted. Hours go over with the ledger; a unit that both completed gives them once.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.sentence import N_, Sentence
from examprep.people.moving import MOVED, STAYED, Merge, Moves, Moving
from examprep.training import models as of
from examprep.training import path_models as path
from examprep.training import presence, seat_store, seats
from examprep.training.mentor_models import FreeTimesRow, MentorMeetingRow, MentorRow
from examprep.training.presence_models import PresenceRow, RefusedCodeRow
from examprep.training.question_models import QuestionRow, ReplyRow
from examprep.training.rules.seating import HELD
from examprep.training.scan_models import ScanRow
from examprep.training.study_models import OpeningRow
from examprep.training.unit_models import CompletionRow, TryRow, UnitOpeningRow


def _given_up(state: str, _now: datetime) -> str:
    return "left" if state in STANDING else state


def _no_offer(_until: datetime | None, _now: datetime) -> None:
    return None


def _ended(until: date | None, now: datetime) -> date:
    return min(until or date.max, office_day(now))


STANDING = {*HELD, "asked", "waiting"}
MENTEES = Moves(of.MentorPairRow, N_("Mentees"), "mentor_id", other="mentee_id", aside={"until": _ended})
MENTORS = Moves(of.MentorPairRow, N_("Mentors"), "mentee_id", other="mentor_id", aside={"until": _ended})
SEATS = Moves(of.EnrolmentRow, N_("Seats in classes"), aside={"state": _given_up, "offered_until": _no_offer})


def _hand_on(merge: Merge) -> None:
    """A seat that one person had twice is free for whoever waits."""
    freed = [
        one["key"]["id"]
        for one in merge.noted_of(SEATS.name, STAYED)
        if one["before"] and one["before"]["state"] in HELD
    ]
    classes = select(of.EnrolmentRow.class_id).where(of.EnrolmentRow.id.in_(freed))
    for class_id in sorted(set(merge.session.scalars(classes))):
        row = merge.session.get_one(of.ClassRow, class_id, with_for_update=True, populate_existing=True)
        seat_store.count_seats(merge.session, [class_id])
        merge.session.refresh(row)
        seats.settle(merge.session, row, now=merge.now)


def _hours_of_meetings(merge: Merge) -> None:
    """The hours of a pair's meetings go back with the pair."""
    row = MentorMeetingRow
    pairs = {one["key"]["id"] for each in (MENTEES, MENTORS) for one in merge.noted_of(each.name, MOVED)}
    for lines in merge.session.execute(select(row.mentor_line_id, row.mentee_line_id).where(row.pair_id.in_(pairs))):
        merge.held["ce_line"].update(line for line in lines if line is not None)


def _hinders(session: Session, gone_id: int, kept_id: int) -> Sequence[Sentence]:
    """Nobody has hours for a meeting with themselves."""
    pair, row = of.MentorPairRow, MentorMeetingRow
    query = select(row.id).join(pair, pair.id == row.pair_id).where(
        tuple_(pair.mentor_id, pair.mentee_id).in_([(gone_id, kept_id), (kept_id, gone_id)]),
        row.mentor_line_id.is_not(None) | row.mentee_line_id.is_not(None),
    )  # fmt: skip
    if session.scalar(query.limit(1)) is None:
        return ()
    return [Sentence("One of them mentors the other, and their meetings gave hours. Take those meetings back first.")]


def _rebuild(session: Session, person_ids: Sequence[int], _now: datetime) -> None:
    presence.rebuild(session, person_ids)
    joined = select(of.EnrolmentRow.class_id).where(of.EnrolmentRow.person_id.in_(person_ids))
    seat_store.count_seats(session, sorted(set(session.scalars(joined))))


MOVING = Moving(
    moves=(
        SEATS,
        Moves(PresenceRow, N_("Presence at sessions"), by=("session_id",), story=("session_id",)),
        Moves(RefusedCodeRow, N_("Codes refused at sessions")),
        Moves(ScanRow, N_("Scans at sessions")),
        Moves(of.GrantRow, N_("Hours given by sessions"), story=("session_id",), holds=("ce_line", "line_id")),
        Moves(of.ClassRow, N_("Classes taught"), "trainer_id"),
        Moves(of.FeedRow, N_("Calendar addresses")),
        Moves(OpeningRow, N_("Materials opened")),
        Moves(UnitOpeningRow, N_("On-line units opened")),
        Moves(TryRow, N_("Tries of units' tests"), by=("unit_id",)),
        Moves(CompletionRow, N_("On-line units completed"), by=("unit_id",), holds=("ce_line", "line_id")),
        Moves(path.NoteRow, N_("Case notes")),
        Moves(path.CommentRow, N_("Comments on case notes")),
        Moves(path.EvidenceRow, N_("Evidence of field tasks")),
        Moves(path.TutoringRow, N_("Meetings with a trainer")),
        Moves(QuestionRow, N_("Questions in classes")),
        Moves(ReplyRow, N_("Replies in classes")),
        Moves(MentorRow, N_("Places as a mentor"), aside={"until": _ended}),
        Moves(FreeTimesRow, N_("Free times for mentoring")),
        MENTEES,
        MENTORS,
    ),
    derived=("training_attendance.person_id",),
    acts=(
        "training_enrolment.by_id",
        "training_evidence.settled_by",
        "training_material.added_by",
        "training_mentor_meeting.by_id",
        "training_mentor_meeting.settled_by",
        "training_note.settled_by",
        "training_note_comment.settled_by",
        "training_presence.by_id",
        "training_scan.by_id",
        "training_scan.settled_by",
        "training_season_copy.by_id",
        "training_session.closed_by",
        "training_topic.added_by",
        "training_tutoring.trainer_id",
        "training_unit.added_by",
        "training_unit_completion.voided_by",
    ),
    hinders=_hinders,
    carry=_hand_on,
    carry_back=_hours_of_meetings,
    rebuild=_rebuild,
)
