"""Ten times on Tuesdays and Thursdays, with holidays and the weekends worked for them."""

from datetime import date, time

import pytest

from examprep.kernel.errors import RuleViolation
from examprep.training.rules import recurrence
from examprep.training.rules.holidays import announced, holiday, worked_weekend
from examprep.training.rules.recurrence import Series, days_of

TUESDAY, THURSDAY, SATURDAY, SUNDAY = 1, 3, 5, 6


def series(first_on, *weekdays, times=10, skip=True):
    return Series(frozenset(weekdays), first_on, time(19), time(21), times, skip, "三楼")


def test_the_first_days_that_fit():
    days, skipped = days_of(series(date(2026, 4, 8), TUESDAY, THURSDAY, times=3))
    assert days == (date(2026, 4, 9), date(2026, 4, 14), date(2026, 4, 16))
    assert skipped == ()


def test_a_skipped_day_is_made_up_at_the_end():
    # 2026: the break of Labour Day is 1 to 5 May (国办发明电, 2025-11); Tuesday the 5th falls out.
    days, skipped = days_of(series(date(2026, 4, 21), TUESDAY, THURSDAY, times=6))
    assert [each.on for each in skipped] == [date(2026, 5, 5)]
    assert len(days) == 6
    assert days[-1] == date(2026, 5, 12)
    plain, none = days_of(series(date(2026, 4, 21), TUESDAY, THURSDAY, times=6, skip=False))
    assert none == ()
    assert date(2026, 5, 5) in plain


def test_a_weekend_that_is_worked_holds_no_class():
    days, skipped = days_of(series(date(2026, 9, 19), SATURDAY, SUNDAY, times=4))
    # 20 September is worked, 26 and 27 are the Mid-Autumn break, 3 and 4 October the National Day's, 10 is worked.
    assert days == (date(2026, 9, 19), date(2026, 10, 11), date(2026, 10, 17), date(2026, 10, 18))
    assert {each.on: each.why for each in skipped}[date(2026, 10, 10)] == recurrence.WORKED


@pytest.mark.parametrize(
    ("first", "last", "before", "after"),
    [
        pytest.param(date(2026, 1, 1), date(2026, 1, 3), date(2025, 12, 31), date(2026, 1, 4), id="new-year"),
        pytest.param(date(2026, 2, 15), date(2026, 2, 23), date(2026, 2, 14), date(2026, 2, 24), id="spring"),
        pytest.param(date(2026, 4, 4), date(2026, 4, 6), date(2026, 4, 3), date(2026, 4, 7), id="qingming"),
        pytest.param(date(2026, 5, 1), date(2026, 5, 5), date(2026, 4, 30), date(2026, 5, 6), id="labour"),
        pytest.param(date(2026, 6, 19), date(2026, 6, 21), date(2026, 6, 18), date(2026, 6, 22), id="dragon-boat"),
        pytest.param(date(2026, 9, 25), date(2026, 9, 27), date(2026, 9, 24), date(2026, 9, 28), id="mid-autumn"),
        pytest.param(date(2026, 10, 1), date(2026, 10, 7), date(2026, 9, 30), date(2026, 10, 8), id="national"),
    ],
)
def test_the_breaks_of_2026_are_those_of_the_notice(first, last, before, after):
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    assert all(holiday(day) for day in days)
    assert holiday(before) is None
    assert holiday(after) is None


def test_the_worked_weekends_of_2026():
    worked = [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    year = (date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
    assert [day for day in year if worked_weekend(day)] == worked


def test_a_year_without_its_notice_is_known_as_such():
    assert announced(2026)
    assert not announced(2099)
    assert holiday(date(2099, 10, 1))  # the statutory days are known all the same


def test_a_weekday_is_needed():
    with pytest.raises(RuleViolation, match=r"training\.weekdays"):
        days_of(series(date(2026, 4, 8)))
