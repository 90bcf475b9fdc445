"""On-line units: which questions a try asks, whether it passes, when a unit without a test may be confirmed.

Source: a choice of ours. How long a page stood open says nothing of reading, so hours are never counted by the clock:
a unit gives its hours whole, by its test, or by a confirmation that cannot come sooner than its author thinks needed.
Units: marks are half-points, times whole minutes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta


def drawn(pool: Iterable[int], count: int, *, unit_id: int, person_id: int, number: int) -> tuple[int, ...]:
    """The questions of one try: the same whenever asked again, others in the next try and for the next person."""

    def place(question_id: int) -> bytes:
        return hashlib.sha256(f"{unit_id}:{person_id}:{number}:{question_id}".encode()).digest()

    return tuple(sorted(sorted(set(pool)), key=place)[:count])


def reachable(half_points: Sequence[int], count: int) -> int:
    """What every draw of so many questions can earn at least, when all is right: the mark to pass may not be higher."""
    return sum(sorted(half_points)[:count])


def passes(earned: int, full: int, needed: int) -> bool:
    """Whether a try passes. Questions withdrawn since can make the whole smaller than the mark: then all is needed."""
    return full > 0 and earned >= min(needed, full)


def minutes_left(since: datetime, now: datetime, least_minutes: int) -> int:
    """Whole minutes until the unit may be confirmed; 0: now. ``since``: when it was first opened, or voided."""
    left = since + timedelta(minutes=least_minutes) - now
    return max(0, -(-int(left.total_seconds()) // 60))
