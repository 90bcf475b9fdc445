"""Calendar months as whole numbers: year × 12 + month − 1. Years of work are counted in them.

Notices count 满 N 年 by the month; a month that was begun counts, as in the forms on which employers certify it.
"""

import re
from collections.abc import Iterable
from datetime import date

from examprep.kernel.errors import RuleViolation

_WRITTEN = re.compile(r"^\s*((?:19|20)\d{2})\s*[-./年]\s*(\d{1,2})\s*月?\s*$")


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def written(month: int) -> str:
    """As a form's month field has it: 2024-07."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def read_month(text: str) -> int:
    """2024-07, 2024.7, 2024/7 or 2024年7月.

    Raises:
        RuleViolation: ``campaign.month``.
    """
    found = _WRITTEN.match(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise RuleViolation("campaign.month", "Write year and month, as in 2024-07.")
    return int(found[1]) * 12 + int(found[2]) - 1


def covered(spans: Iterable[tuple[int, int]], until: int) -> set[int]:
    """Every month that lies in a span (both ends included), none after ``until``."""
    return {month for first, last in spans for month in range(first, min(last, until) + 1)}
