"""Many rows at once: written as fast as each database takes them, and asked for by long lists of ids in one value.

SQLite takes tuples by its driver, some hundred rows to a statement, PostgreSQL by COPY; SQLAlchemy's own way builds a
mapping for every row first, which takes longer than either database. To change few rows PostgreSQL is sent statements
too.
"""

import ctypes
import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Dialect, any_, bindparam, cast, column, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY, REGCLASS
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import JSON, BigInteger, Date, Integer, Text, TypeEngine

from examprep.plumbing.prepared import CONVERTED

S = TypeVar("S")
T = TypeVar("T")
AT_ONCE = 10_000
KEPT = 4_096  # different values of a column that are put into the driver's words once
TOGETHER = 250  # rows in one statement; taking each up anew costs as much as writing it
FEW = 50  # rows for which PostgreSQL is not given a table of its own


def in_parts(things: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The things in lists of at most ``size``, so that nothing grows without bound."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


@contextmanager
def uncollected() -> Iterator[None]:
    """Long work without the collector of cycles, which would walk again and again through all the rows that it holds.

    Rows make no cycles, but statements do, and these hold the long lists that were sent with them: `collect_latest`.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
        give_back()


def collect_latest() -> None:
    """Free the cycles of the last part of long work; what earlier parts left is not walked through again."""
    gc.collect(0)


def give_back() -> None:
    """Let the system have the memory of what was freed: the C library would keep it, and a process that has read one
    large file would stay as large.
    """
    with suppress(AttributeError, OSError):  # only glibc knows the word
        ctypes.CDLL(None).malloc_trim(0)


def once_each(make: Callable[[S], T]) -> Callable[[S], T]:
    """What is made of things, of one and the same thing once. Rows that say the same share what they say, and comparing
    that would take longer than looking whether it is the same.
    """
    kept: dict[int, tuple[S, T]] = {}

    def made(thing: S) -> T:
        # It is kept with what was made of it, so that nothing else takes its place in memory.
        if (found := kept.get(id(thing))) is None:
            if len(kept) >= KEPT:
                kept.clear()
            found = kept[id(thing)] = (thing, make(thing))
        return found[1]

    return made


def among(session: Session, asked: Any, values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """That a column is one of many values, sent as one value: an array, or JSON that SQLite unfolds."""
    dialect = session.get_bind().dialect.name
    return listed(dialect, asked, bindparam(None, as_list(dialect, values)))


def listed(dialect: str, asked: Any, bound: BindParameter[Any]) -> ColumnElement[bool]:
    """That a column is one of the values of a parameter, to which `as_list` of them is bound."""
    if dialect == "sqlite":
        unfolded = func.json_each(bound).table_valued("value")
        found: ColumnElement[bool] = asked.in_(select(unfolded.c.value))
        return found
    kind = ARRAY(BigInteger if isinstance(asked.type, Integer) else Text)
    same: ColumnElement[bool] = asked == any_(type_coerce(bound, kind))
    return same


def as_list(dialect: str, values: Sequence[int] | Sequence[str]) -> Any:
    """Many values as the one that is sent for them."""
    return json.dumps(list(values)) if dialect == "sqlite" else list(values)


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


def new_ids(session: Session, model: type[DeclarativeBase], count: int) -> Sequence[int]:
    """Ids for rows about to be written, in order, so that others may name them at once.

    PostgreSQL counts them; on SQLite, whose one writer this is, they follow the highest.
    """
    (key,) = model.__table__.primary_key
    if session.get_bind().dialect.name == "sqlite":
        highest = session.scalar(select(func.max(key))) or 0
        return range(highest + 1, highest + count + 1)
    counter = cast(func.pg_get_serial_sequence(model.__tablename__, key.name), REGCLASS)
    return list(session.scalars(select(func.nextval(counter)).select_from(func.generate_series(1, count))))


def insert_many(
    session: Session,
    model: type[DeclarativeBase],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    constants: Mapping[str, Any] | None = None,
    *,
    scattered: bool = False,
) -> None:
    """Write rows whose values stand in the order of ``names``; ``constants`` are the same in all of them.

    ``scattered``: whether something unique in them has no order, such as a hash.

    Raises:
        IntegrityError: as any statement; SQLAlchemy's own, whichever driver refused.
    """
    _Writer(session, model, names, constants or {}).insert(rows, scattered=scattered)


def upsert_many(
    session: Session, model: type[DeclarativeBase], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows, over those of the same primary key that say otherwise."""
    _Writer(session, model, names, {}).upsert(rows)


def update_many(
    session: Session, model: type[DeclarativeBase], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Change what is kept where it says otherwise; ``names`` begin with the primary key. A row that is not there stays
    away.
    """
    _Writer(session, model, names, {}).update(rows)


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
        self._others = [name for name in names if name not in self._keys]
        self._json = {name for name in names if isinstance(columns[name].type, JSON)}
        self._values = ", ".join(self._placeholder(columns[name].type) for name in names)
        self._converts = [
            (place, (once_each if name in self._json else lru_cache(KEPT))(convert))  # days stand in many rows
            for place, name in enumerate(names)
            if (convert := _converter(columns[name], self._dialect)) is not None
        ]
        self._constants = tuple(
            convert(value) if (convert := _converter(columns[name], self._dialect)) else value
            for name, value in constants.items()
        )

    def insert(self, rows: Iterable[Sequence[Any]], *, scattered: bool) -> None:
        if self._dialect.name == "sqlite" and scattered:
            self._singly(rows)
        elif self._dialect.name == "sqlite":
            words = f"INSERT INTO {self._table} ({self._all}) SELECT {self._all} FROM sent"  # noqa: S608
            self._many(words, rows)
        else:
            self._copy(self._table, rows)

    def upsert(self, rows: Iterable[Sequence[Any]]) -> None:
        over = f" ON CONFLICT ({', '.join(self._keys)}) DO UPDATE SET {self._fresh('excluded')}"
        words = f"INSERT INTO {self._table} ({self._all}) SELECT {self._all} FROM sent WHERE true{over}"  # noqa: S608
        self._sent(f"{words} WHERE {self._otherwise('excluded')}", rows)

    def update(self, rows: Iterable[Sequence[Any]]) -> None:
        same = " AND ".join(f"{self._table}.{name} = sent.{name}" for name in self._keys)
        self._sent(
            f"UPDATE {self._table} SET {self._fresh('sent')} FROM sent "  # noqa: S608
            f"WHERE {same} AND ({self._otherwise('sent')})",
            rows,
        )

    def _fresh(self, source: str) -> str:
        return ", ".join(f"{name} = {source}.{name}" for name in self._others)

    def _otherwise(self, source: str) -> str:
        different = "IS NOT" if self._dialect.name == "sqlite" else "IS DISTINCT FROM"
        return " OR ".join(
            f"{self._compared(f'{self._table}.{name}', name)} {different} {self._compared(f'{source}.{name}', name)}"
            for name in self._others
        )

    def _compared(self, words: str, name: str) -> str:
        """A column as it can be compared: PostgreSQL does not say whether two pieces of JSON are the same."""
        return f"CAST({words} AS TEXT)" if name in self._json else words

    def _sent(self, words: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement that reads the rows from what is called ``sent``.

        Where PostgreSQL is sent more than a few, that is a table of its own; to make one takes as long as they do.
        """
        rows = iter(rows)
        few = list(islice(rows, FEW + 1))
        rows = chain(few, rows)
        if self._dialect.name == "sqlite" or len(few) <= FEW:
            self._many(words, rows)
            return
        self._connection.exec_driver_sql(
            f"CREATE TEMP TABLE sent AS SELECT {self._all} FROM {self._table} WITH NO DATA"  # noqa: S608
        )
        self._copy("sent", rows)
        self._connection.exec_driver_sql(words)
        self._connection.exec_driver_sql("DROP TABLE sent")

    def _singly(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write each row by a statement of its own: one for many would keep every page that it changes as it was, to be
        undone by, and where what is unique has no order that is a page for each row.
        """
        places = ", ".join("?" * (len(self._constants) + len(self._names)))
        words = f"INSERT INTO {self._table} ({self._all}) VALUES ({places})"  # noqa: S608
        for part in in_parts(self._converted(rows)):
            self._connection.exec_driver_sql(words, [(*self._constants, *row) for row in part])

    def _many(self, words: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for every some hundred rows. The constants are sent once with each."""
        for part in in_parts(self._converted(rows)):
            whole = len(part) - len(part) % TOGETHER
            if whole:
                together = (part[at : at + TOGETHER] for at in range(0, whole, TOGETHER))
                values = [(*self._constants, *chain.from_iterable(rows)) for rows in together]
                self._connection.exec_driver_sql(self._with(TOGETHER, words), values)
            if rest := part[whole:]:
                self._connection.exec_driver_sql(self._with(1, words), [(*self._constants, *row) for row in rest])

    def _with(self, count: int, words: str) -> str:
        columns = (*"?" * len(self._constants), *(f"column{at}" for at in range(1, len(self._names) + 1)))
        rows = ", ".join([f"({self._values})"] * count)
        values = f"SELECT {', '.join(columns)} FROM (VALUES {rows}) AS sent"  # noqa: S608
        return f"WITH sent ({self._all}) AS ({values}) {words}"

    def _placeholder(self, kind: TypeEngine[Any]) -> str:
        """PostgreSQL takes what is unknown, such as nothing, for text, unless it is told otherwise."""
        return "?" if self._dialect.name == "sqlite" else f"CAST(%s AS {kind.compile(self._dialect)})"

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
