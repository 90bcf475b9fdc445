"""Five fields mean what cron means by them, in office time."""

from datetime import UTC, datetime, timedelta

import pytest

from examprep.app.cron import cron_trigger, last_due
from examprep.app.wiring import FEATURES

WEDNESDAY = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)  # 1 April 2026, 01:30 in the office


def weekdays(cron):
    """The weekdays on which it is due, Monday first, over one week."""
    trigger, at, found = cron_trigger(cron), WEDNESDAY, set()
    while at < WEDNESDAY + timedelta(days=7):
        at = trigger.get_next_fire_time(None, at)
        if at < WEDNESDAY + timedelta(days=7):
            found.add(f"{at:%a}")
        at += timedelta(seconds=1)
    return {day for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") if day in found}


@pytest.mark.parametrize(
    ("field", "days"),
    [
        pytest.param("0", {"Sun"}, id="zero-is-sunday"),
        pytest.param("7", {"Sun"}, id="seven-too"),
        pytest.param("1", {"Mon"}, id="one-is-monday"),
        pytest.param("1-5", {"Mon", "Tue", "Wed", "Thu", "Fri"}, id="work-days"),
        pytest.param("mon-fri", {"Mon", "Tue", "Wed", "Thu", "Fri"}, id="work-days-by-name"),
        pytest.param("5-7", {"Fri", "Sat", "Sun"}, id="up-to-seven"),
        pytest.param("fri-sun", {"Fri", "Sat", "Sun"}, id="names-over-the-week's-end"),
        pytest.param("0-2", {"Sun", "Mon", "Tue"}, id="from-sunday"),
        pytest.param("6-1", {"Sat", "Sun", "Mon"}, id="numbers-over-the-week's-end"),
        pytest.param("1,Wed,5", {"Mon", "Wed", "Fri"}, id="list"),
        pytest.param("*/2", {"Sun", "Tue", "Thu", "Sat"}, id="every-other"),
        pytest.param("1-5/2", {"Mon", "Wed", "Fri"}, id="stepped-range"),
        pytest.param("*", {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, id="every"),
    ],
)
def test_weekdays_are_crons(field, days):
    assert weekdays(f"30 7 * * {field}") == days


@pytest.mark.parametrize(
    "cron", ["* * * *", "* * * * * *", "61 * * * *", "* * 1 * mon", "* * * * 8", "* * * * noday", "* * * * */0"]
)
def test_what_cron_would_not_take(cron):
    with pytest.raises(ValueError, match=r"."):
        cron_trigger(cron)


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        pytest.param("* * * * *", datetime(2026, 3, 31, 17, 30, tzinfo=UTC), id="this-minute"),
        pytest.param("30 7 * * *", datetime(2026, 3, 30, 23, 30, tzinfo=UTC), id="office-morning"),
        pytest.param("0 0 1 * *", datetime(2026, 3, 31, 16, 0, tzinfo=UTC), id="the-office-is-in-april"),
        pytest.param("0 8 * * mon", datetime(2026, 3, 30, 0, 0, tzinfo=UTC), id="weekly"),
        pytest.param("0 0 1 1 *", datetime(2025, 12, 31, 16, 0, tzinfo=UTC), id="yearly"),
        pytest.param("0 0 29 2 *", datetime(2024, 2, 28, 16, 0, tzinfo=UTC), id="leap-day"),
    ],
)
def test_when_it_was_last_due(cron, due):
    assert last_due(cron_trigger(cron), WEDNESDAY) == due


def test_every_job_has_a_cron_that_parses_and_a_name_of_its_own():
    jobs = [job for feature in FEATURES for job in feature.jobs]
    assert all(cron_trigger(job.cron) for job in jobs)
    assert len({job.name for job in jobs}) == len(jobs)
