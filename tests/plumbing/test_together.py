"""What is sent together or later is sent in order, once, and wholly or not at all, however few errands it takes."""

import threading
from contextlib import nullcontext, suppress

import pytest
from sqlalchemy import bindparam, delete, event, func, insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError, ProgrammingError, StatementError

from examprep.people.models import RegionRow
from examprep.plumbing import errands
from examprep.plumbing.prepared import Prepared, send_waiting, together
from tests.heard import heard_of

POSTGRES = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
REGION = RegionRow.__table__
VALUES = {"name": "某市", "parent_code": None}
ADD = Prepared(lambda _: insert(REGION).values({c.name: bindparam(c.name, type_=c.type) for c in REGION.c}))
ADDED = Prepared(
    lambda _: (
        insert(REGION).values({c.name: bindparam(c.name, type_=c.type) for c in REGION.c}).returning(REGION.c.code)
    ),
    (REGION.c.code,),
)
RAISE = Prepared(lambda _: update(REGION).values(level=REGION.c.level + 1))
HOW_MANY = Prepared(lambda _: select(func.count()).select_from(REGION), (func.count(),))
NOWHERE = Prepared(lambda _: select(text("nothing FROM nowhere")), (REGION.c.code,))


def region(code, level=1):
    return {**VALUES, "code": code, "level": level}


def stored(database):
    with database.read() as session:
        return [tuple(row) for row in session.execute(select(REGION.c.code, REGION.c.level).order_by(REGION.c.code))]


