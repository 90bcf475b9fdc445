"""The fast way to outcomes says what the rule says, for any person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.exams import recompute
from examprep.exams.patterns import UNMARKED, Patterns
from examprep.exams.rules.cycle import ABSENT, VOID, Mark
from examprep.exams.rules.lines import PassLine
from examprep.exams.rules.papers import LEVEL_OF, SUBJECTS, bit
from examprep.exams.store import Registration, Standards

PLACES = ("520526", "640303", "110101")
YEARS = range(2022, 2026)


def bits(subjects):
    return sum(bit(subject) for subject in set(subjects))


@settings(max_examples=400)
@given(data=st.data())
def test_a_chunk_says_what_judging_each_registration_says(data):
    heights = data.draw(
        st.dictionaries(st.tuples(st.sampled_from(YEARS), st.sampled_from(PLACES)), st.integers(104, 120), max_size=12)
    )
    told = [(year, None, 120) for year in YEARS if data.draw(st.integers(0, 9))]  # now and then one is unknown
    told += [(year, place, height) for (year, place), height in heights.items()]
    levels = ("ASW", "SW", "SSW")
    lines = [
        PassLine(number, year, place, level, None, height)
        for number, ((year, place, height), level) in enumerate((line, level) for line in told for level in levels)
    ]
    standards = Standards(lines, data.draw(st.lists(st.tuples(st.sampled_from(YEARS), st.just("520000"), st.just(1)))))
    keys = data.draw(st.sets(st.tuples(st.sampled_from(YEARS), st.sampled_from(["SW", *levels])), max_size=8))
    own = [
        Registration(number, 7, year, level, 1, data.draw(st.sampled_from(PLACES)), True, "male", 30, None)
        for number, (year, level) in enumerate(sorted(keys))
    ]
    found = data.draw(
        st.dictionaries(
            st.tuples(st.sampled_from(YEARS), st.sampled_from([s for s, of in LEVEL_OF.items() if of != "SSW"])),
            st.one_of(st.integers(104, 125), st.sampled_from([ABSENT, VOID])),
            min_size=8,
            max_size=30,
        )
    )
    marks = [Mark(y, s, v) if isinstance(v, int) else Mark(y, s, None, v) for (y, s), v in found.items()]
    state = recompute._Chunk({}, {}, set())
    recompute._judge_person(state, Patterns(standards), own, marks, ())
    said = {
        (r.year, r.level): (
            o.sat, bits(o.passed), o.qualified, o.validity if o.qualified else None, o.pending,
            bits(mark.subject for mark in o.marks if mark.code != ABSENT),
        )
        for r, o in recompute.outcomes_by_registration(standards, own, marks)
    }  # fmt: skip
    found = {
        key[1:]: (f.sat, f.passed_bits, f.qualified, f.validity, f.pending, f.sat_bits)
        for key, f in state.right.items()
    }
    assert found == said


@pytest.mark.parametrize("level", SUBJECTS)
def test_the_only_registration_of_somebody_without_marks_is_judged_alike_everywhere(level):
    standards = Standards([PassLine(1, 2025, None, level, None, 120)], [(2025, "520000", 1)])
    own = Registration(1, 7, 2025, level, 1, PLACES[0], True, "male", 30, None)
    assert Patterns(standards).judge([own], ()) == [UNMARKED]


def test_a_pass_on_the_line_of_another_region_does_not_count():
    told = [(year, None, 120) for year in (2024, 2025)] + [(2024, PLACES[0], 116)]
    standards = Standards([PassLine(n, at, place, "SW", None, h) for n, (at, place, h) in enumerate(told)], [])
    marks = [Mark(2024, "sw-comprehensive", 117), Mark(2025, "sw-law-policy", 120), Mark(2025, "sw-practice", 120)]
    for later, qualified in ((PLACES[0], True), (PLACES[1], False)):
        own = [
            Registration(year, 7, year, "SW", 1, place, True, "male", 30, None)
            for year, place in ((2024, PLACES[0]), (2025, later))
        ]
        state = recompute._Chunk({}, {}, set())
        recompute._judge_person(state, Patterns(standards), own, marks, ())
        assert state.right[7, 2025, "SW"].qualified is qualified
