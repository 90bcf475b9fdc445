"""Sessions: reading cannot write, writers take turns, instants come back aware."""

import gc
import threading
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import column, func, select, table, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from examprep.people.models import RegionRow
from examprep.plumbing import engines
from examprep.plumbing.db import BESIDE, ReadOnlyError
from examprep.plumbing.prepared import Prepared


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


def test_a_prepared_statement_is_heard_and_its_refusal_named(database, heard):
    nowhere = Prepared(lambda _: select(column("nothing")).select_from(table("nowhere")), (column("nothing"),))

    with database.read() as session, pytest.raises((OperationalError, ProgrammingError)):
        nowhere.run(session.connection(), {})
    with heard() as words, database.read() as session, pytest.raises((OperationalError, ProgrammingError)):
        nowhere.run(session.connection(), {})
    assert words == ["SELECT"]


def test_a_thread_takes_up_the_connection_that_it_laid_down(other):
    own, second = other.glance(), other.glance()
    other.lay_down(own)
    other.lay_down(second)  # one is enough
    assert other.glance() is own
    with other.read_page(on=own) as session:
        session.scalar(text("SELECT 1"))
    assert other.glance() is own
    other.lay_down(own)
    assert other.engine.pool.checkedout() == 1


@pytest.mark.parametrize("fails", [False, True])
def test_a_writer_goes_on_with_its_threads_connection_and_leaves_it_at_rest(other, fails):
    own = other.glance()
    other.lay_down(own)
    with suppress(ZeroDivisionError), other.write() as session:
        assert session.connection() is own
        session.execute(text("CREATE TABLE passing (n INTEGER)"))
        _ = 1 // (not fails)
    with other.read_page() as reading, other.write() as writing:  # SQLite has room for one that may write
        assert reading.connection() is own
        assert reading.scalar(text("SELECT 1")) == 1
        writing.execute(text("SELECT 2" if fails else "DROP TABLE passing"))
        assert other.on_sqlite or own.connection.driver_connection.autocommit


def test_what_is_read_beside_a_write_ends_no_transaction(other):
    # psycopg lets PostgreSQL forget all that it keeps prepared whenever one is rolled back.
    with other.write() as writing, writing.info[BESIDE]() as beside:
        beside.scalar(text("SELECT 1"))
        driver = beside.connection().connection.driver_connection
        assert writing.connection().connection.driver_connection is not driver
        assert other.on_sqlite or driver.info.transaction_status == TransactionStatus.IDLE


def test_threads_do_not_share_a_connection(other):
    found = []

    def look():
        connection = other.glance()
        other.lay_down(connection)
        found.append((id(connection), other.glance() is connection))

    own = other.glance()
    other.lay_down(own)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [(found[0][0], True)]
    assert found[0][0] != id(own)
    gc.collect()
    assert other.engine.pool.checkedout() == 1  # a thread that ends leaves its own to the pool


def test_a_connection_is_given_back_once_more_are_out_than_the_pool_keeps(other):
    pool = other.engine.pool
    out = [other.glance() for _ in range(pool.size() + 1)]
    other.lay_down(out[0])
    assert pool.checkedout() == pool.size()
    for connection in out[1:]:
        other.lay_down(connection)
    assert pool.checkedout() <= 1


def test_a_connection_within_a_transaction_is_not_kept(other):
    connection = other.glance()
    connection.begin()
    other.lay_down(connection)
    assert (connection.closed, other.engine.pool.checkedout()) == (True, 0)


def read(database):
    with database.read() as session:
        return session.scalar(text("SELECT pg_backend_pid()"))


def glance(database):
    connection = database.glance()
    (pid,) = connection.exec_driver_sql("SELECT pg_backend_pid()").one()
    connection.rollback()
    database.lay_down(connection)
    return pid


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has no server that could end one
@pytest.mark.parametrize("look", [read, glance])
def test_a_connection_that_died_while_it_rested_is_replaced(database, other, monkeypatch, look):
    dying = look(other)
    assert look(other) == dying
    with database.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": dying})
    monkeypatch.setattr(engines, "BELIEVED_SECONDS", 0.0)
    assert look(other) != dying


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_died_just_now_fails_once(database, other):
    dying = glance(other)
    with database.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": dying})
    with pytest.raises(OperationalError):
        glance(other)
    assert glance(other) != dying
