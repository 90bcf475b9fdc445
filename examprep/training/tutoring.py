"""Learners of the exam classes whose practice asks for a trainer's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.practice import progress
from examprep.training import store
from examprep.training.rules.tutoring import DAYS, concern

SHOWN = 8


@dataclass(frozen=True)
class Concern:
    """A learner, their class, and what stands out."""

    person_id: int
    name: str
    class_id: int
    class_name: str
    sentence: Sentence


@dataclass(frozen=True)
class Concerns:
    """The first of them, and how many there are."""

    shown: Sequence[Concern]
    total: int


def concerns(session: Session, actor: Actor, *, today: date) -> Concerns:
    """Of those enrolled in the actor's classes for this or a later exam: many mistakes first, then no practice."""
    learners = store.exam_learners(session, actor, today.year)
    lately = progress.right_since(session, store.exam_learner_ids(actor, today.year), today - timedelta(days=DAYS))
    found = [
        (person_id not in lately, Concern(person_id, name, class_id, class_name, sentence))
        for person_id, name, class_id, class_name in learners
        if (sentence := concern(lately.get(person_id))) is not None
    ]
    found.sort(key=lambda each: each[0])
    return Concerns([each for _, each in found[:SHOWN]], len(found))
