"""Reminding holders whose year is short."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from examprep.ce import standings
from examprep.ce.rules.thresholds import due_threshold
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound
from examprep.plumbing.jobs import Job, JobTurn
from examprep.reminders.actions import Reminder, queue_many

CONDITION = "ce.short"
PERSONS_AT_ONCE = 10_000


def remind_shortfalls(turn: JobTurn) -> int:
    """Queue one reminder for each holder who is short, at the latest threshold due; returns how many were new.

    The key names year, threshold and person, so repeating changes nothing, and a turn that comes late skips what has
    been passed. One short transaction for each range of persons.
    """
    today = office_day(turn.now)
    year, threshold = today.year, due_threshold(today.year, today)
    if threshold is None:
        return 0
    database = turn.runtime.database
    with database.read() as session:
        try:
            requirement, _ = standings.requirement_for(session, year)
        except NotFound:
            return 0  # nothing was required of anybody that year
        ranges = standings.id_ranges(session, PERSONS_AT_ONCE)
    queued = 0
    for persons in ranges:
        if turn.stopping():
            break  # the next turn queues the rest: what was queued is known by its key
        with database.read() as session:
            short = standings.short_holders(session, requirement, year, persons, today=today)
        reminders = [
            Reminder(
                key=f"ce.short.{year}.{threshold}.{holder.person_id}",
                person_id=holder.person_id,
                template="ce-short",
                context={
                    "year": year,
                    "threshold": threshold,
                    "missing": requirement.hours_missing(holder.missing_minutes),
                    "deadline_on": standings.deadline(year),
                    "counted_on": today,
                },
                condition=CONDITION,
            )
            for holder in short
        ]
        if reminders:
            with database.write() as session:
                queued += queue_many(session, reminders, now=turn.now)
    return queued


def still_short(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the reminder still says what is true: short, and no later threshold has been reached meanwhile."""
    year = int(context["year"])
    if due_threshold(year, today) != int(context["threshold"]):
        return False
    try:
        requirement, _ = standings.requirement_for(session, year)
    except NotFound:
        return False
    return bool(standings.short_holders(session, requirement, year, (person_id, person_id), today=today))


JOBS = (Job("ce.remind-shortfalls", "0 9 * * *", remind_shortfalls),)
