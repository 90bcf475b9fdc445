"""Outcomes against the text of the rules: each vector of DOMAIN.md 1.3 and 1.4 by name, and a reader of the text that
tries everything.
"""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.exams.rules.cycle import ABSENT, LOCAL, NATIONAL, VIOLATION, VOID, Awaited, Mark, judge, proof_ends_on
from examprep.exams.rules.explain import explain
from examprep.exams.rules.lines import PassLine, Standard, standard
from tests.exams.test_cycle import A, B, C, X, Y, Z, passes, sixty

WEINING, HONGSIBU, BEIJING = "520526", "640303", "110101"


def failed(year, subject):
    return Mark(year, subject, 110)


VECTORS = [
    # level, marks, year, qualified, validity, kept for the next year
    pytest.param("ASW", passes(y2025=[X, Y]), 2025, True, NATIONAL, (), id="assistant-both-in-one-year"),
    pytest.param(
        "ASW", passes(y2024=[X], y2025=[Y]), 2025, False, None, (), id="assistant-one-each-year-keeps-nothing"
    ),
    pytest.param("SW", passes(y2024=[A], y2025=[B]), 2025, False, None, (B,), id="2024-one-2025-one-keeps-the-second"),
    pytest.param(
        "SW", passes(y2024=[A], y2025=[B], y2026=[C]), 2026, False, None, (C,), id="in-2026-the-pass-of-2024-is-gone"
    ),
    pytest.param(
        "SW", passes(y2024=[A], y2025=[B], y2026=[A, C]), 2026, True, NATIONAL, (), id="needs-two-in-2026-and-gets-them"
    ),
    pytest.param("SW", passes(y2025=[A, B], y2026=[C]), 2026, True, NATIONAL, (), id="two-then-the-third"),
    pytest.param(
        "SW", [*passes(y2025=[A, B]), failed(2026, C)], 2026, False, None, (), id="two-then-failing-the-third-all-lapse"
    ),
    pytest.param("SW", passes(y2025=[A, B], y2027=[C]), 2027, False, None, (C,), id="all-three-again-from-2027"),
    pytest.param("SW", passes(y2024=[A], y2025=[B, C]), 2025, True, NATIONAL, (), id="2024-A-2025-BC"),
    pytest.param("SW", passes(y2024=[A, B], y2026=[C]), 2026, False, None, (C,), id="2024-AB-2025-none-2026-C"),
    pytest.param(
        "SW",
        passes(y2024=[A], y2025=[B], y2026=[A, C]),
        2026,
        True,
        NATIONAL,
        (),
        id="no-fixed-cycle-from-the-first-pass",
    ),
    pytest.param("SSW", passes(y2025=[Z]), 2025, True, NATIONAL, (), id="senior-one-subject"),
    pytest.param("SSW", passes(y2024=[Z]), 2025, False, None, (), id="senior-is-not-rolling"),
]


@pytest.mark.parametrize(("level", "marks", "year", "qualified", "validity", "kept"), VECTORS)
def test_vectors_of_the_cycles(level, marks, year, qualified, validity, kept):
    outcome = judge(level, year, marks, sixty(level))
    assert (outcome.qualified, outcome.validity, outcome.kept) == (qualified, validity, kept)


def test_prolonged_where_sittings_were_cancelled_and_nowhere_else():
    marks = passes(y2020=[A, B], y2022=[C])
    assert judge("SW", 2022, marks, sixty("SW"), {2020: 1}).qualified
    assert not judge("SW", 2022, marks, sixty("SW"), {2021: 1}).qualified
    assert not judge("SW", 2023, passes(y2020=[A, B], y2023=[C]), sixty("SW"), {2020: 1}).qualified


def test_the_proof_of_a_senior_holds_three_years_from_its_issue():
    assert proof_ends_on(date(2025, 9, 1)) == date(2028, 9, 1)


