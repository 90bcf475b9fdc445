"""Discussion of questions with the trainers: a candidate asks, a trainer answers, and only then do others see it.

What is asked waits hidden, and its asker may reword or withdraw it; a trainer answers and thereby shows it, or hides it
with a reason, and may change either later; what was hidden can be shown again as it stood. The asker says whether an
answer helped. Others are not told who asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page
from examprep.practice import discussion_store as store
from examprep.practice import wording
from examprep.practice.models import PostRow
from examprep.practice.shelf import governing, shelf_of
from examprep.practice.store import kept_of
from examprep.practice.wording import Earlier
from examprep.reminders.actions import queue
from examprep.syllabus import actions as syllabus

LONGEST_WORDS, LONGEST_ANSWER = 1000, 2000
MOST_WAITING = 10  # of one person
WAITING, SHOWN, HIDDEN = "waiting", "shown", "hidden"
WITHDRAWN = "withdrawn"  # told to the asker in place of the state; to nobody else is anything told
CONDITION = "practice.post-shown"


@dataclass(frozen=True)
class Post:
    """What was asked, as one who reads the question sees it."""

    id: int
    words: str
    asked_at: datetime
    mine: bool
    state: str
    answer: str
    reason: str  # why it is hidden
    helped: bool
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
    reason: str  # why it is hidden
    earlier: Sequence[Earlier]  # what was asked before it was reworded
    earlier_answers: Sequence[Earlier]


def posts(session: Session, actor: Actor, question_id: int) -> Sequence[Post]:
    """What is shown beside a question, and what the actor asked."""
    found = store.of_question(session, actor.person_id, question_id)
    return [
        Post(
            id=row.id,
            words=row.words,
            asked_at=row.asked_at,
            mine=row.person_id == actor.person_id,
            state=row.state if row.withdrawn_at is None else WITHDRAWN,
            answer=row.answer,
            reason=row.reason or "",
            helped=row.helped_at is not None,
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
    words = _asking_words(words)
    _check_room(session, actor)
    row = PostRow(
        question_id=question_id,
        version_id=version_id,
        person_id=actor.person_id,
        words=words,
        folded=wording.folded(words),
        asked_at=now,
        state=WAITING,
        answer="",
    )
    session.add(row)
    session.flush()
    return row.id


def reword(session: Session, actor: Actor, *, question_id: int, post_id: int, words: str, now: datetime) -> None:
    """Say otherwise what one asked, while it waits; trainers see what stood there before.

    Raises:
        NotFound: ``practice.post``. RuleViolation: ``practice.post``; ``practice.words-hidden``,
            ``practice.words-settled`` -- it is answered. Conflict: ``practice.words-withdrawn``.
    """
    row = _own(session, actor, question_id, post_id)
    wording.check_stands(row)
    wording.check_mendable(state=row.state, settled=row.state != WAITING, now=now)
    said = _asking_words(words)
    if said != row.words:
        wording.keep(session, actor, wording.POST, row.id, row.words, now=now)
        row.words, row.folded = said, wording.folded(said, row.answer)
        record(session, actor, "practice.post-reworded", "practice_post", row.id, now=now)


def withdraw(session: Session, actor: Actor, *, question_id: int, post_id: int, now: datetime) -> None:
    """Take back what one asked, while nobody has answered it; nobody else sees it from then on.

    Raises:
        NotFound: ``practice.post``. RuleViolation: what `wording.withdraw` refuses.
    """
    row = _own(session, actor, question_id, post_id)
    if wording.withdraw(row, answered=row.state != WAITING, now=now):
        session.flush()
        record(session, actor, "practice.post-withdrawn", "practice_post", row.id, now=now)


def ask_again(session: Session, actor: Actor, *, question_id: int, post_id: int, now: datetime) -> None:
    """Let what one withdrew stand as before.

    Raises:
        NotFound: ``practice.post``. Conflict: ``practice.posts``.
    """
    row = _own(session, actor, question_id, post_id)
    if row.withdrawn_at is not None:
        _check_room(session, actor)
        row.withdrawn_at = None
        session.flush()
        record(session, actor, "practice.post-asked-again", "practice_post", row.id, now=now)


def asked(session: Session, actor: Actor, ask_: Ask) -> Page:
    """What persons within the actor's bounds asked, what waits first."""
    query = store.visible(actor)
    if state := ask_.filters.get("state"):
        query = query.where(PostRow.state == state)
    if (helped := ask_.filters.get("helped")) is not None:
        query = query.where(PostRow.helped_at.is_not(None) if helped == "yes" else PostRow.helped_at.is_(None))
    return wording.listed(
        session,
        query,
        ask_,
        searchable=PostRow.folded,
        sortable={"asker": PersonRow.name, "asked_at": PostRow.asked_at},
        default=store.DEFAULT_ORDER,
    )


def waiting(session: Session, actor: Actor) -> int:
    """How much of it waits for an answer."""
    return store.waiting(session, actor)


def oldest_waiting(session: Session, actor: Actor) -> datetime | None:
    """Since when the one that waits longest waits; ``None`` when nothing does."""
    return store.oldest_waiting(session, actor)


