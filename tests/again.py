"""Rows that a fixture makes once and that stand there again, in bulk, for each test after the first."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, TypeVar

from sqlalchemy import Connection

from examprep.plumbing.db import Base, Database
from examprep.plumbing.runtime import Runtime

T = TypeVar("T")
Rows = dict[str, Any]  # by table: PostgreSQL's own words for them, or SQLite's tuples


class Again:
    """Ask it for a world: the first time the world is made by the product's own code, then its rows are put back.

    Whatever a test does to the rows, the next finds them as they were made. They are made anew for each database,
    moment, key and number of rows that stood there before.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], tuple[Any, Rows]] = {}

    def __call__(self, runtime: Runtime, name: str, make: Callable[[], T]) -> T:
        """What ``make()`` gave the first time, its own copy for each test; ``make`` writes rows, and no files."""
        database = runtime.database
        before = _counts(database)
        key = (name, database.url, runtime.clock.now(), runtime.settings.data_key, before)
        if key not in self._made:
            value = make()
            self._made[key] = deepcopy(value), _rows(database)
            return value
        value, rows = self._made[key]
        if any(before):
            empty(database)
        _put(database, rows)
        return deepcopy(value)


def empty(database: Database) -> None:
    """Delete all rows; quicker than truncating or migrating anew."""
    deletes = [f'DELETE FROM "{table}"' for table in Base.metadata.tables]
    with database.write() as session:
        connection = _unlinked(database, session.connection())
        if database.on_sqlite:
            for delete in deletes:
                connection.exec_driver_sql(delete)
        else:
            connection.exec_driver_sql("; ".join(deletes))


def _unlinked(database: Database, connection: Connection) -> Connection:
    """Rows may come and go in any order of their tables until the transaction ends."""
    connection.exec_driver_sql(
        "PRAGMA defer_foreign_keys = ON" if database.on_sqlite else "SET LOCAL session_replication_role = 'replica'"
    )
    return connection


def _counts(database: Database) -> tuple[int, ...]:
    asked = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in Base.metadata.tables)
    with database.read() as session:
        return tuple(session.connection().exec_driver_sql(f"SELECT {asked}").one())


def _rows(database: Database) -> Rows:
    found: Rows = {}
    with database.read() as session:
        connection = session.connection()
        for table in Base.metadata.tables:
            if database.on_sqlite:
                rows = [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')]
            else:
                with connection.connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
                    rows = b"".join(copy)
            if rows:
                found[table] = rows
    return found


def _put(database: Database, found: Rows) -> None:
    with database.write() as session:
        connection = _unlinked(database, session.connection())
        for table, rows in found.items():
            if database.on_sqlite:
                places = ", ".join("?" * len(rows[0]))
                connection.exec_driver_sql(f'INSERT INTO "{table}" VALUES ({places})', rows)
            else:
                with connection.connection.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(rows)
        if not database.on_sqlite:
            _count_on(connection, found)


def _count_on(connection: Connection, tables: Iterable[str]) -> None:
    """Let PostgreSQL's counters of ids stand behind the rows: a test may have made the tables anew meanwhile."""
    numbered = [
        (table, column.name)
        for table in tables
        if (column := Base.metadata.tables[table].autoincrement_column) is not None
    ]
    counted = (
        f"setval('{table}_{name}_seq', greatest((SELECT max({name}) FROM \"{table}\"), last_value)) "
        f"FROM {table}_{name}_seq"
        for table, name in numbered
    )
    connection.exec_driver_sql("; ".join(f"SELECT {each}" for each in counted))
