"""Queries of the log and of what is counted from it, over persons and days; the rebuilding asks here too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.plumbing.sql_words import Days
from examprep.practice.models import (
    AnswerRow,
    CohortRow,
    CorrectionRow,
    DayRow,
    MemoryRow,
)

_ANSWER: Any = AnswerRow.__table__
_CORRECTION: Any = CorrectionRow.__table__
_MEMORY: Any = MemoryRow.__table__
_DAY: Any = DayRow.__table__


@dataclass(frozen=True)
class Logged:
    """One line of the log; marked anew by hand, with what it was last found to have reached."""

    id: int
    person_id: int
    subject_code: str
    question_id: int
    version_id: int
    ticked: frozenset[int]
    written: list[str] | None
    half_points: int
    full_half_points: int
    sure: str | None
    took_ms: int | None
    at: datetime
    mode: str
    weights_id: int | None

    @property
    def right(self) -> bool:
        return self.half_points == self.full_half_points


_LATEST = select(func.max(_CORRECTION.c.id)).group_by(_CORRECTION.c.answer_id)
_CORRECTED = _CORRECTION.select().where(_CORRECTION.c.id.in_(_LATEST)).subquery()
_FOUND = {name: func.coalesce(_CORRECTED.c[name], _ANSWER.c[name]).label(name) for name in ("ticked", "half_points")}
_COLUMNS = [_FOUND.get(name, _ANSWER.c[name]) for name in Logged.__dataclass_fields__]
_LOG = _ANSWER.outerjoin(_CORRECTED, _CORRECTED.c.answer_id == _ANSWER.c.id)
_LINE: Any = select(*_COLUMNS).select_from(_LOG)


def _lines(session: Session, query: Any) -> Iterator[Logged]:
    for row in session.connection().execute(query).mappings():
        yield Logged(**{**row, "ticked": frozenset(row["ticked"])})


def logged(session: Session, person_id: int, client_id: str) -> Logged | None:
    """The line that was written when the client's answer first came; ``None`` when it never came."""
    query = _LINE.where(_ANSWER.c.person_id == person_id, _ANSWER.c.client_id == client_id)
    return next(_lines(session, query), None)


def correct(
    session: Session, person_id: int, found: Mapping[str, tuple[Sequence[int], int]], *, by: int, now: datetime
) -> None:
    """Note what answers, by their client's name, were found to have reached when they were marked anew."""
    query = select(_ANSWER.c.client_id, _ANSWER.c.id).where(
        _ANSWER.c.person_id == person_id, _ANSWER.c.client_id.in_(list(found))
    )
    lines: dict[str, int] = dict(session.execute(query).all())
    rows = [
        {
            "answer_id": lines[name],
            "ticked": sorted(ticked),
            "half_points": half_points,
            "corrected_by": by,
            "corrected_at": now,
        }
        for name, (ticked, half_points) in found.items()
    ]
    session.execute(insert(CorrectionRow), rows)


def answers_to(session: Session, person_id: int, question_id: int) -> list[Logged]:
    """A person's answers to one question, the latest given first, whenever they came."""
    query = _LINE.where(_ANSWER.c.person_id == person_id, _ANSWER.c.question_id == question_id)
    return list(_lines(session, query.order_by(_ANSWER.c.at.desc(), _ANSWER.c.id.desc())))


@dataclass(frozen=True)
class Practised:
    """One person's practice on one office day."""

    person_id: int
    answered_on: date
    answered: int
    rights: int
    took_ms: int


def days(session: Session, people: Sequence[int], since: date | None = None) -> list[Practised]:
    """The days on which the persons practised, since one of them or ever, in order."""
    query = select(*(_DAY.c[name] for name in Practised.__dataclass_fields__)).where(_DAY.c.person_id.in_(people))
    if since is not None:
        query = query.where(_DAY.c.answered_on >= since)
    return [Practised(*row) for row in session.execute(query.order_by(_DAY.c.person_id, _DAY.c.answered_on))]


def subject_sums(
    session: Session, subject_code: str, since: datetime, person_id: int | None = None
) -> dict[int, tuple[int, int]]:
    """Answers to a subject since an instant, and how many were right, by person; of one person or all."""
    log = _ANSWER.c
    right = func.sum(case((log.half_points == log.full_half_points, 1), else_=0))
    query = select(log.person_id, func.count(), right).where(log.subject_code == subject_code, log.at >= since)
    if person_id is not None:
        query = query.where(log.person_id == person_id)
    return {
        person: (answered, int(rights)) for person, answered, rights in session.execute(query.group_by(log.person_id))
    }


def most_answered(session: Session, people: Sequence[int], since: datetime) -> str | None:
    log = _ANSWER.c
    query = select(log.subject_code).where(log.person_id.in_(people), log.at >= since).group_by(log.subject_code)
    return session.scalar(query.order_by(func.count().desc(), log.subject_code).limit(1))


def cohort(session: Session, subject_code: str) -> CohortRow | None:
    return session.get(CohortRow, subject_code)


def put_cohort(session: Session, row: CohortRow | None, subject_code: str) -> None:
    """Write how a subject's cohort lies in place of what was known; ``None`` takes it away."""
    session.execute(delete(CohortRow).where(CohortRow.subject_code == subject_code))
    if row is not None:
        session.add(row)
    session.flush()


