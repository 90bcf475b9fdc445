"""Questions and answers of a class (答疑): asked by who has a seat, answered by all of the class, kept by its staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.practice import wording
from examprep.practice.wording import Earlier
from examprep.reminders.actions import queue
from examprep.syllabus import actions as syllabus
from examprep.training import path_store, store
from examprep.training.actions import checked_reason
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.path_models import TopicRow
from examprep.training.question_models import QuestionRow, ReplyRow

LONGEST = 2_000  # characters
MOST_OPEN = 10  # unanswered questions of one person in one class
ASKED, ANSWERED = "question-asked", "question-answered"  # mails, and what is asked before they are sent
SHOWN, HIDDEN = "shown", "hidden"
TOPIC, CHAPTER = "topic", "chapter"
STANDS = QuestionRow.withdrawn_at.is_(None)
SEEN = and_(QuestionRow.state == SHOWN, STANDS)  # by all of the class
OPEN = and_(SEEN, QuestionRow.answer_id.is_(None))


@dataclass(frozen=True)
class Thread:
    """A question with its replies, in order, each with who wrote it; ``class_name`` is where it was asked."""

    question: QuestionRow
    asker: str
    class_name: str
    replies: Sequence[tuple[ReplyRow, str]]
    about: Mapping[str, str]  # the topic or chapter that it names, by language; empty: none
    earlier: Mapping[int, Sequence[Earlier]]  # by reply, what it said before; 0: the question itself


def learner_class(session: Session, actor: Actor, class_id: int) -> ClassRow:
    """A class in which the actor has a seat.

    Raises:
        NotFound: no such class, or no seat in it.
    """
    row = session.scalar(select(ClassRow).where(ClassRow.id == class_id, store.enrolled(actor.person_id)))
    if row is None:
        raise NotFound("training.class", "There is no such class.")
    return row


def ask(session: Session, actor: Actor, class_id: int, words: str, *, about: str = "", now: datetime) -> int:
    """Ask something in one's class; its trainer is told, once a day. Returns the question's id.

    ``about``: ``topic-`` or ``chapter-`` and its number, or nothing.

    Raises:
        NotFound: no such class, or no seat in it; ``training.about`` -- no such topic or chapter.
        RuleViolation: ``training.question-words``; ``training.questions`` -- too many of one's own are open.
    """
    parent, said = learner_class(session, actor, class_id), _checked(words)
    _check_room(session, actor, class_id)
    made = QuestionRow(class_id=class_id, person_id=actor.person_id, words=said, asked_at=now, state=SHOWN, folded="")
    made.topic_id, made.chapter_id = _named(session, parent.course_id, about)
    session.add(made)
    session.flush()
    _refold(session, made)
    record(session, actor, "training.question-asked", "training_question", made.id, now=now)
    _tell_trainer(session, parent, now=now)
    return made.id


def withdraw(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Take back what one asked, until somebody replies; nobody else sees it from then on.

    Raises:
        NotFound: no such question of one's own. RuleViolation: what `wording.withdraw` refuses.
    """
    question = _own(session, actor, question_id)
    if wording.withdraw(question, answered=_replied(session, question), now=now):
        session.flush()
        record(session, actor, "training.question-withdrawn", "training_question", question.id, now=now)


