"""Mantel and Haenszel's figures: equal to statsmodels', to the formulas by exact fractions, and right in the edges."""

from fractions import Fraction
from math import sqrt

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from examprep.exams.rules.stratified import Arm, Stratum, compare_arms, odds_ratio, risk_difference


def strata(*tables):
    """Each table is (trained passed, trained, untrained passed, untrained)."""
    return [Stratum((at,), Arm(a, n1), Arm(c, n0)) for at, (a, n1, c, n0) in enumerate(tables)]


def theirs(found):
    """statsmodels' pooled odds ratio with its interval."""
    tables = [
        numpy.array([[s.trained.passed, s.trained.base - s.trained.passed],
                     [s.untrained.passed, s.untrained.base - s.untrained.passed]], dtype=float)
        for s in found
    ]  # fmt: skip
    table = StratifiedTable(tables)
    return (table.oddsratio_pooled, *table.oddsratio_pooled_confint())


def arm():
    return st.integers(1, 400).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


@given(st.lists(st.tuples(arm(), arm()).map(lambda both: (*both[0], *both[1])), min_size=1, max_size=12))
def test_odds_ratio_equals_statsmodels(tables):
    found = strata(*tables)
    ours = odds_ratio(found)
    reach = sum(a * (n0 - c) for a, n1, c, n0 in tables), sum((n1 - a) * c for a, n1, c, n0 in tables)
    if not all(reach):
        assert ours is None
        return
    assert (ours.value, ours.low, ours.high) == pytest.approx(theirs(found), rel=1e-9)


def test_odds_ratio_equals_r():
    """R 4.2.2: mantelhaen.test(UCBAdmissions, correct = FALSE); men as the first group, departments as strata."""
    found = odds_ratio(
        strata(
            (512, 825, 89, 108), (353, 560, 17, 25), (120, 325, 202, 593), (138, 417, 131, 375), (53, 191, 94, 393),
            (22, 373, 24, 341),
        )
    )  # fmt: skip
    expected = (0.904696828258623, 0.77190736175935, 1.06032976443666)
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)


def exact_difference(tables):
    """The pooled difference and Sato's variance by fractions, written down apart from the rule."""
    weight = sum(Fraction(n1 * n0, n1 + n0) for _, n1, _, n0 in tables)
    pooled = sum(Fraction(n1 * n0, n1 + n0) * (Fraction(a, n1) - Fraction(c, n0)) for a, n1, c, n0 in tables) / weight
    p = sum(
        Fraction(n1, n1 + n0) ** 2 * c - Fraction(n0, n1 + n0) ** 2 * a
        + Fraction(n1, n1 + n0) * Fraction(n0, n1 + n0) * Fraction(n0 - n1, 2)
        for a, n1, c, n0 in tables
    )  # fmt: skip
    q = sum(Fraction(a * (n0 - c) + c * (n1 - a), 2 * (n1 + n0)) for a, n1, c, n0 in tables)
    return pooled, (pooled * p + q) / weight**2


@given(st.lists(st.tuples(arm(), arm()).map(lambda both: (*both[0], *both[1])), min_size=1, max_size=12))
def test_risk_difference_equals_its_formula(tables):
    pooled, variance = exact_difference(tables)
    ours = risk_difference(strata(*tables))
    assert ours.value == pytest.approx(float(pooled), abs=1e-12)
    half = 1.959963984540054 * sqrt(max(0.0, float(variance)))
    assert ours.high == pytest.approx(min(1.0, float(pooled) + half), abs=1e-9)
    assert ours.low == pytest.approx(max(-1.0, float(pooled) - half), abs=1e-9)


def test_one_stratum_is_the_plain_difference():
    found = risk_difference(strata((30, 100, 20, 100)))
    assert found.value == pytest.approx(0.1)
    plain = 1.959963984540054 * sqrt(0.3 * 0.7 / 100 + 0.2 * 0.8 / 100)
    assert found.high - found.value == pytest.approx(plain, rel=0.02)


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty():
    """Two hundred small strata of a country in which training adds exactly eight points."""
    draw, held, turns = numpy.random.default_rng(20231), 0, 400
    for _ in range(turns):
        base = draw.uniform(0.1, 0.5, 200)
        trained, untrained = draw.integers(1, 15, 200), draw.integers(1, 40, 200)
        tables = zip(
            draw.binomial(trained, base + 0.08), trained, draw.binomial(untrained, base), untrained, strict=True
        )
        found = risk_difference(strata(*(tuple(map(int, table)) for table in tables)))
        held += found.low <= 0.08 <= found.high
    assert 0.92 <= held / turns <= 0.98


def test_levels_that_train_unequally_mislead_the_raw_difference():
    """Simpson's paradox: within each level the trained pass more often, all together less often."""
    found = compare_arms(strata((81, 87, 234, 270), (192, 263, 55, 80)))
    assert found.raw_points < 0 < found.difference_points.value
    assert found.odds_ratio.value > 1
    assert (found.strata, found.persons) == (2, 700)


@pytest.mark.parametrize(
    ("tables", "difference"),
    [
        pytest.param([], None, id="nobody"),
        pytest.param([(3, 5, 0, 0), (0, 0, 2, 4)], None, id="never-both-in-one-stratum"),
        pytest.param([(3, 5, 2, 5), (9, 9, 0, 0)], 0.2, id="a-stratum-of-one-group-says-nothing"),
        pytest.param([(0, 5, 0, 5)], 0.0, id="nobody-passed"),
        pytest.param([(5, 5, 0, 5)], 1.0, id="all-against-none"),
    ],
)
def test_edges(tables, difference):
    found = compare_arms(strata(*tables))
    assert (found.difference and found.difference.value) == (None if difference is None else pytest.approx(difference))
    assert found.odds_ratio is None or found.odds_ratio.low <= found.odds_ratio.value <= found.odds_ratio.high
