"""Discussion of questions with the trainers: a candidate asks, a trainer answers, and only then do others see it.

What is asked waits hidden; a trainer answers and thereby shows it, or hides it with a reason, and may change either
later. Others are not told who asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.practice import discussion_store as store
from examprep.practice.models import PostRow
from examprep.practice.shelf import governing, shelf_of
from examprep.practice.store import kept_of
from examprep.reminders.actions import queue
from examprep.syllabus import actions as syllabus

LONGEST_WORDS, LONGEST_ANSWER = 1000, 2000
MOST_WAITING = 10  # of one person
WAITING, SHOWN, HIDDEN = "waiting", "shown", "hidden"


@dataclass(frozen=True)
class Post:
    """What was asked, as one who reads the question sees it."""

    words: str
    asked_at: datetime
    mine: bool
    state: str
    answer: str
    answered_by: str
    settled_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """What was asked, as a trainer sees it, with the question."""

    id: int
    question: bank.Question
    asker: str
    words: str
    asked_at: datetime
    state: str
    answer: str


def posts(session: Session, actor: Actor, question_id: int) -> Sequence[Post]:
    """What is shown beside a question, and what the actor asked."""
    found = store.of_question(session, actor.person_id, question_id)
    return [
        Post(
            words=row.words,
            asked_at=row.asked_at,
            mine=row.person_id == actor.person_id,
            state=row.state,
            answer=row.answer,
            answered_by=name or "",
            settled_at=row.settled_at,
        )
        for row, name in found
    ]


def ask(session: Session, actor: Actor, *, question_id: int, words: str, today: date, now: datetime) -> int:
    """Ask the trainers about a question that one may practise or has answered.

    Raises:
        NotFound: ``practice.question``. RuleViolation: ``practice.post`` -- no words, or too many.
        Conflict: ``practice.posts`` -- too much of what the person asked waits already.
    """
    version_id = bank.current_version(session, question_id)
    question = bank.question(session, version_id)
    shelf = shelf_of(session, question.subject, governing(session, syllabus.next_exam(session, today)))
    if question_id not in shelf.versions and kept_of(session, actor.person_id, question_id) is None:
        raise NotFound("practice.question", "There is no such question here.")
    words = words.replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST_WORDS:
        raise RuleViolation("practice.post", "Ask something, in at most %(most)s characters.", most=LONGEST_WORDS)
    if store.waiting_of(session, actor.person_id) >= MOST_WAITING:
        raise Conflict("practice.posts", "%(most)s of your questions wait for an answer already.", most=MOST_WAITING)
    row = PostRow(
        question_id=question_id,
        version_id=version_id,
        person_id=actor.person_id,
        words=words,
        asked_at=now,
        state=WAITING,
        answer="",
    )
    session.add(row)
    session.flush()
    return row.id


def asked(session: Session, actor: Actor, ask_: Ask) -> Page:
    """What persons within the actor's bounds asked, what waits first."""
    query = store.visible(actor)
    if state := ask_.filters.get("state"):
        query = query.where(PostRow.state == state)
    return fetch(session, query, ask_, searchable=(PostRow.words,), default=store.DEFAULT_ORDER)


def waiting(session: Session, actor: Actor) -> int:
    """How much of it waits for an answer."""
    return store.waiting(session, actor)


def post(session: Session, actor: Actor, post_id: int) -> Asked:
    """Raises NotFound: ``practice.post`` -- nobody within the actor's bounds asked it."""
    row, asker = _found(session, actor, post_id)
    question = bank.question(session, row.version_id)
    return Asked(row.id, question, asker, row.words, row.asked_at, row.state, row.answer)


def answer(session: Session, actor: Actor, post_id: int, words: str, *, now: datetime) -> None:
    """Answer what was asked, and so show both to whoever reads the question; the asker is told, once.

    Raises:
        NotFound: ``practice.post``. RuleViolation: ``practice.post-answer``.
    """
    row = _settle(session, actor, post_id, SHOWN, words, now)
    record(session, actor, "practice.post-answered", "practice_post", row.id, now=now)
    question = bank.question(session, row.version_id)
    queue(
        session,
        key=f"practice.post.{row.id}",
        person_id=row.person_id,
        template="discussion",
        context={"question_id": row.question_id, "question": question.words[:60], "answer": row.answer},
        now=now,
    )


def hide(session: Session, actor: Actor, post_id: int, reason: str, *, now: datetime) -> None:
    """Show what was asked to nobody but the asker, who reads why.

    Raises:
        NotFound: ``practice.post``. RuleViolation: ``practice.post-answer`` -- no reason.
    """
    row = _settle(session, actor, post_id, HIDDEN, reason, now)
    record(session, actor, "practice.post-hidden", "practice_post", row.id, after={"reason": row.answer}, now=now)


def _settle(session: Session, actor: Actor, post_id: int, state: str, words: str, now: datetime) -> PostRow:
    row, _ = _found(session, actor, post_id)
    words = words.replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST_ANSWER:
        raise RuleViolation(
            "practice.post-answer",
            "Write an answer, or why it is hidden, in at most %(most)s characters.",
            most=LONGEST_ANSWER,
        )
    row.state, row.answer, row.settled_by, row.settled_at = state, words, actor.person_id, now
    session.flush()
    return row


def _found(session: Session, actor: Actor, post_id: int) -> tuple[PostRow, str]:
    found = store.find(session, actor, post_id)
    if found is None:
        raise NotFound("practice.post", "There is no such question of a candidate in your organisations.")
    return found
