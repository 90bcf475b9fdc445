"""Answers of a mock exam, or of a unit's test, taken into the log together: in a fixed number of statements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import among, in_parts
from examprep.practice import hot, log_store, rebuild
from examprep.practice.models import AnswerRow, MemoryRow, WeightsRow
from examprep.practice.rules.learning import MOCK, Given, Kept, learn
from examprep.practice.shelf import asked_of

_ANSWER: Any = AnswerRow.__table__
_MEMORY: Any = MemoryRow.__table__


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it stood at the end of a mock or test, with what it earned when it was marked."""

    client_id: str
    question: bank.Question
    ticks: frozenset[int]
    written: tuple[str, ...]
    half_points: int
    at: datetime


def take_in(
    session: Session, person_id: int, subject_code: str, answers: Sequence[Answered], *, mode: str = MOCK
) -> None:
    """Log answers and work them into memory, notebook and counts, in the order in which they were given.

    The caller hands each over once; the log's unique names see to it that a second time fails and changes nothing.
    An answer to a version on which a ruling stands is logged as marked and works as the ruling says.
    """
    if not answers:
        return
    session.flush()
    connection = session.connection()
    # One person's answers are worked in one after another, as on the answer path.
    connection.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update(key_share=True))
    answers = sorted(answers, key=lambda each: (each.at, each.client_id))
    in_force = connection.execute(
        select(WeightsRow.id, WeightsRow.weights).order_by(WeightsRow.id.desc()).limit(1)
    ).first()
    kept = kept_of(session, person_id, [each.question.question_id for each in answers])
    standing = bank.ruled(session, [each.question.version_id for each in answers])
    connection.execute(
        insert(_ANSWER),
        [_line(person_id, subject_code, each, mode, in_force[0] if in_force else None) for each in answers],
    )
    latest: dict[int, int] = {}
    days: dict[date, Counter[str]] = {}
    for each in answers:
        judged = standing.get(each.question.version_id)
        points = judged.earned(each.ticks) if judged else (each.half_points, each.question.half_points)
        if points is None:
            continue
        given = Given(*points, sure=None, took_ms=None, at=each.at, mode=mode)
        given = replace(given, weights=tuple(in_force[1]) if in_force else None)
        question_id = each.question.question_id
        kept[question_id] = learn(kept.get(question_id), asked_of(each.question), given)
        latest[question_id] = each.question.version_id
        days.setdefault(office_day(each.at), Counter()).update(answered=1, rights=int(given.right))
    dialect = connection.dialect.name
    if latest:
        remembered = [
            hot.memory_values(person_id, question_id, subject_code, version_id, kept[question_id])
            for question_id, version_id in latest.items()
        ]
        connection.execute(hot.remembering(dialect), remembered)
        counted = [
            {
                "person_id": person_id,
                "answered_on": day,
                "took_ms": 0,
                "answered": sums["answered"],
                "rights": sums["rights"],
            }
            for day, sums in days.items()
        ]
        connection.execute(hot.counting(dialect), counted)


def correct(
    session: Session, person_id: int, found: Mapping[str, tuple[frozenset[int], int]], *, by: int, now: datetime
) -> None:
    """Let answers that were taken in and marked anew count as they are marked now; by name: points, half-points.

    The log keeps its lines and takes a further one for each; memory, notebook and counts are worked out anew.
    """
    if not found:
        return
    session.flush()
    session.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update(key_share=True))
    log_store.correct(
        session, person_id, {name: (sorted(each[0]), each[1]) for name, each in found.items()}, by=by, now=now
    )
    rebuild.redo_of(session, [person_id])


def ids_of(session: Session, person_id: int, names: Sequence[str]) -> list[int]:
    """The log's lines of a person that have some names."""
    row, found = AnswerRow, list[int]()
    for part in in_parts(names):
        found += session.scalars(select(row.id).where(row.person_id == person_id, among(session, row.client_id, part)))
    return found


def kept_of(session: Session, person_id: int, question_ids: Sequence[int]) -> dict[int, Kept]:
    """What is kept of some questions for a person; nothing of those never answered."""
    rows = session.connection().execute(
        select(_MEMORY.c.question_id, *(_MEMORY.c[name] for name in hot.KEPT)).where(
            _MEMORY.c.person_id == person_id, _MEMORY.c.question_id.in_(question_ids)
        )
    )
    return {row[0]: hot.read_kept(row[1:]) for row in rows}


def seen(session: Session, person_id: int, subject_code: str) -> dict[int, int]:
    """How often a person has answered each question of a subject; those never answered are left out."""
    query = select(AnswerRow.question_id, func.count()).where(
        AnswerRow.person_id == person_id, AnswerRow.subject_code == subject_code
    )
    return dict(session.execute(query.group_by(AnswerRow.question_id)).all())


def _line(person_id: int, subject_code: str, each: Answered, mode: str, weights_id: int | None) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "client_id": each.client_id,
        "subject_code": subject_code,
        "question_id": each.question.question_id,
        "version_id": each.question.version_id,
        "ticked": sorted(each.ticks),
        "written": list(each.written) or None,
        "half_points": each.half_points,
        "full_half_points": each.question.half_points,
        "sure": None,
        "took_ms": None,
        "at": each.at,
        "mode": mode,
        "weights_id": weights_id,
    }