# What waits has been sent before anything else, by whatever way it goes.
WAYS = {
    "query": lambda session: session.scalar(select(func.count()).select_from(RegionRow)),
    "identity": lambda session: int(session.get(RegionRow, "110000") is not None),
    "core": lambda session: session.connection().execute(select(func.count()).select_from(REGION)).scalar(),
    "words": lambda session: session.connection().exec_driver_sql("SELECT count(*) FROM region").scalar(),
    "changed": lambda session: session.execute(update(RegionRow).values(level=7)).rowcount,
    "prepared": lambda session: HOW_MANY.run(session.connection(), {})[0][0],
    "together": lambda session: next(together(session.connection(), [(HOW_MANY, {})]))[0][0],
    "savepoint": lambda session: session.begin_nested() and session.scalar(select(func.count()).select_from(RegionRow)),
    "without values": lambda session: (
        session.connection()
        .execution_options(no_parameters=True)
        .exec_driver_sql("SELECT count(*) FROM region")
        .scalar()
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_waits_is_sent_before_anything_else(other, way):
    with other.write() as session:
        ADD.later(session.connection(), region("110000"))
        assert WAYS[way](session) == 1
    assert [code for code, _ in stored(other)] == ["110000"]


def test_many_rows_at_once_come_after_what_waits(other):
    with other.write() as session:
        ADD.later(session.connection(), region("110000"))
        session.connection().execute(
            delete(REGION).where(REGION.c.code == bindparam("gone")), [{"gone": "110000"}, {"gone": "120000"}]
        )
    assert stored(other) == []


def test_what_the_session_has_pending_and_what_waits_are_both_committed(other):
    told = []
    with other.write() as session:
        event.listen(session, "after_commit", lambda _: told.append(stored(other)))
        session.add(RegionRow(**region("110000", 1)))
        RAISE.later(session.connection(), {})  # before what the session writes at the end
        session.add(RegionRow(**region("120000", 5)))
        ADD.later(session.connection(), region("130000"))
    assert told == [[("110000", 1), ("120000", 5), ("130000", 1)]] == [stored(other)]


def test_one_statement_may_wait_twice(other):
    with other.write() as session:
        for code in ("110000", "120000"):
            ADD.later(session.connection(), region(code))
        for _ in range(3):
            RAISE.later(session.connection(), {})
    assert stored(other) == [("110000", 4), ("120000", 4)]


@pytest.mark.parametrize("listening", [False, True])
def test_rows_come_in_turn_whoever_listens(other, listening):
    with heard_of(other) if listening else nullcontext() as words, other.write() as session:
        found = together(
            session.connection(),
            [(HOW_MANY, {}), (ADDED, region("110000")), (HOW_MANY, {}), (RAISE, {}), (ADDED, region("120000"))],
        )
        assert list(found) == [[(0,)], [("110000",)], [(1,)], [], [("120000",)]]
        RAISE.later(session.connection(), {})
    assert stored(other) == [("110000", 3), ("120000", 2)]
    if listening:
        assert words == ["SELECT", "INSERT", "SELECT", "UPDATE", "INSERT", "UPDATE"]


def test_whoever_begins_to_listen_hears_what_waited(other):
    with other.write() as session:
        ADD.later(session.connection(), region("110000"))
        with heard_of(other) as words:
            session.commit()
    assert words == ([] if other.on_sqlite else ["INSERT"])
    assert stored(other) == [("110000", 1)]


def test_where_no_transaction_is_it_is_sent_at_once(other):
    with other.glance() as connection:
        ADD.later(connection, region("110000"))
        if not other.on_sqlite:
            assert stored(other) == [("110000", 1)]
        assert list(together(connection, [(HOW_MANY, {}), (HOW_MANY, {})])) == [[(1,)], [(1,)]]


def fails(connection, where):
    """A refusal, at once or at the end."""
    again = region("110000")
    if where == "together":
        list(together(connection, [(ADD, again), (HOW_MANY, {}), (ADD, again), (HOW_MANY, {})]))
    elif where == "prepared":
        list(together(connection, [(ADD, again), (NOWHERE, {})]))
    elif where == "value":
        list(together(connection, [(ADD, again), (ADD, region("120000", 2**70))]))
    elif where == "text":
        list(together(connection, [(ADD, again), (ADD, region("12\x000000") | {"level": None})]))
    else:
        ADD.later(connection, again)
        ADD.later(connection, region("120000"))
        ADD.later(connection, again)


@pytest.mark.parametrize(
    ("where", "refusal"),
    [
        ("together", IntegrityError),
        ("prepared", (OperationalError, ProgrammingError)),
        ("value", DataError),
        ("text", (DataError, IntegrityError)),
        ("commit", IntegrityError),
    ],
)
def test_a_refusal_leaves_nothing_and_the_connection_at_rest(other, where, refusal):
    told = []
    for _ in range(3):  # the first time nothing is prepared yet; the second one comes after a rollback

        def write():
            with other.write() as session:
                event.listen(session, "after_commit", told.append)
                session.add(RegionRow(**region("130000")))
                session.flush()
                fails(session.connection(), where)

        with pytest.raises(refusal):
            write()
        assert stored(other) == []
        with other.write() as session:
            ADD.later(session.connection(), region("140000"))
        assert stored(other) == [("140000", 1)]
        with other.write() as session:
            session.execute(delete(RegionRow))
    assert told == []
    assert other.engine.pool.checkedin() <= 1


def test_what_waited_when_an_exception_left_is_never_sent(other):
    def leave(leaving):
        with other.write() as session:
            ADD.later(session.connection(), region("110000"))
            raise leaving

    for leaving in (ZeroDivisionError, KeyboardInterrupt):
        with pytest.raises(leaving):
            leave(leaving)
        with other.write() as session:
            assert HOW_MANY.run(session.connection(), {}) == [(0,)]
            send_waiting(session.connection())
    assert stored(other) == []


@pytest.mark.parametrize("fault", [False, True])
def test_a_savepoint_takes_back_what_waited_within_it_and_no_more(other, fault):
    with other.write() as session:
        ADD.later(session.connection(), region("110000"))
        nested = session.begin_nested()
        ADD.later(session.connection(), region("120000"))
        with pytest.raises(IntegrityError) if fault else nullcontext():
            ADD.later(session.connection(), region("120000" if fault else "140000"))
            send_waiting(session.connection())
        nested.rollback()
        ADD.later(session.connection(), region("130000"))
    assert [code for code, _ in stored(other)] == ["110000", "130000"]


@POSTGRES
def test_a_transaction_is_two_errands_and_begun_as_psycopg_begins_it(other, tmp_path):
    for code in ("110000", "120000"):  # the first time the statements are prepared
        with (tmp_path / "trace").open("w") as trace:
            with other.write() as session:
                server = session.connection().connection.driver_connection.pgconn
                server.trace(trace.fileno())
                list(together(session.connection(), [(HOW_MANY, {}), (ADDED, region(code))]))
                RAISE.later(session.connection(), {})
                RAISE.later(session.connection(), {})
            server.untrace()
    messages = (tmp_path / "trace").read_text()
    assert messages.count("ReadyForQuery") == messages.count("Sync") == 2
    assert (
        messages.index('"BEGIN ISOLATION LEVEL READ COMMITTED"') < messages.index("Bind") < messages.index('"COMMIT"')
    )


@POSTGRES
def test_others_go_on_while_one_waits_for_a_lock(database, other):
    # The lock is held by the same process: waiting without letting it run would end only by the lock's time being up.
    with database.write() as session:
        ADD.run(session.connection(), region("110000"))
    found = []

    def wait():
        with other.write() as session:
            found.extend(together(session.connection(), [(RAISE, {}), (HOW_MANY, {})]))
            RAISE.later(session.connection(), {})

    with database.write() as session:
        RAISE.run(session.connection(), {})
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        ADD.run(session.connection(), region("120000"))
    waiting.join(9)
    # The second statement sees what was committed while the first one waited.
    assert found == [[], [(2,)]]
    assert stored(database) == [("110000", 4), ("120000", 2)]


def end(database, pid):
    with database.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


@POSTGRES
@pytest.mark.parametrize("when", ["before", "between", "at the end", "during"])
def test_a_connection_that_is_gone_is_a_database_that_is_away(database, other, when):
    with database.write() as session:
        ADD.run(session.connection(), region("110000"))

    def write():
        with other.write() as session:
            connection = session.connection()
            pid = connection.connection.driver_connection.info.backend_pid
            if when == "before":
                end(database, pid)
            list(together(connection, [(HOW_MANY, {}), (ADD, region("120000"))]))
            if when == "between":
                end(database, pid)
            if when == "during":
                ending = threading.Timer(0.3, end, (database, pid))
                ending.start()
            list(together(connection, [(RAISE, {}), (HOW_MANY, {})]))
            RAISE.later(connection, {})
            if when == "at the end":
                end(database, pid)

    with database.write() if when == "during" else nullcontext() as holding:
        if holding:
            RAISE.run(holding.connection(), {})
        with pytest.raises(OperationalError):
            write()
    assert [code for code, _ in stored(database)] == ["110000"]
    with other.write() as session:
        ADD.later(session.connection(), region("120000"))
    assert [code for code, _ in stored(database)] == ["110000", "120000"]


@POSTGRES
@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_a_connection_whose_answers_nobody_read_is_not_used_again(other, monkeypatch, at_end, error):
    def broken(server, _count):
        raise error
        yield

    def write():
        with other.write() as session:
            if at_end:
                ADD.later(session.connection(), region("110000"))
            else:
                list(together(session.connection(), [(ADD, region("110000"))]))

    with other.glance() as connection:
        driver = connection.connection.driver_connection
    with monkeypatch.context() as patched:
        patched.setattr(errands, "_results", broken)
        with pytest.raises((error, StatementError)):
            write()
    assert driver.closed
    with other.write() as session:
        ADD.later(session.connection(), region("120000"))
    # Whether a commit came through that nobody waited for cannot be known.
    assert [code for code, _ in stored(other) if not at_end or code != "110000"] == ["120000"]


@POSTGRES
def test_nothing_waits_in_a_transaction_that_has_failed(other):
    def write():
        with other.write() as session:
            with suppress(ProgrammingError):
                NOWHERE.run(session.connection(), {})
            with pytest.raises((InternalError, OperationalError)):
                ADD.later(session.connection(), region("110000"))

    write()
    assert stored(other) == []
