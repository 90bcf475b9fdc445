"""What pages are told of a learner's way through a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter
from examprep.training import unit_judging
from examprep.training.unit_judging import Points
from examprep.training.unit_models import CompletionRow, TryRow


@dataclass(frozen=True)
class Marked:
    """One question of a try that was sent: what was ticked, and what that earned of how much; ``None``: not counted."""

    question: bank.Question
    ticks: frozenset[int]
    points: Points | None

    @property
    def right(self) -> bool:
        return self.points is not None and self.points[0] == self.points[1]


@dataclass(frozen=True)
class Try:
    """A try of a test; marks are half-points. ``again``: the chapters of what was missed."""

    number: int
    begun_at: datetime
    sent_at: datetime | None
    full: int
    needed: int
    earned: int | None
    passed: bool | None
    marked: Sequence[Marked] = ()
    again: Sequence[Chapter] = ()


@dataclass(frozen=True)
class Completion:
    """That a unit was completed, and whether that was voided."""

    id: int
    how: str
    minutes: int
    completed_at: datetime
    voided_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class UnitView:
    """A unit as its learner sees it. ``wait``: minutes until it can be confirmed. ``open``: whether one may act."""

    id: int
    title: str
    course: str
    category: str
    kind: str
    body: str
    link: str | None
    file_name: str | None
    minutes: int
    least_minutes: int
    questions: int  # of the test; 0: none
    needed: int
    wait: int
    open: bool
    completions: Sequence[Completion]
    tries: Sequence[Try]

    @property
    def done(self) -> Completion | None:
        return next((each for each in self.completions if each.voided_at is None), None)

    @property
    def begun(self) -> Try | None:
        """The try that waits to be sent."""
        return next((each for each in self.tries if each.sent_at is None), None)

    @property
    def last(self) -> Try | None:
        """The last one that was sent."""
        return next((each for each in self.tries if each.sent_at is not None), None)


def completion_of(row: CompletionRow) -> Completion:
    return Completion(row.id, row.how, row.minutes, row.completed_at, row.voided_at, row.reason)


def try_of(session: Session, row: TryRow) -> Try:
    marked = []
    ticks = row.ticks or ()
    for version_id, places, points in zip(
        row.version_ids, ticks, unit_judging.points(session, row.version_ids[: len(ticks)], ticks), strict=False
    ):
        question = bank.question(session, version_id)
        marked.append(Marked(question, frozenset(places), points))
    return Try(
        row.number,
        row.begun_at,
        row.sent_at,
        row.full_half_points,
        row.needed_half_points,
        row.earned,
        row.passed,
        marked,
        _again(session, marked),
    )


def _again(session: Session, marked: Sequence[Marked]) -> list[Chapter]:
    """The chapters of what was missed, each once, of the newest syllabus that has the question."""
    editions = [version.code for version in syllabus.versions(session)]
    found: dict[int, Chapter] = {}
    for each in marked:
        chapters = syllabus.chapters_by_id(session, frozenset(each.question.chapter_ids)).values()
        if not each.right and chapters:
            chapter = max(chapters, key=lambda one: editions.index(one.version))
            found[chapter.id] = chapter
    return list(found.values())
