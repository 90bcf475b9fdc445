"""Days of an exam year, nearest region first; the next sitting."""

from datetime import date

import pytest

from examprep.kernel.errors import NotFound
from examprep.syllabus import actions
from examprep.syllabus.loading import load_data


@pytest.fixture
def session(database):
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
        yield session


@pytest.mark.parametrize(
    ("region", "last_day"),
    [
        pytest.param(None, date(2025, 3, 31), id="national-frame"),
        pytest.param("520526", date(2025, 3, 31), id="province-without-its-own"),
        pytest.param("410000", date(2025, 3, 26), id="province"),
        pytest.param("410122", date(2025, 3, 26), id="county-in-the-province"),
    ],
)
def test_registration_closes(session, region, last_day):
    found = {entry.kind: entry for entry in actions.key_dates(session, 2025, region)}
    assert found["registration"].ends_on == last_day
    assert last_day in found["registration"].period
    assert found["exam"].starts_on == date(2025, 5, 24)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 4, 1), (2026, date(2026, 5, 23)), id="before"),
        pytest.param(date(2026, 5, 24), (2026, date(2026, 5, 23)), id="on-its-second-day"),
        pytest.param(date(2026, 5, 25), (2027, date(2027, 5, 22)), id="the-day-after"),
        pytest.param(date(2040, 1, 1), None, id="unknown"),
    ],
)
def test_next_exam(session, today, expected):
    assert actions.next_exam(session, today) == expected


def test_every_sitting_since_2018_is_a_weekend(session):
    for year in range(2018, 2028):
        assert actions.exam_day(session, year).weekday() == 5, year
    assert actions.exam_day(session, 2031) is None


def test_an_unknown_subject_or_year_is_not_found(session):
    with pytest.raises(NotFound):
        actions.subject(session, "nothing")
    with pytest.raises(NotFound):
        actions.version_for(session, 2010)
