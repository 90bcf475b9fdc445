"""Rates with their denominators, growth and the caution: the figures of the founding documents."""

import pytest

from examprep.exams.rules.rates import Counts, caution, compare

Y2022 = Counts(2022, 180, 180, 160, 47)
Y2023 = Counts(2023, 521, 515, 450, 90)


def test_weining_2023_against_2022():
    found = compare([Y2022, Y2023], "registered")[-1]
    assert found.registered_growth == pytest.approx(189.4, abs=0.05)
    assert found.passed_growth == pytest.approx(91.5, abs=0.05)
    assert found.rate.percent == pytest.approx(17.3, abs=0.05)
    assert found.change_points == pytest.approx(-8.8, abs=0.05)


def test_more_passed_but_a_smaller_share_is_said():
    said = str(caution(Y2022, Y2023, "registered"))
    assert "from 47 to 90 (+91.5%)" in said
    assert "fell by 8.8 points" in said
    assert "registrations grew faster" in said
    assert "record" not in said


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(Y2023, Y2022, id="fewer-passed"),
        pytest.param(Y2022, Counts(2023, 200, 200, 190, 60), id="the-rate-rose-too"),
        pytest.param(Y2022, Counts(2023, 500, 500, 0, 0), id="no-results-yet"),
        pytest.param(Counts(2022, 100, 100, 80, 20), Counts(2023, 200, 200, 160, 40), id="the-same-rate"),
    ],
)
def test_no_caution(before, now):
    assert caution(before, now, "registered") is None


def test_the_denominator_changes_the_rate():
    assert [Y2023.rate(base).base for base in ("registered", "approved", "sat")] == [521, 515, 450]


def test_a_year_without_results_has_no_rate_and_no_fall():
    found = compare([Y2023, Counts(2024, 600, 600, 0, 0)], "sat")[-1]
    assert (found.rate, found.low, found.passed_growth, found.change_points) == (None, None, None, None)


def test_a_missing_year_is_no_base():
    found = compare([Counts(2021, 100, 100, 90, 20), Y2023], "registered")[-1]
    assert (found.registered_growth, found.change_points) == (None, None)


def test_the_interval_holds_the_rate():
    found = compare([Y2023], "sat")[0]
    assert found.low < found.rate.percent < found.high
