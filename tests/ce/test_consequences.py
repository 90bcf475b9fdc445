"""When a holder who is short is told, and by which policy."""

from datetime import date

import pytest

from examprep.ce.rules.consequences import Policy, governing, step
from examprep.kernel.period import Period, calendar_year

YEAR = calendar_year(2026)
PLAN = Policy("mohrss-25", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("today", "found"),
    [
        pytest.param(date(2025, 12, 31), None, id="not-begun"),
        pytest.param(date(2026, 1, 1), "start", id="first-day"),
        pytest.param(date(2026, 3, 31), "start", id="last-day-of-the-quarter"),
        pytest.param(date(2026, 4, 1), "mark-1", id="second-quarter"),
        pytest.param(date(2026, 9, 30), "mark-2", id="third-quarter"),
        pytest.param(date(2026, 10, 1), "mark-3", id="fourth-quarter"),
        pytest.param(date(2026, 10, 2), "before-90", id="ninety-days-left"),
        pytest.param(date(2026, 10, 31), "before-90", id="sixty-one-left"),
        pytest.param(date(2026, 11, 1), "before-60", id="sixty-left"),
        pytest.param(date(2026, 12, 25), "before-7", id="six-left"),
        pytest.param(date(2026, 12, 30), "before-1", id="one-left"),
        pytest.param(date(2026, 12, 31), "before-1", id="the-last-day"),
        pytest.param(date(2027, 1, 1), "after-0", id="the-day-after"),
        pytest.param(date(2027, 1, 7), "after-0", id="six-days-after"),
        pytest.param(date(2027, 1, 8), "after-1", id="a-week-after"),
    ],
)
def test_the_latest_step_of_a_year(today, found):
    assert step(PLAN, YEAR, YEAR.end, today) == found


def test_with_grace_the_days_are_counted_to_its_end():
    assert step(PLAN, YEAR, date(2027, 5, 1), date(2027, 1, 30)) == "before-90"
    assert step(PLAN, YEAR, date(2027, 5, 1), date(2027, 4, 30)) == "before-1"
    assert step(PLAN, YEAR, date(2027, 5, 1), date(2027, 5, 1)) == "after-0"


def test_a_registration_is_marked_each_year():
    term = Period(date(2024, 9, 1), date(2027, 9, 1))
    assert [step(PLAN, term, term.end, day) for day in (date(2025, 8, 31), date(2025, 9, 1), date(2026, 9, 1))] == [
        "start",
        "mark-1",
        "mark-2",
    ]


@pytest.mark.parametrize(
    ("changes", "today", "found"),
    [
        pytest.param({"at_start": False}, date(2026, 2, 1), None, id="no-start"),
        pytest.param({"in_between": False}, date(2026, 7, 1), "start", id="no-quarters"),
        pytest.param({"before_days": ()}, date(2026, 12, 31), "mark-3", id="no-thresholds"),
        pytest.param({"after_every_days": 0}, date(2027, 2, 1), "before-1", id="nothing-after"),
        pytest.param({"after_every_days": 30}, date(2027, 2, 1), "after-1", id="monthly-after"),
    ],
)
def test_the_plan_is_data(changes, today, found):
    assert step(Policy("x", date(2026, 1, 1), **changes), YEAR, YEAR.end, today) == found


def test_the_latest_policy_that_has_begun_governs():
    old, new = Policy("x", date(2025, 1, 1)), Policy("x", date(2026, 6, 1), renewal=True)
    assert not governing([new, old], "x", date(2026, 5, 31)).renewal
    assert governing([new, old], "x", date(2026, 6, 1)).renewal
    unknown = governing([new, old], "y", date(2026, 6, 1))
    assert (unknown.renewal, unknown.at_start, unknown.since) == (False, True, date.max)


def test_days_that_cannot_be_meant_are_refused():
    with pytest.raises(ValueError, match="out of range"):
        Policy("x", date(2026, 1, 1), before_days=(-1,))
