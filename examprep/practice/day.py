"""The day's plan of one person and subject, the forecast until the exam, and the heap to cram.

The memory itself knows no exam. Its day is looked at here, whenever a day is planned, so that a new date changes what
comes back when at once, and changes no row.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day, start_of_day
from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.plumbing.kept import Kept
from examprep.practice import plan_store
from examprep.practice.plan_store import Known
from examprep.practice.rules import cram, planning
from examprep.practice.rules.calendar import Calendar, Held, calendar
from examprep.practice.rules.curve import curve
from examprep.practice.rules.planning import Fresh, Today
from examprep.practice.shelf import Shelf, Way, shelf_of
from examprep.syllabus import actions as syllabus

LEAST_ANSWERS = 20  # measured, before somebody's own pace is believed
READING_SECONDS = 10  # of the explanation, which nobody measures
CRAM_DAYS = 14  # before the exam, in which cramming is offered
MOST_QUESTIONS = 1000
MISSED_AGAIN = frozenset({1, 3})  # FSRS's states of what was missed and comes back in the same sitting
USUAL_HALF_POINTS = 2


@dataclass(frozen=True)
class Pace:
    """What a person gives to a subject. ``most``: questions a day, ``None`` as many as the minutes hold."""

    minutes: int
    most: int | None
    seconds_each: float

    @property
    def capacity(self) -> int:
        return planning.capacity(self.minutes, self.seconds_each, self.most)

    def minutes_for(self, questions: int) -> int:
        """Whole minutes, rounded up."""
        return -(-round(questions * self.seconds_each) // 60)


@dataclass(frozen=True)
class Plan:
    """The plan of one day: the first ``reviews`` questions were seen before. ``kept``: it stands in the store."""

    question_ids: Sequence[int]
    reviews: int
    planned_at: datetime
    kept: bool


@dataclass(frozen=True)
class Progress:
    """How far somebody is in the plan of today."""

    reviews: int
    fresh: int
    done: int
    minutes_left: int

    @property
    def total(self) -> int:
        return self.reviews + self.fresh

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True)
class Forecast:
    """Reviews by day from today on, until the exam if its day is known."""

    days: Sequence[tuple[date, int]]
    left_out: int
    exam_on: date | None

    @property
    def total(self) -> int:
        return sum(load for _, load in self.days)

    @property
    def busiest(self) -> int:
        return max((load for _, load in self.days), default=0)


def pace(session: Session, person_id: int, subject_code: str) -> Pace:
    """The pace somebody chose, or the usual one, with the seconds they take for an answer."""
    minutes, most = plan_store.pace(session, person_id, subject_code) or (None, None)
    return _pace(minutes, most, *plan_store.took(session, person_id))


def _pace(minutes: int | None, most: int | None, answers: int, took_ms: int) -> Pace:
    seconds: float = planning.SECONDS_EACH
    if answers >= LEAST_ANSWERS:
        seconds = took_ms / answers / 1000 + READING_SECONDS
    seconds = min(max(seconds, planning.FASTEST_SECONDS), planning.SLOWEST_SECONDS)
    return Pace(minutes or planning.MINUTES, most, seconds)


def _pace_of(known: Known) -> Pace:
    return _pace(known.minutes, known.most, known.measured, known.took_ms)


def set_pace(
    session: Session, actor: Actor, *, subject_code: str, minutes: int, most: int | None, now: datetime
) -> None:
    """Keep how much of a day the person gives to a subject; today is planned anew.

    Raises:
        NotFound: ``syllabus.subject``.
        RuleViolation: ``practice.pace`` -- fewer minutes than an answer or two take, or more than a day has.
    """
    syllabus.subject(session, subject_code)
    if not planning.LEAST_MINUTES <= minutes <= planning.MOST_MINUTES:
        raise RuleViolation(
            "practice.pace",
            "Give a subject %(least)s to %(most)s minutes a day.",
            least=planning.LEAST_MINUTES,
            most=planning.MOST_MINUTES,
        )
    if most is not None and not 1 <= most <= MOST_QUESTIONS:
        raise RuleViolation("practice.pace", "A day has 1 to %(most)s questions.", most=MOST_QUESTIONS)
    plan_store.put_pace(session, actor.person_id, subject_code, minutes, most, now)
    plan_store.drop_plan(session, actor.person_id, subject_code)


def plan(session: Session, person_id: int, on: Way, now: datetime) -> Plan:
    """The plan of the office day that holds ``now``: as it was kept, or made now."""
    kept = plan_store.plan(session, person_id, on.subject_code, office_day(now))
    if kept is not None:
        return Plan(*kept, kept=True)
    return _plan(session, on, _known(session, person_id, on, now), now)


def _known(session: Session, person_id: int, on: Way, now: datetime) -> Known:
    return plan_store.known(session, person_id, now=now, subject_code=on.subject_code)


def _plan(session: Session, on: Way, known: Known, now: datetime) -> Plan:
    if known.plan is not None:
        return Plan(*known.plan, kept=True)
    made = _made(session, on, known, office_day(now))
    # Nothing in it was answered today, so what is answered counts as done, also what a device sends later.
    return Plan(made.question_ids, len(made.reviews), start_of_day(office_day(now)), kept=False)


def keep_plan(session: Session, person_id: int, on: Way, now: datetime) -> None:
    """Fix today's plan, so that answering does not change what is still to come."""
    made = plan(session, person_id, on, now)
    if not made.kept:
        _put(session, person_id, on, made, made.question_ids, now)