def post(session: Session, actor: Actor, post_id: int) -> Asked:
    """What was asked, for who answers it.

    Raises:
        NotFound: ``practice.post`` -- nobody within the actor's bounds asked it.
        Conflict: ``practice.words-withdrawn``.
    """
    row, asker = _found(session, actor, post_id)
    question = bank.question(session, row.version_id)
    before, answers = (wording.earlier(session, kind, [row.id]) for kind in (wording.POST, wording.ANSWER))
    return Asked(
        row.id,
        question,
        asker,
        row.words,
        row.asked_at,
        row.state,
        row.answer,
        row.reason or "",
        before.get(row.id, ()),
        answers.get(row.id, ()),
    )


def answer(session: Session, actor: Actor, post_id: int, words: str, *, now: datetime) -> None:
    """Answer what was asked, and so show both to whoever reads the question; the asker is told, once.

    Raises:
        NotFound: ``practice.post``. RuleViolation: ``practice.post-answer``. Conflict: ``practice.words-withdrawn``.
    """
    row, _ = _found(session, actor, post_id, lock=True)
    said = _settling_words(words)
    if row.answer and row.answer != said:
        wording.keep(session, actor, wording.ANSWER, row.id, row.answer, now=now)
    row.answer, row.state, row.reason = said, SHOWN, None
    row.settled_by, row.settled_at, row.folded = actor.person_id, now, wording.folded(row.words, row.answer)
    session.flush()
    record(session, actor, "practice.post-answered", "practice_post", row.id, now=now)
    question = bank.question(session, row.version_id)
    queue(
        session,
        key=f"practice.post.{row.id}",
        person_id=row.person_id,
        template="discussion",
        context={
            "post_id": row.id,
            "question_id": row.question_id,
            "question": question.words[:60],
            "answer": row.answer,
        },
        condition=CONDITION,
        now=now,
    )


def hide(session: Session, actor: Actor, post_id: int, reason: str, *, now: datetime) -> None:
    """Show what was asked to nobody but the asker, who reads why; an answer is kept for when it is shown again.

    Raises:
        NotFound: ``practice.post``. RuleViolation: ``practice.post-answer`` -- no reason.
        Conflict: ``practice.words-withdrawn``.
    """
    row, _ = _found(session, actor, post_id, lock=True)
    row.reason, row.state = _settling_words(reason), HIDDEN
    session.flush()
    record(session, actor, "practice.post-hidden", "practice_post", row.id, after={"reason": row.reason}, now=now)


def unhide(session: Session, actor: Actor, post_id: int, *, now: datetime) -> None:
    """Let what was hidden stand as before: answered and shown, or waiting. Raises what `answer` does of the post."""
    row, _ = _found(session, actor, post_id, lock=True)
    if row.state == HIDDEN:
        row.reason, row.state = None, SHOWN if row.answer else WAITING
        session.flush()
        record(session, actor, "practice.post-unhidden", "practice_post", row.id, now=now)


def mark(session: Session, actor: Actor, *, question_id: int, post_id: int, helped: bool, now: datetime) -> None:
    """The asker says that the answer helped, or that it did not after all.

    Raises:
        NotFound: ``practice.post`` -- the actor asked nothing such about the question, or it is not answered.
    """
    row = _own(session, actor, question_id, post_id)
    if row.state != SHOWN:
        raise NotFound("practice.post", "There is no such answered question of yours.")
    if helped != (row.helped_at is not None):
        row.helped_at = now if helped else None
        session.flush()
        act = "practice.post-helped" if helped else "practice.post-not-helped"
        record(session, actor, act, "practice_post", row.id, now=now)


def still_shown(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the answer of which the asker is to be told still is shown."""
    row = session.get(PostRow, int(context["post_id"]))
    return row is not None and row.state == SHOWN and row.person_id == person_id


def _check_room(session: Session, actor: Actor) -> None:
    if store.waiting_of(session, actor.person_id) >= MOST_WAITING:
        raise Conflict("practice.posts", "%(most)s of your questions wait for an answer already.", most=MOST_WAITING)


def _own(session: Session, actor: Actor, question_id: int, post_id: int) -> PostRow:
    row = store.own(session, actor.person_id, question_id, post_id)
    if row is None:
        raise NotFound("practice.post", "There is no such question of yours.")
    return row


def _asking_words(words: str) -> str:
    said = wording.said(words, LONGEST_WORDS)
    if said is None:
        raise RuleViolation("practice.post", "Ask something, in at most %(most)s characters.", most=LONGEST_WORDS)
    return said


def _settling_words(words: str) -> str:
    said = wording.said(words, LONGEST_ANSWER)
    if said is None:
        raise RuleViolation(
            "practice.post-answer",
            "Write an answer, or why it is hidden, in at most %(most)s characters.",
            most=LONGEST_ANSWER,
        )
    return said


def _found(session: Session, actor: Actor, post_id: int, *, lock: bool = False) -> tuple[PostRow, str]:
    found = store.find(session, actor, post_id, lock=lock)
    if found is None:
        raise NotFound("practice.post", "There is no such question of a candidate in your organisations.")
    wording.check_stands(found[0])
    return found
