"""Attendance taken, sessions closed, hours posted to the ledger once, sessions reopened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from examprep.ce import actions as ce
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.training import presence, store
from examprep.training.actions import check_planned, checked_reason
from examprep.training.models import ClassRow, CourseRow, GrantRow, SessionRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.rules.attendance import Stay, granted
from examprep.training.rules.schedule import minutes_between
from examprep.training.scan_models import ScanRow

ROLL_CALL = "roll-call"


@dataclass(frozen=True)
class Why:
    """How a judgement by hand came about: one of `values.REASONS`, and what else there is to say."""

    reason: str = ROLL_CALL
    note: str = ""


def take_attendance(
    session: Session, actor: Actor, session_id: int, ticks: Mapping[int, bool], why: Why = Why(), *, now: datetime
) -> tuple[int, int]:
    """Record who is present; returns how many are, and of how many on the list.

    ``ticks`` holds only what was changed on the page, so that two people ticking at once do not undo each other;
    whoever is on the list and was never recorded is recorded as not seen. Ids not on the list are passed over.

    Raises:
        NotFound; RuleViolation: ``training.session-closed``, ``training.session-cancelled``,
            ``training.too-early`` -- before the office day of the session; ``training.why`` -- somebody who had
            checked in is judged absent without saying why.
    """
    row = _open_session(session, actor, session_id, now)
    roster = store.roster(session, row)
    known = {line[0]: line[5] for line in roster}
    unticked = {person_id for person_id, before in known.items() if before and not ticks.get(person_id, True)}
    if unticked and why.reason == ROLL_CALL:
        seen = {line.person_id for line in presence.lines_of(session, row.id) if line.kind == "in"}
        name = next((line[1] for line in roster if line[0] in unticked & seen), None)
        if name is not None:
            raise RuleViolation("training.why", "%(name)s had checked in: choose why that does not count.", name=name)
    for person_id, before in known.items():
        present = ticks.get(person_id, bool(before))
        if present is not before:
            kind = "present" if present else "unseen" if before is None else "absent"
            _judge(session, actor, row, person_id, kind, why, now=now)
    return len(store.present_ids(session, row.id)), len(known)


def judge(
    session: Session,
    actor: Actor,
    session_id: int,
    person_id: int,
    *,
    present: bool,
    minutes: int | None,
    why: Why,
    now: datetime,
) -> None:
    """Overrule by hand what was seen of one person: present for the whole session or for ``minutes``, or absent.

    Raises:
        NotFound: also who is not on the list; RuleViolation: as `take_attendance`, and ``training.minutes`` -- more
            than the session has.
    """
    row = _open_session(session, actor, session_id, now)
    if person_id not in {line[0] for line in store.roster(session, row)}:
        raise NotFound("training.unknown", "There is no such person on the list of this session.")
    length = minutes_between(row.starts_at, row.ends_at)
    if present and minutes is not None and not 0 <= minutes <= length:
        raise RuleViolation("training.minutes", "The session has %(minutes)s minutes.", minutes=length)
    kind = "present" if present else "absent"
    _judge(session, actor, row, person_id, kind, why, now=now, minutes=minutes if present else None)


def _open_session(session: Session, actor: Actor, session_id: int, now: datetime) -> SessionRow:
    """A session whose attendance can be taken now, locked."""
    row = store.meeting(session, actor, session_id, lock=True)
    check_planned(row)
    if office_day(now) < office_day(row.starts_at):
        raise RuleViolation("training.too-early", "Attendance is taken on the day of the session.")
    return row


def _judge(
    session: Session,
    actor: Actor,
    row: SessionRow,
    person_id: int,
    kind: str,
    why: Why,
    *,
    now: datetime,
    minutes: int | None = None,
) -> None:
    presence.log(
        session,
        row,
        person_id,
        kind,
        how="roster",
        by_id=actor.person_id,
        at=now,
        minutes=minutes,
        reason="" if kind == "unseen" else why.reason,
        note="" if kind == "unseen" else why.note.strip(),
    )
    if kind != "unseen":
        _settle_scans(session, actor, row.id, person_id, now)


def _settle_scans(session: Session, actor: Actor, session_id: int, person_id: int, now: datetime) -> None:
    """What a person's refused scans said is judged with the person; one that comes later waits anew."""
    scan = ScanRow
    waiting = (scan.session_id == session_id, scan.person_id == person_id, scan.state == "refused")
    session.execute(
        update(scan).where(*waiting, scan.settled_at.is_(None)).values(settled_at=now, settled_by=actor.person_id)
    )


