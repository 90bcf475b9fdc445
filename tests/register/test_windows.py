"""When a registration may be applied for, at the edges of each region's limits."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.register.jobs import OPEN, OVERDUE, threshold
from examprep.register.limits import _value, shipped
from examprep.register.rules.registration import months_after
from examprep.register.rules.windows import first_within, limits_for, verdict

KNOWN = [_value(row) for row in shipped()]
COUNTRY = limits_for(KNOWN, "520526", date(2026, 1, 1))
ISSUED, UNTIL = date(2023, 9, 1), date(2026, 9, 1)  # registered on 2023-09-01: due 2026-08-31, window from 2026-06-01


@pytest.mark.parametrize(
    ("region", "day", "code"),
    [
        pytest.param("520526", date(2026, 1, 1), None, id="the-country"),
        pytest.param("440100", date(2026, 1, 1), "440000", id="guangdong"),
        pytest.param("440100", date(2021, 12, 14), None, id="guangdong-before-its-version"),
        pytest.param("340000", date(2026, 1, 1), "340000", id="anhui-itself"),
    ],
)
def test_the_nearest_region_that_holds_on_the_day(region, day, code):
    assert limits_for(KNOWN, region, day).region_code == code


def test_of_two_versions_of_a_day_the_later_added_holds():
    mended = replace(COUNTRY, first_months=24)
    assert limits_for([*KNOWN, mended], "520526", date(2026, 1, 1)).first_months == 24


@pytest.mark.parametrize(
    ("today", "is_open", "opens", "closes"),
    [
        pytest.param(date(2023, 9, 1), True, date(2023, 9, 1), date(2024, 9, 1), id="first-day"),
        pytest.param(date(2024, 9, 1), True, date(2024, 9, 1), date(2024, 9, 1), id="a-year-to-the-day"),
        pytest.param(date(2024, 9, 2), False, None, date(2024, 9, 1), id="a-day-late"),
    ],
)
def test_first_registration_within_a_year(today, is_open, opens, closes):
    found = verdict(COUNTRY, ISSUED, None, today)
    assert (found.open, found.again, found.opens_on, found.closes_on) == (is_open, False, opens, closes)


@pytest.mark.parametrize(
    ("today", "is_open", "overdue"),
    [
        pytest.param(date(2026, 5, 31), False, False, id="the-day-before-the-window"),
        pytest.param(date(2026, 6, 1), True, False, id="the-window's-first-day"),
        pytest.param(date(2026, 8, 31), True, False, id="the-term's-last-day"),
        pytest.param(date(2026, 9, 1), False, True, id="over"),
    ],
)
def test_renewal_in_the_three_months_before(today, is_open, overdue):
    found = verdict(COUNTRY, ISSUED, UNTIL, today)
    assert (found.open, found.overdue, found.again) == (is_open, overdue, True)


@pytest.mark.parametrize(
    ("today", "is_open", "opens"),
    [
        pytest.param(date(2026, 8, 31), False, date(2026, 12, 15), id="not-before-the-term-ends"),
        pytest.param(date(2026, 9, 1), False, date(2026, 12, 15), id="waits-for-the-batch"),
        pytest.param(date(2026, 12, 15), True, date(2026, 12, 15), id="the-batch-begins"),
        pytest.param(date(2027, 1, 15), True, date(2027, 1, 15), id="over-the-new-year"),
        pytest.param(date(2027, 1, 16), False, None, id="after-it-nothing-is-left-of-the-year"),
    ],
)
def test_guangdong_takes_renewals_in_its_batch_of_the_year_after(today, is_open, opens):
    found = verdict(limits_for(KNOWN, "440100", today), ISSUED, UNTIL, today)
    assert (found.open, found.opens_on) == (is_open, opens)


def test_anhui_waives_the_first_limit():
    found = verdict(limits_for(KNOWN, "340100", date(2026, 1, 1)), date(2015, 1, 1), None, date(2026, 1, 1))
    assert (found.open, found.closes_on) == (True, None)


@given(st.integers(-24, 24), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_conditions_in_queries_say_what_the_rule_says(months, day):
    edge = first_within(months, day)
    assert months_after(edge, months) >= day > months_after(edge - (date(2020, 1, 2) - date(2020, 1, 1)), months)


@pytest.mark.parametrize(
    ("opens", "closes", "today", "due"),
    [
        pytest.param(None, date(2026, 1, 1), date(2026, 1, 2), OVERDUE, id="over"),
        pytest.param(date(2026, 1, 1), date(2026, 12, 31), date(2026, 2, 1), OPEN, id="begun"),
        pytest.param(date(2026, 1, 1), date(2026, 3, 2), date(2026, 1, 1), 60, id="sixty-days"),
        pytest.param(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 1), 30, id="thirty"),
        pytest.param(date(2026, 1, 1), date(2026, 1, 8), date(2026, 1, 1), 7, id="seven"),
        pytest.param(date(2026, 2, 1), date(2026, 2, 8), date(2026, 1, 1), None, id="not-yet"),
        pytest.param(date(2026, 1, 1), None, date(2026, 1, 1), None, id="no-last-day"),
    ],
)
def test_which_reminder_is_due(opens, closes, today, due):
    assert threshold(opens, closes, today) == due
