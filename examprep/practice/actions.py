"""Answering: what happens between a tick and being told. Statements are few and counted: this is the hot path."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Forbidden, NotFound, Refusal, RuleViolation
from examprep.people.actor import Actor
from examprep.practice import day, log_store, notebook_store, store
from examprep.practice.hot import AnswerPath, memory_values
from examprep.practice.rules import learning
from examprep.practice.rules.learning import Given, learn
from examprep.practice.rules.order import CRAM, LIVE, MARKED, PLAN, Order, Scope, first_listed
from examprep.practice.shelf import Way, asked_of, way


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as the page sent it. ``blank``: the candidate says that they do not know.

    ``client_id`` is made by the page and is the answer's identity: however often it comes, it counts once.
    ``at`` is when it was given, where that was earlier than its coming: a device without a connection keeps answers.
    """

    client_id: str
    version_id: int
    syllabus: str
    ticks: frozenset[int]
    blank: bool = False
    sure: str | None = None
    took_ms: int | None = None
    written: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a candidate is told after an answer, and the question that comes next (``None``: the end).

    ``position`` is the next question's place among ``total``; both 0 where the scope has no order of its own.
    """

    question: bank.Question
    ticks: frozenset[int]
    half_points: int
    sure: str | None
    repeated: bool  # the answer had come before; it was not counted again
    upcoming: bank.Question | None
    position: int
    total: int

    @property
    def right(self) -> bool:
        return self.half_points == self.question.half_points

    @property
    def key_letters(self) -> str:
        return self.question.named(self.question.answer)

    @property
    def ticked_letters(self) -> str:
        return self.question.named(self.ticks)


def answer(session: Session, actor: Actor, *, subject_code: str, scope: Scope, sent: Sent, now: datetime) -> Told:
    """Mark an answer, log it, work it into memory and notebook, count it, and choose what comes next.

    An answer that was logged before is told as it was told then, whatever has become of the question since. One that
    comes late counts for the day on which it was given, and is worked in after whatever came before it.

    Raises:
        NotFound: ``practice.question`` -- no published question of the scope has that version; ``practice.scope``.
        RuleViolation: ``practice.withdrawn`` -- retired or corrected since; ``practice.ticks``, ``practice.empty``.
        Forbidden: ``practice.merged`` -- the actor's row was merged with another at this moment.
    """
    on = way(session, subject_code, sent.syllabus, scope, actor.person_id)
    if scope.reciting or not scope.begun(office_day(now)):
        raise NotFound("practice.scope", "There is no such way through this subject.")
    try:
        question = _asked(session, on, sent.version_id)
        _check_ticks(question, sent)
    except Refusal:
        told = _told_before(session, actor, on, sent.client_id, now)
        if told is None:
            raise
        return told
    ticks = bank.reached(question, sent.ticks, sent.written)
    half_points = bank.grade(question, ticks)
    path = AnswerPath(session)
    given = Given(
        half_points=half_points,
        full_half_points=question.half_points,
        sure=sent.sure,
        took_ms=sent.took_ms,
        at=sent.at or now,
        mode=learning.CRAM if scope.kind == CRAM else learning.LEARN,
    )
    logged = path.log(
        person_id=actor.person_id,
        client_id=sent.client_id,
        question_id=question.question_id,
        version_id=question.version_id,
        ticked=sorted(ticks),
        written=list(sent.written) or None,
        half_points=half_points,
        full_half_points=question.half_points,
        sure=sent.sure,
        took_ms=sent.took_ms,
        at=given.at,
        mode=given.mode,
        **_place(on),
    )
    if not logged:
        told = _told_before(session, actor, on, sent.client_id, now)
        if told is None:
            raise Forbidden("practice.merged", "Your two accounts became one just now. Sign in again.")
        return told
    upcoming = _work_in(session, path, actor, on, question, given, now)
    return Told(question, ticks, half_points, sent.sure, False, upcoming, *on.position(upcoming))


def _asked(session: Session, on: Way, version_id: int) -> bank.Question:
    """The question behind a version id, if the way may ask it."""
    question_id = on.shelf.questions.get(version_id)
    if question_id is not None and on.holds(question_id):
        return bank.question(session, version_id)
    if question_id is None and _was_asked(session, on, version_id):
        raise RuleViolation(
            "practice.withdrawn",
            "This question has been withdrawn or corrected since you opened it. Nothing was counted; go on.",
        )
    raise NotFound("practice.question", "There is no such question here.")


def _was_asked(session: Session, on: Way, version_id: int) -> bool:
    """Whether a version that may not be asked now is one of the subject's, in whatever state."""
    try:
        return bank.question(session, version_id).subject == on.subject_code
    except NotFound:
        return False


