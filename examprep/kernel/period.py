"""Half-open spans of office days: the first day is in, the end day is not."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``start`` up to, and not including, ``end``.

    Raises:
        ValueError: the end is before the start.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def overlap_days(self, other: "Period") -> int:
        """How many days both periods hold; 0 when they only touch."""
        return max(0, (min(self.end, other.end) - max(self.start, other.start)).days)


def calendar_year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def governs(since: date, until: date | None, day: date) -> bool:
    """Whether something valid from ``since`` up to (not on) ``until`` holds on ``day``."""
    return since <= day and (until is None or day < until)
