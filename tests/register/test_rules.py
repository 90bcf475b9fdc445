"""Levels as people write them, registration and its states."""

from datetime import date

import pytest

from examprep.kernel.errors import RuleViolation
from examprep.register.rules.registration import WORDS, RegistrationState, state, term_end
from examprep.syllabus.rules.levels import rank, read_level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("初级", "ASW"),
        ("助理社会工作师", "ASW"),
        ("助理社工师", "ASW"),
        ("初级社会工作师证书", "ASW"),
        ("社会工作师", "SW"),
        ("社会工作者", "SW"),
        (" 中 级 ", "SW"),
        ("高级社会工作师", "SSW"),
        ("ssw", "SSW"),
    ],
)
def test_levels_by_their_usual_names(text, level):
    assert read_level(text) == level


def test_another_word_is_refused_with_the_right_ones():
    with pytest.raises(RuleViolation, match="初级, 中级 or 高级"):
        read_level("特级")


def test_ranks_rise():
    assert [rank(level) for level in ("ASW", "SW", "SSW")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("registered_on", "end"),
    [
        pytest.param(date(2023, 9, 1), date(2026, 9, 1), id="through-31-august"),
        pytest.param(date(2024, 2, 29), date(2027, 2, 28), id="leap-day"),
    ],
)
def test_a_registration_holds_three_years(registered_on, end):
    assert term_end(registered_on) == end


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 5, 31), RegistrationState.VALID, id="day-before-the-window"),
        pytest.param(date(2026, 6, 1), RegistrationState.RENEWABLE, id="window-opens"),
        pytest.param(date(2026, 8, 31), RegistrationState.RENEWABLE, id="last-day"),
        pytest.param(date(2026, 9, 1), RegistrationState.LAPSED, id="lapsed"),
    ],
)
def test_the_state_of_a_registration_of_1_september_2023(today, expected):
    assert state(term_end(date(2023, 9, 1)), today) == expected


@pytest.mark.parametrize(
    ("until", "months", "today", "expected"),
    [
        pytest.param(date(2026, 5, 31), -3, date(2026, 2, 27), RegistrationState.VALID, id="before-a-short-month"),
        pytest.param(date(2026, 5, 31), -3, date(2026, 2, 28), RegistrationState.RENEWABLE, id="in-a-short-month"),
        pytest.param(date(2026, 9, 1), -6, date(2026, 3, 1), RegistrationState.RENEWABLE, id="earlier-than-nationally"),
        pytest.param(date(2026, 9, 1), 0, date(2026, 8, 31), RegistrationState.VALID, id="only-after-the-term"),
        pytest.param(date(2026, 9, 1), 0, date(2026, 9, 1), RegistrationState.LAPSED, id="and-then-it-has-lapsed"),
    ],
)
def test_the_window_is_the_regions(until, months, today, expected):
    """民发〔2009〕44号 gives three months before the end; regions set their own, and pages agree with lists."""
    assert state(until, today, months) == expected


def test_a_lapsed_registration_is_never_called_an_invalid_certificate():
    assert state(None, date(2026, 1, 1)) == RegistrationState.NONE
    assert str(WORDS[RegistrationState.LAPSED]) == "Registration lapsed"