def _check_ticks(question: bank.Question, sent: Sent) -> None:
    if any(tick >= question.content.places for tick in sent.ticks):
        raise RuleViolation("practice.ticks", "An option was ticked that this question does not have.")
    if sent.blank and sent.ticks:
        raise RuleViolation("practice.ticks", "Tick options, or say that you do not know; not both.")
    if len(sent.ticks) > 1 and question.one_tick:
        raise RuleViolation("practice.ticks", "This question has one right option: tick one only.")
    if not sent.ticks and not sent.blank and not any(sent.written):
        raise RuleViolation("practice.empty", "Nothing is ticked yet. Tick an option, or say that you do not know.")


def _work_in(
    session: Session,
    path: AnswerPath,
    actor: Actor,
    on: Way,
    question: bank.Question,
    given: Given,
    now: datetime,
) -> bank.Question | None:
    """Bring memory, notebook, counts and place up to date with an answer just logged; the question that is next."""
    person = actor.person_id
    if on.scope.kind == PLAN and office_day(given.at) == office_day(now):
        day.keep_plan(session, person, on, given.at)
    before = path.standing()
    if before.weights is not None:
        given = replace(given, weights=before.weights)
    kept = learn(before.kept, asked_of(question), given)
    _tell_bank(session, on, question.version_id, now)
    path.remember(memory_values(person, question.question_id, on.subject_code, question.version_id, kept))
    path.count(person_id=person, day=office_day(given.at), right=given.right, took_ms=given.took_ms)
    onward = before.place_question_id
    # A second device that answers what the first has long left must not pull the place back.
    if not before.has_place or onward in {None, question.question_id} or on.scope.kind in LIVE:
        onward = _after(session, person, on, question.question_id, now)
    path.put_place(person_id=person, question_id=onward, now=now, **_place(on))
    return _question(session, on, onward)


def _tell_bank(session: Session, on: Way, version_id: int, now: datetime) -> None:
    """Once per process and version: from its first answer on, a version cannot be taken back."""
    answered = on.shelf.answered
    if version_id not in answered:
        bank.mark_answered(session, version_id, now=now)
        event.listen(session, "after_commit", lambda _: answered.add(version_id), once=True)


def _told_before(session: Session, actor: Actor, on: Way, client_id: str, now: datetime) -> Told | None:
    line = log_store.logged(session, actor.person_id, client_id)
    if line is None:
        return None
    question = bank.question(session, line.version_id)
    upcoming, _ = current(session, actor, on, now=now)
    return Told(question, line.ticked, line.half_points, line.sure, True, upcoming, *on.position(upcoming))


def current(session: Session, actor: Actor, on: Way, *, now: datetime) -> tuple[bank.Question | None, bool]:
    """The question on which the candidate stands, on whatever device (``None`` at the end), and if they marked it."""
    person, place = actor.person_id, None
    if on.scope.kind in LIVE:
        wanted = _live(session, person, on, now)
    else:
        place = store.place(session, person, **_place(on))
        if place and place.question_id is None:
            return None, False
        there, order = place.question_id if place else None, order_of(session, on)
        # The question may have been retired, or have left the notebook, since the candidate stood there.
        wanted = there if there is not None and order.holds(there) else order.after(there)
    question = _question(session, on, wanted)
    if question is None:
        return None, False
    if place and place.question_id == wanted:
        return question, place.marked
    return question, store.marked(session, person, question.question_id)


