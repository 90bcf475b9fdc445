"""One way to reach the database: ``read()`` for looking, ``write()`` for one short transaction.

SQLite has one writer and its busy handler is unfair: waiting writers poll with growing pauses, so some starve. Here
writers in all processes queue on a file lock beside the database, which the kernel hands on in order;
then ``BEGIN IMMEDIATE`` never finds the database busy. Readers never wait (WAL).
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Final

from sqlalchemy import JSON, Connection, Date, Dialect, Engine, ExceptionContext, MetaData, String, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.types import DateTime, TypeDecorator

from examprep.plumbing.noting import hear_statement, notes_taken

if TYPE_CHECKING:
    from examprep.plumbing.errands import Errand

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting must do there
    fcntl = None  # type: ignore[assignment]


DatabaseAway = OperationalError  # for the edges, which know no SQLAlchemy


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it as text without a zone, PostgreSQL with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        # Connections to PostgreSQL speak UTC (`_postgresql_engine`), so what comes needs no look.
        return None if dialect.name == "postgresql" else super().result_processor(dialect, coltype)


pk = Annotated[int, mapped_column(primary_key=True)]
code = Annotated[str, mapped_column(String(64))]


class Base(DeclarativeBase):
    """Every table. Constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, str: String}


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


class ReadOnlyError(RuntimeError):
    """A page tried to change rows in a session opened for reading."""


