"""What a candidate sees before and around answering: home, the question they stand on, the notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound
from examprep.kernel.rate import Rate
from examprep.people.actor import Actor
from examprep.practice import assigning, day, log_store, notebook_store, plan_store, store
from examprep.practice.actions import current, order_of
from examprep.practice.rebuild import effective
from examprep.practice.rules.learning import NOT_IN_NOTEBOOK, Kept
from examprep.practice.rules.notebook import CAUSES
from examprep.practice.rules.order import CHAPTER, DAILY, LIVE, PLAN, TYPE, Scope, read_scope
from examprep.practice.shelf import Shelf, Way, governing, way
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter, Subject


@dataclass(frozen=True)
class Studied:
    """A chapter with how much of it was seen and how much of what was answered was right."""

    chapter: Chapter
    scope: str
    seen: Rate
    right: Rate


@dataclass(frozen=True)
class OfType:
    """How many questions of one type a subject has."""

    label: str  # a message id
    scope: str
    questions: int


@dataclass(frozen=True)
class Home:
    """The candidate's first screen for one subject."""

    subject: Subject
    subjects: tuple[Subject, ...]
    syllabus: str
    exam: tuple[int, date] | None
    days_left: int | None
    due: int
    plan: day.Progress
    cram: bool  # whether the exam is near and there is something to cram
    mistakes: int
    questions: int
    answered_today: int
    right_today: Rate
    minutes_today: int
    going_on: str | None  # the scope where the candidate was last
    chapters: Sequence[Studied]
    types: tuple[OfType, ...]
    marked: int
    daily_done: bool
    seen: Rate
    right: Rate


@dataclass(frozen=True)
class Standing:
    """The question page: a scope of a subject, and the question the candidate stands on (``None``: at the end)."""

    subject: Subject
    syllabus: str
    scope: Scope
    chapter: Chapter | None
    type_label: str  # a message id; empty where the scope is not one type
    cause_label: str  # the same, of a part of the notebook
    tag: str
    assignment: str  # its title
    question: bank.Question | None
    position: int  # 1 for the first; 0 where there is no order, or at the end
    total: int
    marked: bool


