"""One way to reach the database: ``read()`` for looking, ``write()`` for one short transaction."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Any

from sqlalchemy import Connection, Dialect, MetaData, String
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.types import DateTime, TypeDecorator

from examprep.plumbing.engines import (
    ANSWERED,
    EACH,
    WHOLE,
    WRITES,
    believed,
    postgresql_engine,
    sqlite_engine,
)
from examprep.plumbing.prepared import send
from examprep.plumbing.turns import Turn

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
        # Connections to PostgreSQL speak UTC (`postgresql_engine`), so what comes needs no look.
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


class ReadOnlyError(RuntimeError):
    """A page tried to change rows in a session opened for reading."""


class _ReadingSession(Session):
    def flush(self, objects: Any = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise ReadOnlyError("open the session with write() to change rows")


BESIDE = "beside"  # in the info of a session that writes: opens another one, which sees what is committed


class Database:
    """The engine and its two kinds of session."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        # As SQLite names it; PostgreSQL's writers need no turns.
        self._file = os.path.realpath(str(self.url.database)) if self.on_sqlite else None
        self._own = _Own()
        self.engine = sqlite_engine(url) if self.on_sqlite else postgresql_engine(url)
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
        if self.on_sqlite or believed(connection.info):
            return True
        try:
            return self.engine.dialect.do_ping(connection.connection.driver_connection)  # type: ignore[arg-type]
        except Exception:
            return False

    @contextmanager
    def write(self, info: dict[Any, Any] | None = None) -> Iterator[Session]:
        """One transaction: committed on leaving, rolled back when an exception leaves."""
        known = {BESIDE: self.read_page, **(info or {})}
        turn = Turn(self._file)
        with (
            self._to_write(turn) as connection,
            self._writers(info=known, bind=connection) as session,
            turn,  # which the first statement waits for
            session.begin(),
        ):
            yield session

    @contextmanager
    def _to_write(self, turn: Turn) -> Iterator[Connection]:
        """The thread's own connection, whose transactions write meanwhile."""
        connection = self.glance()
        try:
            self._tell(connection, turn)
            yield connection
        finally:
            if not connection.invalidated:
                self._tell(connection, None)
            self.lay_down(connection)

    def _tell(self, connection: Connection, turn: Turn | None) -> None:
        if self.on_sqlite:
            connection.info[WRITES] = turn
        else:  # the dialect itself: SQLAlchemy's option would be noted anew each time for when the pool gets it back
            driver: Any = connection.connection.dbapi_connection
            self.engine.dialect.set_isolation_level(driver, WHOLE if turn else EACH)

    def rewrite(self, tables: Sequence[str]) -> None:
        """Write tables anew, so that nothing that was deleted or changed in them is left in the database's files.

        They are locked meanwhile; SQLite rewrites its whole file.
        """
        words = (
            ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] if self.on_sqlite else [f"VACUUM FULL {', '.join(tables)}"]
        )
        with Turn(self._file) as turn, self.engine.connect() as connection:
            turn.begin()
            for each in words:
                send(connection, each)

    def close(self) -> None:
        own, self._own.connection = self._own.connection, None
        if own is not None:
            own.close()
        self.engine.dispose()


class _Own(threading.local):
    connection: Connection | None = None  # that the thread has laid down
