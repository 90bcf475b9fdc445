"""Sessions: reading cannot write, writers take turns, instants come back aware."""

import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import column, event, func, select, table, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from examprep.people.models import RegionRow
from examprep.plumbing import db
from examprep.plumbing.db import Database, Prepared, ReadOnlyError


def test_a_reading_session_refuses_to_write(database):
    with database.read() as session:
        session.add(RegionRow(code="110000", name="北京市", parent_code=None, level=1))
        with pytest.raises(ReadOnlyError):
            session.flush()


def test_an_exception_leaves_nothing_behind(database):
    def fail() -> None:
        with database.write() as session:
            session.add(RegionRow(code="110000", name="北京市", parent_code=None, level=1))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RegionRow)) == 0


def test_sixteen_writers_lose_no_step(database):
    with database.write() as session:
        session.add(RegionRow(code="110000", name="北京市", parent_code=None, level=0))
    failures = []

    def step():
        try:
            for _ in range(10):
                with database.write() as session:
                    row = session.get(RegionRow, "110000", with_for_update=True)
                    row.level += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=step) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        assert session.get(RegionRow, "110000").level == 160


def test_sqlite_waits_for_the_disk(tmp_path):
    # In a process of its own: the tests' own databases do not wait.
    said = (
        "import sys; from sqlalchemy import text; from examprep.plumbing.db import Database\n"
        "with Database(sys.argv[1]).read() as session: print(session.scalar(text('PRAGMA synchronous')))"
    )
    command = [sys.executable, "-c", said, f"sqlite:///{tmp_path / 'own.db'}"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "2"


def test_sqlite_is_set_up_as_promised(database):
    if not database.on_sqlite:
        with database.read() as session:
            assert session.scalar(text("SHOW timezone")) == "UTC"
        return
    with database.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_instants_stay_aware_and_naive_ones_are_refused(runtime, world):
    from examprep.people.models import AuditEventRow

    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with runtime.database.write() as session:
        session.add(AuditEventRow(at=at, act="x", object_kind="x", object_id=1))
    with runtime.database.read() as session:
        assert session.scalar(select(AuditEventRow.at).where(AuditEventRow.act == "x")) == at
        with pytest.raises(Exception, match="aware"):
            session.scalar(select(AuditEventRow.id).where(AuditEventRow.at == datetime(2026, 1, 1)))


def test_a_prepared_statement_is_heard_and_its_refusal_named(database):
    heard = []
    nowhere = Prepared(lambda _: select(column("nothing")).select_from(table("nowhere")), (column("nothing"),))

    def note(_connection, _cursor, statement, *_):
        heard.append(statement)

    with database.read() as session, pytest.raises((OperationalError, ProgrammingError)):
        nowhere.run(session.connection(), {})
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.read() as session, pytest.raises((OperationalError, ProgrammingError)):
            nowhere.run(session.connection(), {})
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert "nowhere" in heard[-1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has no server that could end one
def test_a_connection_that_died_while_it_rested_is_replaced(database, monkeypatch):
    other = Database(database.url.render_as_string(hide_password=False))
    with other.read() as session:
        dying = session.scalar(text("SELECT pg_backend_pid()"))
    with database.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": dying})
    monkeypatch.setattr(db, "BELIEVED_SECONDS", 0.0)
    with other.read() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != dying
    other.close()
