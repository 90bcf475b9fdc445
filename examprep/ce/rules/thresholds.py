"""When a holder who is short is reminded: so many days before the year ends, and only by the latest that is due."""

from datetime import date

THRESHOLDS_DAYS = (90, 60, 30, 14, 7, 1)


def due_threshold(year: int, today: date) -> int | None:
    """The latest threshold that ``today`` has reached in ``year``; ``None`` before the first and after 31 December.

    Days are counted to 31 December: on 1 December 30 are left. A day that was missed is made up by the next, and
    thresholds that have been passed meanwhile are not made up.
    """
    days_left = (date(year, 12, 31) - today).days
    if days_left < 0:
        return None
    return min((threshold for threshold in THRESHOLDS_DAYS if days_left <= threshold), default=None)
