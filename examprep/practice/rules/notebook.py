"""When a question enters the notebook of mistakes (错题本), and when it leaves.

It enters at any answer short of the full mark. It leaves after right answers on as many different office days as
``RIGHT_DAYS_TO_LEAVE``; a guess does not count towards leaving, and one mistake starts the count anew.
"""

from dataclasses import dataclass
from datetime import date, datetime

from examprep.kernel.clock import office_day

RIGHT_DAYS_TO_LEAVE = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether one question is in one person's notebook, and how far out of it."""

    mistaken_at: datetime | None = None  # the last mistake; null: not in the notebook
    right_days: int = 0
    righted_on: date | None = None


def noted(entry: Entry, *, right: bool, sure: str | None, at: datetime) -> Entry:
    """The entry after one more answer."""
    if not right:
        return Entry(mistaken_at=at)
    day = office_day(at)
    if entry.mistaken_at is None or sure == "guessing" or entry.righted_on == day:
        return entry
    if entry.right_days + 1 >= RIGHT_DAYS_TO_LEAVE:
        return Entry()
    return Entry(entry.mistaken_at, entry.right_days + 1, day)
