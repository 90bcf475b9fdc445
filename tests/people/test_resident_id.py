"""The resident identity number: its check digit, and what damaged ones are told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.kernel.errors import RuleViolation
from examprep.people.rules.resident_id import read_resident_id
from tests.factories import resident_id

TODAY = date(2026, 4, 1)
RIGHT = resident_id(8).number


def swapped(number: str, at: int) -> str:
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


@pytest.mark.parametrize("typed", [RIGHT, f" {RIGHT[:6]} {RIGHT[6:]} ", f"'{RIGHT}", RIGHT.lower()])
def test_forgiven_ways_of_typing(typed):
    assert read_resident_id(typed, today=TODAY).number == RIGHT


@given(st.integers(0, 16))
def test_one_wrong_digit_is_always_found(at):
    with pytest.raises(RuleViolation):
        read_resident_id(swapped(RIGHT, at), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("1.52E+17", "people.id-spoilt", id="excel"),
        pytest.param("5.2052E+17", "people.id-spoilt", id="excel-with-digits"),
        pytest.param("", "people.id-shape", id="empty"),
        pytest.param("52052619900307001", "people.id-shape", id="17-digits"),
        pytest.param(RIGHT[:-1] + ("1" if RIGHT[-1] != "1" else "2"), "people.id-checksum", id="checksum"),
        pytest.param(resident_id(1, born="20270101").number, "people.id-date", id="born-in-the-future"),
    ],
)
def test_refused_with_the_remedy(typed, code):
    with pytest.raises(RuleViolation) as refusal:
        read_resident_id(typed, today=TODAY)
    assert refusal.value.code == code


def test_sex_and_birth_date_come_from_the_number():
    assert (resident_id(1).sex, resident_id(2).sex) == ("male", "female")
    assert resident_id(1, born="20000229").born_on == date(2000, 2, 29)