def home(session: Session, actor: Actor, *, subject_code: str, today: date, now: datetime) -> Home:
    """The home of one subject; of the one practised last when ``subject_code`` is empty.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    if subject_code:
        syllabus.subject(session, subject_code)
    offered = subjects(session)
    known = plan_store.known(
        session,
        actor.person_id,
        now=now,
        daily=str(Scope(DAILY, on=today)),
        subject_code=subject_code,
        otherwise=offered[0].code,
    )
    subject = syllabus.subject(session, known.subject_code)
    exam = syllabus.next_exam(session, today)
    edition = governing(session, exam)
    on = way(session, subject.code, edition, Scope(PLAN), actor.person_id)
    shelf = on.shelf
    here = [each for each in known.seen if each.question_id in shelf.versions]
    answers = {each.question_id: (each.reps, each.rights) for each in known.seen}
    answered, rights, took_ms = known.today
    seen, right = _study(shelf.everything, answers)
    days_left = max(0, (exam[1] - today).days) if exam else None
    return Home(
        subject=subject,
        subjects=offered,
        syllabus=edition,
        exam=exam,
        days_left=days_left,
        due=sum(each.waiting for each in here),
        plan=day.progress(session, actor.person_id, on, now, known),
        cram=bool(answers) and days_left is not None and days_left <= day.CRAM_DAYS,
        mistakes=sum(each.missed for each in here),
        questions=len(shelf.everything),
        answered_today=answered,
        right_today=Rate(rights, answered),
        minutes_today=took_ms // 60_000,
        going_on=known.last_scope,
        chapters=[
            Studied(chapter, str(Scope(CHAPTER, chapter.id)), *_study(shelf.chapters.get(chapter.id, ()), answers))
            for chapter in syllabus.chapters(session, subject.code, edition)
        ],
        types=_types(shelf),
        marked=sum(question in shelf.versions for question in known.marks),
        daily_done=known.daily_done,
        seen=seen,
        right=right,
    )


def _types(shelf: Shelf) -> tuple[OfType, ...]:
    """The types of which there is anything, in the order of the registry; none where all are of one."""
    found = tuple(
        OfType(QUESTION_TYPES[name].label, str(Scope(TYPE, type=name)), len(shelf.types[name]))
        for name in QUESTION_TYPES.names
        if name in shelf.types
    )
    return found if len(found) > 1 else ()


def usual(session: Session, person_id: int) -> Subject:
    """The subject practised last, or else the first."""
    place = store.last_place(session, person_id)
    return syllabus.subject(session, place[0]) if place else subjects(session)[0]


def subjects(session: Session) -> tuple[Subject, ...]:
    """The subjects that are answered by ticking, and any other of which there is something to practise.

    Raises:
        NotFound: ``practice.subjects`` -- the installation has no syllabus yet.
    """
    known = syllabus.subjects(session)
    some = bank.published_subjects(session)
    found = tuple(subject for subject in known if subject.objective or subject.code in some)
    if not found:
        raise NotFound("practice.subjects", "No subjects are set up yet. Ask your administrator.")
    return found


def _study(ids: Sequence[int], answers: Mapping[int, tuple[int, int]]) -> tuple[Rate, Rate]:
    """Of some questions: how many were seen, and how many of the answers to them were right."""
    met = [answers[i] for i in ids if i in answers]
    return Rate(len(met), len(ids)), Rate(sum(rights for _, rights in met), sum(reps for reps, _ in met))


def open_way(
    session: Session, actor: Actor, *, subject_code: str, scope: str, today: date
) -> tuple[Subject, Chapter | None, Way]:
    """What an address leads through: subject, chapter if it is one, and the way itself.

    Raises:
        NotFound: ``syllabus.subject``; ``practice.scope`` -- no such way, or no such chapter in the syllabus.
    """
    subject = syllabus.subject(session, subject_code)
    found = read_scope(scope)
    edition = governing(session, syllabus.next_exam(session, today))
    chapter = None
    if found is not None and found.chapter_id is not None:
        chapters = syllabus.chapters(session, subject.code, edition)
        chapter = next((chapter for chapter in chapters if chapter.id == found.chapter_id), None)
    known = found is not None and (chapter is not None or found.chapter_id is None) and found.begun(today)
    if found is None or not known or not _sensible(session, actor, found):
        raise NotFound("practice.scope", "There is no such way through this subject.")
    return subject, chapter, way(session, subject.code, edition, found, actor.person_id)


def _sensible(session: Session, actor: Actor, scope: Scope) -> bool:
    """Whether the type, the cause and the tag that a scope names are there, the tag the person's own."""
    return (
        scope.type in {"", *QUESTION_TYPES.names}
        and scope.cause in {"", *CAUSES}
        and (scope.tag_id is None or scope.tag_id in notebook_store.tags(session, actor.person_id))
    )


def standing(session: Session, actor: Actor, *, subject_code: str, scope: str, today: date, now: datetime) -> Standing:
    """Where the candidate stands in a scope: the same on every device.

    Raises:
        NotFound: ``syllabus.subject``, ``practice.scope``.
    """
    subject, chapter, on = open_way(session, actor, subject_code=subject_code, scope=scope, today=today)
    question, marked = current(session, actor, on, now=now)
    position, total = _position(session, on, question)
    return Standing(
        subject=subject,
        syllabus=on.syllabus,
        scope=on.scope,
        chapter=chapter,
        type_label=QUESTION_TYPES[on.scope.type].label if on.scope.type else "",
        cause_label=CAUSES.get(on.scope.cause, ""),
        tag=notebook_store.tags(session, actor.person_id)[on.scope.tag_id] if on.scope.tag_id else "",
        assignment=assigning.title(session, actor, on.scope.assignment_id) if on.scope.assignment_id else "",
        question=question,
        position=position,
        total=total,
        marked=marked,
    )


