"""Beside a question: one's own note, earlier answers, and what one reported about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.rate import Rate
from examprep.people.actor import Actor
from examprep.practice import discussing, log_store, notebook, notebook_store, shares, store
from examprep.practice.shelf import governing, shelf_of, similar
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter

LONGEST_NOTE = 4000
SHOWN_ALIKE = 4


@dataclass(frozen=True)
class Aside:
    """What one person has beside one question; nothing of it gives the key away."""

    question: bank.Question
    note: str
    causes: Sequence[str]
    tags: Sequence[str]
    answers: Sequence[log_store.Logged]  # the latest first
    reports: Sequence[bank.Report]
    chapters: Sequence[Chapter]
    share: Rate | None  # of all answers; only for whoever has answered, and where there are enough
    similar: Sequence[bank.Question]
    posts: Sequence[discussing.Post]  # told only to who has answered: an answer to one may give the key away

    @property
    def letters(self) -> Sequence[str]:
        """What each answer ticked, as letters."""
        return [self.question.named(line.ticked) for line in self.answers]


def aside(session: Session, actor: Actor, *, question_id: int, today: date, now: datetime) -> Aside:
    """What stands beside a question that may be practised, or that the person has answered.

    Raises:
        NotFound: ``practice.question``.
    """
    names = notebook_store.tags(session, actor.person_id)
    question = _open(session, actor, question_id, today)
    edition = governing(session, syllabus.next_exam(session, today))
    shelf = shelf_of(session, question.subject, edition)
    answers = log_store.answers_to(session, actor.person_id, question_id)
    chapters = syllabus.chapters(session, question.subject, edition, retired=True)
    return Aside(
        question=question,
        note=notebook_store.note(session, actor.person_id, question_id),
        causes=notebook_store.causes(session, actor.person_id, question_id).get(question_id, ()),
        tags=[names[i] for i in notebook_store.tagged(session, actor.person_id, question_id).get(question_id, ())],
        answers=answers,
        reports=bank.reports_of(session, actor, question_id),
        chapters=[chapter for chapter in chapters if chapter.id in question.chapter_ids],
        share=shares.share_right(session, question.version_id, now) if answers else None,
        posts=discussing.posts(session, actor, question_id) if answers else (),
        similar=[bank.question(session, shelf.versions[i]) for i in similar(session, shelf, question_id)[:SHOWN_ALIKE]],
    )


@dataclass(frozen=True)
class Remarks:
    """What a person keeps beside a question: words, why it was missed, and tags as they are typed."""

    words: str
    causes: Sequence[str] = ()
    tags: str = ""


def write_note(
    session: Session, actor: Actor, *, question_id: int, remarks: Remarks, today: date, now: datetime
) -> None:
    """Keep what a person notes beside a question in place of what stood there; no words take the note away.

    Raises:
        NotFound: ``practice.question``.
        RuleViolation: ``practice.note`` -- too long; what `notebook.put_causes` and `notebook.read_tags` refuse.
    """
    _open(session, actor, question_id, today)
    # A browser sends a line's end as two characters.
    words = remarks.words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_NOTE:
        raise RuleViolation("practice.note", "A note has at most %(most)s characters.", most=LONGEST_NOTE)
    notebook.put_causes(session, actor, question_id, remarks.causes)
    notebook_store.put_tags(session, actor.person_id, question_id, notebook.read_tags(remarks.tags))
    notebook_store.put_note(session, actor.person_id, question_id, words, now)


def report(
    session: Session, actor: Actor, *, question_id: int, kind: str, words: str, today: date, now: datetime
) -> None:
    """Report an error in a question; `bank.report` says what is refused."""
    question = _open(session, actor, question_id, today)
    bank.report(session, actor, version_id=question.version_id, kind=kind, words=words, now=now)


def _open(session: Session, actor: Actor, question_id: int, today: date) -> bank.Question:
    question = bank.question(session, bank.current_version(session, question_id))
    shelf = shelf_of(session, question.subject, governing(session, syllabus.next_exam(session, today)))
    if question_id not in shelf.versions and store.kept_of(session, actor.person_id, question_id) is None:
        raise NotFound("practice.question", "There is no such question here.")
    return question
