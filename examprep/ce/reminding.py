"""Telling holders who are short by the plan of each requirement, and officers once a month who of theirs is."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.ce import store
from examprep.ce.case_models import CaseRow
from examprep.ce.models import StandingRow
from examprep.ce.policies import all_policies
from examprep.ce.rules.consequences import Policy, governing, step
from examprep.ce.rules.requirement import Requirement
from examprep.kernel.period import Period
from examprep.people import directory
from examprep.people.models import PersonRow
from examprep.plumbing.jobs import JobTurn
from examprep.reminders.actions import Reminder, queue_many

STANDING = StandingRow
SHORT, LINE = "ce.short", "ce.line"


def remind(turn: JobTurn, ranges: Sequence[tuple[int, int]], today: date) -> int:
    """Queue one reminder for each holder, requirement and step of its plan; returns how many were new.

    The key names requirement, period, step and person, so repeating changes nothing, and a turn that comes late says
    the latest step only. One short transaction for each range of persons.
    """
    database, queued = turn.runtime.database, 0
    with database.read() as session:
        versions = {version.id: version for version in store.versions(session)}
        policies = all_policies(session)
    for persons in ranges:
        if turn.stopping():
            return queued  # the next turn queues the rest: what was queued is known by its key
        with database.read() as session:
            found = [
                reminder
                for row in _short(session, persons, today)
                if (reminder := _reminder(row, versions[row.requirement_id], policies, today)) is not None
            ]
        if found:
            with database.write() as session:
                queued += queue_many(session, found, now=turn.now)
    return queued


def _short(session: Session, persons: tuple[int, int], today: date) -> Sequence[Any]:
    """Who is short in a period that runs or can still be made up, or has an open case of one that is over."""
    row, case = STANDING, CaseRow
    same = (case.person_id == row.person_id) & (case.code == row.code) & (case.period_start == row.period_start)
    query = (
        select(row.person_id, row.code, row.requirement_id, row.period_start, row.period_end, row.closes_on,
               row.missing_minutes)
        .outerjoin(case, same)
        .where(
            row.missing_minutes > 0,
            row.person_id.between(*persons),
            row.period_start <= today,
            (row.closes_on > today) | (case.state == "open"),
        )
    )  # fmt: skip
    return session.execute(query).all()


def _reminder(row: Any, asked: Requirement, policies: list[Policy], today: date) -> Reminder | None:
    """``None`` where the requirement binds nobody in person, or no step is due."""
    if asked.measure != "each":
        return None
    period = Period(row.period_start, row.period_end)
    due = step(governing(policies, row.code, today), period, row.closes_on, today)
    if due is None:
        return None
    return Reminder(
        key=f"ce.short.{row.code}.{row.period_start.isoformat()}.{due}.{row.person_id}",
        person_id=row.person_id,
        template="ce-short",
        context={
            "code": row.code,
            "period_on": row.period_start,
            "step": due,
            "requirement": dict(asked.names),
            "missing": asked.hours_missing(row.missing_minutes),
            "last_on": row.period_end - timedelta(days=1),
            "deadline_on": row.closes_on - timedelta(days=1),
            "counted_on": today,
        },
        condition=SHORT,
    )


def still_short(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the reminder still says what is true: short, and no later step has been reached meanwhile."""
    row = session.get(STANDING, (person_id, context["code"], context["period_on"]))
    if row is None or row.missing_minutes == 0:
        return False
    policy = governing(all_policies(session), row.code, today)
    return step(policy, Period(row.period_start, row.period_end), row.closes_on, today) == context["step"]


def digest(session: Session, today: date, now: Any) -> int:
    """Once a month, how many of their people are short of what, to the officers of each organisation; how many mails.

    Everybody is in one digest of their employer, and of the nearest bureau above it that has officers.
    """
    policies = all_policies(session)
    asked = {version.id: version for version in store.versions(session)}
    row = STANDING
    query = (
        select(PersonRow.organisation_id, row.requirement_id, row.code, func.count(), func.sum(row.missing_minutes))
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(row.missing_minutes > 0, row.period_start <= today, row.closes_on > today)
        .group_by(PersonRow.organisation_id, row.requirement_id, row.code)
    )
    sums = [
        each
        for each in session.execute(query)
        if asked[each.requirement_id].measure == "each" and governing(policies, each.code, today).digest
    ]
    organisations = {each.organisation_id for each in sums}
    reminders: dict[int, dict[str, list[int]]] = {}
    for above in (False, True):
        officers = directory.officers_over(session, organisations, today, above=above)
        for organisation_id, requirement_id, _, persons, minutes in sums:
            for officer in officers[organisation_id]:
                told = reminders.setdefault(officer, {}).setdefault(str(requirement_id), [0, 0])
                told[0], told[1] = told[0] + persons, told[1] + int(minutes)
    return queue_many(
        session,
        [
            Reminder(
                key=f"ce.digest.{today:%Y-%m}.{officer}",
                person_id=officer,
                template="ce-digest",
                context={
                    "counted_on": today,
                    "lines": [
                        {
                            "requirement": dict(asked[int(key)].names),
                            "persons": persons,
                            "missing": asked[int(key)].hours_missing(minutes),
                        }
                        for key, (persons, minutes) in sorted(told.items())
                    ],
                },
            )
            for officer, told in reminders.items()
        ],
        now=now,
    )