def postpone(session: Session, person_id: int, on: Way, question_id: int, now: datetime) -> None:
    """Put a question of today's plan behind all others."""
    made = plan(session, person_id, on, now)
    later = sorted(made.question_ids, key=lambda each: each == question_id)
    _put(session, person_id, on, made, later, now)


def _put(session: Session, person_id: int, on: Way, made: Plan, question_ids: Sequence[int], now: datetime) -> None:
    plan_store.put_plan(
        session,
        person_id,
        on.subject_code,
        planned_on=office_day(now),
        planned_at=made.planned_at,
        question_ids=list(question_ids),
        reviews=made.reviews,
    )


def _made(session: Session, on: Way, known: Known, today: date) -> Today:
    exam_on = _exam_on(session, today)
    return planning.today(
        _held(known.seen, on.shelf),
        _fresh(session, on, known.seen),
        _weakness(on.shelf, known.seen),
        days_left=_days_left(exam_on, today),
        whole=(exam_on - (known.first_on or today)).days if exam_on else None,
        most=_pace_of(known).capacity,
        curve=curve(known.weights),
    )


def upcoming(session: Session, person_id: int, on: Way, now: datetime) -> int | None:
    """The next question of today's plan; then what was missed in it and is due again; ``None`` when it is done."""
    made = plan(session, person_id, on, now)
    asked = [question for question in made.question_ids if question in on.shelf.versions]
    seen = plan_store.seen_of(session, person_id, asked)
    for question in asked:
        if question not in seen or seen[question].last_at < made.planned_at:
            return question
    back = [each for each in seen.values() if each.state in MISSED_AGAIN and each.due_at <= now]
    return min(back, key=lambda each: (each.due_at, each.question_id)).question_id if back else None


def progress(session: Session, person_id: int, on: Way, now: datetime, known: Known | None = None) -> Progress:
    """How far the person is in today's plan. ``known``: what is known of them, where it was asked for already."""
    known = known or _known(session, person_id, on, now)
    made = _plan(session, on, known, now)
    asked = [question for question in made.question_ids if question in on.shelf.versions]
    planned = frozenset(asked) if made.kept else frozenset[int]()
    done = sum(each.question_id in planned and each.last >= 0 for each in known.seen)  # seen today
    reviews = sum(question in on.shelf.versions for question in made.question_ids[: made.reviews])
    left = _pace_of(known).minutes_for(len(asked) - done)
    return Progress(reviews, len(asked) - reviews, done, left)


def forecast(session: Session, person_id: int, on: Way, today: date) -> Forecast:
    """How many reviews each day brings, as far as it can be told from what was seen until now."""
    exam_on = _exam_on(session, today)
    dealt = _calendar(session, person_id, on, today)
    days = [(today + timedelta(days=at), load) for at, load in enumerate(dealt.loads)]
    return Forecast(days, dealt.left_out, exam_on)


