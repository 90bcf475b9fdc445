"""Reminders by key dates: whom, when, once, where the day differs, and asked again before they leave."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from examprep.campaign.jobs import remind_dates, still_concerned
from examprep.campaign.shipped import edit_plan, load_plan
from examprep.plumbing.jobs import JobTurn
from examprep.reminders.models import OutboxRow
from examprep.reminders.rules.context import unpacked
from examprep.syllabus import editing


def morning(day):
    """08:00 in the office."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)


@pytest.fixture
def turn(campaign):
    def go(day):
        now = morning(day)
        return remind_dates(JobTurn(campaign.runtime, now, now))

    return go


@pytest.fixture
def outbox(campaign):
    def go():
        with campaign.runtime.database.read() as session:
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
            names = {number: name for name, number in campaign.world.people.items()}
            return [
                (names[row.person_id], row.context["code"], row.context["before"], row.context["day_on"])
                for row in rows
            ]

    return go


@pytest.fixture
def concerned(campaign):
    def go(day):
        with campaign.runtime.database.read() as session:
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
            today = date.fromisoformat(day)
            return [still_concerned(session, row.person_id, unpacked(row.context), today) for row in rows]

    return go


@pytest.fixture
def spring(campaign):
    """Of the window of 2026 (9 to 30 March): ann's candidate will register, bob's has, ann's trainer is undecided."""
    campaign.say("ann_candidate", year=2026)
    campaign.say("bob_candidate", "registered", year=2026)
    campaign.say("ann_trainer", "undecided", None, year=2026)


def dated(campaign, kind, first, last, region, **more):
    with campaign.runtime.database.write() as session:
        return editing.set_key_date(
            session,
            campaign.world.actor(session, "ann_administrator"),
            None,
            exam_year=2026,
            kind=kind,
            region_code=region,
            starts_on=date.fromisoformat(first),
            ends_on=date.fromisoformat(last),
            certainty="H",
            source="通知",
            now=campaign.runtime.clock.now(),
            **more,
        )


def test_only_who_will_register_is_told_of_the_window_and_once(spring, turn, outbox):
    assert turn("2026-03-22") == 0
    assert turn("2026-03-23") == 1
    assert turn("2026-03-23") == turn("2026-03-24") == 0
    assert outbox() == [("ann_candidate", "registration-closes", 7, "2026-03-30")]
    assert turn("2026-03-27") == 1
    assert turn("2026-03-29") == 1
    assert turn("2026-03-31") == 0


def test_a_late_turn_sends_only_the_latest(spring, turn, outbox):
    assert turn("2026-03-29") == 1
    assert [each[2] for each in outbox()] == [1]


def test_the_fee_concerns_who_is_registered(spring, campaign, turn, outbox):
    dated(campaign, "fee", "2026-03-09", "2026-04-02", None)
    turn("2026-03-30")
    assert ("bob_candidate", "fee-closes", 3, "2026-04-02") in outbox()
    assert not any(each[0] == "ann_candidate" and each[1] == "fee-closes" for each in outbox())


def test_a_region_has_its_own_day(spring, campaign, turn, outbox):
    campaign.say("bob_candidate", year=2026)
    dated(campaign, "registration", "2026-03-10", "2026-03-20", "520502")
    assert turn("2026-03-13") == 1
    assert ("bob_candidate", "registration-closes", 7, "2026-03-20") in outbox()


def test_nobody_is_reminded_by_what_is_known_roughly(spring, campaign, turn):
    dated(campaign, "registration", "2026-03-10", "2026-03-20", "520000", precision="about")
    assert turn("2026-03-19") == 0


def test_a_moved_day_is_told_anew_and_the_old_one_dropped(spring, campaign, turn, outbox, concerned):
    assert turn("2026-03-23") == 1
    assert concerned("2026-03-23") == [True]
    dated(campaign, "registration", "2026-03-09", "2026-04-02", "520000")
    assert concerned("2026-03-23") == [False]
    assert turn("2026-03-27") == 1
    assert outbox()[-1][3] == "2026-04-02"


def test_who_registered_meanwhile_is_left_alone(spring, campaign, turn, concerned):
    turn("2026-03-23")
    campaign.say("ann_candidate", "registered", year=2026)
    assert concerned("2026-03-23") == [False]


def test_what_is_overtaken_is_not_sent(spring, turn, concerned):
    turn("2026-03-23")
    assert concerned("2026-03-26") == [True]
    assert concerned("2026-03-27") == [False]
    assert concerned("2026-04-01") == [False]


def test_the_plan_is_edited_and_stays_edited(spring, campaign, turn, concerned):
    turn("2026-03-23")
    with campaign.runtime.database.write() as session:
        admin = campaign.world.actor(session, "ann_administrator")
        edit_plan(session, admin, "registration-closes", days="5", active=True, now=campaign.runtime.clock.now())
        load_plan(session, date(2026, 4, 1))
    assert concerned("2026-03-23") == [False]
    assert turn("2026-03-24") == 0
    assert turn("2026-03-25") == 1
    with campaign.runtime.database.write() as session:
        edit_plan(session, admin, "registration-closes", days="5, 1", active=False, now=campaign.runtime.clock.now())
    assert turn("2026-03-29") == 0


def test_the_day_is_the_offices(spring, campaign):
    late = datetime(2026, 3, 22, 16, 30, tzinfo=UTC)  # already 23 March in the office
    assert remind_dates(JobTurn(campaign.runtime, late, late)) == 1
    early = late - timedelta(hours=1)
    assert remind_dates(JobTurn(campaign.runtime, early, early)) == 0
