"""Clock, periods, marks, minutes, rates, sentences, registries."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from examprep.kernel.clock import office_day, office_time, start_of_day
from examprep.kernel.marks import format_marks, parse_marks
from examprep.kernel.minutes import credit_hours, minutes_of
from examprep.kernel.period import Period, calendar_year, governs
from examprep.kernel.rate import Rate, change_in_points, growth_percent
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import Sentence


def test_the_office_day_turns_at_sixteen_utc():
    assert office_day(datetime(2026, 3, 31, 15, 59, tzinfo=UTC)) == date(2026, 3, 31)
    assert office_day(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)) == date(2026, 4, 1)
    assert start_of_day(date(2026, 4, 1)) == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert office_time(date(2026, 4, 1), time(9)) == datetime(2026, 4, 1, 1, tzinfo=UTC)


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="aware"):
        office_day(datetime(2026, 4, 1))


def test_periods_hold_their_first_day_and_not_their_end():
    year = calendar_year(2026)
    assert date(2026, 1, 1) in year
    assert date(2027, 1, 1) not in year
    assert year.days == 365
    assert year.overlap_days(calendar_year(2027)) == 0
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("until", "day", "holds"),
    [
        pytest.param(None, date(2030, 1, 1), True, id="open-end"),
        pytest.param(date(2026, 1, 1), date(2025, 12, 31), True, id="last-day"),
        pytest.param(date(2026, 1, 1), date(2026, 1, 1), False, id="end-day-is-out"),
        pytest.param(None, date(2014, 12, 31), False, id="before"),
    ],
)
def test_governs(until, day, holds):
    assert governs(date(2015, 1, 1), until, day) is holds


@pytest.mark.parametrize(
    ("text", "half_points"), [("59.5", 119), ("60", 120), (" 0 ", 0), ("100.0", 200), ("６０", 120)]
)
def test_marks_are_half_points(text, half_points):
    assert parse_marks(text) == half_points


@pytest.mark.parametrize("text", ["100.25", "-1", "nan", "inf", "", "六十", "1e400", "0.1"])
def test_what_is_no_mark(text):
    with pytest.raises(ValueError, match=r"not a"):
        parse_marks(text)


@given(st.integers(0, 2000))
def test_marks_survive_writing_and_reading(half_points):
    assert parse_marks(format_marks(half_points)) == half_points


@pytest.mark.parametrize(
    ("minutes", "shown"), [(4050, "90"), (4049, "89.9"), (0, "0"), (45, "1"), (44, "0.9"), (-45, "-1"), (60, "1.3")]
)
def test_credit_hours_never_round_up(minutes, shown):
    assert credit_hours(minutes) == shown


def test_ninety_credit_hours_are_sixty_seven_and_a_half_clock_hours():
    assert minutes_of(90) == 67.5 * 60


def test_a_rate_on_nobody_is_no_rate():
    assert Rate(0, 0).percent is None
    assert Rate(0, 0).wilson() is None
    with pytest.raises(ValueError, match="share"):
        Rate(3, 2)


@pytest.mark.parametrize(
    ("part", "base", "low", "high"),
    # R 4.2.2: options(digits = 17); prop.test(part, base, correct = FALSE)$conf.int
    [
        (90, 521, 0.142710209855459, 0.207569776092643),
        (47, 180, 0.202413494347271, 0.3297921324375),
        (288, 2236, 0.115550842074777, 0.143325274597332),
        (0, 7, 0.0, 0.354330435066687),
        (7, 7, 0.645669564933313, 1.0),
        (1, 3, 0.0614919447203963, 0.792340399197952),
        (1, 1, 0.206549314377238, 1.0),
        (509000, 2236000, 0.227089510229175, 0.228188706464161),
    ],
)
def test_wilson_equals_r(part, base, low, high):
    assert Rate(part, base).wilson() == pytest.approx((low, high), abs=1e-9)


@given(
    st.integers(1, 3_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.8, 0.95, 0.99, 0.998]),
)
def test_wilson_equals_scipy(counts, confidence):
    part, base = counts
    theirs = binomtest(part, base).proportion_ci(confidence, method="wilson")
    assert Rate(part, base).wilson(confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate(counts):
    rate = Rate(*counts)
    low, high = rate.wilson()
    assert 0 <= low <= rate.share <= high <= 1


def test_growth_in_per_cent_and_change_in_points():
    assert growth_percent(521, 180) == pytest.approx(189.4, abs=0.05)
    assert growth_percent(5, 0) is None
    assert change_in_points(Rate(90, 521), Rate(47, 180)) == pytest.approx(-8.8, abs=0.05)
    assert change_in_points(Rate(1, 2), Rate(0, 0)) is None


def test_sentences_nest_and_read_in_english():
    inner = Sentence("%(n)s rows", n=3)
    assert str(Sentence("Mend %(what)s.", what=inner)) == "Mend 3 rows."
    assert inner == Sentence("%(n)s rows", n=3)
    assert len({inner, Sentence("%(n)s rows", n=3)}) == 1


def test_a_registry_refuses_two_of_one_name():
    @dataclass(frozen=True)
    class Thing:
        name: str

    assert Registry(Thing("a"), Thing("b")).names == ("a", "b")
    with pytest.raises(ValueError, match="two entries"):
        Registry(Thing("a"), Thing("a"))