def _position(session: Session, on: Way, question: bank.Question | None) -> tuple[int, int]:
    """As `Way.position`; also where each person has an order of their own, unless it is chosen anew each time."""
    if on.scope.kind in LIVE:
        return 0, 0
    order = order_of(session, on)
    return (order.number(question.question_id) if question else 0), len(order.ids)


@dataclass(frozen=True)
class Review:
    """A question looked at again, with all the person's answers to it, latest first."""

    question: bank.Question
    answers: Sequence[log_store.Logged]
    in_notebook: bool
    right_days: int
    right_days_needed: int
    back_on: date | None  # null where none of the answers counts, or the days until the exam have no room
    uncounted: frozenset[int]  # answers that a ruling voided
    note: str
    causes: Sequence[str]
    tags: Sequence[str]

    @property
    def letters(self) -> Sequence[str]:
        """What each answer ticked, as letters."""
        return [self.question.named(line.ticked) for line in self.answers]


def review(session: Session, actor: Actor, *, question_id: int, today: date) -> Review:
    """A question the person has answered, as it is now.

    Raises:
        NotFound: ``practice.question`` -- the person never answered it.
    """
    kept = store.kept_of(session, actor.person_id, question_id)
    answers = log_store.answers_to(session, actor.person_id, question_id)
    if not answers:
        raise NotFound("practice.question", "There is no such question here.")
    counted = list(effective(session, answers))
    points = {line.id: line for line in counted}
    tags = notebook_store.tags(session, actor.person_id)
    entry = kept.entry if kept else NOT_IN_NOTEBOOK
    enough = notebook_store.days_to_leave(session, actor.person_id)
    question = bank.question(session, bank.current_version(session, question_id))
    return Review(
        question=question,
        answers=[points.get(line.id, line) for line in answers],
        in_notebook=entry.listed(enough),
        right_days=entry.right_days,
        right_days_needed=enough,
        back_on=_back_on(session, actor.person_id, question, kept, today),
        uncounted=frozenset(line.id for line in answers) - points.keys(),
        note=notebook_store.note(session, actor.person_id, question_id),
        causes=notebook_store.causes(session, actor.person_id, question_id).get(question_id, ()),
        tags=[tags[i] for i in notebook_store.tagged(session, actor.person_id, question_id).get(question_id, ())],
    )


def _back_on(session: Session, person_id: int, question: bank.Question, kept: Kept | None, today: date) -> date | None:
    """When a question comes back: by the forecast or by its memory, whichever is earlier; never after the exam.

    The forecast spreads reviews thinly over the days to the exam, while a day's plan fills the time there is; so what
    is due by its memory is not told for a month later.
    """
    if kept is None:
        return None
    exam = syllabus.next_exam(session, today)
    on = way(session, question.subject, governing(session, exam), Scope(PLAN), person_id)
    found = day.comes_back_on(session, person_id, on, question.question_id, today)
    own = max(today, office_day(kept.memory.due_at))
    return min((on for on in (found, own) if on and (exam is None or on < exam[1])), default=None)


@dataclass(frozen=True)
class DayPage:
    """What a subject gets of a day: the pace, today's plan, and the reviews to come."""

    subject: Subject
    pace: day.Pace
    plan: day.Progress
    forecast: day.Forecast


def day_page(session: Session, actor: Actor, *, subject_code: str, today: date, now: datetime) -> DayPage:
    """The page of pace, plan and forecast.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    subject = syllabus.subject(session, subject_code)
    on = way(
        session, subject.code, governing(session, syllabus.next_exam(session, today)), Scope(PLAN), actor.person_id
    )
    return DayPage(
        subject=subject,
        pace=day.pace(session, actor.person_id, subject.code),
        plan=day.progress(session, actor.person_id, on, now),
        forecast=day.forecast(session, actor.person_id, on, today),
    )
