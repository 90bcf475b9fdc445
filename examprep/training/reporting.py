"""What came of a class: who came, the hours it gave, and how its learners fared in the exam, beside their region."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.exams import counting
from examprep.exams.counting import Fates
from examprep.exams.roll import roll
from examprep.kernel.clock import office_day, start_of_day
from examprep.kernel.rate import Rate
from examprep.mocks import setting
from examprep.mocks.setting import Average
from examprep.people.actions import region_of
from examprep.people.actor import Actor
from examprep.people.bounds import people_of_region
from examprep.plumbing.bulk import among
from examprep.syllabus import actions as syllabus
from examprep.training import overview
from examprep.training.models import ClassRow, CourseRow, GrantRow
from examprep.training.presence_models import AttendanceRow
from examprep.training.values import ClassCard

FEWEST = 5  # persons, of whom an average may tell
PASSED, SAT, ABSENT, UNREGISTERED = "passed", "sat", "absent", "unregistered"


@dataclass(frozen=True)
class Outcome:
    """One learner: sessions attended of those held, minutes of credit, and how far they came in the exam.

    ``exam`` is one of the words above; ``None`` where the class is for no exam.
    """

    person_id: int
    name: str
    organisation: str
    attended: int
    minutes: int
    exam: str | None


@dataclass(frozen=True)
class Report:
    """``held``: sessions that are closed. ``region``: all who registered there for the same exam and level."""

    card: ClassCard
    held: int
    learners: Sequence[Outcome]
    fates: Fates | None
    region: Fates | None
    mocks: Average
    mocks_there: Average | None  # of all of the region in the same time; ``None`` where they are few

    @property
    def attendance(self) -> Rate:
        """Seats in held sessions that were taken."""
        return Rate(sum(each.attended for each in self.learners), self.held * len(self.learners))

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.learners)

    @property
    def came(self) -> int:
        """Learners who attended at least one session."""
        return sum(each.attended > 0 for each in self.learners)


def report(session: Session, actor: Actor, class_id: int, *, now: datetime) -> Report:
    """Raises NotFound."""
    view = overview.class_view(session, actor, class_id, now=now)
    people = [learner.person_id for learner in view.learners]
    held = [each.id for each in view.sessions if each.state == "closed"]
    came, given = _came(session, held), _given(session, held)
    year, level = view.card.exam_year, session.get_one(CourseRow, view.card.course_id).level
    reached = _reached(session, people, year, level) if year else {}
    learners = [
        Outcome(
            each.person_id,
            each.name,
            each.organisation,
            came.get(each.person_id, 0),
            given.get(each.person_id, 0),
            reached.get(each.person_id, UNREGISTERED) if year else None,
        )
        for each in view.learners
    ]
    during = _time(session, view)
    mocked = setting.average(session, people, level, *during)
    if not year:
        return Report(view.card, len(held), learners, None, None, mocked, None)
    said = Counter(reached.values())
    fates = Fates(said.total(), said[PASSED] + said[SAT], said[PASSED])
    where = region_of(session, session.get_one(ClassRow, class_id).organisation_id)
    region = counting.in_region(session, where, year, level)
    there = setting.average(session, people_of_region(where), level, *during)
    shown = there if there.persons >= FEWEST else None
    return Report(view.card, len(held), learners, fates, region, mocked, shown)


def _time(session: Session, view: overview.ClassView) -> tuple[datetime, datetime]:
    """In which mocks are a class's: from the day it opens for enrolment until its exam, else until it is over."""
    card = view.card
    exam_on = syllabus.exam_day(session, card.exam_year) if card.exam_year else None
    last_on = max((office_day(each.ends_at) for each in view.sessions), default=card.closes_on)
    until = exam_on or last_on + timedelta(days=1)
    return start_of_day(card.opens_on), start_of_day(until)


def _came(session: Session, session_ids: Sequence[int]) -> dict[int, int]:
    """How many of some sessions each person attended."""
    row = AttendanceRow
    query = select(row.person_id, func.count()).where(row.session_id.in_(session_ids), row.present)
    return dict(session.execute(query.group_by(row.person_id)).all())


def _given(session: Session, session_ids: Sequence[int]) -> dict[int, int]:
    """Minutes of credit by person that some sessions gave and that were not taken back."""
    row = GrantRow
    query = select(row.person_id, func.sum(row.minutes)).where(
        row.session_id.in_(session_ids), row.reversed_at.is_(None)
    )
    return {person_id: int(minutes) for person_id, minutes in session.execute(query.group_by(row.person_id))}


def _reached(session: Session, person_ids: Sequence[int], year: int, level: str | None) -> dict[int, str]:
    """How far each of those who registered came: at the course's level, or at whichever where it has none."""
    found = roll(year).subquery()
    query = select(found.c.person_id, found.c.sat, found.c.passed).where(among(session, found.c.person_id, person_ids))
    if level:
        query = query.where(found.c.level == level)
    # One level a year; the farthest counts where a file has two.
    return {
        person_id: PASSED if passed else SAT if sat else ABSENT
        for person_id, sat, passed in session.execute(query.order_by(found.c.passed, found.c.sat))
    }
