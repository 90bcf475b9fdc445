"""What is sent to a database while one listens."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from examprep.plumbing.db import Database


@contextmanager
def heard_of(database: Database) -> Iterator[list[str]]:
    """The first words of the statements sent within, but for SQLite's BEGIN."""
    words: list[str] = []

    def note(_connection, _cursor, statement, *_):
        words.append(statement.split(None, 1)[0])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield words
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
        words[:] = [word for word in words if word != "BEGIN"]