@pytest.mark.parametrize(
    ("level", "points", "validity"),
    [
        pytest.param("ASW", 53, LOCAL, id="assistant-2025-on-the-line"),
        pytest.param("ASW", 52.5, None, id="assistant-2025-half-a-point-below"),
        pytest.param("ASW", 59.5, LOCAL, id="assistant-2025-half-a-point-below-the-national"),
        pytest.param("ASW", 60, NATIONAL, id="assistant-2025-national"),
        pytest.param("SW", 58, LOCAL, id="intermediate-2025-on-the-line"),
        pytest.param("SW", 57.5, None, id="intermediate-2025-below"),
        pytest.param("SSW", 59.5, None, id="senior-2025-has-the-national-line"),
        pytest.param("SSW", 60, NATIONAL, id="senior-2025-national"),
    ],
)
def test_the_separate_lines_of_2025(level, points, validity):
    lines = [PassLine(1, 2025, None, level, None, 120)]
    lines += [PassLine(2, 2025, WEINING, level, None, {"ASW": 106, "SW": 116, "SSW": 120}[level])]
    marks = [Mark(2025, subject, int(2 * points)) for subject in {"ASW": (X, Y), "SW": (A, B, C), "SSW": (Z,)}[level]]
    assert judge(level, 2025, marks, standards_of(lines, level, {2025: WEINING})).validity == validity
    elsewhere = NATIONAL if points >= 60 else None
    assert judge(level, 2025, marks, standards_of(lines, level, {2025: BEIJING})).validity == elsewhere


def standards_of(lines, level, places):
    subjects = {"ASW": (X, Y), "SW": (A, B, C), "SSW": (Z,)}[level]
    return {
        (year, subject): standard(lines, year=year, level=level, subject_code=subject, region_code=place)
        for year, place in places.items()
        for subject in subjects
    }


def test_a_failure_in_july_is_a_local_pass_in_september():
    lines = [PassLine(1, 2025, None, "ASW", None, 120), PassLine(2, 2024, WEINING, "ASW", None, 106)]
    marks = [Mark(2025, X, 108), Mark(2025, Y, 130)]
    july = judge("ASW", 2025, marks, standards_of(lines, "ASW", {2025: WEINING}))
    assert (july.qualified, july.awaited) == (False, Awaited((2025,), (X,), 108, qualifies=True))
    assert "at 54 points or lower it makes this a pass that holds in the region" in str(explain(july))
    late = [*lines, PassLine(3, 2025, WEINING, "ASW", None, 106)]
    september = judge("ASW", 2025, marks, standards_of(late, "ASW", {2025: WEINING}))
    assert (september.qualified, september.validity, september.awaited) == (True, LOCAL, None)


def test_no_line_is_awaited_where_there_never_was_one_or_others_are_announced():
    never = [PassLine(1, 2025, None, "ASW", None, 120), PassLine(2, 2024, WEINING, "ASW", None, 106)]
    announced = [*never, PassLine(3, 2025, HONGSIBU, "ASW", None, 106)]
    for lines, place in ((never, BEIJING), (announced, WEINING)):
        marks = [Mark(2025, X, 108), Mark(2025, Y, 130)]
        assert judge("ASW", 2025, marks, standards_of(lines, "ASW", {2025: place})).awaited is None


def test_a_local_pass_together_with_national_ones_holds_locally():
    lines = sixty("SW", regional=116)
    marks = [Mark(2024, A, 117), *passes(y2025=[B, C])]
    outcome = judge("SW", 2025, marks, lines, places={2024: WEINING, 2025: WEINING})
    assert (outcome.qualified, outcome.validity) == (True, LOCAL)
    assert "Comprehensive ability (intermediate) met only the regional pass line" in str(explain(outcome))


def test_a_local_pass_of_another_region_does_not_count():
    lines = sixty("SW", regional=116)
    marks = [Mark(2024, A, 117), *passes(y2025=[B, C])]
    outcome = judge("SW", 2025, marks, lines, places={2024: WEINING, 2025: HONGSIBU})
    assert (outcome.qualified, outcome.elsewhere, outcome.kept) == (False, (A,), (B, C))
    assert "met only the pass line of another region" in str(explain(outcome))


