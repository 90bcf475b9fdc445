"""What the generated county made of its exams: classes before them, and cohorts that its officer keeps."""

import random
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from examprep.app.demo.current import SLOTS_A_DAY, Planned, days_from, hold
from examprep.exams import candidates, cohorts
from examprep.exams.cuts import Cut
from examprep.kernel.clock import office_time
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.plumbing.vault import Vault
from examprep.training import actions as training
from examprep.training.actions import CourseEntry

SEED = 20231


def hold_past_classes(
    session: Session, vault: Vault, officer: Actor, trainer: Actor, draw: random.Random, now: datetime
) -> None:
    """A class before each exam of the story, its sessions held in spring."""
    learners = _learners(session, vault, officer)
    entry = CourseEntry("考前集训", "exam", "professional", None, None, "考前四个周末集中授课。")
    course = training.add_course(session, trainer, entry, now=office_time(date(min(learners), 3, 1), time(9)))
    for year, persons in sorted(learners.items()):
        saturdays = [day for day in days_from(date(year, 4, 20), 0, 28) if day.weekday() == 5]
        planned = Planned(
            course, f"{year}年考前集训班", len(persons), "on-site", saturdays, SLOTS_A_DAY[:1], persons, year
        )
        hold(session, vault, trainer, planned, draw, now)


def _learners(session: Session, vault: Vault, officer: Actor) -> dict[int, list[int]]:
    """Of the county's candidates of each exam one in six sat in a class, and of those who passed one in three."""
    draw, found = random.Random(SEED), dict[int, list[int]]()  # noqa: S311 -- invented people
    everybody = candidates.behind(session, officer, Cut(), None, "registered")
    page, _ = candidates.persons(session, vault, officer, everybody, Ask(export="csv"))
    for row in sorted(page.rows, key=lambda row: (row["year"], row["person_id"])):
        if draw.random() < (0.34 if row["qualified"] else 0.17):
            found.setdefault(int(row["year"]), []).append(row["person_id"])
    return found


def save_cohorts(session: Session, officer: Actor, now: datetime) -> None:
    """A filter and a list that the county's officer keeps."""
    first = {"level": "ASW", "returning": "no"}
    cohorts.save_filter(session, officer, "首次报考初级的考生", "每年动员的重点", first, now=now)
    passed = candidates.behind(session, officer, Cut(), 2023, "passed")
    cohorts.save_persons(session, officer, "2023年通过人员", "用于跟踪登记和继续教育", passed, now=now)
