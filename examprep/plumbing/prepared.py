"""Statements that are asked all day: put into a driver's words once, sent past SQLAlchemy, one by one or together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Connection, Date, Dialect
from sqlalchemy.types import TypeDecorator

from examprep.plumbing.noting import hear_statement, notes_taken

if TYPE_CHECKING:
    from examprep.plumbing.errands import Errand

# The types whose values the drivers do not read and write as they are.
CONVERTED = (TypeDecorator, Date, JSON)

WAITING = "waiting"  # in what is noted of a connection to PostgreSQL: what its transaction is yet to be sent
_Asked = tuple["_Words", Mapping[str, Any]]


class Prepared:
    """A statement that is put into the driver's words once in each dialect and then sent as those words.

    For what is asked at every request: compiling, even from SQLAlchemy's cache, takes longer than SQLite's answer, and
    so does its way of sending. ``build`` makes the statement for a dialect's name; ``columns`` are what it returns,
    with their types. ``witness``: a cheaper statement of the same values whose rows change whenever this one's do.
    """

    def __init__(
        self, build: Callable[[str], Any], columns: Sequence[Any] = (), witness: "Prepared | None" = None
    ) -> None:
        self._build, self._columns, self.witness = build, columns, witness
        self._kept: dict[str, _Words] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Send it, noted where a page is made that may be kept; what it returned, converted by the columns' types."""
        notes = notes_taken()
        return self.send(connection, values) if notes is None else notes.run(self, connection, values)

    def send(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The same without a note."""
        words, converted = self._asked(connection, values)
        return words.run(connection, converted)

    def later(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Send it within the transaction, in one errand with all that waits and with the commit, or before whatever is
        sent until then. SQLite, to which there is no way to spare, is sent it at once.
        """
        words, converted = self._asked(connection, values)
        if words.errand is not None and words.errand.joins(connection):
            connection.info.setdefault(WAITING, []).append((words, converted))
        else:
            words.run(connection, converted)

    def _asked(self, connection: Connection, values: Mapping[str, Any]) -> "_Asked":
        words = self.ready(connection.dialect)
        converted = {**words.constants, **values}
        for name, convert in words.binds:
            converted[name] = convert(converted[name])
        return words, converted

    def ready(self, dialect: Dialect) -> "_Words":
        """Put it into the dialect's words, unless that was done: beforehand, where a transaction should not wait."""
        return self._kept.get(dialect.name) or self._put(dialect)

    def _put(self, dialect: Dialect) -> "_Words":
        statement = self._build(dialect.name)
        compiled = statement.compile(dialect=dialect)
        # By the names in the words: a value without a name of its own is kept under two.
        binds = {
            compiled.bind_names[bind]: convert
            for bind in compiled.binds.values()
            if isinstance(bind.type, CONVERTED) and (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        results = [
            (place, convert)
            for place, column in enumerate(self._columns)
            if isinstance(column.type, CONVERTED)
            and (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]
        places = tuple(compiled.positiontup) if compiled.positional else None
        words = self._kept[dialect.name] = _Words(
            str(compiled),
            places,
            dict(compiled.params),
            list(binds.items()),
            results,
            bool(self._columns),
            _errand(statement, dialect),
        )
        return words


def _errand(statement: Any, dialect: Dialect) -> "Errand | None":
    if dialect.name == "sqlite":
        return None
    from examprep.plumbing.errands import Errand  # with psycopg, which SQLite does without

    return Errand(statement, dialect)


def together(
    connection: Connection, asked: Sequence[tuple[Prepared, Mapping[str, Any]]]
) -> Iterator[list[tuple[Any, ...]]]:
    """What each of some statements returns, in turn.

    PostgreSQL is sent all of them when the first is looked for, in one errand. SQLite is sent each when its own is, and
    so is PostgreSQL where somebody listens: whoever stops looking has not asked for the rest.
    """
    hear_statement()  # no note is taken of these
    send_waiting(connection)
    yield from _together(connection, [prepared._asked(connection, values) for prepared, values in asked])


def _together(
    connection: Connection, asked: Sequence["_Asked"], *, commit: bool = False
) -> Iterator[list[tuple[Any, ...]]]:
    errands = [(words.errand, converted) for words, converted in asked if words.errand is not None]
    found = errands[0][0].together(connection, errands, commit=commit) if errands else None
    for place, (words, converted) in enumerate(asked):
        yield words.run(connection, converted) if found is None else words.read(found[place])


def send_waiting(connection: Connection, *, commit: bool = False) -> None:
    """Send what was to be sent `later`. ``commit``: with the transaction's end."""
    waiting = connection.info.pop(WAITING, None)
    if waiting:
        list(_together(connection, waiting, commit=commit))


def send(connection: Connection, text: str, sent: Any = ()) -> Any:
    """Hand a statement to the driver itself, in its words; its cursor comes back.

    Whoever listens to the engine's statements hears this one too, and a refusal is raised as SQLAlchemy raises it.
    """
    if connection.dispatch.before_cursor_execute:
        return connection.exec_driver_sql(text, sent).cursor
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(text, sent)
    except Exception as error:
        connection._handle_dbapi_exception(error, text, sent, None, None)


@dataclass(frozen=True, slots=True)
class _Words:
    """A statement in one driver's words. ``places``: the parameters in order, where the driver counts them."""

    text: str
    places: tuple[str, ...] | None
    constants: Mapping[str, Any]
    binds: Sequence[tuple[str, Callable[[Any], Any]]]
    results: Sequence[tuple[int, Callable[[Any], Any]]]
    returns: bool
    errand: "Errand | None"

    def run(self, connection: Connection, converted: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self.errand is not None:
            if (rows := self.errand.run(connection, converted)) is not None:
                return self.read(rows)
            send_waiting(connection)
        sent: Any = converted if self.places is None else tuple([converted[name] for name in self.places])
        cursor = send(connection, self.text, sent)
        return self.read(cursor.fetchall()) if self.returns else []

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [self._read(row) for row in rows] if self.results else rows

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self.results:
            values[place] = convert(values[place])
        return tuple(values)