@pytest.mark.parametrize("code", [ABSENT, VIOLATION, VOID])
def test_codes_are_never_scores_at_any_level(code):
    for level, subjects in (("ASW", (X, Y)), ("SW", (A, B, C)), ("SSW", (Z,))):
        marks = [Mark(2025, subjects[0], None, code), *passes(y2025=subjects[1:])]
        assert not judge(level, 2025, marks, sixty(level)).qualified


def test_whoever_qualified_and_was_absent_later_is_not_told_to_sit_again():
    marks = [*passes(y2025=[A, B, C]), *(Mark(2026, s, None, ABSENT) for s in (A, B, C))]
    assert "Already qualified" in str(explain(judge("SW", 2026, marks, sixty("SW"))))


def test_before_the_results_the_sentence_says_what_counts():
    said = str(explain(judge("SW", 2026, passes(y2025=[A, B]), sixty("SW"))))
    assert "Counting from before: Comprehensive ability (intermediate) (2025), Law and policy (2025)" in said
    assert "Needed now: Practice (intermediate)" in said


class Text:
    """The rules as they are written, read by trying every way to hold them.

    Assistant: both subjects in one exam year. Intermediate: each of the three subjects has a pass in the year or the
    one before, or as much earlier as passes of that year were prolonged. Senior: its subject in the year. A pass is a
    score at or above the national line, or at or above the line of the region of that year when the certificate is
    asked for in the same region; with one of the latter the certificate holds in the region alone.
    """

    def __init__(self, level, subjects, marks, longer, places, regional):
        self.level, self.subjects, self.marks = level, subjects, marks
        self.longer, self.places, self.regional = longer, places, regional

    def holds(self, year, region):
        best = None
        for chosen in product(*([m for m in self.marks if m.subject == s] for s in self.subjects)):
            if not all(self._counts(mark, year) for mark in chosen):
                continue
            if all(mark.half_points >= 120 for mark in chosen):
                return NATIONAL
            if all(m.half_points >= 120 or self._local(m, region) for m in chosen):
                best = LOCAL
        return best

    def _counts(self, mark, year):
        if mark.half_points is None:
            return False
        last = mark.year + (1 + self.longer.get(mark.year, 0) if self.level == "SW" else 0)
        return mark.year <= year <= last

    def _local(self, mark, region):
        line = self.regional.get((mark.year, self.places[mark.year]))
        return line is not None and mark.half_points >= line and self.places[mark.year] == region


YEARS = range(2020, 2026)
scores = st.one_of(st.integers(100, 130), st.sampled_from([0, 118, 119, 120, 200]), st.sampled_from([ABSENT, VOID]))


@settings(max_examples=500)
@given(data=st.data(), level=st.sampled_from(["ASW", "SW", "SSW"]))
def test_outcomes_are_what_the_text_says(data, level):
    subjects = {"ASW": (X, Y), "SW": (A, B, C), "SSW": (Z,)}[level]
    given_marks = data.draw(
        st.dictionaries(st.tuples(st.sampled_from(YEARS), st.sampled_from(subjects)), scores, max_size=18)
    )
    places = {year: data.draw(st.sampled_from([WEINING, HONGSIBU])) for year in YEARS}
    keys = st.tuples(st.sampled_from(YEARS), st.sampled_from([WEINING, HONGSIBU]))
    regional = data.draw(st.dictionaries(keys, st.integers(100, 120), max_size=8))
    longer = data.draw(st.dictionaries(st.sampled_from(YEARS), st.integers(1, 2), max_size=3))
    marks = [
        Mark(year, subject, value) if isinstance(value, int) else Mark(year, subject, None, value)
        for (year, subject), value in given_marks.items()
    ]
    lines = {(year, s): Standard(120, regional.get((year, places[year]))) for year in YEARS for s in subjects}
    text = Text(level, subjects, marks, longer, places, regional)
    for year in YEARS:
        outcome = judge(level, year, marks, lines, longer, places)
        expected, before = text.holds(year, places[year]), text.holds(year - 1, places[year])
        assert outcome.validity == expected
        already = level == "SW" and expected is not None and before in (NATIONAL, expected)
        assert (outcome.qualified, outcome.already) == (expected is not None and not already, already)
        assert str(explain(outcome))