def sessions_to_close(
    session: Session, actor: Actor, class_id: int, *, now: datetime
) -> list[tuple[int, datetime, list[int]]]:
    """(id, end, person ids on the list) of the class's sessions that are over and not closed, the earliest first.

    Raises:
        NotFound: no such class within the actor's bounds.
    """
    row = store.class_(session, actor, class_id)
    meetings = sorted(store.sessions_of(session, row.id), key=lambda meeting: meeting.starts_at)
    over = [meeting for meeting in meetings if meeting.state == "planned" and meeting.ends_at <= now]
    return [(meeting.id, meeting.ends_at, [line[0] for line in store.roster(session, meeting)]) for meeting in over]


def close_session(session: Session, actor: Actor, session_id: int, *, now: datetime) -> int:
    """Close a session and post what being there gives by the rule of its class; returns how many got hours.

    Closing again, also at the same moment, changes nothing and returns 0. Hours count on the office day on which
    the session began. Who was never recorded did not come.

    Raises:
        NotFound; RuleViolation: ``training.session-cancelled``, ``training.not-over``,
            ``training.no-attendance`` -- nobody's attendance was recorded.
    """
    row = store.meeting(session, actor, session_id, lock=True)
    if row.state == "closed":
        return 0
    check_planned(row)
    if now < row.ends_at:
        raise RuleViolation("training.not-over", "The session lasts until %(at)s; close it then.", at=row.ends_at)
    roster = store.roster(session, row)
    if roster and all(line[5] is None for line in roster):
        raise RuleViolation("training.no-attendance", "Save the attendance first.")
    for line in roster:
        if line[5] is None:
            _judge(session, actor, row, line[0], "unseen", Why(), now=now)
    row.state, row.closed_at, row.closed_by, row.closings = "closed", now, actor.person_id, row.closings + 1
    present = store.present_ids(session, row.id)
    minutes = [_grant(session, actor, row, person_id, now) for person_id in present]
    people.record(
        session,
        actor,
        "training.session-closed",
        "training_session",
        row.id,
        now=now,
        after={"present": len(present), "minutes": max(minutes, default=0)},
    )
    return sum(each > 0 for each in minutes)


def given(session: Session, session_id: int) -> dict[int, int]:
    """Minutes of credit by person that a session gave and that were not taken back."""
    row = GrantRow
    query = select(row.person_id, row.minutes).where(row.session_id == session_id, row.reversed_at.is_(None))
    return dict(session.execute(query).all())


def reopen_session(session: Session, actor: Actor, session_id: int, *, reason: str, now: datetime) -> int:
    """Open a closed session for correction; the hours it gave are taken back by further lines of the ledger.

    Returns how many people's hours were taken back.

    Raises:
        NotFound; RuleViolation: ``training.not-closed``, ``training.reason``, or what the ledger refuses.
    """
    row = store.meeting(session, actor, session_id, lock=True)
    if row.state != "closed":
        raise RuleViolation("training.not-closed", "This session is not closed.")
    why = checked_reason(reason)
    taken_back = 0
    for grant in store.grants(session, row):
        if grant.line_id is not None:
            _take_back(session, actor, grant.line_id, why, now)
        grant.reversed_at = now
        taken_back += 1
    row.state, row.reason, row.closed_at, row.closed_by = "planned", why, None, None
    session.flush()
    people.record(
        session, actor, "training.session-reopened", "training_session", row.id, now=now, after={"reason": why}
    )
    return taken_back


def _grant(session: Session, actor: Actor, row: SessionRow, person_id: int, now: datetime) -> int:
    """Post one person's hours; returns the minutes, 0 when the rule gives none."""
    parent = session.get_one(ClassRow, row.class_id)
    course = session.get_one(CourseRow, parent.course_id)
    kept = session.get_one(AttendanceRow, (row.id, person_id))
    length = minutes_between(row.starts_at, row.ends_at)
    minutes = granted(parent.hours_rule, parent.hours_percent, Stay(kept.present, kept.minutes), length)
    if not minutes:
        return 0
    line_id = ce.post(
        session,
        person_id=person_id,
        minutes=minutes,
        category=course.category,
        activity=f"{course.name} · {parent.name}",
        earned_on=office_day(row.starts_at),
        source_kind=_source_kind(row.closings),
        source_id=row.id,
        posted_by=actor.person_id,
        now=now,
    )
    session.add(
        GrantRow(
            session_id=row.id,
            person_id=person_id,
            closing=row.closings,
            minutes=minutes,
            line_id=line_id,
            granted_at=now,
        )
    )
    return minutes


def _take_back(session: Session, actor: Actor, line_id: int, reason: str, now: datetime) -> None:
    try:
        ce.reverse(session, line_id, reason=reason, posted_by=actor.person_id, now=now)
    except Conflict as refusal:
        # An officer may have taken the line back by hand already: then nothing is left to take.
        if refusal.code != "ce.reversed":
            raise


def _source_kind(closing: int) -> str:
    """The ledger takes each source once, so hours given again after a reopening name their closing."""
    return "training.session" if closing == 1 else f"training.session.{closing}"