def comes_back_on(session: Session, person_id: int, on: Way, question_id: int, today: date) -> date | None:
    """The day on which the forecast has a question; ``None`` when it has no room for it, or does not reach so far."""
    days = _calendar(session, person_id, on, today).days
    found = next((at for at, questions in enumerate(days) if question_id in questions), None)
    return None if found is None else today + timedelta(days=found)


def _calendar(session: Session, person_id: int, on: Way, today: date) -> Calendar:
    return calendar(
        _held(plan_store.seen(session, person_id, on.subject_code, start_of_day(today)), on.shelf),
        days_left=_days_left(_exam_on(session, today), today),
        cap=pace(session, person_id, on.subject_code).capacity,
        curve=curve(plan_store.weights_in_force(session)),
    )


def cramming(session: Session, person_id: int, on: Way, now: datetime) -> int | None:
    """The next question to cram; ``None`` when each of the heap was right at its last showing today."""
    today = office_day(now)
    seen = plan_store.seen(session, person_id, on.subject_code, now)
    days_left = _days_left(_exam_on(session, today), today) or 0
    weights = curve(plan_store.weights_in_force(session))
    heap = cram.heap(_held(seen, on.shelf), days_left=days_left, curve=weights)
    return cram.turn(heap, plan_store.crammed_since(session, person_id, start_of_day(today)))


def _exam_on(session: Session, today: date) -> date | None:
    exam = syllabus.next_exam(session, today)
    return exam[1] if exam else None


def _days_left(exam_on: date | None, today: date) -> int | None:
    # While a sitting is under way its first day is past.
    return max(0, (exam_on - today).days) if exam_on else None


def _held(seen: Sequence[plan_store.Seen], shelf: Shelf) -> list[Held]:
    return [Held._make(each[: len(Held._fields)]) for each in seen if each.question_id in shelf.versions]


def _fresh(session: Session, on: Way, seen: Sequence[plan_store.Seen]) -> list[Fresh]:
    """What was never answered, with the weight of its chapter and its marks by the paper's format."""
    met = {each.question_id for each in seen}
    return [each for each in _WEIGHED.of(session, (on.subject_code, on.syllabus)) if each.question_id not in met]


def _weighed(session: Session, subject: tuple[str, str]) -> Sequence[Fresh]:
    """All questions of a subject under a syllabus; the same for everybody, so it is kept."""
    subject_code, syllabus_code = subject
    shelf = shelf_of(session, subject_code, syllabus_code)
    worth = {part.question_type: part.half_points_each for part in syllabus.paper_parts(session, subject_code)}
    weights = _chapter_weights(session, subject_code, syllabus_code)
    type_of = {question: name for name, questions in shelf.types.items() for question in questions}
    return [
        Fresh(
            question,
            shelf.chapter_of.get(question, 0),
            weights.get(shelf.chapter_of.get(question, 0), 1.0),
            worth.get(type_of[question], USUAL_HALF_POINTS),
        )
        for question in shelf.everything
    ]


_WEIGHED: Kept[tuple[str, str], Sequence[Fresh]] = Kept(_weighed)


def _chapter_weights(session: Session, subject_code: str, syllabus_code: str) -> Mapping[int, float]:
    """Half-points of the paper by chapter; where nobody knows, the mean of those that are known."""
    chapters = syllabus.chapters(session, subject_code, syllabus_code)
    known = {
        chapter.id: (chapter.weight_low + chapter.weight_high) / 2
        for chapter in chapters
        if chapter.weight_low is not None and chapter.weight_high is not None
    }
    usual = sum(known.values()) / len(known) if known else 1.0
    return {chapter.id: known.get(chapter.id, usual) for chapter in chapters}


def _weakness(shelf: Shelf, seen: Sequence[plan_store.Seen]) -> Mapping[int, float]:
    answered, rights = Counter[int](), Counter[int]()
    for each in seen:
        chapter = shelf.chapter_of.get(each.question_id, 0)
        answered[chapter] += each.reps
        rights[chapter] += each.rights
    return {chapter: planning.weakness_of(answered[chapter], rights[chapter]) for chapter in answered}
