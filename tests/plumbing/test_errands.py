"""What PostgreSQL keeps prepared says what psycopg's cursors say, and survives what they do in between."""

from datetime import UTC, date, datetime

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Integer,
    LargeBinary,
    String,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError, ProgrammingError

from examprep.people.models import RegionRow
from examprep.plumbing import errands
from examprep.plumbing.db import UTCDateTime
from examprep.plumbing.prepared import Prepared

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
OURS = b"SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'examprep%'"


@pytest.fixture
def connection(other):
    with other.glance() as found:
        yield found


def statement(kind):
    return Prepared(lambda _: select(bindparam("value", type_=kind).label("value")), (column("value", kind),))


def kept(connection):
    """How many statements of ours the server keeps on a connection, asked past psycopg's own keeping."""
    return int(connection.connection.driver_connection.pgconn.exec_(OURS).get_value(0, 0))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(Integer, 7, id="number"),
        pytest.param(Integer, None, id="nothing"),
        pytest.param(String, "50 % of 's', \\ 社会工作", id="text"),
        pytest.param(Boolean, True, id="truth"),
        pytest.param(Date, date(2024, 2, 29), id="day"),
        pytest.param(UTCDateTime, datetime(2026, 11, 28, 1, 2, 3, 456, UTC), id="instant"),
        pytest.param(LargeBinary, b"\x00\xff", id="bytes"),
        pytest.param(JSON, {"zh": ["社", 1, None]}, id="json"),
        pytest.param(ARRAY(Integer), [1, 2], id="array"),
    ],
)
def test_values_come_back_as_they_were_sent(connection, kind, value):
    asked = statement(kind)
    first, again = (asked.run(connection, {"value": value}) for _ in range(2))
    assert first == again == [(value,)]
    assert kept(connection) == 1


def test_the_first_value_does_not_bound_those_that_come_later(connection):
    asked = statement(Integer)
    for number in (1, 70_000, 2_000_000_000, None):
        assert asked.run(connection, {"value": number}) == [(number,)]


def test_a_sign_of_per_cent_in_its_words_stays_one(connection):
    asked = Prepared(lambda _: select(literal_column("7 % 4"), literal_column("'a%'")), (column("n"), column("s")))
    assert asked.run(connection, {}) == [(3, "a%")]


def test_rows_come_in_order_and_none_is_an_empty_list(connection):
    rows = values(column("n", Integer), column("s", String)).data([(2, "b"), (1, None)]).cte("t")
    query = select(rows).where(rows.c.n < bindparam("most", type_=Integer)).order_by(rows.c.n)
    asked = Prepared(lambda _: query, tuple(rows.c))
    assert asked.run(connection, {"most": 9}) == [(1, None), (2, "b")]
    assert asked.run(connection, {"most": 0}) == []


def count_regions():
    return Prepared(lambda _: select(func.count()).select_from(RegionRow), (func.count(),))


def test_within_a_transaction_it_sees_what_was_written_there(other):
    asked = count_regions()
    with other.write() as session:
        ((before,),) = asked.run(session.connection(), {})
        session.add(RegionRow(code="119999", name="某市", parent_code=None, level=1))
        session.flush()
        assert asked.run(session.connection(), {}) == [(before + 1,)]
        session.rollback()


def test_as_the_first_statement_of_a_transaction_it_begins_it(other):
    with other.write() as session:
        count_regions().run(session.connection(), {})
        server = session.connection().connection.driver_connection.pgconn
        assert server.transaction_status == TransactionStatus.INTRANS


@pytest.mark.parametrize("asked_before", [0, 1, 7])  # psycopg prepares what it was asked five times
def test_it_is_asked_as_before_after_a_rollback_on_its_connection(other, asked_before, monkeypatch):
    # Not by trying and failing: each failure would stand in the server's log.
    monkeypatch.setattr(errands, "InvalidSqlStatementName", ZeroDivisionError)
    asked = count_regions()
    with other.glance() as first:
        expected = asked.run(first, {})
    for _ in range(3):
        with other.write() as session:
            for _ in range(asked_before):
                session.execute(text("SELECT 1"))
            session.rollback()
        with other.glance() as again:
            assert [asked.run(again, {}) for _ in range(3)] == [expected] * 3
            assert kept(again) == 1
    assert other.engine.pool.checkedin() == 1  # it was one connection all the time


def test_a_server_that_was_told_to_forget_is_told_again(connection):
    asked = count_regions()
    expected = asked.run(connection, {})
    connection.connection.driver_connection.pgconn.exec_(b"DEALLOCATE ALL")
    assert [asked.run(connection, {}) for _ in range(3)] == [expected] * 3
    assert kept(connection) == 1


def test_a_refusal_is_raised_as_for_any_statement(connection):
    nowhere = Prepared(lambda _: select(column("nothing")).select_from(table("nowhere")), (column("nothing"),))
    with pytest.raises(ProgrammingError, match="nowhere"):
        nowhere.run(connection, {})
    divided = Prepared(lambda _: select(1 / bindparam("by", type_=Integer)), (column("n"),))
    with pytest.raises(Exception, match="division by zero"):
        divided.run(connection, {"by": 0})
    assert divided.run(connection, {"by": 1}) == [(1,)]


def test_a_connection_that_is_gone_is_told_of_as_a_database_that_is_away(database, other):
    asked, connection = count_regions(), other.glance()
    expected, (pid,) = asked.run(connection, {}), connection.exec_driver_sql("SELECT pg_backend_pid()").one()
    connection.rollback()
    with database.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with pytest.raises(OperationalError):
        asked.run(connection, {})
    assert connection.invalidated
    connection.close()
    with other.glance() as another:
        assert asked.run(another, {}) == expected


def test_a_writer_whose_connection_dies_is_told_that_the_database_is_away(database, other):
    def write():
        with other.write() as session:
            dying = session.scalar(text("SELECT pg_backend_pid()"))
            with database.read() as ending:
                ending.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": dying})
            session.execute(text("SELECT 1"))

    with pytest.raises(OperationalError):
        write()
    with other.glance() as another:
        assert count_regions().run(another, {})
