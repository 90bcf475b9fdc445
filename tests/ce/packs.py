"""The shipped requirements as the rules know them."""

from examprep.ce.rules.requirement import Requirement
from examprep.ce.shipped import shipped_requirements
from examprep.ce.store import requirement_of


def shipped(code: str) -> Requirement:
    """The pack of that code, without a row."""
    return requirement_of(next(row for row in shipped_requirements() if row["code"] == code))
