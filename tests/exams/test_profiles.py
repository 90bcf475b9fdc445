"""Ages count on the exam day, and every age is in one band."""

from datetime import date

import pytest

from examprep.exams.rules.profiles import AGE_BANDS, age_on, exam_day, read_education


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        pytest.param(date(1990, 6, 10), date(2023, 6, 10), 33, id="birthday-on-the-day"),
        pytest.param(date(1990, 6, 11), date(2023, 6, 10), 32, id="the-day-after"),
        pytest.param(date(1988, 2, 29), date(2023, 2, 28), 34, id="leap-day-not-yet"),
        pytest.param(date(1988, 2, 29), date(2023, 3, 1), 35, id="leap-day-over"),
        pytest.param(None, date(2023, 6, 10), None, id="not-known"),
        pytest.param(date(2024, 1, 1), date(2023, 6, 10), None, id="born-later"),
    ],
)
def test_age(born, day, age):
    assert age_on(born, day) == age


def test_a_year_whose_day_is_not_known_counts_in_the_middle_of_june():
    assert exam_day(2016, None) == date(2016, 6, 15)
    assert exam_day(2023, date(2023, 6, 10)) == date(2023, 6, 10)


@pytest.mark.parametrize("age", range(15, 90))
def test_every_age_is_in_one_band(age):
    assert sum(band.holds(age) for band in AGE_BANDS.values()) == 1


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("高中", "secondary"), ("中专（职高）", "secondary"), ("大专", "college"), ("大学专科", "college"),
        ("高职高专", "college"), ("本科", "bachelor"), ("大学本科", "bachelor"), ("大学", "bachelor"),
        ("硕士研究生", "master"), ("研究生", "master"), ("博士研究生", "doctor"), ("初中", None), ("", None),
    ],
)  # fmt: skip
def test_education_as_centres_write_it(written, code):
    assert read_education(written) == code