class _ReadingSession(Session):
    def flush(self, objects: Any = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise ReadOnlyError("open the session with write() to change rows")


WRITES = "writes"  # in what is noted of a connection to SQLite: whether its transactions will write
# Of a connection to PostgreSQL: all until the end is one transaction, or each statement is one.
WHOLE: Final = "READ COMMITTED"
EACH: Final = "AUTOCOMMIT"
BESIDE = "beside"  # in the info of a session that writes: opens another one, which sees what is committed


class Database:
    """The engine and its two kinds of session."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._own = _Own()
        self.engine = _sqlite_engine(url) if self.on_sqlite else _postgresql_engine(url)
        event.listen(self.engine, "do_execute", hear_statement)
        # Of PostgreSQL's connections each statement stands for itself, unless a transaction is asked for.
        whole = {} if self.on_sqlite else {"isolation_level": WHOLE}
        self._readers = sessionmaker(
            self.engine.execution_options(**whole), class_=_ReadingSession, expire_on_commit=False
        )
        self._pages = sessionmaker(self.engine, class_=_ReadingSession, expire_on_commit=False)
        self._writers = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def on_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self, info: dict[Any, Any] | None = None) -> Iterator[Session]:
        """A consistent view; nothing is written. ``info``: what the session may know beforehand."""
        with self._readers(info=info) as session:
            yield session

    @contextmanager
    def read_page(self, info: dict[Any, Any] | None = None, on: Connection | None = None) -> Iterator[Session]:
        """The same for what one page shows. ``on``: a connection from `glance` to go on with; it is laid down.

        PostgreSQL's transactions here give each statement a view of its own, so none is begun and ended around them:
        that would be two more errands to the server for each page.
        """
        connection = on or self.glance()
        try:
            with self._pages(info=info, bind=connection) as session:
                yield session
        finally:
            self.lay_down(connection)

    def glance(self) -> Connection:
        """A connection for single statements that read: they need no transaction around them. `lay_down` ends it.

        A thread takes up the one that it laid down last: the pool takes longer over giving and taking one than SQLite
        over a statement.
        """
        own, self._own.connection = self._own.connection, None
        if own is not None and not self._answers(own):
            own.invalidate()
            own.close()
            own = None
        return own or self.engine.connect()

    def lay_down(self, connection: Connection) -> None:
        """Keep a connection for the thread's next glance; the pool has it back once it lends out more than it keeps."""
        pool: Any = self.engine.pool
        if connection.in_transaction() or connection.invalidated or self._own.connection or pool.overflow() > 0:
            connection.close()
            return
        connection.info[ANSWERED] = monotonic()
        self._own.connection = connection

    def _answers(self, connection: Connection) -> bool:
        if self.on_sqlite or monotonic() - connection.info[ANSWERED] < BELIEVED_SECONDS:
            return True
        try:
            return self.engine.dialect.do_ping(connection.connection.driver_connection)  # type: ignore[arg-type]
        except Exception:
            return False

    @contextmanager
    def write(self, info: dict[Any, Any] | None = None) -> Iterator[Session]:
        """One transaction: committed on leaving, rolled back when an exception leaves."""
        known = {BESIDE: self.read_page, **(info or {})}
        with (
            self._turn(),
            self._to_write() as connection,
            self._writers(info=known, bind=connection) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _to_write(self) -> Iterator[Connection]:
        """The thread's own connection, whose transactions write meanwhile."""
        connection = self.glance()
        try:
            self._tell(connection, writes=True)
            yield connection
        finally:
            if not connection.invalidated:
                self._tell(connection, writes=False)
            self.lay_down(connection)

    def _tell(self, connection: Connection, *, writes: bool) -> None:
        if self.on_sqlite:
            connection.info[WRITES] = writes
        else:  # the dialect itself: SQLAlchemy's option would be noted anew each time for when the pool gets it back
            driver: Any = connection.connection.dbapi_connection
            self.engine.dialect.set_isolation_level(driver, WHOLE if writes else EACH)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this writer's turn. The lock belongs to the open file, so threads queue as processes do."""
        if not self.on_sqlite or fcntl is None:
            yield
            return
        lock = os.open(f"{self.url.database}.write-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def rewrite(self, tables: Sequence[str]) -> None:
        """Write tables anew, so that nothing that was deleted or changed in them is left in the database's files.

        They are locked meanwhile; SQLite rewrites its whole file.
        """
        words = (
            ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] if self.on_sqlite else [f"VACUUM FULL {', '.join(tables)}"]
        )
        with self._turn(), self.engine.connect() as connection:
            for each in words:
                send(connection, each)

    def close(self) -> None:
        own, self._own.connection = self._own.connection, None
        if own is not None:
            own.close()
        self.engine.dispose()


class _Own(threading.local):
    connection: Connection | None = None  # that the thread has laid down


# SQLite waits for the disk at each commit: an answer that a phone was told of is struck from its queue, so it must
# outlive a loss of power as well. With NORMAL, which is quicker, the last ones before it could be gone.
SYNCHRONOUS = "FULL"


def _sqlite_engine(url: str) -> Engine:
    Path(str(make_url(url).database)).parent.mkdir(parents=True, exist_ok=True)
    # Values never stand in the message of an error: it is logged, and they may be what persons are.
    engine = create_engine(url, hide_parameters=True, connect_args={"isolation_level": None, "timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        # An answer writes some ten pages, most of them those of the answer before: four times as many as usual between
        # two checkpoints are hardly more to copy.
        cursor.execute("PRAGMA wal_autocheckpoint = 4000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # The driver would begin late and deferred, and a transaction that first reads and then writes could then
        # fail at its first write; so it is switched off (isolation_level None) and we begin ourselves.
        send(connection, "BEGIN IMMEDIATE" if connection.info.get(WRITES) else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def beyond(context: ExceptionContext) -> Exception | None:
        # A number that no column holds: PostgreSQL refuses the value, and this driver breaks with an error of Python's.
        error = context.original_exception
        return DataError(context.statement, None, error) if isinstance(error, OverflowError) else None

    return engine


# A connection that answered so lately is believed to be there still; asking it costs as much as a statement.
BELIEVED_SECONDS = 1.0
ANSWERED = "answered"  # in what is noted of a connection: when it did so last


def _postgresql_engine(url: str) -> Engine:
    from examprep.plumbing.errands import note_rollback

    # Compiling a statement took ten times as long as the standings of a class that it then wrote: never worth it here.
    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level=EACH,  # switching it for every page took as long as a statement
        skip_autocommit_rollback=True,
        pool_size=8,
        max_overflow=8,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s -c jit=off", "connect_timeout": 5},
    )

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: object) -> None:
        if monotonic() - record.info.get(ANSWERED, -inf) < BELIEVED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise InvalidatePoolError from error  # the pool opens new ones, for this one and all the others

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: Any) -> None:
        record.info[ANSWERED] = monotonic()

    @event.listens_for(engine, "do_execute")
    @event.listens_for(engine, "do_executemany")
    @event.listens_for(engine, "do_execute_no_params")
    def before(*sent: Any) -> None:
        # The dialect's own first questions are asked outside of any, on a connection of which nothing is noted.
        if sent[-1].root_connection.in_transaction():
            send_waiting(sent[-1].root_connection)

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        if not connection.invalidated:  # else it is gone, and to ask it for anything would hide why
            connection.info.pop(WAITING, None)
            note_rollback(connection)

    @event.listens_for(engine, "commit")
    def last(connection: Connection) -> None:
        try:
            send_waiting(connection, commit=True)  # psycopg, whose turn is next, then finds nothing to commit
        except BaseException:
            if not connection.invalidated:  # SQLAlchemy takes a transaction for ended, however its commit failed
                connection.connection.rollback()
                forget(connection)
            raise

    return engine
