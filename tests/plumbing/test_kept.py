"""What processes keep: never staler than the request that asks, and never from a transaction that is not committed."""

import pytest
from sqlalchemy import func, select, update

from examprep.people.models import PersonRow
from examprep.plumbing.kept import Kept, revision, touch


class Away(Exception):
    pass


@pytest.fixture
def kept():
    """The longest name of a person, and how often it was looked for in the database."""
    looked = []

    def look(session, _):
        looked.append(1)
        return session.scalar(select(func.max(PersonRow.name)))

    found = Kept(look)
    found.looked = looked
    return found


@pytest.fixture
def ask(kept):
    def go(database):
        with database.read() as session:
            return kept.of(session, None)

    return go


def rename(session, world, name):
    session.execute(update(PersonRow).where(PersonRow.id == world.people["ann_candidate"]).values(name=name))


def test_it_is_made_once_in_each_process_until_something_changes(database, other, world, kept, ask):
    first = ask(database)
    assert [ask(database), ask(other), ask(other), len(kept.looked)] == [first, first, first, 2]
    with database.write() as session:
        rename(session, world, "鿿")
        touch(session)
    assert [ask(other), ask(database), ask(other), ask(database), len(kept.looked)] == ["鿿"] * 4 + [4]


def test_what_is_not_committed_is_seen_by_its_own_session_alone(database, other, world, kept, ask):
    before = ask(database)

    def fail():
        with database.write() as session:
            touch(session)
            rename(session, world, "鿿")
            assert kept.of(session, None) == "鿿"
            assert ask(database) == ask(other) == before
            raise Away

    with pytest.raises(Away):
        fail()
    assert ask(database) == ask(other) == before


def test_a_session_that_has_not_said_what_it_changed_spoils_nothing(database, world, kept, ask):
    def fail():
        with database.write() as session:
            rename(session, world, "鿿")
            kept.of(session, None)  # made now, from what is committed
            raise Away

    with pytest.raises(Away):
        fail()
    assert ask(database) != "鿿"


def test_a_token_known_beforehand_costs_no_statement_and_an_older_one_keeps_nothing(database, world, kept, ask):
    with database.read() as session:
        old = revision(session)
    with database.write() as session:
        rename(session, world, "鿿")
        touch(session)
    with database.read({"revision": old}) as session:
        kept.of(session, None)
    assert ask(database) == "鿿"
    assert len(kept.looked) == 2


def test_nothing_is_kept_of_what_is_not_there(database):
    looked = []
    kept = Kept(lambda _session, key: looked.append(key))
    with database.read() as session:
        assert [kept.of(session, 1), kept.of(session, 1)] == [None, None]
    assert looked == [1, 1]


def test_no_more_is_kept_than_there_is_room_for(database):
    looked = []
    kept = Kept(lambda _session, key: looked.append(key) or key, most=2)
    with database.read() as session:
        assert [kept.of(session, key) for key in (1, 2, 1, 3, 3)] == [1, 2, 1, 3, 3]
    assert looked == [1, 2, 3]


def test_room_that_another_thread_makes_meanwhile_takes_nothing_from_who_asks(database):
    class Key:
        looks = 2

        def __hash__(self):
            self.looks += 1
            if self.looks == 2:  # a second look would find that there is room
                kept.of(session, "other")
            return 1

    kept, key = Kept(lambda _session, key: key, most=1), Key()
    with database.read() as session:
        kept.of(session, key)
        key.looks = 0
        assert kept.of(session, key) is key
