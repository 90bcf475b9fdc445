"""Queries of practice, of one person each, but for the rebuilding at the end. The answer path has `hot.py`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.practice.hot import KEPT, read_kept
from examprep.practice.models import (
    AnswerRow,
    CauseRow,
    CohortRow,
    DayRow,
    HabitRow,
    MarkRow,
    MemoryRow,
    NoteRow,
    PaceRow,
    PlaceRow,
    PlanRow,
    TaggedRow,
    TagRow,
    WeightsRow,
)
from examprep.practice.rules.learning import Kept
from examprep.practice.rules.notebook import RIGHT_DAYS_TO_LEAVE
from examprep.practice.rules.spacing import Weights

_ANSWER: Any = AnswerRow.__table__
_MEMORY: Any = MemoryRow.__table__
_DAY: Any = DayRow.__table__
_PLACE: Any = PlaceRow.__table__


@dataclass(frozen=True)
class Logged:
    """One line of the log."""

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


_LINE = select(*(_ANSWER.c[name] for name in Logged.__dataclass_fields__))


def _lines(session: Session, query: Any) -> Iterator[Logged]:
    for row in session.connection().execute(query).mappings():
        yield Logged(**{**row, "ticked": frozenset(row["ticked"])})


def logged(session: Session, person_id: int, client_id: str) -> Logged | None:
    """The line that was written when the client's answer first came; ``None`` when it never came."""
    query = _LINE.where(_ANSWER.c.person_id == person_id, _ANSWER.c.client_id == client_id)
    return next(_lines(session, query), None)


def answers_to(session: Session, person_id: int, question_id: int) -> list[Logged]:
    """A person's answers to one question, the latest first."""
    query = _LINE.where(_ANSWER.c.person_id == person_id, _ANSWER.c.question_id == question_id)
    return list(_lines(session, query.order_by(_ANSWER.c.id.desc())))


def kept_of(session: Session, person_id: int, question_id: int) -> Kept | None:
    """What is kept of one question for one person."""
    row = session.execute(
        select(*(_MEMORY.c[n] for n in KEPT)).where(
            _MEMORY.c.person_id == person_id, _MEMORY.c.question_id == question_id
        )
    ).one_or_none()
    return None if row is None else read_kept(row)


def place(session: Session, person_id: int, subject_code: str, scope: str) -> tuple[bool, int | None]:
    """Whether the person has a place in the scope, and the question they stand on (``None``: at the end)."""
    row = session.execute(
        select(_PLACE.c.question_id).where(
            _PLACE.c.person_id == person_id, _PLACE.c.subject_code == subject_code, _PLACE.c.scope == scope
        )
    ).one_or_none()
    return (False, None) if row is None else (True, row[0])


