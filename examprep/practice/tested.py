"""Answers to a test that is held elsewhere, taken into the log: memory, notebook, mastery and counts follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.practice.hot import AnswerPath, memory_values
from examprep.practice.rules.learning import UNIT, Given, learn
from examprep.practice.shelf import asked_of


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of a test. ``client_id`` is its identity: however often it is handed over, it counts once."""

    client_id: str
    question: bank.Question
    ticks: frozenset[int]


def take_in(session: Session, person_id: int, answers: Sequence[Answered], *, now: datetime) -> None:
    """Log answers as they were given, and work them in by the rulings that stand.

    Raises:
        RuleViolation: ``practice.ticks``.
    """
    session.flush()
    path, standing = AnswerPath(session), bank.ruled(session, [each.question.version_id for each in answers])
    for each in answers:
        question = each.question
        half_points = bank.grade(question, each.ticks or None)
        line = path.log(
            person_id=person_id,
            client_id=each.client_id,
            subject_code=question.subject,
            question_id=question.question_id,
            version_id=question.version_id,
            ticked=sorted(each.ticks),
            written=None,
            half_points=half_points,
            full_half_points=question.half_points,
            sure=None,
            took_ms=None,
            at=now,
            mode=UNIT,
        )
        judged = standing.get(question.version_id)
        points = judged.earned(each.ticks) if judged else (half_points, question.half_points)
        if line is None or points is None:
            continue
        before = path.standing(
            line, person_id=person_id, question_id=question.question_id, subject_code=question.subject, scope=""
        )
        given = Given(*points, sure=None, took_ms=None, at=now, mode=UNIT)
        kept = learn(before.kept, asked_of(question), replace(given, weights=before.weights))
        path.remember(memory_values(person_id, question.question_id, question.subject, question.version_id, kept))
        path.count(person_id=person_id, day=office_day(now), right=given.right, took_ms=None)
