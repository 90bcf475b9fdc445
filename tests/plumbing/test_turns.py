"""Writers at SQLite take turns, and each waits for the disk after its own, before it says that it has written."""

import errno
import fcntl
import os
import shutil
import sqlite3
from contextlib import closing, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from examprep.plumbing import turns
from examprep.plumbing.db import Database
from tests.conftest import AS_SERVED


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A database that is opened and written to as in production."""
    for name, value in AS_SERVED.items():
        monkeypatch.setattr(turns, name, value)
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")
    with database.write() as session:
        session.execute(text("CREATE TABLE noted (n INTEGER)"))
    yield database
    database.close()


@pytest.fixture
def disk(monkeypatch):
    """``disk`` is called in place of waiting for it, and given a function in turn; ``disk.waits``: how often."""

    def wait(log):
        wait.waits += 1
        wait.then(log)

    wait.waits, wait.then = 0, lambda _: None
    monkeypatch.setattr(turns, "_wait_for_disk", wait)
    return wait


def _note(database, n=1):
    with database.write() as session:
        session.execute(text("INSERT INTO noted VALUES (:n)"), {"n": n})


def _assert_free(folder):
    """That nobody has the turn: a writer would wait for it without an end."""
    with (folder / "own.db.write-lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _noted(database):
    with database.read() as session:
        return session.scalars(text("SELECT n FROM noted ORDER BY n")).all()


def test_sqlite_itself_waits_for_the_disk_only_before_it_copies_its_log_back(own):
    with own.read() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 1  # NORMAL


def test_sqlite_waits_at_each_commit_where_it_keeps_no_log(own):
    database = Database("sqlite://")
    with database.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "memory"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
    database.close()


def test_a_writer_waits_for_the_disk_when_all_is_in_the_log_and_the_next_has_its_turn(own, disk, tmp_path):
    seen = []

    def look(log):
        assert os.path.samestat(os.fstat(log), (tmp_path / "own.db-wal").stat())
        # Of these files alone a machine that lost its power would come back.
        for name in ("own.db", "own.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / f"left-{name}")
        with closing(sqlite3.connect(tmp_path / "left-own.db")) as left:
            seen.extend(left.execute("SELECT n FROM noted"))
        _assert_free(tmp_path)

    disk.then = look
    _note(own, 7)
    assert (disk.waits, seen) == (1, [(7,)])


def test_whoever_finds_it_written_already_waits_too_since_that_is_told_as_well(own, disk):
    _note(own, 7)
    with own.write() as session:
        assert session.scalar(text("SELECT n FROM noted")) == 7
    assert disk.waits == 2


def test_a_disk_that_refuses_is_told_and_keeps_nobody_from_the_next_turn(own, disk, tmp_path):
    def refuse(_log):
        raise OSError(errno.EIO, "Input/output error")

    disk.then = refuse
    with pytest.raises(OperationalError, match="waiting for the disk"):
        _note(own, 1)
    _assert_free(tmp_path)
    disk.then = lambda _: None
    _note(own, 2)
    assert _noted(own) == [1, 2]


def test_what_fails_or_writes_nothing_does_not_wait(own, disk):
    with suppress(ZeroDivisionError), own.write() as session:
        session.execute(text("INSERT INTO noted VALUES (1)"))
        _ = 1 // 0
    with own.write():
        pass
    with own.read() as session:
        session.scalar(text("SELECT 1"))
    assert disk.waits == 0
    _note(own, 2)
    assert (disk.waits, _noted(own)) == (1, [2])


def test_a_database_reached_by_a_link_has_one_queue_and_its_own_log(own, disk, tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "own.db")
    linked = Database(f"sqlite:///{tmp_path / 'link.db'}")
    _note(linked, 3)
    assert (disk.waits, _noted(own)) == (1, [3])
    assert not (tmp_path / "link.db.write-lock").exists()
    linked.close()


def test_the_turn_is_waited_for_by_the_first_statement_alone(own, tmp_path):
    with own.write() as session:
        _assert_free(tmp_path)
        session.execute(text("INSERT INTO noted VALUES (1)"))
        with pytest.raises(BlockingIOError):
            _assert_free(tmp_path)