def last_place(session: Session, person_id: int, subject_code: str = "") -> tuple[str, str] | None:
    """Subject and scope of where the person was last, of all subjects or of one.

    The day's question, assignments and what is like one question are no such places: they are short and end.
    """
    ending = or_(*(_PLACE.c.scope.like(f"{kind}-%") for kind in ("daily", "assignment", "like")))
    mine = (_PLACE.c.person_id == person_id) & ~ending
    row = session.execute(
        select(_PLACE.c.subject_code, _PLACE.c.scope)
        .where(mine & (_PLACE.c.subject_code == subject_code) if subject_code else mine)
        .order_by(_PLACE.c.used_at.desc(), _PLACE.c.subject_code, _PLACE.c.scope)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def due(session: Session, person_id: int, subject_code: str, now: datetime) -> list[int]:
    """Questions due for review, the longest overdue first."""
    return list(
        session.connection().scalars(
            select(_MEMORY.c.question_id)
            .where(_MEMORY.c.person_id == person_id, _MEMORY.c.subject_code == subject_code, _MEMORY.c.due_at <= now)
            .order_by(_MEMORY.c.due_at, _MEMORY.c.question_id)
        )
    )


def _listed(person_id: int) -> ColumnElement[bool]:
    """That a row of a person's memory is in the notebook, by the person's own rule."""
    chosen = select(HabitRow.days_to_leave).where(HabitRow.person_id == person_id).scalar_subquery()
    found: ColumnElement[bool] = (
        (_MEMORY.c.person_id == person_id)
        & _MEMORY.c.mistaken_at.is_not(None)
        & (_MEMORY.c.right_days < func.coalesce(chosen, RIGHT_DAYS_TO_LEAVE))
    )
    return found


def mistaken(
    session: Session, person_id: int, subject_code: str, *, cause: str = "", tag_id: int | None = None
) -> list[int]:
    """Questions in the notebook, ascending; only those missed for a cause, or under a tag of the person's."""
    query = select(_MEMORY.c.question_id).where(_listed(person_id), _MEMORY.c.subject_code == subject_code)
    if cause:
        why = select(CauseRow.question_id).where(CauseRow.person_id == person_id, CauseRow.cause == cause)
        query = query.where(_MEMORY.c.question_id.in_(why))
    if tag_id is not None:
        under = select(TaggedRow.question_id).join(TagRow, TagRow.id == TaggedRow.tag_id)
        query = query.where(_MEMORY.c.question_id.in_(under.where(TagRow.id == tag_id, TagRow.person_id == person_id)))
    return list(session.connection().scalars(query.order_by(_MEMORY.c.question_id)))


def marks(session: Session, person_id: int) -> list[int]:
    """Questions that the person marked, of whatever subject, ascending."""
    query = select(MarkRow.question_id).where(MarkRow.person_id == person_id).order_by(MarkRow.question_id)
    return list(session.connection().scalars(query))


def mistakes_of(session: Session, people: Sequence[int], subject_code: str) -> dict[int, int]:
    """How many questions of a subject are open in each person's notebook; who has none is missing."""
    rows = session.execute(
        select(_MEMORY.c.person_id, func.count())
        .where(
            _MEMORY.c.person_id.in_(people),
            _MEMORY.c.subject_code == subject_code,
            _MEMORY.c.mistaken_at.is_not(None),
        )
        .group_by(_MEMORY.c.person_id)
    )
    return dict(iter(rows))


@dataclass(frozen=True)
class Noted:
    """One question of the notebook: when it was missed last, how often answered, on how many days right since."""

    question_id: int
    version_id: int
    subject_code: str
    mistaken_at: datetime | None
    reps: int
    rights: int
    right_days: int


def notebook(session: Session, person_id: int) -> list[Noted]:
    """The whole notebook, the latest mistake first."""
    rows = session.execute(
        select(
            MemoryRow.question_id,
            MemoryRow.version_id,
            MemoryRow.subject_code,
            MemoryRow.mistaken_at,
            MemoryRow.reps,
            MemoryRow.rights,
            MemoryRow.right_days,
        )
        .where(_listed(person_id))
        .order_by(MemoryRow.mistaken_at.desc(), MemoryRow.question_id)
    )
    return [Noted(*row) for row in rows]


def seen(session: Session, person_id: int, subject_code: str) -> dict[int, tuple[int, int]]:
    """Answers and right answers by question."""
    rows = session.execute(
        select(MemoryRow.question_id, MemoryRow.reps, MemoryRow.rights).where(
            MemoryRow.person_id == person_id, MemoryRow.subject_code == subject_code
        )
    )
    return {question: (reps, rights) for question, reps, rights in rows}


def day(session: Session, person_id: int, on: date) -> tuple[int, int, int]:
    """Answered, right and milliseconds of one office day."""
    row = session.execute(
        select(DayRow.answered, DayRow.rights, DayRow.took_ms).where(
            DayRow.person_id == person_id, DayRow.answered_on == on
        )
    ).one_or_none()
    return (0, 0, 0) if row is None else (row[0], row[1], row[2])


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


def marked(session: Session, person_id: int, question_id: int) -> bool:
    return session.get(MarkRow, (person_id, question_id)) is not None


def toggle_mark(session: Session, person_id: int, question_id: int, now: datetime) -> bool:
    """Mark the question, or take the mark away; says whether it is marked now."""
    row = session.get(MarkRow, (person_id, question_id))
    if row is not None:
        session.delete(row)
        return False
    session.add(MarkRow(person_id=person_id, question_id=question_id, marked_at=now))
    session.flush()
    return True


def note(session: Session, person_id: int, question_id: int) -> str:
    """The person's note beside the question; empty when there is none."""
    row = session.get(NoteRow, (person_id, question_id))
    return "" if row is None else row.words


def put_note(session: Session, person_id: int, question_id: int, words: str, now: datetime) -> None:
    """Put words in place of what the person had noted; no words take the note away."""
    row = session.get(NoteRow, (person_id, question_id))
    if row is None and words:
        session.add(NoteRow(person_id=person_id, question_id=question_id, words=words, written_at=now))
    elif row is not None and words:
        row.words, row.written_at = words, now
    elif row is not None:
        session.delete(row)
    session.flush()


def notes(session: Session, person_id: int) -> dict[int, str]:
    """All notes of a person, by question."""
    rows = session.execute(select(NoteRow.question_id, NoteRow.words).where(NoteRow.person_id == person_id))
    return {row.question_id: row.words for row in rows}


def days_to_leave(session: Session, person_id: int) -> int:
    """After right answers on how many days a question leaves the person's notebook."""
    row = session.get(HabitRow, person_id)
    return RIGHT_DAYS_TO_LEAVE if row is None else row.days_to_leave


def put_days_to_leave(session: Session, person_id: int, days: int, now: datetime) -> None:
    session.merge(HabitRow(person_id=person_id, days_to_leave=days, set_at=now))
    session.flush()


def causes(session: Session, person_id: int, question_id: int | None = None) -> dict[int, list[str]]:
    """Why the person missed questions, by question; of one question or of all."""
    query = select(CauseRow.question_id, CauseRow.cause).where(CauseRow.person_id == person_id)
    if question_id is not None:
        query = query.where(CauseRow.question_id == question_id)
    found: dict[int, list[str]] = {}
    for question, cause in session.execute(query.order_by(CauseRow.cause)):
        found.setdefault(question, []).append(cause)
    return found


def put_causes(session: Session, person_id: int, question_id: int, causes: Sequence[str]) -> None:
    session.execute(delete(CauseRow).where(CauseRow.person_id == person_id, CauseRow.question_id == question_id))
    session.add_all(CauseRow(person_id=person_id, question_id=question_id, cause=cause) for cause in causes)
    session.flush()


def tags(session: Session, person_id: int) -> dict[int, str]:
    """The person's tags by id, in the order of their names."""
    query = select(TagRow).where(TagRow.person_id == person_id).order_by(TagRow.name, TagRow.id)
    return {tag.id: tag.name for tag in session.scalars(query)}


def tagged(session: Session, person_id: int, question_id: int | None = None) -> dict[int, list[int]]:
    """The ids of the tags under which questions stand, by question; of one question or of all."""
    query = select(TaggedRow.question_id, TagRow.id).join(TagRow, TagRow.id == TaggedRow.tag_id)
    query = query.where(TagRow.person_id == person_id).order_by(TagRow.name, TagRow.id)
    if question_id is not None:
        query = query.where(TaggedRow.question_id == question_id)
    found: dict[int, list[int]] = {}
    for question, tag in session.execute(query):
        found.setdefault(question, []).append(tag)
    return found


def put_tags(session: Session, person_id: int, question_id: int, names: Sequence[str]) -> None:
    """Put a question under these tags of the person's and no others; a tag that is left empty goes."""
    known = {name: id_ for id_, name in tags(session, person_id).items()}
    fresh = [TagRow(person_id=person_id, name=name) for name in names if name not in known]
    session.add_all(fresh)
    session.flush()
    known |= {row.name: row.id for row in fresh}
    session.execute(delete(TaggedRow).where(TaggedRow.question_id == question_id, TaggedRow.tag_id.in_(known.values())))
    session.add_all(TaggedRow(tag_id=known[name], question_id=question_id) for name in names)
    session.flush()
    empty = TagRow.id.not_in(select(TaggedRow.tag_id))
    session.execute(delete(TagRow).where(TagRow.person_id == person_id, empty))


@dataclass(frozen=True, slots=True)
class Remembered:
    """What planning looks at of one question that was seen."""

    question_id: int
    stability: float
    difficulty: float
    state: int
    due_at: datetime
    last_at: datetime
    reps: int
    rights: int
    mistaken_at: datetime | None  # the last mistake, in the notebook still or no more
    listed: bool  # in the notebook

    @property
    def unseen(self) -> bool:
        """Whether it was not answered, but for cramming, since it was missed last."""
        return self.mistaken_at is not None and self.mistaken_at >= self.last_at


_REMEMBERED: list[Any] = [_MEMORY.c[name] for name in list(Remembered.__dataclass_fields__)[:-1]]


def memories(session: Session, person_id: int, subject_code: str) -> list[Remembered]:
    """All that a person has seen of a subject, by question."""
    rows = session.connection().execute(
        select(*_REMEMBERED, _listed(person_id))
        .where(_MEMORY.c.person_id == person_id, _MEMORY.c.subject_code == subject_code)
        .order_by(_MEMORY.c.question_id)
    )
    return [Remembered(*values) for values in map(tuple, rows)]


def seen_of(session: Session, person_id: int, question_ids: Sequence[int]) -> dict[int, Remembered]:
    """What a person has seen of some questions."""
    rows = session.connection().execute(
        select(*_REMEMBERED, _listed(person_id)).where(
            _MEMORY.c.person_id == person_id, _MEMORY.c.question_id.in_(question_ids)
        )
    )
    return {values[0]: Remembered(*values) for values in map(tuple, rows)}


def pace(session: Session, person_id: int, subject_code: str) -> tuple[int, int | None] | None:
    """Minutes and most questions a day; ``None`` when the person never said."""
    row = session.get(PaceRow, (person_id, subject_code))
    return None if row is None else (row.minutes, row.most)


def put_pace(
    session: Session, person_id: int, subject_code: str, minutes: int, most: int | None, now: datetime
) -> None:
    session.merge(PaceRow(person_id=person_id, subject_code=subject_code, minutes=minutes, most=most, set_at=now))
    session.flush()


def plan(session: Session, person_id: int, subject_code: str, on: date) -> tuple[list[int], int, datetime] | None:
    """Questions, how many of them are reviews, and when it was made; ``None`` when that day has no plan."""
    row = session.get(PlanRow, (person_id, subject_code))
    return None if row is None or row.planned_on != on else (row.question_ids, row.reviews, row.planned_at)


def put_plan(session: Session, person_id: int, subject_code: str, **values: Any) -> None:
    """Put a day's plan in place of the one before."""
    session.merge(PlanRow(person_id=person_id, subject_code=subject_code, **values))
    session.flush()


def drop_plan(session: Session, person_id: int, subject_code: str) -> None:
    session.execute(delete(PlanRow).where(PlanRow.person_id == person_id, PlanRow.subject_code == subject_code))


def first_day(session: Session, person_id: int) -> date | None:
    """The first day on which a person answered anything."""
    return session.scalar(select(func.min(DayRow.answered_on)).where(DayRow.person_id == person_id))


def took(session: Session, person_id: int) -> tuple[int, int]:
    """Answers of a person on days on which any was measured, and how many milliseconds they took together."""
    answers, took_ms = session.execute(
        select(func.sum(DayRow.answered), func.sum(DayRow.took_ms)).where(
            DayRow.person_id == person_id, DayRow.took_ms > 0
        )
    ).one()
    return int(answers or 0), int(took_ms or 0)


def crammed_since(session: Session, person_id: int, since: datetime) -> dict[int, tuple[int, bool]]:
    """How often each question was crammed since an instant, and whether it was right at the last time."""
    log = _ANSWER.c
    query = (
        select(log.question_id, log.half_points == log.full_half_points)
        .where(log.person_id == person_id, log.mode == "cram", log.at >= since)
        .order_by(log.id)
    )
    found: dict[int, tuple[int, bool]] = {}
    for question, right in session.connection().execute(query):
        found[question] = (found.get(question, (0, False))[0] + 1, bool(right))
    return found


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
        select(*(_ANSWER.c[column] for column in Logged.__dataclass_fields__), name.label("name"))
        .join(PersonRow, PersonRow.id == _ANSWER.c.person_id)
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


def weights_in_force(session: Session) -> Weights | None:
    """The weights that the next answer is worked in with; ``None``: the published ones."""
    found = session.scalars(select(WeightsRow.weights).order_by(WeightsRow.id.desc()).limit(1)).one_or_none()
    return None if found is None else tuple(found)


def add_weights(session: Session, **values: Any) -> None:
    session.add(WeightsRow(**values))
    session.flush()


def weights(session: Session) -> dict[int, Weights]:
    """All weights that were ever in force, by id."""
    return {row.id: tuple(row.weights) for row in session.scalars(select(WeightsRow))}


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
