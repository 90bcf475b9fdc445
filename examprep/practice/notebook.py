"""The notebook of mistakes: what is in it, why it was missed, one's own tags and notes, and when a question leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.practice import notebook_store
from examprep.practice.rules.notebook import CAUSES, FEWEST_DAYS, MOST_DAYS
from examprep.practice.rules.order import NOTEBOOK, Scope
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter

LONGEST_TAG = 20
MOST_TAGS = 8  # of one question


@dataclass(frozen=True)
class Narrowing:
    """Which part of the notebook is wanted; what is empty does not narrow it."""

    subject_code: str = ""
    chapter_id: int | None = None
    cause: str = ""
    tag_id: int | None = None


@dataclass(frozen=True)
class Leaf:
    """One question of the notebook, with all that its owner knows of it."""

    question: bank.Question
    subject: Mapping[str, str]
    chapter: Mapping[str, str]  # empty where it lies in none
    noted: notebook_store.Noted
    note: str
    causes: Sequence[str]
    tags: Sequence[str]


@dataclass(frozen=True)
class Notebook:
    """The leaves wanted, and what else there is to narrow the whole notebook by."""

    leaves: Sequence[Leaf]
    chapters: Mapping[int, Chapter]
    causes: Sequence[str]
    tags: Mapping[int, str]
    days_to_leave: int
    practise: tuple[str, str] | None  # subject and scope of just these leaves; none where they are of several subjects


def read(session: Session, actor: Actor, wanted: Narrowing) -> Notebook:
    """The person's mistakes, the latest first. Withdrawn questions stay until they are forgotten."""
    person = actor.person_id
    noted = [n for n in notebook_store.notebook(session, person) if wanted.subject_code in {"", n.subject_code}]
    questions = {n.question_id: bank.question(session, n.version_id) for n in noted}
    chapters = syllabus.chapters_by_id(session, frozenset(c for q in questions.values() for c in q.chapter_ids))
    names = {subject.code: subject.names for subject in syllabus.subjects(session)}
    notes, causes = notebook_store.notes(session, person), notebook_store.causes(session, person)
    tags, tagged = notebook_store.tags(session, person), notebook_store.tagged(session, person)
    leaves = []
    for n in noted:
        question, why, own = questions[n.question_id], causes.get(n.question_id, ()), tagged.get(n.question_id, ())
        if wanted.chapter_id not in {None, *question.chapter_ids} or wanted.tag_id not in {None, *own}:
            continue
        if wanted.cause not in {"", *why}:
            continue
        first = next((chapters[i] for i in sorted(question.chapter_ids) if i in chapters), None)
        leaves.append(
            Leaf(
                question=question,
                subject=names.get(n.subject_code, {}),
                chapter=first.names if first else {},
                noted=n,
                note=notes.get(n.question_id, ""),
                causes=[cause for cause in CAUSES if cause in why],
                tags=[tags[i] for i in own],
            )
        )
    return Notebook(
        leaves=leaves,
        chapters=chapters,
        causes=[code for code in CAUSES if any(code in causes.get(i, ()) for i in questions)],
        tags={i: name for i, name in tags.items() if any(i in tagged.get(q, ()) for q in questions)},
        days_to_leave=notebook_store.days_to_leave(session, person),
        practise=_practise(leaves, wanted),
    )


def _practise(leaves: Sequence[Leaf], wanted: Narrowing) -> tuple[str, str] | None:
    subjects = {leaf.question.subject for leaf in leaves}
    if len(subjects) != 1:
        return None
    scope = Scope(NOTEBOOK, wanted.chapter_id, cause=wanted.cause, tag_id=wanted.tag_id)
    return subjects.pop(), str(scope)


def set_days_to_leave(session: Session, actor: Actor, days: int, *, now: datetime) -> None:
    """After right answers on so many days a question leaves one's notebook, from now on and at once.

    Raises:
        RuleViolation: ``practice.days``.
    """
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise RuleViolation(
            "practice.days", "Choose from %(fewest)s to %(most)s days.", fewest=FEWEST_DAYS, most=MOST_DAYS
        )
    notebook_store.put_days_to_leave(session, actor.person_id, days, now)


def read_tags(text: str) -> tuple[str, ...]:
    """One's own tags as they are typed: parted by commas, spaces or lines, each once.

    Raises:
        RuleViolation: ``practice.tags`` -- one is too long, or there are too many.
    """
    for mark in "，、,;；\n\r\t\u3000":
        text = text.replace(mark, " ")
    found = tuple(dict.fromkeys(text.split()))
    if any(len(tag) > LONGEST_TAG for tag in found) or len(found) > MOST_TAGS:
        raise RuleViolation(
            "practice.tags",
            "A question has at most %(tags)s tags of %(characters)s characters each.",
            tags=MOST_TAGS,
            characters=LONGEST_TAG,
        )
    return found


def put_causes(session: Session, actor: Actor, question_id: int, causes: Collection[str]) -> None:
    """Why the person missed a question, in place of what was said before.

    Raises:
        RuleViolation: ``practice.cause`` -- no such cause.
    """
    if not CAUSES.keys() >= set(causes):
        raise RuleViolation("practice.cause", "There is no such cause. Choose among those listed.")
    notebook_store.put_causes(session, actor.person_id, question_id, sorted(set(causes)))
