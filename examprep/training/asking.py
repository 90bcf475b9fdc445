"""Questions and answers of a class (答疑): asked by who has a seat, answered by all of the class, kept by its staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.reminders.actions import queue
from examprep.training import store
from examprep.training.actions import checked_reason
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.question_models import QuestionRow, ReplyRow

LONGEST = 2_000  # characters
MOST_OPEN = 10  # unanswered questions of one person in one class
ASKED, ANSWERED = "question-asked", "question-answered"  # mails, and what is asked before they are sent
SHOWN, HIDDEN = "shown", "hidden"


@dataclass(frozen=True)
class Thread:
    """A question with its replies, in order, each with who wrote it; ``class_name`` is where it was asked."""

    question: QuestionRow
    asker: str
    class_name: str
    replies: Sequence[tuple[ReplyRow, str]]


def learner_class(session: Session, actor: Actor, class_id: int) -> ClassRow:
    """A class in which the actor has a seat.

    Raises:
        NotFound: no such class, or no seat in it.
    """
    row = session.scalar(select(ClassRow).where(ClassRow.id == class_id, store.enrolled(actor.person_id)))
    if row is None:
        raise NotFound("training.class", "There is no such class.")
    return row


def ask(session: Session, actor: Actor, class_id: int, words: str, *, now: datetime) -> int:
    """Ask something in one's class; its trainer is told, once a day. Returns the question's id.

    Raises:
        NotFound: no such class, or no seat in it.
        RuleViolation: ``training.question-words``; ``training.questions`` -- too many of one's own are open.
    """
    parent, said = learner_class(session, actor, class_id), _checked(words)
    row = QuestionRow
    own = (row.class_id == class_id, row.person_id == actor.person_id, row.answer_id.is_(None), row.state == SHOWN)
    if (session.scalar(select(func.count()).where(*own)) or 0) >= MOST_OPEN:
        raise RuleViolation(
            "training.questions", "%(most)s of your questions are open. Wait until some are answered.", most=MOST_OPEN
        )
    made = QuestionRow(class_id=class_id, person_id=actor.person_id, words=said, asked_at=now, state=SHOWN)
    session.add(made)
    session.flush()
    record(session, actor, "training.question-asked", "training_question", made.id, now=now)
    queue(
        session,
        key=f"training.asked.{class_id}.{office_day(now)}",
        person_id=parent.trainer_id,
        template=ASKED,
        context={"class_id": class_id, "title": parent.name, "question": said[:60]},
        condition=ASKED,
        now=now,
    )
    return made.id


def reply(session: Session, actor: Actor, question_id: int, words: str, *, staff: bool, now: datetime) -> int:
    """Reply to a question; the asker is told, once a day for each question. What staff replies answers it.

    Raises:
        NotFound: no such question that the actor may see. RuleViolation: ``training.question-words``.
    """
    question = _question(session, actor, question_id, staff=staff, lock=True)
    made = ReplyRow(
        question_id=question.id, person_id=actor.person_id, words=_checked(words), at=now, by_staff=staff, state=SHOWN
    )
    session.add(made)
    session.flush()
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
    act = "training.question-hidden" if hide else "training.question-shown"
    record(session, actor, act, "training_question", question.id, now=now, after={"reason": row.reason or ""})


def thread(session: Session, actor: Actor, question_id: int, *, staff: bool) -> Thread:
    """A question with what was replied. A learner sees what is shown, and their own with why it is hidden.

    Raises:
        NotFound: no such question that the actor may see.
    """
    question = _question(session, actor, question_id, staff=staff)
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
    return Thread(question, asker, session.get_one(ClassRow, question.class_id).name, replies)


def _question(session: Session, actor: Actor, question_id: int, *, staff: bool, lock: bool = False) -> QuestionRow:
    query = select(QuestionRow).join(ClassRow, ClassRow.id == QuestionRow.class_id).where(QuestionRow.id == question_id)
    if staff:
        query = query.where(store.managed(actor))
    else:
        own = or_(QuestionRow.state == SHOWN, QuestionRow.person_id == actor.person_id)
        query = query.where(store.enrolled(actor.person_id), own)
    found = session.scalar(query.with_for_update(of=QuestionRow) if lock else query)
    if found is None:
        raise NotFound("training.question", "There is no such question.")
    return found


def _checked(words: str) -> str:
    said = words.replace("\r\n", "\n").replace("\x00", "").strip()
    if not said or len(said) > LONGEST:
        raise RuleViolation("training.question-words", "Write 1 to %(most)s characters.", most=LONGEST)
    return said


def of_class(session: Session, actor: Actor, class_id: int, ask_: Ask) -> Page:
    """What was asked in a class in which the actor has a seat; their own also where hidden. The caller checked it."""
    own: ColumnElement[bool] = QuestionRow.person_id == actor.person_id
    query = _listed().where(QuestionRow.class_id == class_id, or_(QuestionRow.state == SHOWN, own))
    return _page(session, query.where(own) if ask_.filters.get("show") == "mine" else query, ask_)


def managed(session: Session, actor: Actor, ask_: Ask) -> Page:
    """What was asked in the classes that the actor manages, what waits longest first; ``class`` is a filter."""
    query = _listed().where(store.managed(actor))
    if (class_id := ask_.number("class")) is not None:
        query = query.where(ClassRow.id == class_id)
    return _page(session, query, ask_)


def waiting(session: Session, actor: Actor) -> int:
    """How many questions of the classes that the actor manages nobody has answered."""
    row = QuestionRow
    query = select(func.count(row.id)).join(ClassRow, ClassRow.id == row.class_id)
    return session.scalar(query.where(store.managed(actor), row.state == SHOWN, row.answer_id.is_(None))) or 0


_standing = case((QuestionRow.state == HIDDEN, HIDDEN), (QuestionRow.answer_id.is_not(None), "answered"), else_="open")


def _listed() -> Select[*tuple[Any, ...]]:
    row = QuestionRow
    replies = select(func.count(ReplyRow.id)).where(ReplyRow.question_id == row.id, ReplyRow.state == SHOWN)
    return (
        select(
            row.id,
            row.class_id,
            row.words.label("words"),
            row.asked_at.label("asked_at"),
            PersonRow.name.label("asker"),
            ClassRow.name.label("class"),
            _standing.label("state"),
            replies.scalar_subquery().label("replies"),
        )
        .join(PersonRow, PersonRow.id == row.person_id)
        .join(ClassRow, ClassRow.id == row.class_id)
    )


def _page(session: Session, query: Select[*tuple[Any, ...]], ask_: Ask) -> Page:
    if (state := ask_.filters.get("state")) is not None:
        query = query.where(_standing == state)
    row = QuestionRow
    # What is hidden is not found by its words either.
    said = select(func.aggregate_strings(ReplyRow.words, " ")).where(
        ReplyRow.question_id == row.id, ReplyRow.state == SHOWN
    )
    return fetch(
        session,
        query,
        ask_,
        sortable={"asked_at": row.asked_at, "asker": PersonRow.name, "class": ClassRow.name},
        searchable=(row.words, said.scalar_subquery()),
        # What is open comes first, and of that what waits longest; the rest latest first.
        default=(
            case((_standing == "open", 0), else_=1),
            case((_standing == "open", row.asked_at)),
            row.asked_at.desc(),
            row.id.desc(),
        ),
    )


def still_open(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether a class still has a question that nobody answered, and this person still is its trainer."""
    row = QuestionRow
    open_ = exists().where(row.class_id == ClassRow.id, row.state == SHOWN, row.answer_id.is_(None))
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
