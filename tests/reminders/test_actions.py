"""A key is queued once, whoever asks, however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from examprep.reminders.actions import Reminder, queue, queue_many
from examprep.reminders.models import OutboxRow
from examprep.reminders.rules.context import packed, unpacked

NOW = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)


def ask(session, world, key="ce.short.1"):
    return queue(
        session, key=key, person_id=world.people["ann_candidate"], template="test", context={"missing": 45}, now=NOW
    )


def count(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow))


def test_the_second_time_says_so(database, world):
    with database.write() as session:
        assert ask(session, world)
        assert not ask(session, world)
    with database.write() as session:
        assert not ask(session, world)
    assert count(database) == 1


def test_ten_threads_queue_one(database, world):
    def once(_):
        with database.write() as session:
            return ask(session, world)

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(once, range(10))) == [False] * 9 + [True]
    assert count(database) == 1


def test_ten_threads_queue_many_overlapping_sets_without_a_circle(database, world):
    person = world.people["ann_candidate"]

    def some(turn):
        keys = range(300) if turn % 2 else reversed(range(300))
        with database.write() as session:
            return queue_many(session, [Reminder(f"k{n}", person, "test") for n in keys], now=NOW)

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(some, range(10))) == 300
    assert count(database) == 300


def test_many_counts_only_the_new_also_across_chunks(database, world):
    person = world.people["ann_candidate"]
    with database.write() as session:
        assert queue_many(session, [Reminder(f"k{n}", person, "test") for n in range(1500)], now=NOW) == 1500
        assert queue_many(session, [Reminder(f"k{n}", person, "test") for n in range(2500)], now=NOW) == 1000
        assert queue_many(session, [], now=NOW) == 0


def test_a_context_keeps_days_and_instants():
    context = {"due_on": date(2026, 4, 1), "seen_at": NOW, "rows": ({"held_on": date(2026, 1, 1)},), "plan_on": "soon"}
    kept = packed(context)
    assert kept["due_on"] == "2026-04-01"
    assert unpacked(kept) == {**context, "rows": [{"held_on": date(2026, 1, 1)}]}
