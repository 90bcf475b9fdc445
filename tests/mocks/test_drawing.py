"""Drawing by rule: exact format, reproducible, no question twice, proportions within one."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.mocks.rules.drawing import Lack, Moved, Offered, Part, Weighed, draw, minutes_of, quotas, shares

FORMAT = (Part("single-choice", 60, 2), Part("multiple-choice", 20, 4))


def bank(singles, multiples, chapters=5, seen=lambda n: 0):
    return [
        Offered(
            n, n, "single-choice" if n < singles else "multiple-choice", n % chapters, 2 if n < singles else 4, seen(n)
        )
        for n in range(singles + multiples)
    ]


EVEN = {chapter: Fraction(1) for chapter in range(5)}


def test_a_full_bank_gives_the_official_paper():
    drawn = draw(FORMAT, EVEN, bank(200, 100), 1)
    assert [each.type for each in drawn.questions] == ["single-choice"] * 60 + ["multiple-choice"] * 20
    assert (drawn.full, drawn.half_points, drawn.moved) == (True, 200, [])


def test_the_seed_makes_the_paper():
    one, again, other = (draw(FORMAT, EVEN, bank(200, 100), seed).questions for seed in (1, 1, 2))
    assert one == again != other
    assert draw(FORMAT, EVEN, list(reversed(bank(200, 100))), 1).questions == one, "the bank's order says nothing"


def test_seen_least_comes_first():
    drawn = draw((Part("single-choice", 10, 2),), EVEN, bank(50, 0, seen=lambda n: n >= 25), 3)
    assert {each.seen for each in drawn.questions} == {0}


def test_what_a_chapter_lacks_is_said_and_comes_from_others():
    offered = [Offered(n, n, "single-choice", 0 if n < 2 else 1, 2) for n in range(30)]
    drawn = draw((Part("single-choice", 10, 2),), {0: Fraction(1), 1: Fraction(1)}, offered, 1)
    assert (len(drawn.questions), drawn.full) == (10, True)
    assert drawn.moved == [Moved("single-choice", 0, 3)]


@pytest.mark.parametrize(
    ("singles", "multiples", "counts", "lacks"),
    [
        pytest.param(30, 20, (30, 10), [Lack("single-choice", 60, 30)], id="half-the-singles"),
        pytest.param(60, 1, (3, 1), [Lack("multiple-choice", 20, 1)], id="one-multiple"),
        pytest.param(60, 0, (0, 0), [Lack("multiple-choice", 20, 0)], id="none-of-a-type"),
        pytest.param(59, 19, (57, 19), [Lack("single-choice", 60, 59), Lack("multiple-choice", 20, 19)], id="both"),
    ],
)
def test_too_few_of_a_type_shorten_all_parts_alike(singles, multiples, counts, lacks):
    drawn = draw(FORMAT, EVEN, bank(singles, multiples), 1)
    found = [each.type for each in drawn.questions]
    assert (found.count("single-choice"), found.count("multiple-choice")) == counts
    assert (drawn.lacks, drawn.full) == (lacks, False)


def test_a_question_of_another_mark_is_left_aside():
    drawn = draw((Part("case-analysis", 1, 40),), {}, [Offered(1, 1, "case-analysis", 1, 30)], 1)
    assert (list(drawn.questions), drawn.lacks) == ([], [Lack("case-analysis", 1, 0)])


@pytest.mark.parametrize(
    ("chapters", "wanted"),
    [
        pytest.param([Weighed(1, 16, 26), Weighed(2, None, None)], {1: 21, 2: 179}, id="the-rest-to-the-unknown"),
        pytest.param([Weighed(1, None, None), Weighed(2, None, None)], {1: 100, 2: 100}, id="evenly"),
        pytest.param([Weighed(1, 10, 10), Weighed(2, None, None, proper=False)], {1: 10}, id="pseudo-gets-none"),
        pytest.param(
            [Weighed(1, 150, 150), Weighed(2, 60, 60), Weighed(3, None, None)], {1: 150, 2: 60, 3: 0}, id="over"
        ),
    ],
)
def test_shares(chapters, wanted):
    assert shares(chapters, 200) == wanted


@pytest.mark.parametrize(
    ("half_points", "minutes"),
    [pytest.param(200, 120, id="whole"), pytest.param(100, 60, id="half"), pytest.param(101, 61, id="rounded-up")],
)
def test_time_is_in_proportion(half_points, minutes):
    assert minutes_of(half_points, 200, 120) == minutes


@given(
    st.integers(0, 200),
    st.dictionaries(st.integers(1, 30), st.fractions(0, 50, max_denominator=12), min_size=1, max_size=16),
    st.integers(0, 2**31),
)
def test_quotas_are_within_one_of_the_share_and_sum_up(count, weights, seed):
    whole = sum(weights.values())
    found = quotas(count, weights, random.Random(seed))
    assert sum(found.values()) == (count if whole else 0)
    assert all(abs(number - count * weights[each] / whole) < 1 for each, number in found.items())


@given(
    st.integers(0, 70),
    st.integers(0, 30),
    st.integers(1, 6),
    st.integers(0, 2**31),
)
def test_no_question_twice_and_types_in_proportion(singles, multiples, chapters, seed):
    drawn = draw(FORMAT, {each: Fraction(each + 1) for each in range(6)}, bank(singles, multiples, chapters), seed)
    ids = [each.question_id for each in drawn.questions]
    assert len(ids) == len(set(ids))
    scale = min(Fraction(min(singles, 60), 60), Fraction(min(multiples, 20), 20))
    for part in FORMAT:
        assert abs(sum(each.type == part.type for each in drawn.questions) - part.count * scale) < 1
    assert drawn.full == (singles >= 60 and multiples >= 20)
