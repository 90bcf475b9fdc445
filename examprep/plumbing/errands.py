"""Statements that PostgreSQL keeps prepared, sent by psycopg's lower layer (`psycopg.pq`).

psycopg's cursors prepare too, but they put each statement together, look for it and wait for its answer in Python,
which takes about as long as PostgreSQL takes to answer: a pity on pages that are asked for all day.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg import OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from sqlalchemy import Connection, Dialect

# In what is noted of a connection: the names under which its server keeps statements, and that psycopg is about to let
# it forget them.
KNOWN, FORGETTING = "errands", "errands.forgetting"
_KEPT = b"SELECT name FROM pg_prepared_statements"
_UNKNOWN, _TOLD = 0, {psycopg.adapters.types[name].oid for name in ("bool", "bytea")}
_numbers = count(1)


class Errand:
    """One statement, under the same name on every connection that was asked it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=type(dialect)(paramstyle="numeric_dollar"))  # type: ignore[call-arg]
        self._text, self._places = str(compiled).encode(), tuple(compiled.positiontup or ())
        self._formats = [PyFormat.TEXT] * len(self._places)
        self._name = b"examprep_%d" % next(_numbers)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]] | None:
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
        noted = connection.info
        if noted.pop(FORGETTING, False):
            noted.pop(KNOWN, None)
            return None
        try:
            if KNOWN not in noted:
                noted[KNOWN] = _kept(driver)
            return self._sent(driver, noted[KNOWN], values)
        except InvalidSqlStatementName:  # somebody else let the server forget it
            noted.pop(KNOWN, None)
            return None
        except Exception as error:
            connection._handle_dbapi_exception(error, self._text.decode(), values, None, None)

    def _sent(self, driver: Any, known: set[bytes], values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        server, transformer = driver.pgconn, Transformer(driver)
        sent = transformer.dump_sequence([values[name] for name in self._places], self._formats)
        if self._name not in known:
            # Beside every other value SQLAlchemy writes its type; psycopg would guess a number's from its size.
            types = [kind if kind in _TOLD else _UNKNOWN for kind in transformer.types or ()]
            _checked(driver, server.prepare(self._name, self._text, types))
            known.add(self._name)
        result = _checked(driver, server.exec_prepared(self._name, sent))
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)


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
    if connection.invalidated:  # it is gone, and to ask it for anything would hide why
        return
    driver: Any = connection.connection.driver_connection
    if not driver.autocommit:
        connection.info[FORGETTING] = True
