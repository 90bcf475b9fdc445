"""What the generated county made of its exams: classes before them, and cohorts that its officer keeps."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from examprep.app.demo.current import SLOTS_A_DAY, Planned, days_from, hold
from examprep.exams import candidates, cohorts
from examprep.exams.cuts import Cut
from examprep.kernel.clock import office_time
from examprep.people.actor import Actor
from examprep.training import actions as training
from examprep.training.actions import CourseEntry


def hold_past_classes(
    session: Session, trainer: Actor, learners: Mapping[int, Sequence[int]], draw: random.Random, now: datetime
) -> None:
    """A class before each exam of the story, its sessions held in spring; ``learners`` are persons by exam year."""
    entry = CourseEntry("考前集训", "exam", "professional", None, None, "考前四个周末集中授课。")
    course = training.add_course(session, trainer, entry, now=office_time(date(min(learners), 3, 1), time(9)))
    for year, persons in sorted(learners.items()):
        saturdays = [day for day in days_from(date(year, 4, 20), 0, 28) if day.weekday() == 5]
        planned = Planned(
            course, f"{year}年考前集训班", len(persons), "on-site", saturdays, SLOTS_A_DAY[:1], persons, year
        )
        hold(session, trainer, planned, draw, now)


def save_cohorts(session: Session, officer: Actor, now: datetime) -> None:
    """A filter and a list that the county's officer keeps."""
    first = {"level": "ASW", "returning": "no"}
    cohorts.save_filter(session, officer, "首次报考初级的考生", "每年动员的重点", first, now=now)
    passed = candidates.behind(session, officer, Cut(), 2023, "passed")
    cohorts.save_persons(session, officer, "2023年通过人员", "用于跟踪登记和继续教育", passed, now=now)