def _after(session: Session, person: int, on: Way, answered: int, now: datetime) -> int | None:
    if on.scope.kind in LIVE:
        return _live(session, person, on, now, but=answered)
    return order_of(session, on).after(answered)


def _live(session: Session, person: int, on: Way, now: datetime, *, but: int | None = None) -> int | None:
    """What comes next where every answer may change it."""
    if on.scope.kind == PLAN:
        return day.upcoming(session, person, on, now)
    if on.scope.kind == CRAM:
        return day.cramming(session, person, on, now)
    return first_listed(store.due(session, person, on.subject_code, now), on.shelf.versions, but=but)


def order_of(session: Session, on: Way) -> Order:
    """The questions of a scope in the order in which the person goes through them; reviews have none."""
    order = on.order()
    if order is not None:
        return order
    if on.scope.kind == MARKED:
        chosen = store.marks(session, on.person_id)
    else:
        chosen = notebook_store.mistaken(
            session, on.person_id, on.subject_code, cause=on.scope.cause, tag_id=on.scope.tag_id
        )
    within = on.shelf.versions
    if on.scope.chapter_id is not None:
        within = dict.fromkeys(on.shelf.chapters.get(on.scope.chapter_id, ()), 0)
    return Order([i for i in chosen if i in within])


def _place(on: Way) -> dict[str, str]:
    return {"subject_code": on.subject_code, "scope": str(on.scope)}


def _question(session: Session, on: Way, question_id: int | None) -> bank.Question | None:
    version = on.shelf.versions.get(question_id) if question_id is not None else None
    return bank.question(session, version) if version is not None else None


def skip(session: Session, actor: Actor, on: Way, *, version_id: int, now: datetime) -> None:
    """Go past a question without answering it; the place moves only from that question.

    Reviews and what is crammed are not skipped; in today's plan the question goes to the end.
    """
    skipped = on.shelf.questions.get(version_id)
    place = store.place(session, actor.person_id, **_place(on))
    if skipped is not None and on.scope.kind == PLAN:
        day.postpone(session, actor.person_id, on, skipped, now)
    if skipped is None or on.scope.kind in LIVE or (place and place.question_id != skipped):
        return
    onward = _after(session, actor.person_id, on, skipped, now)
    AnswerPath(session).put_place(person_id=actor.person_id, question_id=onward, now=now, **_place(on))


def restart(session: Session, actor: Actor, on: Way, *, now: datetime) -> None:
    """Stand at the scope's first question again."""
    first = order_of(session, on).after(None)
    AnswerPath(session).put_place(person_id=actor.person_id, question_id=first, now=now, **_place(on))


def turn(session: Session, actor: Actor, on: Way, *, version_id: int, back: bool, now: datetime) -> None:
    """Go from a question that is read with its answer to the next one, or back to the one before; nothing is answered.

    Raises:
        NotFound: ``practice.scope`` -- one does not read there, but answer.
    """
    if not on.scope.reciting:
        raise NotFound("practice.scope", "There is no such way through this subject.")
    read = on.shelf.questions.get(version_id)
    if read is None:
        return
    order = order_of(session, on)
    onward = (order.before(read) or order.after(None)) if back else order.after(read)
    AnswerPath(session).put_place(person_id=actor.person_id, question_id=onward, now=now, **_place(on))


def toggle_mark(session: Session, actor: Actor, on: Way, *, version_id: int, now: datetime) -> bool:
    """Mark a question to find it again, or take the mark away; says whether it is marked now.

    Raises:
        NotFound: ``practice.question``.
    """
    question_id = on.shelf.questions.get(version_id)
    if question_id is None:
        raise NotFound("practice.question", "There is no such question here.")
    return store.toggle_mark(session, actor.person_id, question_id, now)
