"""Moved and cancelled sessions are told to those with a seat, once for each change, and not when it is no longer so."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from examprep.plumbing.texts import render_text
from examprep.reminders.models import OutboxRow
from examprep.training import actions, enrolling, notices
from examprep.training.rules.schedule import slot
from tests.training.conftest import EVENING


@pytest.fixture
def seated(season):
    class_id, (who, waiting) = season.class_(capacity=1), season.learners(2)
    season.do(enrolling.enrol, who, class_id)
    season.do(enrolling.enrol, waiting, class_id)
    return class_id, season.sessions(class_id)[0], who


def outbox(season):
    with season.database.read() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def move(season, session_id, hour):
    trainer, to = season.actor("ann_trainer"), slot(date(2026, 4, 10), time(hour), time(hour + 2), "四楼")
    season.do(actions.change_session, trainer, session_id, to)


def test_each_change_is_told_once_to_who_has_a_seat(season, seated):
    _, session_id, who = seated
    move(season, session_id, 14)
    move(season, session_id, 14)  # nothing changes
    move(season, session_id, 16)
    assert [(row.person_id, row.key.split(".")[3]) for row in outbox(season)] == [
        (who.person_id, "1"),
        (who.person_id, "2"),
    ]


def test_only_the_last_change_is_still_due(season, seated, runtime):
    _, session_id, who = seated
    move(season, session_id, 14)
    move(season, session_id, 16)
    earlier, later = outbox(season)
    today = runtime.clock.today()
    with season.database.read() as session:
        assert not notices.unchanged(session, who.person_id, earlier.context, today)
        assert notices.unchanged(session, who.person_id, later.context, today)
    season.do(enrolling.leave, who, seated[0])
    with season.database.read() as session:
        assert not notices.unchanged(session, who.person_id, later.context, today)


def test_what_is_on_today_is_due_from_the_morning_on_and_no_more_tomorrow(season, seated):
    _, session_id, who = seated
    early = slot(date(2026, 4, 11), time(6), time(7, 30), "四楼")  # still the day before in UTC
    season.do(actions.change_session, season.actor("ann_trainer"), session_id, early)
    (row,) = outbox(season)
    with season.database.read() as session:
        due = [notices.unchanged(session, who.person_id, row.context, date(2026, 4, day)) for day in (10, 11, 12)]
    assert due == [True, True, False]


def test_a_cancelled_class_is_one_mail(season, seated):
    season.do(actions.cancel_class, season.actor("ann_trainer"), seated[0], reason="人数不足")
    (row,) = outbox(season)
    assert (row.context["cancelled"], row.context["reason"]) == (True, "人数不足")


def test_what_is_over_is_not_told(season, seated):
    season.go_to(EVENING.ends_at, timedelta(days=1))
    season.do(actions.cancel_session, season.actor("ann_trainer"), seated[1], reason="停电")
    assert outbox(season) == []


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words(app, cancelled, language):
    with app.app_context():
        subject, body = render_text(
            "class-changed", language, person_name="学员", base_url="https://sw.example.org", title="晚班",
            reason="停电", place="四楼", link="", cancelled=cancelled, class_id=1, before_at=EVENING.starts_at,
            starts_at=EVENING.starts_at, ends_at=EVENING.ends_at,
        )  # fmt: skip
    assert "晚班" in subject
    assert ("停电" in body) is cancelled
    assert ("四楼" in body) is not cancelled
