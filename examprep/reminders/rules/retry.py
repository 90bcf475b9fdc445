"""When a mail that met a passing error is tried again: soon at first, then with growing pauses."""

from datetime import datetime, timedelta

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
TRIES = len(PAUSES) + 1


def next_try(tries: int, now: datetime) -> datetime | None:
    """The instant of the next try after ``tries`` of them failed; ``None`` when that was the last."""
    return now + PAUSES[tries - 1] if 1 <= tries < TRIES else None
