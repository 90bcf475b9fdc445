"""The resident identity card number (公民身份号码).

Source: GB 11643-1999: six digits of region, eight of birth date, three of order (odd for men), one check character
(ISO 7064 MOD 11-2). python-stdnum does the arithmetic.
"""

import re
from datetime import date
from operator import mul
from typing import NamedTuple

from stdnum.iso7064 import mod_11_2

from examprep.kernel.errors import RuleViolation
from examprep.kernel.widths import narrow

# 1.52E+17 is a number that lost its last digits; so is 520526199003071000.0, which some programs write for one.
_SPOILT = re.compile(r"\d(\.\d+)?[Ee]\+?\d+|\d{16,}[.,]0*")
_UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), 0x202A, 0x202C, 0x2060, 0xFEFF, *map(ord, "'‘’`´\"“”")])
_OLD = re.compile(r"\d{15}(\.0*)?")
_SHORTEST = 14
ID_NUMBER_DIGITS = 18
_IN_TEXT = re.compile(rf"(?<!\d)\d{{{_SHORTEST},19}}[Xx]?(?!\d)")


# The provinces of GB/T 2260, foreigners' numbers (91), and 99, which is nobody's and given to those who do not exist.
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[19])"
_BIRTH = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PERSONS = re.compile(rf"{_PROVINCE}|\d+?{_PROVINCE}\d{{4}}{_BIRTH}\d{{3}}")
_IN_TEXT_OF_PERSONS = re.compile(rf"(?={_PERSONS.pattern}){_IN_TEXT.pattern}")
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = tuple(2**place % 11 for place in range(17, 0, -1))


class ResidentId(NamedTuple):
    """A valid number in its compact form, and what it says of its holder."""

    number: str

    @property
    def born_on(self) -> date:
        return date.fromisoformat(self.number[6:14])

    @property
    def sex(self) -> str:
        return "male" if int(self.number[16]) % 2 else "female"

    @property
    def masked(self) -> str:
        """First six and last two: enough to recognise, too little to use."""
        return _mask(self.number)


def compact(text: str) -> str:
    """A number as typed or imported, without what does not count: spaces, quotation marks, width, a small x."""
    if len(text) == 18 and text.isascii() and text.isalnum():
        return text.upper()
    return "".join(narrow(text.translate(_UNSEEN)).translate(_UNSEEN).split()).upper()


def masked(text: str, *, among_others: bool = False) -> str:
    """A text of others, such as a cell, with whatever may be an ID number in it masked.

    That is one of eighteen or of fifteen digits, right or wrong, also with a digit too few or too many.
    ``among_others``: where numbers of another kind stand, such as those of certificates, which begin with a year, only
    what begins as an ID number does, or holds one that could be right, is taken for one.
    """
    if len(text) < _SHORTEST:
        return text
    if _IN_TEXT.fullmatch(alone := compact(text)) and (not among_others or _PERSONS.match(alone)):
        return _mask(alone)
    taken = _IN_TEXT_OF_PERSONS if among_others else _IN_TEXT
    return taken.sub(lambda found: _mask(found[0]), text)


def _mask(number: str) -> str:
    return f"{number[:6]}{'*' * (len(number) - 8)}{number[-2:]}"


def read_resident_id(text: str, *, today: date) -> ResidentId:
    """Check a number; what `compact` forgives is forgiven, and an old number of fifteen digits becomes the new one.

    Raises:
        RuleViolation: ``people.id-spoilt`` -- Excel turned it into a number and lost digits;
            ``people.id-masked`` -- some of its digits are hidden;
            ``people.id-shape``, ``people.id-checksum``, ``people.id-date`` -- as they say.
    """
    number = compact(text)
    if _OLD.fullmatch(number):
        number = _renewed(number[:15])
    if not _SHAPE.fullmatch(number):
        if _SPOILT.fullmatch(number):
            raise _spoilt()
        if "*" in number:
            raise RuleViolation(
                "people.id-masked", "Some digits of the ID number are hidden. Ask for the whole number."
            )
        raise RuleViolation("people.id-shape", "An ID number has 17 digits and a last digit or X.")
    found = ResidentId(number)
    try:
        born_on = found.born_on
    except ValueError:
        born_on = date.max
    if born_on > today:
        raise RuleViolation("people.id-date", "The ID number holds no real birth date (digits 7 to 14).")
    if not _check_digit_fits(number):
        if may_be_spoilt(number):
            raise _spoilt()
        raise RuleViolation(
            "people.id-checksum", "The ID number's check digit does not fit. One of its digits is wrong."
        )
    return found


def _check_digit_fits(number: str) -> bool:
    """What python-stdnum says of a number that has the shape, in less than half its time."""
    last = 10 if number[-1] == "X" else int(number[-1])
    digits = number[:-1].encode()  # each 48 too high
    total: int = sum(map(mul, _WEIGHTS, digits)) - 48 * sum(_WEIGHTS) + last
    return total % 11 == 1


def is_resident_id(number: str) -> bool:
    """Whether it is a whole, right number in its compact form: province, birth date and check digit fit."""
    try:
        return bool(_PERSONS.match(number)) and read_resident_id(number, today=date.max).number == number
    except RuleViolation:
        return False


def may_be_spoilt(number: str) -> bool:
    """Whether it ends as Excel ends numbers: it keeps fifteen digits and writes zeros after them."""
    return number.endswith("000")


def _renewed(old: str) -> str:
    """The number of eighteen digits that replaced one of fifteen (given out until 1999): century and check digit."""
    number = f"{old[:6]}19{old[6:]}"
    check: str = mod_11_2.calc_check_digit(number)
    return number + check


def _spoilt() -> RuleViolation:
    return RuleViolation(
        "people.id-spoilt",
        "Excel has turned the ID number into a number and lost its last digits. "
        "Format the column as text and type it again.",
    )