def people_after(session: Session, person_id: int, limit: int) -> list[int]:
    """The next persons, by id, who have answers or rows derived from answers."""
    found: set[int] = set()
    for table in (_ANSWER, _MEMORY, _DAY):
        column = table.c.person_id
        found.update(session.scalars(select(column).where(column > person_id).distinct().order_by(column).limit(limit)))
    return sorted(found)[:limit]


def people_who_answered(session: Session, version_ids: Sequence[int]) -> list[int]:
    """Everybody with an answer to any of the versions."""
    person = _ANSWER.c.person_id
    query = select(person).where(_ANSWER.c.version_id.in_(version_ids)).distinct().order_by(person)
    return list(session.scalars(query))


def answers_to_version(session: Session, actor: Actor, version_id: int) -> Iterator[tuple[Logged, str | None]]:
    """Every answer to a version, the latest first, with the name of whoever is within the actor's bounds."""
    name = case((within(PersonRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT), PersonRow.name))
    query = (
        select(*_COLUMNS, name.label("name"))
        .select_from(_LOG.join(PersonRow, PersonRow.id == _ANSWER.c.person_id))
        .where(_ANSWER.c.version_id == version_id)
        .order_by(_ANSWER.c.id.desc())
    )
    for row in session.connection().execute(query).mappings():
        values = dict(row)
        shown = values.pop("name")
        yield Logged(**{**values, "ticked": frozenset(values["ticked"])}), shown


def rights_of_version(session: Session, version_id: int) -> tuple[int, int]:
    """How many of all answers to a version were right, and how many there are."""
    right = case((_ANSWER.c.half_points == _ANSWER.c.full_half_points, 1), else_=0)
    query = select(func.coalesce(func.sum(right), 0), func.count()).where(_ANSWER.c.version_id == version_id)
    rights, answers = session.execute(query).one()
    return int(rights), answers


def log_of(session: Session, people: Sequence[int]) -> Iterator[Logged]:
    """The persons' lines in the order in which they were worked in."""
    return _lines(session, _LINE.where(_ANSWER.c.person_id.in_(people)).order_by(_ANSWER.c.id))


def rows_of(session: Session, table: str, people: Sequence[int]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The derived rows of persons, by primary key."""
    found: Any = {"practice_memory": _MEMORY, "practice_day": _DAY}[table]
    keys = [c.name for c in found.primary_key]
    rows = session.execute(select(found).where(found.c.person_id.in_(people))).mappings()
    return {tuple(row[k] for k in keys): dict(row) for row in rows}


def replace_row(session: Session, table: str, key: tuple[Any, ...], values: dict[str, Any] | None) -> None:
    """Write one derived row as it should be, or delete one that should not be."""
    found: Any = {"practice_memory": _MEMORY, "practice_day": _DAY}[table]
    where = [c == k for c, k in zip(found.primary_key, key, strict=True)]
    session.execute(delete(found).where(*where))
    if values is not None:
        session.execute(insert(found).values(values))


def answered_since(session: Session, person_ids: Sequence[int], since: datetime) -> list[tuple[int, int, bool]]:
    """(person, version, whether it was all right) of each answer since an instant."""
    log = _ANSWER.c
    query = select(log.person_id, log.version_id, log.half_points == log.full_half_points).where(
        log.person_id.in_(person_ids), log.at >= since
    )
    return [(person, version, bool(right)) for person, version, right in session.connection().execute(query)]


def sums_since(session: Session, people: Any, since: date) -> dict[int, tuple[int, int]]:
    """Answered and right since an office day, by person; ``people`` is a subquery of ids."""
    rows = session.execute(
        select(DayRow.person_id, func.sum(DayRow.answered), func.sum(DayRow.rights))
        .where(DayRow.answered_on >= since, DayRow.person_id.in_(people))
        .group_by(DayRow.person_id)
    )
    return {person: (int(answered), int(rights)) for person, answered, rights in rows}


def sums_around(session: Session, spans: Any, lead: int) -> list[tuple[int, int, int, int, int]]:
    """By span: answered and right in the ``lead`` days before it, then within it.

    ``spans`` is a subquery of ``id, person_id, since, until`` (half-open; without ``until`` it goes on). A span
    without any answer is missing.
    """
    before = DayRow.answered_on < spans.c.since
    sums = [
        func.sum(case((when, what), else_=0)) for when in (before, ~before) for what in (DayRow.answered, DayRow.rights)
    ]
    rows = session.execute(
        select(spans.c.id, *sums)
        .join(DayRow, DayRow.person_id == spans.c.person_id)
        .where(
            Days(spans.c.since, DayRow.answered_on) <= lead,
            or_(spans.c.until.is_(None), DayRow.answered_on < spans.c.until),
        )
        .group_by(spans.c.id)
    )
    return [(row[0], int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows]


def first_rights(session: Session, person_ids: Sequence[int], question_ids: Sequence[int]) -> dict[int, list[datetime]]:
    """By person: when each of the questions was first answered all right."""
    answer = AnswerRow
    rows = session.execute(
        select(answer.person_id, func.min(answer.at))
        .where(
            answer.person_id.in_(person_ids),
            answer.question_id.in_(question_ids),
            answer.half_points == answer.full_half_points,
        )
        .group_by(answer.person_id, answer.question_id)
    )
    found: dict[int, list[datetime]] = {}
    for person, at in rows:
        found.setdefault(person, []).append(at)
    return found
