"""Attendance taken, sessions closed, hours posted to the ledger once, sessions reopened."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from examprep.ce import actions as ce
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.training import store
from examprep.training.actions import check_planned, checked_reason
from examprep.training.models import AttendanceRow, ClassRow, CourseRow, GrantRow, PresenceRow, SessionRow
from examprep.training.rules.attendance import attended
from examprep.training.rules.schedule import minutes_between


def take_attendance(
    session: Session, actor: Actor, session_id: int, ticks: Mapping[int, bool], *, now: datetime
) -> tuple[int, int]:
    """Record who is present; returns how many are, and of how many on the list.

    ``ticks`` holds only what was changed on the page, so that two people ticking at once do not undo each other;
    whoever is on the list and was never recorded is recorded as absent. Ids not on the list are passed over.

    Raises:
        NotFound; RuleViolation: ``training.session-closed``, ``training.session-cancelled``,
            ``training.too-early`` -- before the office day of the session.
    """
    row = store.meeting(session, actor, session_id, lock=True)
    check_planned(row)
    if office_day(now) < office_day(row.starts_at):
        raise RuleViolation("training.too-early", "Attendance is taken on the day of the session.")
    known = {line[0]: line[5] for line in store.roster(session, row)}
    for person_id, before in known.items():
        present = ticks.get(person_id, bool(before))
        if present is not before:
            kind = "present" if present else "absent"
            _log(session, row.id, person_id, kind, how="roster", by=actor, now=now)
    return len(store.present_ids(session, row.id)), len(known)


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
    """Close a session and post its length to the ledger for each person present; returns how many got hours.

    Closing again, also at the same moment, changes nothing and returns 0. Hours count on the office day on which
    the session began.

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
    if any(line[5] is None for line in roster):
        raise RuleViolation("training.no-attendance", "Save the attendance first.")
    row.state, row.closed_at, row.closed_by, row.closings = "closed", now, actor.person_id, row.closings + 1
    present = store.present_ids(session, row.id)
    for person_id in present:
        _grant(session, actor, row, person_id, now)
    people.record(
        session,
        actor,
        "training.session-closed",
        "training_session",
        row.id,
        now=now,
        after={"present": len(present), "minutes": minutes_between(row.starts_at, row.ends_at)},
    )
    return len(present)


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


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Rebuild attendance from the log of presence and say what differs; with ``repair`` write what was rebuilt."""
    rebuilt = {
        key: attended(line.kind for line in lines)
        for key, lines in groupby(store.presence_lines(session), key=lambda line: (line[0], line[1]))
    }
    row = AttendanceRow
    kept = {(s, p): present for s, p, present in session.execute(select(row.session_id, row.person_id, row.present))}
    for key in sorted(rebuilt.keys() | kept.keys()):
        if rebuilt.get(key) != kept.get(key):
            yield (
                f"training_attendance: session {key[0]}, person {key[1]}: "
                f"kept {kept.get(key)}, rebuilt {rebuilt.get(key)}"
            )
    if repair and rebuilt != kept:
        session.execute(delete(AttendanceRow))
        if rebuilt:
            session.execute(
                insert(AttendanceRow),
                [{"session_id": s, "person_id": p, "present": present} for (s, p), present in rebuilt.items()],
            )


def _log(session: Session, session_id: int, person_id: int, kind: str, *, how: str, by: Actor, now: datetime) -> None:
    """Write one line and bring the derived row up to date; the session's row is locked by the caller."""
    session.execute(
        insert(PresenceRow).values(
            session_id=session_id, person_id=person_id, kind=kind, how=how, by_id=by.person_id, at=now
        )
    )
    lines = session.scalars(
        select(PresenceRow.kind)
        .where(PresenceRow.session_id == session_id, PresenceRow.person_id == person_id)
        .order_by(PresenceRow.id)
    )
    derived = session.get(AttendanceRow, (session_id, person_id))
    if derived is None:
        derived = AttendanceRow(session_id=session_id, person_id=person_id)
        session.add(derived)
    derived.present = attended(lines)
    session.flush()


def _grant(session: Session, actor: Actor, row: SessionRow, person_id: int, now: datetime) -> None:
    parent = session.get_one(ClassRow, row.class_id)
    course = session.get_one(CourseRow, parent.course_id)
    minutes = minutes_between(row.starts_at, row.ends_at)
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
