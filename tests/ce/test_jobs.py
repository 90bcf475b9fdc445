"""Reminding who is short: once per threshold, late, twice, two at once, and not when it was mended meanwhile."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from examprep.ce.jobs import remind_shortfalls, still_short
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.texts import render_text
from examprep.reminders.models import OutboxRow

# 2 October 2026, 09:00 in the office: 90 days before 31 December.
NINETY = datetime(2026, 10, 2, 1, 0, tzinfo=UTC)


def turn(runtime, now, scheduled_at=None):
    return JobTurn(runtime, scheduled_at or now, now)


def outbox(runtime):
    with runtime.database.read() as session:
        return {row.key: row for row in session.scalars(select(OutboxRow))}


def test_nobody_is_reminded_before_the_first_threshold(runtime, world, holders):
    assert remind_shortfalls(turn(runtime, NINETY - timedelta(days=1))) == 0
    assert outbox(runtime) == {}


def test_each_holder_who_is_short_is_reminded_once_for_each_threshold(runtime, world, holders):
    ann, bob = world.people["ann_candidate"], world.people["bob_candidate"]
    assert remind_shortfalls(turn(runtime, NINETY)) == 2
    assert remind_shortfalls(turn(runtime, NINETY)) == 0
    assert remind_shortfalls(turn(runtime, NINETY + timedelta(days=1))) == 0
    assert set(outbox(runtime)) == {f"ce.short.2026.90.{ann}", f"ce.short.2026.90.{bob}"}
    assert remind_shortfalls(turn(runtime, NINETY + timedelta(days=30))) == 2
    assert len(outbox(runtime)) == 4


def test_who_has_enough_or_no_certificate_is_left_alone(runtime, world, holders):
    holders.post("ann_candidate", 70)
    holders.post("ann_trainer", 1)
    assert remind_shortfalls(turn(runtime, NINETY)) == 1
    assert set(outbox(runtime)) == {f"ce.short.2026.90.{world.people['bob_candidate']}"}


def test_a_late_turn_sends_only_the_latest_threshold(runtime, world, holders):
    late = datetime(2026, 12, 25, 1, 0, tzinfo=UTC)
    assert remind_shortfalls(turn(runtime, late, scheduled_at=NINETY)) == 2
    assert {key.split(".")[3] for key in outbox(runtime)} == {"7"}


def test_the_day_is_the_offices(runtime, world, holders):
    # 31 December 17:00 UTC is already New Year in the office: the year is over.
    assert remind_shortfalls(turn(runtime, datetime(2026, 12, 31, 17, 0, tzinfo=UTC))) == 0
    assert remind_shortfalls(turn(runtime, datetime(2026, 12, 31, 15, 59, tzinfo=UTC))) == 2


def test_two_workers_at_once_queue_each_reminder_once(runtime, world, holders):
    barrier, found = threading.Barrier(2), []

    def go():
        barrier.wait()
        found.append(remind_shortfalls(turn(runtime, NINETY)))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == 2
    assert len(outbox(runtime)) == 2


def test_small_ranges_miss_nobody(runtime, world, holders, monkeypatch):
    monkeypatch.setattr("examprep.ce.jobs.PERSONS_AT_ONCE", 1)
    assert remind_shortfalls(turn(runtime, NINETY)) == 2


@pytest.mark.parametrize(
    ("today", "due"),
    [
        pytest.param(date(2026, 10, 2), True, id="same-day"),
        pytest.param(date(2026, 10, 31), True, id="still-that-threshold"),
        pytest.param(date(2026, 11, 1), False, id="the-next-threshold-speaks-now"),
        pytest.param(date(2027, 1, 2), False, id="the-year-is-over"),
    ],
)
def test_what_is_asked_again_before_sending(runtime, world, holders, today, due):
    remind_shortfalls(turn(runtime, NINETY))
    row = outbox(runtime)[f"ce.short.2026.90.{world.people['ann_candidate']}"]
    assert row.condition == "ce.short"
    with runtime.database.read() as session:
        assert still_short(session, row.person_id, row.context, today) is due


def test_a_worker_that_is_asked_to_stop_leaves_the_rest_to_the_next_turn(runtime, world, holders):
    stopped = JobTurn(runtime, NINETY, NINETY, stopping=lambda: True)
    assert remind_shortfalls(stopped) == 0
    assert remind_shortfalls(turn(runtime, NINETY)) == 2


def test_hours_earned_meanwhile_stop_the_reminder(runtime, world, holders):
    remind_shortfalls(turn(runtime, NINETY))
    holders.post("ann_candidate", 70)
    context = {"year": 2026, "threshold": 90}
    with runtime.database.read() as session:
        assert not still_short(session, world.people["ann_candidate"], context, date(2026, 10, 2))
        assert still_short(session, world.people["bob_candidate"], context, date(2026, 10, 2))


def test_the_words(app):
    context = {
        "year": 2026,
        "threshold": 30,
        "missing": "12.5",
        "deadline_on": date(2026, 12, 31),
        "counted_on": date(2026, 12, 1),
        "person_name": "张三",
        "base_url": "https://x.example",
    }
    with app.app_context():
        subject, body = render_text("ce-short", "en", **context)
    assert subject == "12.5 credit hours of continuing education are missing for 2026"
    assert "Dear 张三," in body
    assert "By 1 Dec 2026 you still lacked 12.5 credit hours for 2026" in body
    assert "31 Dec 2026 counts" in body
    assert body.endswith("https://x.example/ce/\n")
