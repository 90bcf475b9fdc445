"""Training time as whole minutes; credit hours (学时) appear only on screen and in files.

Source: one 学时 is 45 minutes in most provinces (DOMAIN.md 4.3); the length is data and is passed in.
"""

from fractions import Fraction

MINUTES_PER_CREDIT_HOUR = 45


def credit_hours(minutes: int, *, minutes_per_hour: int = MINUTES_PER_CREDIT_HOUR) -> str:
    """Credit hours with at most one decimal, rounded towards zero so that nobody is told more than is there.

    4,050 minutes is ``"90"``; 4,049 is ``"89.9"``; -45 is ``"-1"``.
    """
    sign, whole = ("-", -minutes) if minutes < 0 else ("", minutes)
    tenths = int(Fraction(whole * 10, minutes_per_hour))
    hours, tenth = divmod(tenths, 10)
    return f"{sign}{hours}.{tenth}" if tenth else f"{sign}{hours}"


def minutes_of(hours: int, *, minutes_per_hour: int = MINUTES_PER_CREDIT_HOUR) -> int:
    """The minutes of a whole number of credit hours."""
    return hours * minutes_per_hour
