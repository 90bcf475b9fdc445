"""Reminding holders to apply for the registration of a certificate, the first time or again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.plumbing.jobs import Job, JobTurn
from examprep.register import actions
from examprep.register.limits import known_limits
from examprep.register.rules.windows import Limits, limits_for, verdict
from examprep.reminders.actions import Reminder, queue_many

CONDITION = "register.due"
CERTIFICATES_AT_ONCE = 10_000
DAYS_BEFORE = (60, 30, 7)
OVERDUE, OPEN = -1, 9999


def threshold(opens_on: date | None, closes_on: date | None, today: date) -> int | None:
    """Which word is due: `OPEN` when the time has begun, 60, 30 or 7 days before it ends, `OVERDUE`, else none.

    ``closes_on`` is the last day. Without a last day, or before applications are taken, nothing presses.
    """
    if opens_on is None:
        return OVERDUE
    if closes_on is None or today < opens_on:
        return None
    left = (closes_on - today).days
    return min((days for days in DAYS_BEFORE if left <= days), default=OPEN)


def remind_due(turn: JobTurn) -> int:
    """Queue one reminder for each certificate that waits for an application, at the latest threshold; how many are new.

    The key names certificate, last day and threshold, so repeating changes nothing.
    """
    today, database = office_day(turn.now), turn.runtime.database
    with database.read() as session:
        known, ranges = known_limits(session), actions.id_ranges(session, CERTIFICATES_AT_ONCE)
    queued = 0
    for first, last in ranges:
        if turn.stopping():
            break
        with database.read() as session:
            rows = actions.due_among(session, first, last, today=today)
        reminders = [one for row in rows if (one := _reminder(row, known, today)) is not None]
        if reminders:
            with database.write() as session:
                queued += queue_many(session, reminders, now=turn.now)
    return queued


def _reminder(row: Mapping[str, Any], known: list[Limits], today: date) -> Reminder | None:
    limits = limits_for(known, row["region_code"], today)
    found = verdict(limits, row["issued_on"], row["registered_until"], today)
    due = threshold(found.opens_on, found.closes_on, today)
    if due is None or found.closes_on is None:
        return None
    return Reminder(
        key=f"register.due.{row['id']}.{found.closes_on}.{due}",
        person_id=row["person_id"],
        template="registration-due",
        context={
            "certificate_id": row["id"],
            "level": row["level"],
            "again": found.again,
            "threshold": due,
            "overdue": due == OVERDUE,
            "closes_on": found.closes_on,
            "lapsed_on": row["registered_until"] and row["registered_until"] - timedelta(days=1),
        },
        condition=CONDITION,
    )


def still_due(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the reminder still says what is true: not applied for, and no later threshold reached meanwhile."""
    id_, known = int(context["certificate_id"]), known_limits(session)
    rows = actions.due_among(session, id_, id_, today=today)
    again = [_reminder(row, known, today) for row in rows if row["person_id"] == person_id]
    return any(one is not None and one.context["threshold"] == context["threshold"] for one in again)


JOBS = (Job("register.remind-due", "20 9 * * *", remind_due),)
