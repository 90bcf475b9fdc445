"""Whose days hold, what follows from them, and what contradicts the order of things."""

from datetime import date

import pytest

from examprep.syllabus.rules.calendar import complete, doubts, nearest
from examprep.syllabus.values import KeyDate


def entry(kind, first, last=None, *, region=None, precision="day", id_=1):
    starts, ends = date.fromisoformat(first), date.fromisoformat(last) if last else None
    return KeyDate(id_, 2027, region, kind, starts, ends, "H", "通知", precision)


NATIONAL = entry("registration", "2027-03-08", "2027-03-29")
PROVINCE = entry("registration", "2027-03-10", "2027-03-20", region="520000")
PREFECTURE = entry("registration", "2027-03-11", "2027-03-18", region="520500")
COUNTY = entry("registration", "2027-03-12", "2027-03-17", region="520526")
OTHER = entry("registration", "2027-03-01", "2027-03-05", region="640000")


@pytest.mark.parametrize(
    ("region", "wanted"),
    [
        pytest.param(None, NATIONAL, id="national"),
        pytest.param("110000", NATIONAL, id="province-without-its-own"),
        pytest.param("520000", PROVINCE, id="province"),
        pytest.param("520300", PROVINCE, id="prefecture-without-its-own"),
        pytest.param("520502", PREFECTURE, id="county-without-its-own"),
        pytest.param("520526", COUNTY, id="county"),
    ],
)
def test_the_nearest_holds(region, wanted):
    dates = [COUNTY, OTHER, NATIONAL, PREFECTURE, PROVINCE]
    assert nearest(dates, region) == (wanted,)
    assert nearest(dates[::-1], region) == (wanted,)


def held(*dates):
    return {found.kind: found for found in complete(dates, 2027)}


def test_a_recheck_ends_on_the_thirtieth_day():
    found = held(entry("scores", "2027-07-22"))["recheck"]
    assert (found.starts_on, found.ends_on, found.id) == (date(2027, 7, 22), date(2027, 8, 20), 0)
    assert found.period.days == 30


@pytest.mark.parametrize("precision", ["month", "about"])
def test_scores_by_month_give_no_recheck(precision):
    assert "recheck" not in held(entry("scores", "2027-07-01", "2027-07-31", precision=precision))


def test_what_somebody_set_stays():
    own = entry("recheck", "2027-07-23", "2027-08-01")
    assert held(entry("scores", "2027-07-22"), own)["recheck"] == own
    counted = entry("experience", "2026-12-31", region="110000")
    assert held(counted)["experience"] == counted


def test_work_counts_to_the_end_of_the_exam_year():
    assert held()["experience"].starts_on == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("dates", "count"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([NATIONAL, entry("fee", "2027-03-08", "2027-03-29")], 0, id="fee-on-the-last-day"),
        pytest.param([NATIONAL, entry("fee", "2027-03-08", "2027-03-28")], 1, id="fee-before-the-window-closes"),
        pytest.param([NATIONAL, entry("fee", "2027-03-08", "2027-03-28", precision="about")], 0, id="about"),
        pytest.param([entry("ticket", "2027-05-24"), entry("exam", "2027-05-22", "2027-05-23")], 1, id="ticket-late"),
        pytest.param([entry("scores", "2027-05-22"), entry("exam", "2027-05-22", "2027-05-23")], 1, id="scores-early"),
        pytest.param([entry("scores", "2027-07-22"), entry("line", "2027-07-21")], 1, id="line-early"),
        pytest.param([entry("scores", "2027-07-22"), entry("line", "2027-07-22")], 0, id="line-same-day"),
    ],
)
def test_what_cannot_be_right_is_said(dates, count):
    assert len(doubts(dates)) == count
