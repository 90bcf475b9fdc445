"""The funnel's limits: equal to the binomial distribution's, and what they make of a unit."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from examprep.exams.rules.funnel import limits, together
from examprep.kernel.rate import Rate


def interpolated(target, base, p):
    """Spiegelhalter (2005), A.1.1, by scipy's binomial distribution."""
    count = int(binom.ppf(p, base, target))
    reached, below = binom.cdf(count, base, target), binom.cdf(count - 1, base, target)
    return min(1.0, max(0.0, (count - (reached - p) / (reached - below)) / base))


def theirs(target, base):
    low = [interpolated(target, base, p) for p in (0.001, 0.025)]
    return (*low, *(1 - interpolated(1 - target, base, p) for p in (0.025, 0.001)))


@given(st.integers(1, 3_000), st.floats(0.02, 0.98))
def test_small_units_by_the_binomial_distribution(base, target):
    found = limits(target, base)
    ours = (found.alarm_low, found.warn_low, found.warn_high, found.alarm_high)
    # Beyond the size from which the normal distribution does, a hundredth of a standard deviation is allowed.
    allowed = 1e-7 if base * target * (1 - target) < 400 else 0.01 * sqrt(target * (1 - target) / base)
    assert ours == pytest.approx(theirs(target, base), abs=allowed)


@pytest.mark.parametrize("base", [20_000, 500_000, 2_000_000])
def test_large_units_by_the_normal_distribution(base):
    found = limits(0.2, base)
    ours = (found.alarm_low, found.warn_low, found.warn_high, found.alarm_high)
    assert ours == pytest.approx(theirs(0.2, base), abs=0.01 * sqrt(0.16 / base))


@given(st.integers(1, 60), st.floats(0.02, 0.98))
def test_beyond_a_line_lies_who_is_as_rare_as_it_says(base, target):
    found = limits(target, base)
    for passed in range(base + 1):
        rarer = {"very-low": 0.001, "low": 0.025, "high": 0.025, "very-high": 0.001}
        verdict = found.verdict(passed / base)
        low, high = binom.cdf(passed, base, target), binom.sf(passed - 1, base, target)
        if verdict in rarer:
            assert min(low, high) <= rarer[verdict] + 1e-9
        else:
            assert min(low, high) >= 0.025 - 1e-9


@pytest.mark.parametrize(
    ("passed", "verdict"),
    [(20, "within"), (28, "within"), (30, "high"), (40, "very-high"), (11, "low"), (5, "very-low")],
)
def test_what_a_unit_of_a_hundred_is_called(passed, verdict):
    assert limits(0.2, 100).verdict(passed / 100) == verdict


def test_one_who_passed_is_no_marvel():
    assert limits(0.2, 1).verdict(1.0) == "within"
    assert limits(0.2, 1).verdict(0.0) == "within"


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_all_alike_is_within(target):
    assert limits(target, 50).verdict(target) == "within"


@pytest.mark.parametrize(("target", "base"), [(0.2, 0), (-0.1, 5), (1.1, 5)])
def test_no_limits(target, base):
    with pytest.raises(ValueError, match="no limits"):
        limits(target, base)


def test_the_common_rate_is_of_all_persons():
    assert together([Rate(1, 2), Rate(9, 98)]) == Rate(10, 100)