def ask_again(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Let what one withdrew stand as before; the trainer is told as of a new question.

    Raises:
        NotFound: no such question of one's own. RuleViolation: ``training.questions``.
    """
    question = _own(session, actor, question_id)
    if question.withdrawn_at is not None:
        _check_room(session, actor, question.class_id)
        question.withdrawn_at = None
        session.flush()
        record(session, actor, "training.question-asked-again", "training_question", question.id, now=now)
        _tell_trainer(session, session.get_one(ClassRow, question.class_id), now=now)


def reply(session: Session, actor: Actor, question_id: int, words: str, *, staff: bool, now: datetime) -> int:
    """Reply to a question; the asker is told, once a day for each question. What staff replies answers it.

    Raises:
        NotFound: no such question that the actor may see. RuleViolation: ``training.question-words``.
        Conflict: ``practice.words-withdrawn``.
    """
    question = _question(session, actor, question_id, staff=staff, lock=True)
    made = ReplyRow(
        question_id=question.id, person_id=actor.person_id, words=_checked(words), at=now, by_staff=staff, state=SHOWN
    )
    session.add(made)
    session.flush()
    _refold(session, question)
    record(session, actor, "training.question-replied", "training_question", question.id, now=now)
    if staff and question.answer_id is None:
        question.answer_id, question.answered_at = made.id, now
    if question.person_id != actor.person_id:
        parent = session.get_one(ClassRow, question.class_id)
        queue(
            session,
            key=f"training.replied.{question.id}.{office_day(now)}",
            person_id=question.person_id,
            template=ANSWERED,
            context={
                "class_id": parent.id,
                "question_id": question.id,
                "title": parent.name,
                "question": question.words[:60],
                "answer": made.words[:200],
            },
            condition=ANSWERED,
            now=now,
        )
    return made.id


def reword(
    session: Session, actor: Actor, question_id: int, reply_id: int | None, words: str, *, staff: bool, now: datetime
) -> None:
    """Say otherwise what one asked, until somebody replies, or what one replied, for a day.

    What stood there before is kept for the class's staff, and everybody sees that it was reworded.

    Raises:
        NotFound: nothing such of one's own. RuleViolation: ``training.question-words``; ``practice.words-hidden``,
            ``practice.words-settled``, ``practice.words-late``. Conflict: ``practice.words-withdrawn``.
    """
    question = _question(session, actor, question_id, staff=staff, lock=True)
    row: QuestionRow | ReplyRow | None = question if reply_id is None else session.get(ReplyRow, reply_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound("training.reply", "There is no such reply.")
    if isinstance(row, ReplyRow):
        if row.question_id != question.id:
            raise NotFound("training.reply", "There is no such reply.")
        wording.check_mendable(state=row.state, at=row.at, now=now)
    else:
        wording.check_mendable(state=row.state, settled=_replied(session, row), now=now)
    said = _checked(words)
    if said == row.words:
        return
    kind = wording.QUESTION if row is question else wording.REPLY
    wording.keep(session, actor, kind, row.id, row.words, now=now)
    row.words = said
    session.flush()
    _refold(session, question)
    record(session, actor, "training.question-reworded", "training_question", question.id, now=now)


def settle(
    session: Session, actor: Actor, question_id: int, reply_id: int | None, *, staff: bool, now: datetime
) -> None:
    """Say which reply answers a question, or that none does: by staff, or by whoever asked.

    Raises:
        NotFound: no such question that the actor may settle, or no such reply that is shown.
    """
    question = _question(session, actor, question_id, staff=staff, lock=True)
    if not staff and question.person_id != actor.person_id:
        raise NotFound("training.question", "There is no such question.")
    if reply_id is not None:
        found = session.get(ReplyRow, reply_id)
        if found is None or found.question_id != question.id or found.state != SHOWN:
            raise NotFound("training.reply", "There is no such reply.")
    question.answer_id, question.answered_at = reply_id, now if reply_id is not None else None
    record(session, actor, "training.question-settled", "training_question", question.id, now=now)


def moderate(
    session: Session,
    actor: Actor,
    question_id: int,
    reply_id: int | None,
    *,
    hide: bool,
    reason: str = "",
    now: datetime,
) -> None:
    """Hide a question or one of its replies, with the reason; or show it again. By staff.

    Raises:
        NotFound: no such question of a class that the actor manages, or no such reply.
        RuleViolation: ``training.reason``.
    """
    question = _question(session, actor, question_id, staff=True, lock=True)
    row: QuestionRow | ReplyRow | None = question if reply_id is None else session.get(ReplyRow, reply_id)
    if row is None or (isinstance(row, ReplyRow) and row.question_id != question.id):
        raise NotFound("training.reply", "There is no such reply.")
    row.state, row.reason = (HIDDEN, checked_reason(reason)) if hide else (SHOWN, None)
    if hide and isinstance(row, ReplyRow) and question.answer_id == row.id:
        question.answer_id = question.answered_at = None
    session.flush()
    _refold(session, question)
    act = "training.question-hidden" if hide else "training.question-shown"
    record(session, actor, act, "training_question", question.id, now=now, after={"reason": row.reason or ""})


def thread(session: Session, actor: Actor, question_id: int, *, staff: bool) -> Thread:
    """A question with what was replied. A learner sees what is shown, and their own with why it is hidden.

    Raises:
        NotFound: no such question that the actor may see. Conflict: ``practice.words-withdrawn`` -- by somebody else.
    """
    question = _question(session, actor, question_id, staff=staff, withdrawn=not staff)
    query = (
        select(ReplyRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == ReplyRow.person_id)
        .where(ReplyRow.question_id == question.id)
        .order_by(ReplyRow.at, ReplyRow.id)
    )
    if not staff:
        query = query.where(or_(ReplyRow.state == SHOWN, ReplyRow.person_id == actor.person_id))
    replies = [(row, name) for row, name in session.execute(query)]
    asker = session.get_one(PersonRow, question.person_id).name
    name = session.get_one(ClassRow, question.class_id).name
    before = wording.earlier(session, wording.REPLY, [row.id for row, _ in replies])
    own = wording.earlier(session, wording.QUESTION, [question.id])
    earlier = {**before, 0: own.get(question.id, ())}
    return Thread(question, asker, name, replies, _about(session, question), earlier)


def _named(session: Session, course_id: int, about: str) -> tuple[int | None, int | None]:
    """The topic, or the chapter, that a code names."""
    if not about:
        return None, None
    kind, _, text = about.partition("-")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if kind == TOPIC and any(row.id == number for row in path_store.topics(session, course_id)):
        return number, None
    if kind == CHAPTER and syllabus.chapters_by_id(session, frozenset({number})):
        return None, number
    raise NotFound("training.about", "There is no such topic or chapter.")


def _about(session: Session, question: QuestionRow) -> Mapping[str, str]:
    if question.topic_id is not None:
        return {"zh": session.get_one(TopicRow, question.topic_id).title}
    if question.chapter_id is None:
        return {}
    chapter = syllabus.chapters_by_id(session, frozenset({question.chapter_id}))[question.chapter_id]
    return {code: f"{chapter.number} {name}" for code, name in chapter.names.items()}


def _refold(session: Session, question: QuestionRow) -> None:
    """What is hidden is not found by its words either."""
    query = select(ReplyRow.words).where(ReplyRow.question_id == question.id, ReplyRow.state == SHOWN)
    said = session.scalars(query.order_by(ReplyRow.at, ReplyRow.id))
    question.folded = wording.folded(question.words, *_about(session, question).values(), *said)
    session.flush()


def _check_room(session: Session, actor: Actor, class_id: int) -> None:
    query = select(func.count(QuestionRow.id)).where(OPEN, QuestionRow.class_id == class_id)
    if (session.scalar(query.where(QuestionRow.person_id == actor.person_id)) or 0) >= MOST_OPEN:
        raise RuleViolation(
            "training.questions", "%(most)s of your questions are open. Wait until some are answered.", most=MOST_OPEN
        )


def _tell_trainer(session: Session, parent: ClassRow, *, now: datetime) -> None:
    """Without the words: they may be withdrawn, hidden or reworded before the mail leaves."""
    queue(
        session,
        key=f"training.asked.{parent.id}.{office_day(now)}",
        person_id=parent.trainer_id,
        template=ASKED,
        context={"class_id": parent.id, "title": parent.name},
        condition=ASKED,
        now=now,
    )


def _replied(session: Session, question: QuestionRow) -> bool:
    return session.scalar(select(ReplyRow.id).where(ReplyRow.question_id == question.id).limit(1)) is not None


def _own(session: Session, actor: Actor, question_id: int) -> QuestionRow:
    """What the actor asked in a class in which they have a seat, locked."""
    question = _question(session, actor, question_id, staff=False, lock=True, withdrawn=True)
    if question.person_id != actor.person_id:
        raise NotFound("training.question", "There is no such question.")
    return question


def _question(
    session: Session, actor: Actor, question_id: int, *, staff: bool, lock: bool = False, withdrawn: bool = False
) -> QuestionRow:
    """``withdrawn``: also one that the actor has withdrawn."""
    query = select(QuestionRow).join(ClassRow, ClassRow.id == QuestionRow.class_id).where(QuestionRow.id == question_id)
    if staff:
        query = query.where(store.managed(actor))
    else:
        own = or_(QuestionRow.state == SHOWN, QuestionRow.person_id == actor.person_id)
        query = query.where(store.enrolled(actor.person_id), own)
    found = session.scalar(query.with_for_update(of=QuestionRow) if lock else query)
    if found is None:
        raise NotFound("training.question", "There is no such question.")
    if not (withdrawn and found.person_id == actor.person_id):
        wording.check_stands(found)
    return found


def _checked(words: str) -> str:
    said = wording.said(words, LONGEST)
    if said is None:
        raise RuleViolation("training.question-words", "Write 1 to %(most)s characters.", most=LONGEST)
    return said


def still_open(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether a class still has a question that nobody answered, and this person still is its trainer."""
    open_ = exists().where(QuestionRow.class_id == ClassRow.id, OPEN)
    query = select(ClassRow.id).where(ClassRow.id == int(context["class_id"]), ClassRow.trainer_id == person_id, open_)
    return session.scalar(query) is not None


def still_shown(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether whoever asked still has a seat, and the question still is shown."""
    row = session.get(QuestionRow, int(context["question_id"]))
    if row is None or row.state != SHOWN or row.person_id != person_id:
        return False
    seat = session.scalar(
        select(EnrolmentRow.state).where(EnrolmentRow.class_id == row.class_id, EnrolmentRow.person_id == person_id)
    )
    return seat == "enrolled"
