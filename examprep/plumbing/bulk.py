"""Many rows at once: written as fast as each database takes them, and asked for by long lists of ids in one value.

SQLite takes tuples by `executemany` of its driver, PostgreSQL by COPY; SQLAlchemy's own way builds a mapping for
every row first, which takes longer than either database.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, any_, bindparam, column, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import BigInteger, Date, Integer, Text

from examprep.plumbing.db import CONVERTED

T = TypeVar("T")
AT_ONCE = 10_000


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
    session: Session, model: type[DeclarativeBase], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows, over those of the same primary key where there are some."""
    _Writer(session, model, names, {}).upsert(rows)


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
        self._names = [*names, *constants]
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
            self._many(self._insert_words(), rows)
        else:
            self._copy(self._table, rows)

    def upsert(self, rows: Iterable[Sequence[Any]]) -> None:
        others = [name for name in self._names if name not in self._keys]
        over = f" ON CONFLICT ({', '.join(self._keys)}) DO UPDATE SET " + ", ".join(
            f"{name} = excluded.{name}" for name in others
        )
        if self._dialect.name == "sqlite":
            self._many(self._insert_words() + over, rows)
            return
        listed, waiting = ", ".join(self._names), f"waiting_{self._table}"
        self._connection.exec_driver_sql(
            f"CREATE TEMP TABLE {waiting} AS SELECT {listed} FROM {self._table} WITH NO DATA"  # noqa: S608
        )
        self._copy(waiting, rows)
        self._connection.exec_driver_sql(
            f"INSERT INTO {self._table} ({listed}) SELECT {listed} FROM {waiting}{over}"  # noqa: S608
        )
        self._connection.exec_driver_sql(f"DROP TABLE {waiting}")

    def _insert_words(self) -> str:
        places = ", ".join("?" * len(self._names))
        return f"INSERT INTO {self._table} ({', '.join(self._names)}) VALUES ({places})"  # noqa: S608

    def _many(self, words: str, rows: Iterable[Sequence[Any]]) -> None:
        for part in in_parts(self._ready(rows)):
            self._connection.exec_driver_sql(words, part)

    def _copy(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        cursor = self._connection.connection.cursor()
        try:
            with cursor.copy(f"COPY {table} ({', '.join(self._names)}) FROM STDIN") as copy:
                for row in self._ready(rows):
                    copy.write_row(row)
        except self._dialect.dbapi.IntegrityError as error:  # type: ignore[union-attr]
            raise IntegrityError(f"COPY {table}", None, error) from error
        finally:
            cursor.close()

    def _ready(self, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        if not self._converts:
            for row in rows:
                yield (*row, *self._constants)
            return
        for row in rows:
            values = [*row, *self._constants]
            for place, convert in self._converts:
                if values[place] is not None:
                    values[place] = convert(values[place])
            yield tuple(values)


def _converter(column: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    if not isinstance(column.type, CONVERTED):
        return None
    convert: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return convert
