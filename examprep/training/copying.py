"""Copying a season: a class with its sessions once more, from a new first day on.

What was planned as a weekly rule is planned by the same rule again, so often as its sessions stood; what was planned
singly keeps its weekdays and its distance from the first day. Holidays are those of the new season.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.training import actions, materials, overview, previewing, seat_store, store, units
from examprep.training.actions import ClassEntry
from examprep.training.models import ClassRow, SeriesRow, SessionRow
from examprep.training.previewing import Look
from examprep.training.rules.entry import SeatRules
from examprep.training.rules.recurrence import Series, Skipped, shifted
from examprep.training.rules.schedule import Slot
from examprep.training.timetable import slot_of


@dataclass(frozen=True)
class Season:
    """The sessions of a class as they would be again: weekly rules, single sessions, and what the latter leave out."""

    series: Sequence[Series]
    slots: Sequence[Slot]
    skipped: Sequence[Skipped]


@dataclass(frozen=True)
class Offer:
    """The class as it would be from a first day on: enrolment ends as long before it, and so do kept seats."""

    entry: ClassEntry
    rules: SeatRules


@dataclass(frozen=True)
class Place:
    """Where the new sessions are; empty means where the old ones were."""

    place: str = ""
    link: str = ""


@dataclass(frozen=True)
class Source:
    """A class to copy, with its sessions that stood, by start, and the weekly rules it was planned by."""

    row: ClassRow
    sessions: Sequence[SessionRow]
    series: Sequence[SeriesRow]

    @property
    def first_on(self) -> date | None:
        """The office day of the first session that is copied; ``None`` where there is none."""
        return min((_planned_on(row) for row in self.sessions), default=None)


def sources(session: Session, actor: Actor, class_ids: Collection[int]) -> dict[int, Source]:
    """Classes to copy, by id; three statements, however many they are.

    Raises:
        NotFound: no such class in the actor's organisations.
    """
    rows = store.classes(session, actor, class_ids)
    meetings = select(SessionRow).where(SessionRow.class_id.in_(rows)).order_by(SessionRow.starts_at, SessionRow.id)
    rules = select(SeriesRow).where(SeriesRow.class_id.in_(rows)).order_by(SeriesRow.id)
    every, weekly = session.scalars(meetings).all(), session.scalars(rules).all()
    return {
        class_id: Source(
            row,
            [each for each in every if each.class_id == class_id and _stood(each, row)],
            [each for each in weekly if each.class_id == class_id],
        )
        for class_id, row in rows.items()
    }


def source(session: Session, actor: Actor, class_id: int) -> Source:
    """One class to copy. Raises as `sources`."""
    return sources(session, actor, [class_id])[class_id]


def following_day(found: Iterable[Source], *, today: date) -> date:
    """What to offer as the new first day: the weekday of the old one, after the last session and after today."""
    rows = [row for each in found for row in each.sessions]
    if not rows:
        return today + timedelta(days=7)
    begins = min(_planned_on(row) for row in rows)
    after = max(today, *(office_day(row.ends_at) for row in rows)) + timedelta(days=1)
    return after + timedelta(days=(begins.weekday() - after.weekday()) % 7)


def season(found: Source, *, first_on: date, skip_days_off: bool, place: Place) -> Season:
    """The sessions of a class from a new first day on.

    Raises:
        RuleViolation: ``training.nothing-to-copy`` -- the class has no session that stood.
    """
    rows, began = found.sessions, found.first_on
    if began is None:
        raise RuleViolation("training.nothing-to-copy", "This class has no sessions to copy. Make a new class instead.")
    series = []
    for kept in found.series:
        own = [row for row in rows if row.series_id == kept.id]
        if own:
            begins = first_on + (min(_planned_on(row) for row in own) - began)
            usual = Place(_usual(row.place for row in own), _usual(row.link for row in own))
            series.append(
                Series(
                    frozenset(kept.weekdays), begins, kept.starts, kept.ends, len(own), skip_days_off,
                    place.place or usual.place, place.link or usual.link,
                )
            )  # fmt: skip
    single = [slot_of(row) for row in rows if row.series_id is None]
    slots, skipped = shifted(single, first_on - began, skip_days_off=skip_days_off)
    moved = [Slot(one.starts_at, one.ends_at, place.place or one.place, place.link or one.link) for one in slots]
    return Season(series, moved, skipped)


def offered(
    session: Session, found: Source, *, first_on: date, today: date, named: Collection[tuple[int, str]] = ()
) -> Offer:
    """What to offer as the class anew from ``first_on`` on: for the next exam, under the next name that is free and not
    among those ``named``."""
    row, began = found.row, found.first_on
    next_exam = overview.next_exam_year(session, first_on)
    year = max(row.exam_year, next_exam) if row.exam_year and next_exam else row.exam_year
    lead = max((began or row.closes_on) - row.closes_on, timedelta())
    entry = ClassEntry(
        course_id=row.course_id,
        name=_next_name(row.name, row.exam_year, year),
        trainer_id=row.trainer_id,
        capacity=row.capacity,
        mode=row.mode,
        opens_on=today,
        closes_on=max(today + timedelta(days=1), first_on - lead),
        exam_year=year,
        hours_rule=row.hours_rule,
        hours_percent=row.hours_percent,
    )
    rules = seat_store.rules_of(session, row.id)
    entry = replace(entry, name=free_name(session, entry, named))
    return Offer(entry, moved_rules(rules, first_on - (began or first_on)))


def free_name(session: Session, entry: ClassEntry, named: Collection[tuple[int, str]] = ()) -> str:
    """The name that is offered, or the next one that no class of the course has which is not cancelled.

    ``named`` are (course, name) that are about to be given.
    """
    standing = select(ClassRow.name).where(ClassRow.course_id == entry.course_id, ClassRow.state != "cancelled")
    known = set(session.scalars(standing))
    name = entry.name
    while name in known or (entry.course_id, name) in named:
        name = _next_name(name, None, None)
    return name


def look(session: Session, actor: Actor, entry: ClassEntry, copied: Season, *, source_id: int) -> Look:
    """The copied timetable before it is saved, with what it would meet; of the learners of the class copied it is told
    where they have a seat at those hours, since they may come again.

    Raises:
        NotFound: no such course in the actor's organisations.
    """
    return previewing.of_new_class(
        session, actor, copied.slots, copied.series, course_id=entry.course_id, trainer_id=entry.trainer_id,
        skipped=copied.skipped, learners_of=source_id,
    )  # fmt: skip


def copy_class(
    session: Session,
    actor: Actor,
    class_id: int,
    entry: ClassEntry,
    copied: Season,
    *,
    rules: SeatRules | None = None,
    with_materials: bool = True,
    with_units: bool = True,
    now: datetime,
) -> int:
    """Make the new class with the copied sessions, and the old one's own materials and units if wanted; returns its id.

    Learners, attendance and what they gave stay with the old one.

    Raises:
        NotFound: no such class or course in the actor's organisations.
        RuleViolation, Conflict: as `actions.plan_class`.
    """
    source_name = store.class_(session, actor, class_id).name
    first, *others = copied.series or (None,)
    made = actions.plan_class(session, actor, entry, copied.slots, series=first, rules=rules, now=now)
    for each in others:
        actions.add_sessions(session, actor, made, (), series=each, now=now)
    if with_materials:
        materials.copy(session, actor, class_id, made, now=now)
    if with_units:
        units.copy(session, actor, class_id, made, now=now)
    people.record(session, actor, "training.class-copied", "training_class", made, now=now, after={"from": source_name})
    return made


def moved_rules(rules: SeatRules, by: timedelta) -> SeatRules:
    """The same rules of seats, kept seats free for all so much later."""
    shares = [replace(each, released_on=each.released_on + by) if each.released_on else each for each in rules.shares]
    return replace(rules, shares=tuple(shares))


def _next_name(name: str, before: int | None, after: int | None) -> str:
    """The same name with the new year in it, or with the next number behind it."""
    if before and after and before != after and str(before) in name:
        return name.replace(str(before), str(after))
    if found := re.fullmatch(r"(.*\D)\s(\d{1,3})", name):
        return f"{found[1]} {int(found[2]) + 1}"
    return f"{name} 2"


def _stood(row: SessionRow, parent: ClassRow) -> bool:
    """That a session took place or was to; of a cancelled class all were, since it fell out as a whole."""
    return row.state != "cancelled" or parent.state == "cancelled"


def _planned_on(row: SessionRow) -> date:
    """The day that the rule gave it, also when it was moved later."""
    return row.occurs_on or office_day(row.starts_at)


def _usual(places: Iterable[str]) -> str:
    return Counter(places).most_common(1)[0][0]
