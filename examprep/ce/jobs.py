"""Keeping standings as time passes and certificates change; reminding holders whose year is short."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from examprep.ce import counting, editing, standings, sweeping
from examprep.ce.rules.duty import Duty, in_force
from examprep.ce.rules.requirement import CALENDAR, Requirement
from examprep.ce.rules.thresholds import due_threshold
from examprep.kernel.clock import office_day
from examprep.plumbing.jobs import Job, JobTurn
from examprep.register import actions as register
from examprep.reminders.actions import Reminder, queue_many

CONDITION = "ce.short"
PERSONS_AT_ONCE = 10_000
FOLLOWED = timedelta(minutes=10)  # how far back changes of certificates are looked for, each minute


def sweep(turn: JobTurn) -> int:
    """Every night: all standings of open periods, as the new day finds them."""
    return sweeping.sweep(turn.runtime.database, today=office_day(turn.now), stopping=turn.stopping)


def follow_register(turn: JobTurn) -> int:
    """Every minute: the standings of whoever's certificates changed, since the register knows nothing of hours.

    It looks back further than a minute, because a transaction may end later than it says; the sweep has the rest.
    After a requirement was changed, it is a sweep.
    """
    database, today = turn.runtime.database, office_day(turn.now)
    with database.read() as session:
        edited = editing.changed_since(session, turn.now - FOLLOWED)
        changed = register.changed_since(session, turn.now - FOLLOWED)
    if edited:
        return sweep(turn)
    for part in sweeping.parts(sorted(changed)):
        if turn.stopping():
            break
        with database.write() as session:
            counting.recount(session, part, today=today)
    return len(changed)


def _binding(session: Session, year: int) -> list[Requirement]:
    """The requirements of a calendar year that bind each person, and do not only set a target for all together."""
    found = in_force(standings.versions(session), date(year, 1, 1))
    return [asked for asked in found if asked.period_kind == CALENDAR and asked.measure == "each"]


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
        requirements = _binding(session, year)
        ranges = counting.id_ranges(session, PERSONS_AT_ONCE)
    queued = 0
    for requirement in requirements:
        for persons in ranges:
            if turn.stopping():
                return queued  # the next turn queues the rest: what was queued is known by its key
            with database.read() as session:
                short = standings.short_holders(session, requirement, year, persons, today=today)
            reminders = [_reminder(requirement, holder, year, threshold, today) for holder in short]
            if reminders:
                with database.write() as session:
                    queued += queue_many(session, reminders, now=turn.now)
    return queued


def _reminder(requirement: Requirement, holder: standings.Short, year: int, threshold: int, today: date) -> Reminder:
    return Reminder(
        key=f"ce.short.{year}.{threshold}.{holder.person_id}",
        person_id=holder.person_id,
        template="ce-short",
        context={
            "year": year,
            "threshold": threshold,
            "missing": requirement.hours_missing(holder.missing_minutes),
            "deadline_on": date(year, 12, 31),
            "counted_on": today,
        },
        condition=CONDITION,
    )


def still_short(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the reminder still says what is true: short, and no later threshold has been reached meanwhile."""
    year = int(context["year"])
    if due_threshold(year, today) != int(context["threshold"]):
        return False
    found = standings.kept(session, person_id, today=today)
    return any(_binds(each.duty) and not each.met for each in found)


def _binds(duty: Duty) -> bool:
    return duty.requirement.period_kind == CALENDAR and duty.requirement.measure == "each"


JOBS = (
    Job("ce.sweep", "10 0 * * *", sweep),
    Job("ce.follow-register", "* * * * *", follow_register),
    Job("ce.remind-shortfalls", "0 9 * * *", remind_shortfalls),
)
