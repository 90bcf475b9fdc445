"""How somebody gets on: what is mastered, how steadily they practise, what comes, where they lie among all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.kernel.clock import start_of_day
from examprep.kernel.rate import Rate
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.practice import log_store
from examprep.practice.jobs import COHORT_DAYS, LEAST_ANSWERS
from examprep.practice.overview import subjects, usual
from examprep.practice.rebuild import effective
from examprep.practice.rules.mastery import LEAST, Last, Quantiles, by_chapter, is_mastered, to_win
from examprep.practice.rules.order import CHAPTER, Scope
from examprep.practice.rules.streak import Streak, streak
from examprep.practice.shelf import Shelf, governing, shelf_of
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter, KeyDate, Subject

DAYS_SHOWN = 28
FOCUS = 3  # chapters proposed to work at
PAPER = 200  # half-points


@dataclass(frozen=True)
class Mastered:
    """A chapter, how much of what was answered in it is mastered, and the half-points it still holds."""

    chapter: Chapter
    scope: str
    questions: int
    rate: Rate  # mastered of answered questions
    to_win: float  # half-points

    @property
    def told(self) -> bool:
        """Whether enough was answered to say something."""
        return self.rate.base >= LEAST


@dataclass(frozen=True)
class Among:
    """Where somebody lies in the cohort: 0 below its 10 per cent mark, 5 above its 90 per cent mark."""

    quantiles: Quantiles
    mine: float
    band: int


@dataclass(frozen=True)
class Day:
    """One office day of practice; nought where there was none."""

    on: date
    answered: int
    rights: int
    minutes: int


@dataclass(frozen=True)
class Progress:
    """The page of one person and one subject."""

    subject: Subject
    subjects: Sequence[Subject]
    exam: tuple[int, date] | None
    days_left: int | None
    dates: Sequence[KeyDate]
    streak: Streak
    days: Sequence[Day]  # the last four weeks, the oldest first
    chapters: Sequence[Mastered]
    whole: Rate
    focus: Sequence[Mastered]
    right_among: Among | None
    answered_among: Among | None

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def answered(self) -> int:
        return sum(day.answered for day in self.days)

    @property
    def practised(self) -> int:
        """On how many of the days there was practice."""
        return sum(day.answered > 0 for day in self.days)


def progress(session: Session, actor: Actor, *, subject_code: str, today: date) -> Progress:
    """The actor's own progress in one subject; in the one practised last when ``subject_code`` is empty.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    person = actor.person_id
    subject = syllabus.subject(session, subject_code) if subject_code else usual(session, person)
    exam = syllabus.next_exam(session, today)
    edition = governing(session, exam)
    shelf = shelf_of(session, subject.code, edition)
    lasts = last_answers(session, [person], shelf)[person]
    chapters = mastered(lasts, shelf, syllabus.chapters(session, subject.code, edition))
    practised = log_store.days(session, [person])
    right_among, answered_among = _among(session, person, subject.code, today)
    region = people.region_of(session, actor.organisation_id)
    return Progress(
        subject=subject,
        subjects=subjects(session),
        exam=exam,
        days_left=max(0, (exam[1] - today).days) if exam else None,
        dates=syllabus.key_dates(session, exam[0], region) if exam else (),
        streak=streak([day.answered_on for day in practised], today),
        days=_days(practised, today),
        chapters=chapters,
        whole=Rate(sum(last.mastered for last in lasts), len(lasts)),
        focus=sorted(chapters, key=lambda each: -each.to_win)[:FOCUS],
        right_among=right_among,
        answered_among=answered_among,
    )


def last_answers(session: Session, person_ids: Sequence[int], shelf: Shelf) -> Mapping[int, Sequence[Last]]:
    """The last answer of each person to each question that may still be asked, as the rulings have it."""
    chapters: dict[int, set[int]] = defaultdict(set)
    for chapter, questions in shelf.chapters.items():
        for question in questions:
            chapters[question].add(chapter)
    found: dict[tuple[int, int], Last] = {}
    for line in effective(session, log_store.log_of(session, person_ids)):
        if line.question_id in shelf.versions:
            known = is_mastered(right=line.right, sure=line.sure)
            found[line.person_id, line.question_id] = Last(
                line.question_id, frozenset(chapters[line.question_id]), known
            )
    lasts: dict[int, list[Last]] = {person: [] for person in person_ids}
    for (person, _), last in found.items():
        lasts[person].append(last)
    return lasts


def mastered(lasts: Sequence[Last], shelf: Shelf, chapters: Sequence[Chapter]) -> list[Mastered]:
    """Each chapter that has questions, in the syllabus's order."""
    rates, everything = by_chapter(lasts), len(shelf.everything)
    found = []
    for chapter in chapters:
        questions = len(shelf.chapters.get(chapter.id, ()))
        if questions:
            rate = rates.get(chapter.id)
            holds = to_win(rate, _weight(chapter, questions / everything))
            found.append(Mastered(chapter, str(Scope(CHAPTER, chapter.id)), questions, rate or Rate(0, 0), holds))
    return found


def _weight(chapter: Chapter, share: float) -> float:
    """Half-points of a paper: as the syllabus has them, or else as the bank's questions are spread."""
    if chapter.weight_low is None or chapter.weight_high is None:
        return share * PAPER
    return (chapter.weight_low + chapter.weight_high) / 2


def _days(practised: Sequence[log_store.Practised], today: date) -> list[Day]:
    known = {day.answered_on: day for day in practised}
    span = [today - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    return [
        Day(on, day.answered, day.rights, day.took_ms // 60_000) if (day := known.get(on)) else Day(on, 0, 0, 0)
        for on in span
    ]


def _among(session: Session, person_id: int, subject_code: str, today: date) -> tuple[Among | None, Among | None]:
    """Where the person's share of right answers, and number of answers, of the last weeks lie in the cohort."""
    since = start_of_day(today - timedelta(days=COHORT_DAYS))
    answered, rights = log_store.subject_sums(session, subject_code, since, person_id).get(person_id, (0, 0))
    cohort = log_store.cohort(session, subject_code)
    if cohort is None or answered < LEAST_ANSWERS:
        return None, None
    found = []
    for values, mine in ((cohort.right, rights / answered), (cohort.answered, float(answered))):
        first, second, third, fourth, fifth = values
        lies = Quantiles(cohort.persons, (first, second, third, fourth, fifth))
        found.append(Among(lies, mine, lies.band(mine)))
    return found[0], found[1]
