"""What candidates say of an exam year: said in one tap, changed at will, every word kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from examprep.campaign import store
from examprep.campaign.models import StatementRow
from examprep.campaign.rules.road import Position, Step, next_step, road
from examprep.campaign.rules.saying import check_statement
from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import KeyDate

# After its exam a year stays the one of the campaign while its scores, re-checks and lines come.
AFTER_EXAM = timedelta(days=120)


def say(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    year: int,
    says: str,
    level: str | None,
    subjects: Sequence[str] = (),
    now: datetime,
) -> bool:
    """Add a line to what a person says of a year; ``False`` when it says nothing new.

    One's own word, or that of somebody in the actor's organisations who was asked.

    Raises:
        NotFound: ``people.person`` -- somebody else outside the actor's bounds.
        RuleViolation: ``campaign.says``, ``campaign.level``, ``campaign.subjects``; ``campaign.year`` -- not a coming
            exam.
    """
    if person_id != actor.person_id:
        seen(session, actor, Permission.CAMPAIGN_FUNNEL_SEE, person_id)
    _check_year(session, year, office_day(now))
    chosen = check_statement(says, level, subjects)
    last = store.last_of(session, person_id, year)
    if last is not None and (last.says, last.level, last.subjects) == (says, level, chosen):
        return False
    row = StatementRow(
        person_id=person_id, exam_year=year, says=says, level=level, subjects=chosen, by_id=actor.person_id, said_at=now
    )
    session.add(row)
    session.flush()
    before = None if last is None else {"says": last.says, "level": last.level}
    after = {"says": says, "level": level, "year": year}
    record(session, actor, "campaign.said", "campaign_statement", row.id, now=now, before=before, after=after)
    return True


def _check_year(session: Session, year: int, today: date) -> None:
    exam = syllabus.exam_day(session, year)
    if exam is None or exam + AFTER_EXAM < today or year > today.year + 2:
        raise RuleViolation("campaign.year", "That exam is over, or its date is not known yet.")


@dataclass(frozen=True)
class Own:
    """A candidate's year: the exam, where they stand, the road, the next step on it, and all that they said."""

    year: int
    calendar: Sequence[KeyDate]
    position: Position
    steps: Sequence[Step]
    next: Step | None
    said: StatementRow | None = None
    log: Sequence[Mapping[str, Any]] = ()


def year_of(session: Session, today: date) -> int:
    """The exam year the campaign is about: that of the last exam while its scores are awaited, else the coming one."""
    exam = syllabus.next_exam(session, today - AFTER_EXAM)
    return exam[0] if exam else today.year


def own(session: Session, actor: Actor, *, year: int | None, today: date) -> Own:
    """The road of one's own year, with the log."""
    at = year or year_of(session, today)
    calendar = syllabus.calendar_at(session, at, actor.organisation_id)
    position = store.position(session, actor.person_id, at)
    steps = road(calendar, position, today)
    return Own(
        at,
        calendar,
        position,
        steps,
        next_step(steps),
        store.last_of(session, actor.person_id, at),
        [line for line in store.log_of(session, actor.person_id) if line["exam_year"] == at],
    )


def brief(session: Session, actor: Actor, today: date) -> Own | None:
    """The same for a card: two statements; ``None`` where no exam is known."""
    exam = syllabus.next_exam(session, today - AFTER_EXAM)
    if exam is None:
        return None
    year, calendar = exam[0], syllabus.calendar_at(session, exam[0], actor.organisation_id)
    position = store.position(session, actor.person_id, year)
    steps = road(calendar, position, today)
    return Own(year, calendar, position, steps, next_step(steps))


def years(session: Session, today: date) -> list[int]:
    """The years to choose from: those with an exam, from two before to the coming one, the latest first."""
    known = {entry.exam_year for entry in syllabus.all_key_dates(session) if entry.kind == "exam"}
    return sorted((year for year in known if year <= today.year + 1), reverse=True)
