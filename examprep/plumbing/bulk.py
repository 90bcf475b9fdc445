"""Many rows at once: written as fast as each database takes them, and asked for by long lists of ids in one value.

SQLite takes tuples by its driver, fifty rows to a statement, PostgreSQL by COPY; SQLAlchemy's own way builds a mapping
for every row first, which takes longer than either database.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, any_, bindparam, column, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import BigInteger, Date, Integer, Text

from examprep.plumbing.db import CONVERTED

T = TypeVar("T")
AT_ONCE = 10_000
TOGETHER = 50  # rows in one statement of SQLite; taking each up anew costs as much as writing it


def in_parts(things: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The things in lists of at most ``size``, so that nothing grows without bound."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cycles: it would walk again and again through all the rows that long work holds, and
    rows make no cycles.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def among(session: Session, asked: Any, values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """That a column is one of many values, sent as one value: an array, or JSON that SQLite unfolds."""
    if session.get_bind().dialect.name == "sqlite":
        unfolded = func.json_each(json.dumps(list(values))).table_valued("value")
        found: ColumnElement[bool] = asked.in_(select(unfolded.c.value))
        return found
    kind = BigInteger if isinstance(asked.type, Integer) else Text
    same: ColumnElement[bool] = asked == any_(bindparam(None, list(values), ARRAY(kind)))
    return same


def pairs_from(session: Session, texts: Sequence[str], days: Sequence[date]) -> tuple[Any, Any]:
    """Many pairs of a text and a day, sent as one value: the two columns to compare with."""
    if session.get_bind().dialect.name == "sqlite":
        sent = json.dumps([[text, day.isoformat()] for text, day in zip(texts, days, strict=True)])
        each = func.json_each(sent).table_valued("value").c.value
        return func.json_extract(each, "$[0]"), type_coerce(func.json_extract(each, "$[1]"), Date)
    pairs = (
        func.unnest(bindparam(None, list(texts), ARRAY(Text)), bindparam(None, list(days), ARRAY(Date)))
        .table_valued(column("text", Text), column("day", Date), name="pairs")
        .render_derived()
    )
    return pairs.c.text, pairs.c.day


def insert_many(
    session: Session,
    model: type[DeclarativeBase],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    constants: Mapping[str, Any] | None = None,
) -> None:
    """Write rows whose values stand in the order of ``names``; ``constants`` are the same in all of them.

    Raises:
        IntegrityError: as any statement; SQLAlchemy's own, whichever driver refused.
    """
    _Writer(session, model, names, constants or {}).insert(rows)


def upsert_many(
    session: Session,
    model: type[DeclarativeBase],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    fixed: Iterable[str] = (),
) -> None:
    """Write rows, over those of the same primary key that say otherwise.

    ``fixed`` are columns that are the same in what is kept, so that their indexes need no care.
    """
    _Writer(session, model, names, {}).upsert(rows, fixed)


class _Writer:
    """One statement for many rows, in the words of the session's database. Its names are those of our own models."""

    def __init__(
        self, session: Session, model: type[DeclarativeBase], names: Sequence[str], constants: Mapping[str, Any]
    ) -> None:
        session.flush()
        self._connection = session.connection()
        self._dialect = self._connection.dialect
        columns = model.__table__.columns
        self._table = model.__tablename__
        self._keys = [column.name for column in model.__table__.primary_key]
        self._names, self._all = names, ", ".join([*constants, *names])
        self._converts = [
            (place, convert)
            for place, name in enumerate(names)
            if (convert := _converter(columns[name], self._dialect)) is not None
        ]
        self._constants = tuple(
            convert(value) if (convert := _converter(columns[name], self._dialect)) else value
            for name, value in constants.items()
        )

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        if self._dialect.name == "sqlite":
            self._many(rows)
        else:
            self._copy(self._table, rows)

    def upsert(self, rows: Iterable[Sequence[Any]], fixed: Iterable[str]) -> None:
        others = [name for name in self._names if name not in {*self._keys, *fixed}]
        sqlite = self._dialect.name == "sqlite"
        other = " OR ".join(
            f"{self._table}.{name} IS {'NOT' if sqlite else 'DISTINCT FROM'} excluded.{name}" for name in others
        )
        fresh = ", ".join(f"{name} = excluded.{name}" for name in others)
        over = f" ON CONFLICT ({', '.join(self._keys)}) DO UPDATE SET {fresh} WHERE {other}"
        if sqlite:
            self._many(rows, over)
            return
        waiting = f"waiting_{self._table}"
        self._connection.exec_driver_sql(
            f"CREATE TEMP TABLE {waiting} AS SELECT {self._all} FROM {self._table} WITH NO DATA"  # noqa: S608
        )
        self._copy(waiting, rows)
        self._connection.exec_driver_sql(
            f"INSERT INTO {self._table} ({self._all}) SELECT {self._all} FROM {waiting}{over}"  # noqa: S608
        )
        self._connection.exec_driver_sql(f"DROP TABLE {waiting}")

    def _many(self, rows: Iterable[Sequence[Any]], over: str = "") -> None:
        """The constants are sent once for the rows that a statement takes together."""
        for part in in_parts(self._converted(rows)):
            whole = len(part) - len(part) % TOGETHER
            if whole:
                together = (part[at : at + TOGETHER] for at in range(0, whole, TOGETHER))
                self._send(TOGETHER, over, [(*self._constants, *chain.from_iterable(rows)) for rows in together])
            if rest := part[whole:]:
                self._send(1, over, [(*self._constants, *row) for row in rest])

    def _send(self, count: int, over: str, values: list[tuple[Any, ...]]) -> None:
        row = f"({', '.join('?' * len(self._names))})"
        columns = (*"?" * len(self._constants), *(f"column{at}" for at in range(1, len(self._names) + 1)))
        self._connection.exec_driver_sql(
            f"INSERT INTO {self._table} ({self._all}) SELECT {', '.join(columns)} "  # noqa: S608
            f"FROM (VALUES {', '.join([row] * count)}) WHERE true{over}",
            values,
        )

    def _copy(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        cursor = self._connection.connection.cursor()
        try:
            with cursor.copy(f"COPY {table} ({self._all}) FROM STDIN") as copy:
                for row in self._converted(rows):
                    copy.write_row((*self._constants, *row))
        except self._dialect.dbapi.IntegrityError as error:  # type: ignore[union-attr]
            raise IntegrityError(f"COPY {table}", None, error) from error
        finally:
            cursor.close()

    def _converted(self, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        return map(self._convert, rows) if self._converts else rows

    def _convert(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, convert in self._converts:
            if values[place] is not None:
                values[place] = convert(values[place])
        return values


def _converter(column: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    if not isinstance(column.type, CONVERTED):
        return None
    convert: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return convert
