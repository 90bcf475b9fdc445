"""The rules of one year: vectors with their edges, and what must hold for any lines."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.ce.rules.credit import CATEGORIES, Credit, Requirement, Share
from examprep.ce.rules.rulebook import RULEBOOK, judge
from examprep.ce.rules.standing import standing
from examprep.ce.rules.thresholds import due_threshold
from examprep.ce.shipped import shipped_requirements
from examprep.kernel.period import calendar_year

HOUR = 45
YEAR = calendar_year(2026)


def requirement() -> Requirement:
    data = shipped_requirements()[0]
    return Requirement(
        data["code"],
        data["minutes"],
        minimums=tuple(Share(tuple(s["categories"]), s["minutes"]) for s in data["minimums"]),
        caps=tuple(Share(tuple(s["categories"]), s["minutes"]) for s in data["caps"]),
        minutes_per_hour=data["minutes_per_hour"],
        since=data["since"],
        until=data["until"],
        source=data["source"],
    )


NATIONAL = requirement()


def earned(*amounts: tuple[str, int], on: date = date(2026, 5, 1)) -> list[Credit]:
    return [Credit(n, minutes, category, on) for n, (category, minutes) in enumerate(amounts, 1)]


def judged(p: int, g: int, e: int = 0):
    amounts = [("professional", p * HOUR), ("general", g * HOUR), ("elective", e * HOUR)]
    return standing(earned(*(a for a in amounts if a[1])), NATIONAL, "ASW", YEAR)


@pytest.mark.parametrize(
    ("p", "g", "e", "met", "counted", "missing"),
    [
        pytest.param(60, 30, 0, True, 90, 0, id="just-enough"),
        pytest.param(60, 29, 0, False, 89, 1, id="one-hour-short"),
        pytest.param(50, 60, 0, False, 80, 10, id="too-little-professional"),
        pytest.param(65, 55, 0, True, 95, 0, id="literal-two-thirds-is-not-asked"),
        pytest.param(90, 0, 0, True, 90, 0, id="professional-alone"),
        pytest.param(59, 31, 0, False, 89, 1, id="the-thirty-first-general-hour-helps-nobody"),
        pytest.param(0, 0, 0, False, 0, 90, id="nothing"),
        pytest.param(0, 90, 0, False, 30, 60, id="general-alone"),
        pytest.param(60, 20, 10, True, 90, 0, id="elective-shares-the-cap"),
        pytest.param(60, 20, 40, True, 90, 0, id="elective-over-the-shared-cap"),
        pytest.param(20, 0, 0, False, 20, 70, id="both-rules-short"),
    ],
)
def test_ninety_hours_of_which_sixty_professional(p, g, e, met, counted, missing):
    found = judged(p, g, e)
    assert (found.met, found.counted_minutes, found.missing_minutes) == (met, counted * HOUR, missing * HOUR)


def test_a_single_missing_minute_is_not_shown_as_nothing():
    found = standing(earned(("professional", 90 * HOUR - 1)), NATIONAL, "SW", YEAR)
    assert not found.met
    assert found.share == 99
    assert [str(part.sentence) for part in found.missing] == ["0.1 credit hours of any kind"]
    assert NATIONAL.shown_missing(1) == 5  # shown as 0.1


def test_missing_is_told_by_category():
    assert [str(part.sentence) for part in judged(20, 0).missing] == [
        "40 credit hours of professional subjects",
        "30 credit hours of any kind",
    ]
    assert [str(part.sentence) for part in judged(50, 60).missing] == ["10 credit hours of professional subjects"]
    assert judged(60, 30).missing == ()


def test_reasons_name_what_was_capped():
    assert "general subjects and elective subjects count up to 30 credit hours; 30 more do not count." in [
        str(reason) for reason in judged(50, 60).reasons
    ]


def test_earlier_lines_fill_the_cap_first():
    lines = [
        Credit(1, 20 * HOUR, "general", date(2026, 3, 2)),
        Credit(2, 25 * HOUR, "general", date(2026, 3, 1)),
        Credit(3, 10 * HOUR, "elective", date(2026, 4, 1)),
    ]
    parts = {
        part.line_id: (part.minutes // HOUR, part.why is None) for part in standing(lines, NATIONAL, "ASW", YEAR).lines
    }
    assert parts == {2: (25, True), 1: (5, False), 3: (0, False)}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        pytest.param(date(2025, 12, 31), False, id="last-day-before"),
        pytest.param(date(2026, 1, 1), True, id="first-day"),
        pytest.param(date(2026, 12, 31), True, id="last-day"),
        pytest.param(date(2027, 1, 1), False, id="first-day-after"),
    ],
)
def test_a_line_counts_in_the_year_of_its_day(day, counts):
    found = standing(earned(("professional", HOUR), on=day), NATIONAL, "ASW", YEAR)
    assert found.counted_minutes == (HOUR if counts else 0)
    assert len(found.lines) == counts


def test_each_level_has_its_own_total():
    uneven = replace(NATIONAL, total_minutes={"ASW": 72 * HOUR, "SW": 90 * HOUR}, minimums=())
    lines = earned(("professional", 72 * HOUR))
    assert standing(lines, uneven, "ASW", YEAR).met
    assert not standing(lines, uneven, "SW", YEAR).met


def test_a_further_requirement_is_data_alone():
    guangdong = replace(
        NATIONAL,
        minimums=(Share(("general",), 30 * HOUR), Share(("professional",), 42 * HOUR), Share(("elective",), 18 * HOUR)),
        caps=(),
    )
    found = standing(earned(("professional", 60 * HOUR), ("general", 30 * HOUR)), guangdong, "ASW", YEAR)
    assert [str(part.sentence) for part in found.missing] == ["18 credit hours of elective subjects"]


def test_no_rule_judges_years_before_it_held():
    assert judge([], NATIONAL, "ASW", calendar_year(2014)) == ()
    assert all(rule.source for rule in RULEBOOK)


def test_a_category_in_two_caps_is_refused():
    with pytest.raises(ValueError, match="overlap"):
        replace(NATIONAL, caps=(Share(("general",), 1), Share(("general", "elective"), 2)))


lines_of_a_year = st.lists(
    st.tuples(st.sampled_from(CATEGORIES), st.integers(1, 3000), st.dates(date(2025, 12, 1), date(2027, 1, 31))),
    max_size=12,
).map(lambda rows: [Credit(n, minutes, category, day) for n, (category, minutes, day) in enumerate(rows, 1)])


@given(lines_of_a_year, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(lines, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert standing(shuffled, NATIONAL, "ASW", YEAR) == standing(lines, NATIONAL, "ASW", YEAR)


@given(
    lines_of_a_year, st.sampled_from(CATEGORIES), st.integers(1, 3000), st.dates(date(2026, 1, 1), date(2026, 12, 31))
)
def test_a_reversal_restores_the_standing(lines, category, minutes, day):
    before = standing(lines, NATIONAL, "ASW", YEAR)
    wrong = Credit(100, minutes, category, day)
    after = standing([*lines, wrong, Credit(101, -minutes, category, day, reverses_id=100)], NATIONAL, "ASW", YEAR)
    assert replace(after, lines=before.lines) == before
    assert [part for part in after.lines if part.line_id < 100] == list(before.lines)


@given(lines_of_a_year)
def test_the_parts_sum_to_what_counts_and_missing_mends(lines):
    found = standing(lines, NATIONAL, "ASW", YEAR)
    assert sum(part.minutes for part in found.lines) == found.counted_minutes
    assert sum(part.minutes for part in found.missing) == found.missing_minutes
    mended = [
        Credit(1000 + n, part.minutes, part.categories[0], date(2026, 12, 31)) for n, part in enumerate(found.missing)
    ]
    assert standing([*lines, *mended], NATIONAL, "ASW", YEAR).met
    assert found.met == (found.missing_minutes == 0)


@pytest.mark.parametrize(
    ("today", "threshold"),
    [
        pytest.param(date(2026, 10, 1), None, id="91-days"),
        pytest.param(date(2026, 10, 2), 90, id="90-days"),
        pytest.param(date(2026, 11, 1), 60, id="60-days"),
        pytest.param(date(2026, 12, 1), 30, id="30-days"),
        pytest.param(date(2026, 12, 16), 30, id="15-days"),
        pytest.param(date(2026, 12, 17), 14, id="14-days"),
        pytest.param(date(2026, 12, 24), 7, id="7-days"),
        pytest.param(date(2026, 12, 30), 1, id="1-day"),
        pytest.param(date(2026, 12, 31), 1, id="last-day"),
        pytest.param(date(2027, 1, 1), None, id="over"),
    ],
)
def test_the_latest_threshold_that_is_due(today, threshold):
    assert due_threshold(2026, today) == threshold
