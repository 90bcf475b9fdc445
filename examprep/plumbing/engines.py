"""How the two databases are opened, and what is done whenever one of their connections begins, sends or ends."""

from collections.abc import Mapping
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, InvalidatePoolError

from examprep.plumbing import turns
from examprep.plumbing.noting import hear_statement
from examprep.plumbing.prepared import WAITING, send, send_waiting

WRITES = "writes"  # in what is noted of a connection to SQLite: the turn for which a transaction waits that writes
# Of a connection to PostgreSQL: all until the end is one transaction, or each statement is one.
WHOLE: Final = "READ COMMITTED"
EACH: Final = "AUTOCOMMIT"

# What SQLAlchemy says before it lets a driver send anything, with the context last.
_SENDING = ("do_execute", "do_executemany", "do_execute_no_params")


def _opened(url: str, **options: Any) -> Engine:
    # Values never stand in the message of an error: it is logged, and they may be what persons are.
    engine = create_engine(url, hide_parameters=True, **options)
    for sending in _SENDING:
        event.listen(engine, sending, hear_statement)
    return engine


def sqlite_engine(url: str) -> Engine:
    Path(str(make_url(url).database)).parent.mkdir(parents=True, exist_ok=True)
    engine = _opened(url, connect_args={"isolation_level": None, "timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        ((mode,),) = cursor.execute("PRAGMA journal_mode = WAL")
        # Where SQLite can keep no log, it must itself wait for the disk at each commit.
        cursor.execute(f"PRAGMA synchronous = {turns.SYNCHRONOUS if mode == 'wal' else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # The driver would begin late and deferred, and a transaction that first reads and then writes could then
        # fail at its first write; so it is switched off (isolation_level None) and we begin ourselves.
        turn = connection.info.get(WRITES)
        if turn is not None:
            turn.begin()
        send(connection, "BEGIN" if turn is None else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "handle_error")
    def beyond(context: ExceptionContext) -> Exception | None:
        # A number that no column holds: PostgreSQL refuses the value, and this driver breaks with an error of Python's.
        error = context.original_exception
        return DataError(context.statement, None, error) if isinstance(error, OverflowError) else None

    return engine


# A connection that answered so lately is believed to be there still; asking it costs as much as a statement.
BELIEVED_SECONDS = 1.0
ANSWERED = "answered"  # in what is noted of a connection: when it did so last


def believed(noted: Mapping[Any, Any]) -> bool:
    """Whether a connection to PostgreSQL, by what is noted of it, need not be asked if it is there."""
    return monotonic() - noted.get(ANSWERED, -inf) < BELIEVED_SECONDS


def postgresql_engine(url: str) -> Engine:
    from examprep.plumbing.errands import note_rollback

    # Compiling a statement took ten times as long as the standings of a class that it then wrote: never worth it here.
    engine = _opened(
        url,
        isolation_level=EACH,  # switching it for every page took as long as a statement
        skip_autocommit_rollback=True,
        pool_size=8,
        max_overflow=8,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s -c jit=off", "connect_timeout": 5},
    )

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: object) -> None:
        if believed(record.info):
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise InvalidatePoolError from error  # the pool opens new ones, for this one and all the others

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: Any) -> None:
        record.info[ANSWERED] = monotonic()

    def before(*sent: Any) -> None:
        # The dialect's own first questions are asked outside of any, on a connection of which nothing is noted.
        if sent[-1].root_connection.in_transaction():
            send_waiting(sent[-1].root_connection)

    for sending in _SENDING:
        event.listen(engine, sending, before)

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
