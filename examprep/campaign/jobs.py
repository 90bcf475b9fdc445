"""Reminding by key dates, and mailing announcements: each person once for each date and each notice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.campaign import chasing, notice_mails, store
from examprep.campaign.rules.plan import AUDIENCES, due
from examprep.campaign.store import Planned, position_of
from examprep.kernel.clock import office_day
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.jobs import Job, JobTurn
from examprep.reminders.actions import Reminder, queue_many
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import KeyDate

TEMPLATE, CONDITION = "campaign-date", "campaign.date"
# What a date is called where it stands in a mail; a certificate is fetched and registered in the year after the exam.
YEARS_BEHIND = 1
PERSONS_AT_ONCE = 1000


@dataclass(frozen=True)
class Due:
    """A reminder that has come: of the plan, for a year, a day, and the regions where that is the day."""

    planned: Planned
    year: int
    at: date
    before: int
    regions: tuple[str, ...]


def remind_dates(turn: JobTurn) -> int:
    """Queue what the plan has due today; returns how many were new.

    The key names date, day and person: repeating changes nothing, a day that was moved is told anew, and a turn that
    comes late skips what was overtaken.
    """
    today, database = office_day(turn.now), turn.runtime.database
    with database.read() as session:
        found = list(_all_due(session, today))
    queued = 0
    for each in found:
        with database.read() as session:
            persons = _audience(session, each)
        for start in range(0, len(persons), PERSONS_AT_ONCE):
            if turn.stopping():
                return queued
            reminders = [_reminder(each, person) for person in persons[start : start + PERSONS_AT_ONCE]]
            with database.write() as session:
                queued += queue_many(session, reminders, now=turn.now)
    return queued


def _all_due(session: Session, today: date) -> Iterator[Due]:
    plan = [planned for planned in store.plan(session) if planned.active]
    regions = list(session.scalars(select(OrganisationRow.region_code).distinct()))
    for year in range(today.year - YEARS_BEHIND, today.year + 2):
        calendars = syllabus.calendars(session, year, regions)
        for planned in plan:
            by_day: dict[date, list[str]] = {}
            for region, dates in calendars.items():
                if (at := _day(dates, planned)) is not None:
                    by_day.setdefault(at, []).append(region)
            for at, where in by_day.items():
                if (before := due(planned.days, at, today)) is not None:
                    yield Due(planned, year, at, before, tuple(where))


def _day(dates: Sequence[KeyDate], planned: Planned) -> date | None:
    """The day of a planned reminder in a region; none where it is not known to the day."""
    entry = next((entry for entry in dates if entry.kind == planned.kind and entry.exact), None)
    return None if entry is None else planned.day_of(entry.starts_on, entry.last_on)


def _audience(session: Session, each: Due) -> list[int]:
    """Whom it concerns and who can be written to, once each."""
    found = store.rows(each.year)
    wanted = AUDIENCES[each.planned.audience]
    rows = session.execute(
        found.query.with_only_columns(PersonRow.id, *found.position())
        .where(PersonRow.email.is_not(None), found.region.in_(each.regions))
        .order_by(PersonRow.id)
    )
    return sorted({person for person, *values in rows if wanted(position_of(values))})


def _reminder(each: Due, person_id: int) -> Reminder:
    planned = each.planned
    return Reminder(
        key=f"campaign.date.{each.year}.{planned.code}.{each.at.isoformat()}.{each.before}.{person_id}",
        person_id=person_id,
        template=TEMPLATE,
        context={
            "year": each.year,
            "code": planned.code,
            "kind": planned.kind,
            "edge": planned.edge,
            "before": each.before,
            "day_on": each.at,
        },
        condition=CONDITION,
    )


def still_concerned(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether it still says what is true: planned, of the day that holds, the latest due, and it concerns them."""
    planned = next((each for each in store.plan(session) if each.code == context["code"] and each.active), None)
    if planned is None or due(planned.days, context["day_on"], today) != int(context["before"]):
        return False
    year = int(context["year"])
    found = store.rows(year)
    query = found.query.with_only_columns(found.region, *found.position()).where(PersonRow.id == person_id)
    for region, *values in session.execute(query):
        dates = syllabus.calendar(session, year, region)
        if _day(dates, planned) == context["day_on"] and AUDIENCES[planned.audience](position_of(values)):
            return True
    return False


JOBS = (
    Job("campaign.remind-dates", "0 8 * * *", remind_dates),
    Job("campaign.mail-announcements", "*/10 * * * *", notice_mails.mail_due),
)
STILL_DUE: Mapping[str, Any] = {
    CONDITION: still_concerned,
    chasing.CONDITION: chasing.still_listed,
    notice_mails.CONDITION: notice_mails.still_unread,
}
