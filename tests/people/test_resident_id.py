"""The resident identity number: its check digit, and what damaged ones are told."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from examprep.kernel.errors import RuleViolation
from examprep.people.regions import current_regions
from examprep.people.rules.resident_id import masked, read_resident_id
from tests.factories import resident_id

TODAY = date(2026, 4, 1)
RIGHT = resident_id(8).number
SHOWN = f"{RIGHT[:6]}**********{RIGHT[-2:]}"


def swapped(number: str, at: int) -> str:
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
WITH_X = next(number for order in range(8, 40) if (number := resident_id(order).number).endswith("X"))


@pytest.mark.parametrize(
    "typed",
    [
        RIGHT, f" {RIGHT[:6]} {RIGHT[6:]} ", f"'{RIGHT}", f"’{RIGHT}", f"`{RIGHT}", f'"{RIGHT}"',
        f"\ufeff{RIGHT}\u200b", f"\u00a0{RIGHT}", RIGHT.translate(WIDE), RIGHT.lower(),
    ],
)  # fmt: skip
def test_forgiven_ways_of_typing(typed):
    assert read_resident_id(typed, today=TODAY).number == RIGHT


@pytest.mark.parametrize("typed", [WITH_X, WITH_X.lower(), WITH_X.translate(WIDE), WITH_X[:-1] + "ｘ"])
def test_the_last_x_in_every_form(typed):
    assert read_resident_id(typed, today=TODAY).number == WITH_X


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("110105491231002", "11010519491231002X", id="the-example-of-GB-11643"),
        pytest.param("110105491231002.0", "11010519491231002X", id="as-a-number"),
    ],
)
def test_an_old_number_of_fifteen_digits_becomes_the_new_one(old, new):
    assert read_resident_id(old, today=TODAY).number == new


@given(st.from_regex(r"[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9X]", fullmatch=True), st.booleans())
def test_right_numbers_are_those_of_an_independent_reader(number, mend):
    if mend:
        number = number[:-1] + ric.calc_check_digit(number)
    try:
        right = ric.get_birth_date(number) <= TODAY and number[-1] == ric.calc_check_digit(number)
    except ValidationError:
        right = False
    try:
        found = read_resident_id(number, today=TODAY)
    except RuleViolation:
        assert not right
    else:
        assert (right, found.born_on) == (True, ric.get_birth_date(number))


@given(st.integers(0, 16))
def test_one_wrong_digit_is_always_found(at):
    with pytest.raises(RuleViolation):
        read_resident_id(swapped(RIGHT, at), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("1.52E+17", "people.id-spoilt", id="excel"),
        pytest.param("5.2052E+17", "people.id-spoilt", id="excel-with-digits"),
        pytest.param("1.52052619900307E+17", "people.id-spoilt", id="excel-with-all-it-kept"),
        pytest.param("1.52e17", "people.id-spoilt", id="excel-small-e"),
        pytest.param(RIGHT[:17] + ".0", "people.id-spoilt", id="a-program-wrote-a-float"),
        pytest.param("520526199003071000.0", "people.id-spoilt", id="18-digits-as-a-float"),
        pytest.param("520526199003071000", "people.id-spoilt", id="zeros-after-the-fifteenth-digit"),
        pytest.param("520526********0011", "people.id-masked", id="hidden-digits"),
        pytest.param("110105491331002", "people.id-date", id="an-old-number-without-a-date"),
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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(RIGHT, SHOWN, id="a-number"),
        pytest.param(f"{RIGHT[:6]} {RIGHT[6:14]} {RIGHT[14:]}", SHOWN, id="spaced"),
        pytest.param("５２０５２６１９９００３０７５０９９", "520526**********99", id="wide"),
        pytest.param("11010519491231002x", "110105**********2X", id="small-x"),
        pytest.param("110105491231002", "110105*******02", id="old"),
        pytest.param("520526199003075099.0", "520526**********99.0", id="as-a-float"),
        pytest.param(
            f"张三{RIGHT}、李四{RIGHT}.xlsx",
            f"张三{SHOWN}、李四{SHOWN}.xlsx",
            id="in-text",
        ),
        pytest.param("52052619900307509", "520526*********09", id="a-digit-too-few"),
        pytest.param("5205261990030750999", "520526***********99", id="a-digit-too-many"),
        pytest.param("11010549133100", "110105******00", id="an-old-one-a-digit-too-few"),
        pytest.param("1101054913310", "1101054913310", id="thirteen-digits"),
        pytest.param("52052619900307509912", "52052619900307509912", id="twenty-digits"),
        pytest.param("13800138000", "13800138000", id="a-telephone"),
        pytest.param("2026-03-31 2026-04-01 17:30", "2026-03-31 2026-04-01 17:30", id="days"),
        pytest.param("520526********0011", "520526********0011", id="masked-already"),
        pytest.param("", "", id="empty"),
    ],
)
def test_in_the_text_of_others_numbers_are_masked(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("202306125200000001", id="a-year-first"),
        pytest.param("2023061252000001", id="sixteen-digits"),
        pytest.param("0012345678901234567", id="zeros-first"),
        pytest.param("ZG202306125200000001", id="letters-first"),
        pytest.param("20230520001", id="short"),
    ],
)
def test_among_numbers_of_certificates_theirs_are_shown(number):
    assert masked(number, among_others=True) == number


@pytest.mark.parametrize(
    "text",
    [
        RIGHT, RIGHT.translate(WIDE), f" {RIGHT[:6]} {RIGHT[6:]}", f"证件{RIGHT}", f"2023-{RIGHT}", f"2{RIGHT}",
        "520526199003075099", "110105491231002", "2023 110105491231002", "52052619900307509", "5205261990030750999",
        WITH_X, WITH_X.lower(), "99000019900307001X",
    ],
)  # fmt: skip
def test_among_numbers_of_certificates_what_may_be_a_persons_is_masked(text):
    shown = masked(text, among_others=True)
    assert "*" in shown
    assert not re.search(r"\d{7}", shown)


@given(st.sampled_from([line[0][:2] for line in current_regions() if line[3] == 1]))
def test_every_province_is_known_where_numbers_are_told_apart(province):
    assert "*" in masked(f"{province}{RIGHT[2:]}", among_others=True)


def test_sex_and_birth_date_come_from_the_number():
    assert (resident_id(1).sex, resident_id(2).sex) == ("male", "female")
    assert resident_id(1, born="20000229").born_on == date(2000, 2, 29)
