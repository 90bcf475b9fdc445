"""One way to reach the database: ``read()`` for looking, ``write()`` for one short transaction.

SQLite has one writer and its busy handler is unfair: waiting writers poll with growing pauses, so some starve. Here
writers in all processes queue on a file lock beside the database, which the kernel hands on in order;
then ``BEGIN IMMEDIATE`` never finds the database busy. Readers never wait (WAL).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from sqlalchemy import Dialect, Engine, MetaData, String, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.types import DateTime, TypeDecorator

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting must do there
    fcntl = None  # type: ignore[assignment]


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


class ReadOnlyError(RuntimeError):
    """A page tried to change rows in a session opened for reading."""


class _ReadingSession(Session):
    def flush(self, objects: Any = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise ReadOnlyError("open the session with write() to change rows")


class Database:
    """The engine and its two kinds of session."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _sqlite_engine(url) if self.on_sqlite else _postgresql_engine(url)
        self._readers = sessionmaker(self.engine, class_=_ReadingSession, expire_on_commit=False)
        self._writers = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)

    @property
    def on_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; nothing is written."""
        with self._readers() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed on leaving, rolled back when an exception leaves."""
        with self._turn(), self._writers.begin() as session:
            yield session

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

    def close(self) -> None:
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    Path(str(make_url(url).database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # The driver would begin late and deferred, and a transaction that first reads and then writes could then
        # fail at its first write; so it is switched off (isolation_level None) and we begin ourselves.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s", "connect_timeout": 5},
    )
