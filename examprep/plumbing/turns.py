"""A writer's turn at SQLite, and when what it wrote is safe.

SQLite has one writer and its busy handler is unfair: waiting writers poll with growing pauses, so some starve. Here
writers in all processes queue on a file lock beside the database, which the kernel hands on in order;
then ``BEGIN IMMEDIATE`` never finds the database busy. Readers never wait (WAL).

Whoever wrote is told so only when it would outlive a loss of power: an answer that a phone was told of is struck from
its queue. SQLite can wait for the disk within the commit, but then the whole queue waits with it. So its commits do not
wait, the turn ends, and its writer waits for the disk while the next one writes. Nothing that others built on can be
lost alone: SQLite's log is one file, written and read again in its order, and SQLite has it put on the disk itself
before it copies it back. Source: "Write-Ahead Logging" and ``PRAGMA synchronous`` in SQLite's documentation.
"""

import os
from types import TracebackType
from typing import Self

from sqlalchemy.exc import OperationalError

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting must do there, for its turn and for the disk
    fcntl = None  # type: ignore[assignment]

# What SQLite itself waits for: before it copies its log back, and at each commit (FULL) where nobody else does.
SYNCHRONOUS = "FULL" if fcntl is None else "NORMAL"

_wait_for_disk = getattr(os, "fdatasync", os.fsync)


class Turn:
    """The turn of one transaction that writes, from its beginning; left without an error, what it wrote is safe.

    ``database``: SQLite's file, by its own name and not a link's; ``None``: PostgreSQL, whose writers take no turns.
    """

    def __init__(self, database: str | None) -> None:
        self._database = database
        self._lock: int | None = None

    def begin(self) -> None:
        """Wait for it. The lock belongs to the open file, so threads queue as processes do."""
        if self._database is None or fcntl is None:
            return
        self._lock = os.open(f"{self._database}.write-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        lock, self._lock = self._lock, None
        if lock is None:
            return
        os.close(lock)
        if self._database is not None and error is None:
            put_on_disk(self._database)


def put_on_disk(database: str) -> None:
    """Wait until SQLite's log, as it is now, is on the disk.

    Raises:
        OperationalError: the disk does not take it.
    """
    try:
        log = os.open(f"{database}-wal", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # copied back and gone with the last connection, or SQLite keeps none here and has waited itself
    try:
        _wait_for_disk(log)
    except OSError as error:
        raise OperationalError("waiting for the disk", None, error) from error
    finally:
        os.close(log)
