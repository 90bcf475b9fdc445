"""The statements of the answer path: built once in each dialect's words, and sent to the connection without the ORM."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from examprep.people.models import PersonRow
from examprep.plumbing.prepared import Prepared, together
from examprep.practice.models import AnswerRow, DayRow, MemoryRow, PlaceRow, WeightsRow
from examprep.practice.rules.learning import Kept
from examprep.practice.rules.notebook import Entry
from examprep.practice.rules.spacing import Memory, Weights

_ANSWER: Any = AnswerRow.__table__
_MEMORY: Any = MemoryRow.__table__
_DAY: Any = DayRow.__table__
_PLACE: Any = PlaceRow.__table__
_WEIGHTS: Any = WeightsRow.__table__

_LOGGED = (
    "client_id",
    "subject_code",
    "question_id",
    "version_id",
    "ticked",
    "written",
    "half_points",
    "full_half_points",
    "sure",
    "took_ms",
    "at",
    "mode",
)
KEPT = (
    "stability",
    "difficulty",
    "state",
    "step",
    "due_at",
    "last_at",
    "reps",
    "rights",
    "lapses",
    "mistaken_at",
    "right_days",
    "righted_on",
)


@dataclass(frozen=True)
class Standing:
    """What the answer path must know before it writes: the place, what is kept of the question, and the weights.

    ``weights``: those that the log's line names; ``None``: the published ones.
    """

    has_place: bool
    place_question_id: int | None
    kept: Kept | None
    weights: Weights | None


def _upsert(dialect: str, table: Any) -> Any:
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect](table)


_ME: BindParameter[int] = bindparam("person_id")


def _log(dialect: str) -> Any:
    # The person's row is locked by the statement that writes the log, so that one person's answers are worked in
    # one after another, in the order of their ids (SQLite has one writer anyway, and no such clause).
    # The line itself reads which weights are in force, so that what it names is what it is worked in with. Whoever was
    # merged with another at this moment logs nothing.
    in_force = select(func.max(_WEIGHTS.c.id)).scalar_subquery()
    turn = (
        select(PersonRow.id, *(bindparam(n, type_=_ANSWER.c[n].type) for n in _LOGGED), in_force)
        .where(PersonRow.id == _ME, PersonRow.merged_into_id.is_(None))
        .with_for_update(key_share=True)
    )
    return (
        _upsert(dialect, _ANSWER)
        .from_select(["person_id", *_LOGGED, "weights_id"], turn)
        .on_conflict_do_nothing(index_elements=["person_id", "client_id"])
        .returning(_ANSWER.c.id)
    )


_STANDING_COLUMNS = (_PLACE.c.scope, _PLACE.c.question_id, _WEIGHTS.c.weights, *(_MEMORY.c[n] for n in KEPT))


def _standing(_dialect: str) -> Any:
    # A statement of its own, after the log's: PostgreSQL shows it what was there once the person's lock was had.
    return (
        select(*_STANDING_COLUMNS)
        .select_from(PersonRow.__table__)
        .outerjoin(
            _PLACE,
            (_PLACE.c.person_id == _ME)
            & (_PLACE.c.subject_code == bindparam("subject_code"))
            & (_PLACE.c.scope == bindparam("scope")),
        )
        .outerjoin(_ANSWER, (_ANSWER.c.person_id == _ME) & (_ANSWER.c.client_id == bindparam("client_id")))
        .outerjoin(_WEIGHTS, _WEIGHTS.c.id == _ANSWER.c.weights_id)
        .outerjoin(_MEMORY, (_MEMORY.c.person_id == _ME) & (_MEMORY.c.question_id == bindparam("question_id")))
        .where(PersonRow.id == _ME)
    )


def _replacing(dialect: str, table: Any, *key: str) -> Any:
    statement = _upsert(dialect, table).values({c.name: bindparam(c.name, type_=c.type) for c in table.c})
    fresh = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=fresh)


def _adding(dialect: str) -> Any:
    statement = _upsert(dialect, _DAY).values({c.name: bindparam(c.name, type_=c.type) for c in _DAY.c})
    sums = {n: _DAY.c[n] + statement.excluded[n] for n in ("answered", "rights", "took_ms")}
    return statement.on_conflict_do_update(index_elements=["person_id", "answered_on"], set_=sums)


LOG = Prepared(_log, (_ANSWER.c.id,))
STANDING = Prepared(_standing, _STANDING_COLUMNS)
REMEMBER = Prepared(lambda dialect: _replacing(dialect, _MEMORY, "person_id", "question_id"))
COUNT = Prepared(_adding)
PLACE = Prepared(lambda dialect: _replacing(dialect, _PLACE, "person_id", "subject_code", "scope"))


def remembering(dialect: str) -> Any:
    """The statement that writes rows of ``practice_memory``, for many at once."""
    return _replacing(dialect, _MEMORY, "person_id", "question_id")


def counting(dialect: str) -> Any:
    """The statement that adds to ``practice_day``, for many days at once."""
    return _adding(dialect)


class AnswerPath:
    """The writing half of one answer, on the connection of one transaction.

    PostgreSQL is sent it in two errands: the log with what is to be known, and the rest with the commit.
    """

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    def log(self, *, scope: str, **line: Any) -> bool:
        """Write the log's line, and ask what stands; false when the person's client had sent the line before."""
        asked = {**line, "scope": scope}
        self._found = together(self._connection, [(LOG, asked), (STANDING, asked)])
        return bool(next(self._found))

    def standing(self) -> Standing:
        """What stood when the line was written."""
        (row,) = next(self._found)
        kept = None if row[3] is None else read_kept(row[3:])
        return Standing(row[0] is not None, row[1], kept, None if row[2] is None else tuple(row[2]))

    def remember(self, values: dict[str, Any]) -> None:
        """Write the row of ``practice_memory``, made by `memory_values`."""
        REMEMBER.later(self._connection, values)

    def count(self, *, person_id: int, day: date, right: bool, took_ms: int | None) -> None:
        values = {
            "person_id": person_id,
            "answered_on": day,
            "answered": 1,
            "rights": int(right),
            "took_ms": took_ms or 0,
        }
        COUNT.later(self._connection, values)

    def put_place(
        self, *, person_id: int, subject_code: str, scope: str, question_id: int | None, now: datetime
    ) -> None:
        values = {
            "person_id": person_id,
            "subject_code": subject_code,
            "scope": scope,
            "question_id": question_id,
            "used_at": now,
        }
        PLACE.later(self._connection, values)


def read_kept(values: Sequence[Any]) -> Kept:
    stability, difficulty, state, step, due_at, last_at, reps, rights, lapses, mistaken_at, right_days, righted_on = (
        values
    )
    return Kept(
        Memory(stability, difficulty, state, step, due_at, last_at),
        Entry(mistaken_at, right_days, righted_on),
        reps,
        rights,
        lapses,
    )


def memory_values(person_id: int, question_id: int, subject_code: str, version_id: int, kept: Kept) -> dict[str, Any]:
    """The row of ``practice_memory`` that says ``kept``."""
    memory, entry = kept.memory, kept.entry
    return {
        "person_id": person_id,
        "question_id": question_id,
        "subject_code": subject_code,
        "version_id": version_id,
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "state": memory.state,
        "step": memory.step,
        "due_at": memory.due_at,
        "last_at": memory.last_at,
        "reps": kept.reps,
        "rights": kept.rights,
        "lapses": kept.lapses,
        "mistaken_at": entry.mistaken_at,
        "right_days": entry.right_days,
        "righted_on": entry.righted_on,
    }
