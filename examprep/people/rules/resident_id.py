"""The resident identity card number (公民身份号码).

Source: GB 11643-1999: six digits of region, eight of birth date, three of order (odd for men), one check character
(ISO 7064 MOD 11-2). python-stdnum does the arithmetic.
"""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, ValidationError

from examprep.kernel.errors import RuleViolation

_SPOILT = re.compile(r"^\d(\.\d+)?[Ee]\+?\d+$")


@dataclass(frozen=True)
class ResidentId:
    """A valid number in its compact form, and what it says of its holder."""

    number: str

    @property
    def born_on(self) -> date:
        born: date = ric.get_birth_date(self.number)
        return born

    @property
    def sex(self) -> str:
        return "male" if int(self.number[16]) % 2 else "female"

    @property
    def masked(self) -> str:
        """First six and last two: enough to recognise, too little to use."""
        return f"{self.number[:6]}**********{self.number[-2:]}"


def read_resident_id(text: str, *, today: date) -> ResidentId:
    """Check a number as typed or imported; spaces, full-width digits and a small x are forgiven.

    Raises:
        RuleViolation: ``people.id-spoilt`` -- Excel turned it into a number and lost digits;
            ``people.id-shape``, ``people.id-checksum``, ``people.id-date`` -- as they say.
    """
    number = (
        "".join(text.split()).translate(str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")).upper().lstrip("'")
    )
    if _SPOILT.match(number):
        raise RuleViolation(
            "people.id-spoilt",
            "Excel has turned the ID number into a number and lost its last digits. "
            "Format the column as text and type it again.",
        )
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise RuleViolation("people.id-shape", "An ID number has 17 digits and a last digit or X.")
    try:
        ric.get_birth_date(number)
        if number[-1] != ric.calc_check_digit(number):
            raise InvalidChecksum
    except InvalidChecksum as error:
        raise RuleViolation(
            "people.id-checksum", "The ID number's check digit does not fit. One of its digits is wrong."
        ) from error
    except ValidationError as error:
        raise RuleViolation("people.id-date", "The ID number holds no real birth date (digits 7 to 14).") from error
    found = ResidentId(number)
    if found.born_on > today:
        raise RuleViolation("people.id-date", "The ID number holds no real birth date (digits 7 to 14).")
    return found
