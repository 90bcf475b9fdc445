"""Reminding who is short: by the plan, once a step, late, twice, two at once, and not when it was mended meanwhile."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from examprep.ce import policies, reminding
from examprep.ce.jobs import remind
from examprep.ce.rules.consequences import Policy
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.texts import render_text
from examprep.reminders.models import OutboxRow

# 2 October 2026, 09:00 in the office: 90 days before 31 December.
NINETY = datetime(2026, 10, 2, 1, 0, tzinfo=UTC)
YEAR = "2026-01-01"


def turn(runtime, now, scheduled_at=None):
    return JobTurn(runtime, scheduled_at or now, now)


def outbox(runtime, template="ce-short"):
    with runtime.database.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.template == template))
        return {row.key: row for row in rows}


def key(step, person):
    return f"ce.short.mohrss-25.{YEAR}.{step}.{person}"


def test_each_holder_who_is_short_is_reminded_once_for_each_step(runtime, world, holders):
    ann, bob = world.people["ann_candidate"], world.people["bob_candidate"]
    assert remind(turn(runtime, NINETY)) == 2
    assert remind(turn(runtime, NINETY)) == 0
    assert remind(turn(runtime, NINETY + timedelta(days=1))) == 0
    assert set(outbox(runtime)) == {key("before-90", ann), key("before-90", bob)}
    assert remind(turn(runtime, NINETY + timedelta(days=30))) >= 2
    assert key("before-60", ann) in outbox(runtime)


def test_who_has_enough_or_no_certificate_is_left_alone(runtime, world, holders):
    holders.post("ann_candidate", 70)
    holders.post("ann_trainer", 1)
    assert remind(turn(runtime, NINETY)) == 1
    assert set(outbox(runtime)) == {key("before-90", world.people["bob_candidate"])}


def test_a_late_turn_says_only_the_latest_step(runtime, world, holders):
    late = datetime(2026, 12, 25, 1, 0, tzinfo=UTC)
    assert remind(turn(runtime, late, scheduled_at=NINETY)) == 2
    assert {row.context["step"] for row in outbox(runtime).values()} == {"before-7"}


def test_the_start_of_a_year_is_told_to_all_who_owe(runtime, clock, world, holders):
    clock.instant = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
    holders.recount()
    remind(turn(runtime, clock.now()))
    begun = {row.person_id for row in outbox(runtime).values() if ".2027-01-01.start." in row.key}
    assert begun == {world.people["ann_candidate"], world.people["bob_candidate"]}


def test_two_workers_at_once_queue_each_reminder_once(runtime, world, holders):
    barrier, found = threading.Barrier(2), []

    def go():
        barrier.wait()
        found.append(remind(turn(runtime, NINETY)))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == 2
    assert len(outbox(runtime)) == 2


def test_small_ranges_miss_nobody(runtime, world, holders, monkeypatch):
    monkeypatch.setattr("examprep.ce.jobs.PERSONS_AT_ONCE", 1)
    assert remind(turn(runtime, NINETY)) == 2


def test_the_plan_is_data(runtime, clock, world, holders):
    plan = Policy("mohrss-25", date(2026, 4, 1), at_start=False, in_between=False, before_days=(91,))
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_administrator")
        policies.set_policy(session, actor, plan, now=clock.now(), today=clock.today())
    assert remind(turn(runtime, NINETY - timedelta(days=2))) == 0
    assert remind(turn(runtime, NINETY - timedelta(days=1))) >= 2
    assert {row.context["step"] for row in outbox(runtime).values()} == {"before-91"}


@pytest.mark.parametrize(
    ("today", "due"),
    [
        pytest.param(date(2026, 10, 2), True, id="same-day"),
        pytest.param(date(2026, 10, 31), True, id="still-that-step"),
        pytest.param(date(2026, 11, 1), False, id="the-next-step-speaks-now"),
        pytest.param(date(2027, 1, 2), False, id="the-year-is-over"),
    ],
)
def test_what_is_asked_again_before_sending(runtime, world, holders, today, due):
    remind(turn(runtime, NINETY))
    row = outbox(runtime)[key("before-90", world.people["ann_candidate"])]
    assert row.condition == reminding.SHORT
    with runtime.database.read() as session:
        context = {**row.context, "period_on": date(2026, 1, 1)}
        assert reminding.still_short(session, row.person_id, context, today) is due


def test_a_worker_that_is_asked_to_stop_leaves_the_rest_to_the_next_turn(runtime, world, holders):
    assert remind(JobTurn(runtime, NINETY, NINETY, stopping=lambda: True)) == 0
    assert remind(turn(runtime, NINETY)) == 2


def test_hours_earned_meanwhile_stop_the_reminder(runtime, world, holders):
    remind(turn(runtime, NINETY))
    holders.post("ann_candidate", 70)
    context = {"code": "mohrss-25", "period_on": date(2026, 1, 1), "step": "before-90"}
    with runtime.database.read() as session:
        assert not reminding.still_short(session, world.people["ann_candidate"], context, date(2026, 10, 2))
        assert reminding.still_short(session, world.people["bob_candidate"], context, date(2026, 10, 2))


def test_once_a_month_officers_are_told_how_many(runtime, world, holders):
    first = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    remind(turn(runtime, first))
    remind(turn(runtime, first))
    found = outbox(runtime, "ce-digest")
    ann = next(row for row in found.values() if row.person_id == world.people["ann_officer"])
    assert [(line["persons"], line["missing"]) for line in ann.context["lines"]] == [(1, "70")]
    assert world.people["bob_officer"] in {row.person_id for row in found.values()}
    assert len(found) == len({row.person_id for row in found.values()})


@pytest.mark.parametrize(
    ("step", "subject"),
    [
        ("start", "12.5 credit hours are asked of you by 31 Dec 2026"),
        ("before-30", "12.5 credit hours are missing, the last day is 31 Dec 2026"),
        ("after-2", "12.5 credit hours are still missing: the last day was 31 Dec 2026"),
    ],
)
def test_the_words(app, step, subject):
    context = {
        "requirement": {"zh": "年度学时", "en": "the yearly hours"},
        "step": step,
        "missing": "12.5",
        "last_on": date(2026, 12, 31),
        "deadline_on": date(2026, 12, 31),
        "counted_on": date(2026, 12, 1),
        "person_name": "张三",
        "base_url": "https://x.example",
    }
    with app.app_context():
        found, body = render_text("ce-short", "en", **context)
    assert found == subject
    assert "Dear 张三," in body
    assert "12.5 credit hours for the yearly hours" in body
    assert body.endswith("https://x.example/ce/\n")
