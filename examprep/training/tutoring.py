"""Learners of the exam classes whose practice asks for a trainer's word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.kernel.rate import Rate
from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.practice import progress
from examprep.syllabus.values import Chapter
from examprep.training import store
from examprep.training.rules.tutoring import DAYS, concern

SHOWN = 8


@dataclass(frozen=True)
class Concern:
    """A learner, their class, what stands out, and in which chapter most answers were wrong, if one can be told."""

    person_id: int
    name: str
    class_id: int
    class_name: str
    sentence: Sentence
    weakest: tuple[Chapter, Rate] | None = None


@dataclass(frozen=True)
class Concerns:
    """The first of them, and how many there are."""

    shown: Sequence[Concern]
    total: int


def concerns(session: Session, actor: Actor, *, today: date) -> Concerns:
    """Of those enrolled in the actor's classes for this or a later exam: many mistakes first, then no practice."""
    learners = store.exam_learners(session, actor, today.year)
    since = today - timedelta(days=DAYS)
    lately = progress.right_since(session, store.exam_learner_ids(actor, today.year), since)
    found = [
        (person_id not in lately, Concern(person_id, name, class_id, class_name, sentence))
        for person_id, name, class_id, class_name in learners
        if (sentence := concern(lately.get(person_id))) is not None
    ]
    found.sort(key=lambda each: each[0])
    shown = [each for _, each in found[:SHOWN]]
    weakest = progress.weakest(session, [each.person_id for each in shown if each.person_id in lately], since)
    return Concerns([replace(each, weakest=weakest.get(each.person_id)) for each in shown], len(found))
