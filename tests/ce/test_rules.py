"""The rules of one period: vectors with their edges, and what must hold for any lines."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.ce.rules.credit import Credit
from examprep.ce.rules.duty import Duty, carried
from examprep.ce.rules.requirement import CATEGORIES, Conversion, Share
from examprep.ce.rules.rulebook import RULEBOOK, judge
from examprep.ce.rules.standing import of_sums, standing
from examprep.kernel.period import Period, calendar_year
from tests.ce.packs import shipped

HOUR = 45
YEAR = calendar_year(2026)
NATIONAL, REGISTERED, GUANGDONG = shipped("mohrss-25"), shipped("mca-123"), shipped("guangdong")


def duty(requirement=NATIONAL, level="ASW", period=YEAR, owed=None, closes=None) -> Duty:
    return Duty(requirement, level, period, period.days if owed is None else owed, closes or period.end)


def earned(*amounts: tuple[str, int], on: date = date(2026, 5, 1)) -> list[Credit]:
    return [Credit(n, minutes, category, on) for n, (category, minutes) in enumerate(amounts, 1)]


def judged(p: int, g: int, e: int = 0):
    amounts = [("professional", p * HOUR), ("general", g * HOUR), ("elective", e * HOUR)]
    return standing(earned(*(a for a in amounts if a[1])), duty())


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
    found = standing(earned(("professional", 90 * HOUR - 1)), duty(level="SW"))
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
    assert "general subjects and elective subjects count up to 30 credit hours; 30 credit hours more do not count." in [
        str(reason) for reason in judged(50, 60).reasons
    ]


def test_earlier_lines_fill_the_cap_first():
    lines = [
        Credit(1, 20 * HOUR, "general", date(2026, 3, 2)),
        Credit(2, 25 * HOUR, "general", date(2026, 3, 1)),
        Credit(3, 10 * HOUR, "elective", date(2026, 4, 1)),
    ]
    parts = {part.line_id: (part.minutes // HOUR, part.why is None) for part in standing(lines, duty()).lines}
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
    found = standing(earned(("professional", HOUR), on=day), duty())
    assert found.counted_minutes == (HOUR if counts else 0)
    assert len(found.lines) == counts


def test_each_level_has_its_own_total():
    uneven = replace(NATIONAL, total_minutes={"ASW": 72 * HOUR, "SW": 90 * HOUR}, minimums=())
    lines = earned(("professional", 72 * HOUR))
    assert standing(lines, duty(uneven)).met
    assert not standing(lines, duty(uneven, "SW")).met


def test_guangdong_asks_for_each_category_by_itself():
    found = standing(earned(("professional", 60 * HOUR), ("general", 30 * HOUR)), duty(GUANGDONG))
    assert [str(part.sentence) for part in found.missing] == ["18 credit hours of elective subjects"]
    enough = earned(("professional", 42 * HOUR), ("general", 30 * HOUR), ("elective", 18 * HOUR))
    assert standing(enough, duty(GUANGDONG)).met


@pytest.mark.parametrize(
    ("p", "g", "missing"),
    [
        pytest.param(65, 55, 45, id="two-thirds-of-all-that-was-earned"),
        pytest.param(60, 30, 0, id="exactly-two-thirds"),
        pytest.param(80, 40, 0, id="two-thirds-of-more"),
        pytest.param(0, 0, 90, id="nothing"),
        pytest.param(59, 31, 3, id="a-little-more-general"),
        pytest.param(20, 0, 70, id="the-rest-may-not-be-all-general"),
    ],
)
def test_two_thirds_read_literally(p, g, missing):
    literal = replace(NATIONAL, minimums=(Share(("professional",), part=(2, 3)),), caps=())
    amounts = [(c, n * HOUR) for c, n in (("professional", p), ("general", g)) if n]
    found = standing(earned(*amounts), duty(literal))
    assert found.missing_minutes == missing * HOUR
    mended = [Credit(100 + n, m.minutes, m.categories[-1], date(2026, 6, 1)) for n, m in enumerate(found.missing)]
    assert standing([*earned(*amounts), *mended], duty(literal)).met


TERM = Period(date(2023, 9, 1), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("level", "lines", "missing"),
    [
        pytest.param("ASW", [], 4320, id="assistant-72-hours"),
        pytest.param("SW", [], 5400, id="intermediate-90-hours"),
        pytest.param("SSW", [], 5400, id="senior-90-hours"),
        pytest.param("ASW", earned(("general", 9000), on=date(2024, 1, 1)), 4320, id="general-counts-on-b-only"),
        pytest.param("ASW", earned(("professional", 4319), on=date(2026, 8, 31)), 1, id="last-day"),
        pytest.param("ASW", earned(("professional", 4320), on=date(2026, 9, 1)), 4320, id="first-day-after"),
        pytest.param(
            "SW", [Credit(1, 1, "professional", date(2024, 1, 1), kind="degree")], 0, id="a-degree-gives-90-hours"
        ),
        pytest.param(
            "SW",
            [Credit(n, 1, "professional", date(2024, n, 1), kind="degree") for n in (1, 2)],
            0,
            id="a-second-degree-gives-nothing-more",
        ),
    ],
)
def test_the_registration_period(level, lines, missing):
    found = standing(lines, duty(REGISTERED, level, TERM))
    assert found.missing_minutes == missing
    assert found.surplus_minutes == 0


def test_one_line_counts_on_both_clocks():
    lines = earned(("professional", 600), on=date(2026, 5, 1))
    assert standing(lines, duty()).counted_minutes == 600
    assert standing(lines, duty(REGISTERED, "ASW", TERM)).counted_minutes == 600


def test_conversion_by_the_day_by_per_cent_and_to_a_cap():
    table = {"day": Conversion(minutes=8 * HOUR), "teaching": Conversion(percent=200, cap=20 * HOUR)}
    lines = [
        Credit(1, 999, "professional", date(2026, 2, 1), kind="day", units=3),
        Credit(2, 9 * HOUR, "professional", date(2026, 2, 2), kind="teaching"),
        Credit(3, 9 * HOUR, "professional", date(2026, 2, 3), kind="teaching"),
    ]
    found = standing(lines, duty(replace(NATIONAL, conversions=table)))
    assert [part.minutes // HOUR for part in found.lines] == [24, 18, 2]
    assert found.counted_minutes == 44 * HOUR
    assert str(found.lines[0].why) == "Counted as 24 credit hours by the conversion table."
    assert str(found.lines[2].why) == "Activities of this kind count up to 20 credit hours in a period."


def test_hours_made_up_count_for_their_period_within_the_grace():
    last_year = calendar_year(2025)
    on_time = Credit(1, HOUR, "general", date(2026, 4, 30), made_up_on=date(2025, 12, 31))
    late = Credit(2, HOUR, "general", date(2026, 5, 1), made_up_on=date(2025, 12, 31))
    found = standing([on_time, late], duty(GUANGDONG, period=last_year, closes=date(2026, 5, 1)))
    assert [(part.minutes, str(part.why)) for part in found.lines] == [
        (HOUR, "None"),
        (0, "Made up after the time allowed here."),
    ]
    assert standing([on_time, late], duty(GUANGDONG)).lines == ()


def test_days_that_are_not_owed_shrink_every_amount():
    half = duty(NATIONAL, owed=146)  # of 365: two fifths
    found = standing(earned(("professional", 24 * HOUR), ("general", 12 * HOUR)), half)
    assert (found.required_minutes, found.met) == (36 * HOUR, True)
    assert not standing(earned(("professional", 23 * HOUR), ("general", 20 * HOUR)), half).met


def test_who_owes_nothing_is_exempt():
    found = standing([], duty(owed=0))
    assert (found.state, found.met, found.required_minutes, found.share) == ("ce-exempt", True, 0, 100)


def test_a_surplus_is_carried_over_up_to_its_limit():
    carrying = replace(NATIONAL, carry_over_minutes=20 * HOUR)
    before = standing(earned(("professional", 120 * HOUR)), duty(carrying))
    assert before.surplus_minutes == 30 * HOUR
    following = carried(duty(carrying, period=calendar_year(2027)), before.surplus_minutes)
    found = standing(earned(("professional", 70 * HOUR), on=date(2027, 1, 1)), following)
    assert (found.counted_minutes, found.met, found.surplus_minutes) == (90 * HOUR, True, 0)
    assert "20 credit hours were carried over from the period before." in [str(reason) for reason in found.reasons]


def test_no_rule_judges_years_before_it_held():
    assert judge([], duty(period=calendar_year(2008))) == ()
    assert [f.rule for f in judge([], duty(period=calendar_year(2014)))] == ["total"]
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
    assert standing(shuffled, duty()) == standing(lines, duty())


@given(
    lines_of_a_year, st.sampled_from(CATEGORIES), st.integers(1, 3000), st.dates(date(2026, 1, 1), date(2026, 12, 31))
)
def test_a_reversal_restores_the_standing(lines, category, minutes, day):
    before = standing(lines, duty())
    wrong = Credit(100, minutes, category, day)
    after = standing([*lines, wrong, Credit(101, -minutes, category, day, reverses_id=100)], duty())
    assert replace(after, lines=before.lines) == before
    assert [part for part in after.lines if part.line_id < 100] == list(before.lines)


@given(lines_of_a_year)
def test_the_parts_sum_to_what_counts_and_missing_mends(lines):
    found = standing(lines, duty())
    assert sum(part.minutes for part in found.lines) == found.counted_minutes
    assert sum(part.minutes for part in found.missing) == found.missing_minutes
    mended = [
        Credit(1000 + n, part.minutes, part.categories[0], date(2026, 12, 31)) for n, part in enumerate(found.missing)
    ]
    assert standing([*lines, *mended], duty()).met
    assert found.met == (found.missing_minutes == 0)


@given(lines_of_a_year)
def test_sums_alone_give_the_same_standing(lines):
    whole = standing(lines, duty())
    sums = {c: sum(line.minutes for line in lines if line.category == c and line.earned_on in YEAR) for c in CATEGORIES}
    assert replace(whole, lines=()) == of_sums(sums, duty())
