"""What a certificate's number cannot be.

Source: 证书管理号 as the national platform prints it; such numbers begin with the year of the exam, ID numbers with the
code of a province, of which none is 20 (GB/T 2260).
"""

from examprep.kernel.errors import RuleViolation
from examprep.people.rules.resident_id import is_resident_id


def refuse_id_number(number: str) -> None:
    """Raises RuleViolation: ``register.number-of-person`` -- it is a whole, right ID number, so a wrong column."""
    if is_resident_id(number):
        raise RuleViolation(
            "register.number-of-person",
            "This is an ID number. Write the number that stands on the certificate (证书管理号); "
            "it begins with a year.",
        )
