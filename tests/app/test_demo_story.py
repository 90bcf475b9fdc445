"""The story's own figures add up to the printed ones, before any row is made of them."""

import pytest

from examprep.app.demo.story import OTOG, OTOG_FRONT, PLACES, WEINING, WUZHONG


def totals(place):
    return {s.year: (sum(s.registered), sum(s.passed)) for s in place.sittings}


def held(place):
    return tuple(sum(counts) for counts in zip(*place.holders.values(), strict=True))


def test_printed_figures():
    assert totals(WEINING) == {2022: (180, 47), 2023: (521, 90)}
    assert held(WEINING) == (94, 31)
    assert {year: passed for year, (_, passed) in totals(WUZHONG).items()} == {2022: 165, 2023: 288}
    assert sum(WUZHONG.sittings[1].sat) > 2000
    assert sum(held(WUZHONG)) == 753
    assert held(OTOG) == (89, 37)
    assert sum(OTOG_FRONT.holders[2021]) == 30
    assert sum(held(OTOG_FRONT)) == 184


def test_fourteen_people_and_78200_yuan():
    months, yuan = OTOG.award_months, OTOG.award_yuan
    assert sum(len(m) for m in months.values()) == 14
    assert sum(sum(m) * yuan[level] for level, m in months.items()) == 78_200
    assert max(max(m) for m in months.values()) <= 36


@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.key)
def test_each_count_is_part_of_the_one_before(place):
    for s in place.sittings:
        for level in (0, 1):
            assert s.registered[level] >= s.approved[level] >= s.sat[level] >= s.passed[level]
