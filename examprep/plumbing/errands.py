"""Statements that PostgreSQL keeps prepared, sent by psycopg's lower layer (`psycopg.pq`).

psycopg's cursors prepare too, but they put each statement together, look for it and wait for its answer in Python,
which takes about as long as PostgreSQL takes to answer: a pity on pages that are asked for all day. Several go together
by libpq's pipeline mode; psycopg's own would put a cursor around each of them.
"""

from collections.abc import Generator, Mapping, Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg import OperationalError, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from sqlalchemy import Connection, Dialect

# In what is noted of a connection: the names under which its server keeps statements, and that psycopg is about to let
# it forget them.
KNOWN, FORGETTING = "errands", "errands.forgetting"
_KEPT = b"SELECT name FROM pg_prepared_statements"
_UNKNOWN, _TOLD = 0, {psycopg.adapters.types[name].oid for name in ("bool", "bytea")}
_SOUND = (TransactionStatus.IDLE, TransactionStatus.INTRANS)
_numbers = count(1)
Rows = list[tuple[Any, ...]]


class Errand:
    """One statement, under the same name on every connection that was asked it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=type(dialect)(paramstyle="numeric_dollar"))  # type: ignore[call-arg]
        self._text, self._places = str(compiled).encode(), tuple(compiled.positiontup or ())
        self._formats = [PyFormat.TEXT] * len(self._places)
        self._name = b"examprep_%d" % next(_numbers)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Rows | None:
        """What it returns, or ``None`` where a cursor must send it: within a transaction, where somebody listens, and
        once after a rollback, since psycopg then lets the server forget all that was prepared.

        Raises:
            sqlalchemy.exc.DBAPIError: as SQLAlchemy raises what psycopg's cursors raise.
        """
        driver: Any = connection.connection.driver_connection
        if (
            connection.dispatch.before_cursor_execute
            or driver.pgconn.transaction_status != TransactionStatus.IDLE
            or not driver.autocommit
        ):
            return None
        try:
            known = _known(connection, driver)
            return None if known is None else self._sent(driver, known, values)
        except InvalidSqlStatementName:  # somebody else let the server forget it
            connection.info.pop(KNOWN, None)
            return None
        except Exception as error:
            connection._handle_dbapi_exception(error, self._text.decode(), values, None, None)

    def _sent(self, driver: Any, known: set[bytes], values: Mapping[str, Any]) -> Rows:
        transformer = Transformer(driver)
        sent = self._made_ready(driver, known, values, transformer)
        return _rows(transformer, _checked(driver, driver.pgconn.exec_prepared(self._name, sent)))

    def _made_ready(self, driver: Any, known: set[bytes], values: Mapping[str, Any], transformer: Any) -> Any:
        """Let the server keep it, unless it does; the values as they are sent."""
        sent = transformer.dump_sequence([values[name] for name in self._places], self._formats)
        if self._name not in known:
            # Beside every other value SQLAlchemy writes its type; psycopg would guess a number's from its size.
            types = [kind if kind in _TOLD else _UNKNOWN for kind in transformer.types or ()]
            _checked(driver, driver.pgconn.prepare(self._name, self._text, types))
            known.add(self._name)
        return sent

    @staticmethod
    def joins(connection: Connection) -> bool:
        """Whether statements may wait here to be sent `together`: in a transaction, or to begin one."""
        driver: Any = connection.connection.driver_connection
        return _unheard(connection, driver) and not driver.autocommit

    @staticmethod
    def together(connection: Connection, asked: Sequence[tuple["Errand", Any]], *, commit: bool) -> list[Rows] | None:
        """What each of some statements returns, all sent in one go: with what begins the transaction, where there is to
        be one that has not begun, and with COMMIT if it ends with them. ``None`` where cursors must send them (`run`).

        Raises:
            sqlalchemy.exc.DBAPIError: what the first that failed raises; the server has left out those after it.
        """
        driver: Any = connection.connection.driver_connection
        if not _unheard(connection, driver):
            return None
        try:
            known = _known(connection, driver)
            if known is None:
                return None
            transformer = Transformer(driver)
            ready = [(each._name, each._made_ready(driver, known, values, transformer)) for each, values in asked]
            return [_rows(transformer, result) for result in _piped(driver, ready, commit)]
        except BaseException as error:
            if driver.closed and not isinstance(error, psycopg.Error):  # else SQLAlchemy does it
                connection.invalidate(error)
            text = b"; ".join(errand._text for errand, _ in asked).decode()
            connection._handle_dbapi_exception(error, text, [values for _, values in asked], None, None)


def _unheard(connection: Connection, driver: Any) -> bool:
    """Whether nobody listens to the statements of a connection on which none has failed."""
    return not connection.dispatch.before_cursor_execute and driver.pgconn.transaction_status in _SOUND


def _piped(driver: Any, asked: Sequence[tuple[bytes, Any]], commit: bool) -> list[Any]:
    """The results of statements that the server keeps, sent through libpq's pipeline."""
    server = driver.pgconn
    begins = server.transaction_status == TransactionStatus.IDLE and not driver.autocommit
    first = [_begin(driver)] if begins else []
    last = [b"COMMIT"] if commit else []
    try:
        server.enter_pipeline_mode()
        for command in first:
            server.send_query_params(command, None)
        for name, sent in asked:
            server.send_query_prepared(name, sent)
        for command in last:
            server.send_query_params(command, None)
        server.pipeline_sync()
        results = driver.wait(_results(server, len(first) + len(asked) + len(last)))
        server.exit_pipeline_mode()
    except BaseException:
        driver.close()  # what has come of it nobody knows, and whoever had the connection next would read it
        raise
    return [_checked(driver, result) for result in results][len(first) : len(first) + len(asked)]


def _results(server: Any, count: int) -> Generator[Any, Any, list[Any]]:
    """What came of so many statements: waited for by psycopg, so that other threads go on meanwhile."""
    yield from generators.send(server)
    results: list[Any] = []
    for _ in range(count):
        results += yield from generators.fetch_many(server)
    yield from generators.fetch_many(server)  # that this was all
    return results


def _begin(driver: Any) -> bytes:
    """What psycopg begins a transaction with."""
    level = driver.isolation_level
    return b"BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}".encode()


def _rows(transformer: Any, result: Any) -> Rows:
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def _known(connection: Connection, driver: Any) -> set[bytes] | None:
    """The names that the server keeps for a connection; ``None`` once after a rollback."""
    noted = connection.info
    if noted.pop(FORGETTING, False):
        noted.pop(KNOWN, None)
        return None
    if KNOWN not in noted:
        noted[KNOWN] = _kept(driver)
    return noted[KNOWN]


def _kept(driver: Any) -> set[bytes]:
    """What the server keeps for a connection: asked once for each, and again after it was let forget."""
    result = _checked(driver, driver.pgconn.exec_(_KEPT))
    return {result.get_value(row, 0) for row in range(result.ntuples)}


def _checked(driver: Any, result: Any) -> Any:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    if driver.pgconn.status == ConnStatus.BAD:
        raise OperationalError(result.get_error_message())
    raise error_from_result(result, driver.info.encoding)


def note_rollback(connection: Connection) -> None:
    """Remember that psycopg sends DEALLOCATE ALL before the next statement of a cursor, if it has prepared any."""
    driver: Any = connection.connection.driver_connection
    if not driver.autocommit:
        connection.info[FORGETTING] = True
