"""Every vector of the passing cycles, and the rule against a reader that tries everything."""

from datetime import date

import pytest

from examprep.exams.rules.cycle import ABSENT, LOCAL, NATIONAL, VIOLATION, VOID, Mark, judge, proof_ends_on
from examprep.exams.rules.explain import explain
from examprep.exams.rules.lines import Standard
from examprep.exams.rules.papers import SUBJECTS

A, B, C = "sw-comprehensive", "sw-law-policy", "sw-practice"
X, Y = SUBJECTS["ASW"]
Z = "ssw-practice"


def sixty(level, years=range(2018, 2031), regional=None):
    return {(year, subject): Standard(120, regional) for year in years for subject in SUBJECTS[level]}


def passes(**by_year):
    return [Mark(int(year[1:]), subject, 120) for year, subjects in by_year.items() for subject in subjects]


@pytest.mark.parametrize(
    ("marks", "year", "qualified"),
    [
        pytest.param(passes(y2024=[A], y2025=[B, C]), 2025, True, id="one-then-two"),
        pytest.param(passes(y2024=[A, B], y2026=[C]), 2026, False, id="a-year-between"),
        pytest.param(passes(y2024=[A], y2025=[B], y2026=[C]), 2026, False, id="the-first-is-gone"),
        pytest.param(passes(y2024=[A], y2025=[B], y2026=[A, C]), 2026, True, id="passed-the-gone-one-again"),
        pytest.param(passes(y2025=[A, B], y2026=[C]), 2026, True, id="two-then-one"),
        pytest.param(passes(y2025=[A, B], y2027=[C]), 2027, False, id="failed-the-third-all-lapse"),
        pytest.param(passes(y2025=[A, B, C]), 2025, True, id="all-at-once"),
        pytest.param(passes(y2025=[A, B]), 2025, False, id="two-only"),
    ],
)
def test_intermediate_slides(marks, year, qualified):
    assert judge("SW", year, marks, sixty("SW")).qualified is qualified


def test_what_is_kept_and_missing_after_one_then_one():
    outcome = judge("SW", 2025, passes(y2024=[A], y2025=[B]), sixty("SW"))
    assert (outcome.passed, outcome.missing, outcome.kept) == ((B,), (C,), (B,))
    assert "needed then: Comprehensive ability (intermediate), Practice (intermediate)" in str(explain(outcome))


def test_a_pass_prolonged_where_sittings_were_cancelled():
    marks = passes(y2020=[A, B], y2022=[C])
    assert not judge("SW", 2022, marks, sixty("SW")).qualified
    assert judge("SW", 2022, marks, sixty("SW"), {2020: 1}).qualified
    assert not judge("SW", 2023, passes(y2020=[A, B], y2023=[C]), sixty("SW"), {2020: 1}).qualified


def test_an_assistant_keeps_nothing():
    assert not judge("ASW", 2025, passes(y2024=[X], y2025=[Y]), sixty("ASW")).qualified
    outcome = judge("ASW", 2025, passes(y2025=[X]), sixty("ASW"))
    assert (outcome.passed, outcome.kept) == ((X,), ())
    assert judge("ASW", 2025, passes(y2025=[X, Y]), sixty("ASW")).validity == NATIONAL


def test_a_senior_needs_one_and_the_proof_lasts_three_years():
    outcome = judge("SSW", 2025, passes(y2025=[Z]), sixty("SSW"))
    assert outcome.qualified
    assert "three years" in str(explain(outcome))
    assert proof_ends_on(date(2025, 9, 1)) == date(2028, 9, 1)
    assert proof_ends_on(date(2024, 2, 29)) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("half_points", "validity"),
    [(105, None), (106, LOCAL), (119, LOCAL), (120, NATIONAL), (121, NATIONAL)],
)
def test_the_line_that_was_met_decides_where_the_certificate_holds(half_points, validity):
    marks = [Mark(2025, X, half_points), Mark(2025, Y, 150)]
    outcome = judge("ASW", 2025, marks, sixty("ASW", regional=106))
    assert outcome.validity == validity
    assert ("regional pass line" in str(explain(outcome))) is (validity == LOCAL)


@pytest.mark.parametrize("code", [ABSENT, VIOLATION, VOID])
def test_codes_are_never_scores(code):
    outcome = judge("ASW", 2025, [Mark(2025, X, None, code), Mark(2025, Y, 120)], sixty("ASW"))
    assert not outcome.qualified
    assert outcome.passed == (Y,)
    assert outcome.sat
    assert judge("ASW", 2025, [Mark(2025, X, None, code)], sixty("ASW")).sat is (code != ABSENT)


def test_half_a_point_below_the_line_fails():
    assert not judge("SSW", 2025, [Mark(2025, Z, 119)], sixty("SSW")).qualified


def test_without_a_line_the_outcome_waits():
    outcome = judge("SSW", 2027, [Mark(2027, Z, 150)], {})
    assert (outcome.qualified, outcome.pending) == (False, True)
    assert "not known yet" in str(explain(outcome))


def test_who_qualified_before_does_not_qualify_again_but_may_gain_the_whole_country():
    again = judge("SW", 2026, passes(y2025=[A, B, C], y2026=[A]), sixty("SW"))
    assert (again.qualified, again.already) == (False, True)
    lines = sixty("SW", regional=110)
    marks = [Mark(2025, A, 112), *passes(y2025=[B, C], y2026=[A])]
    assert judge("SW", 2025, marks, lines).validity == LOCAL
    better = judge("SW", 2026, marks, lines)
    assert (better.qualified, better.validity) == (True, NATIONAL)


def test_absent_from_everything_explains_what_is_left():
    marks = [*passes(y2024=[A, B]), Mark(2025, C, None, ABSENT)]
    assert "all three subjects must be sat again" in str(explain(judge("SW", 2025, marks, sixty("SW"))))
