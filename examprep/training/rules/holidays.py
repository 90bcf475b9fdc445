"""Public holidays and the weekends worked for them (调休), from the kept library `holidays`.

Source: the yearly notice 国务院办公厅关于部分节假日安排的通知. It comes out in the autumn before; until then only the
statutory days of a year are known.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from examprep.kernel.sentence import N_

if TYPE_CHECKING:
    import holidays

# As the library writes them, and as we say them.
_NAMES = {
    "元旦": N_("New Year holiday"),
    "除夕": N_("Spring Festival holiday"),
    "春节": N_("Spring Festival holiday"),
    "清明": N_("Qingming holiday"),
    "劳动": N_("Labour Day holiday"),
    "端午": N_("Dragon Boat holiday"),
    "中秋": N_("Mid-Autumn holiday"),
    "国庆": N_("National Day holiday"),
}
_OTHER = N_("Public holiday")
_LONGEST_BREAK = 14


@lru_cache(maxsize=32)
def _of_year(year: int) -> "holidays.HolidayBase":
    import holidays  # loaded when days are asked for: it takes a quarter of a second

    return holidays.country_holidays("CN", years=year, language="zh_CN")


def announced(year: int) -> bool:
    """Whether the year's swaps of working days are known; otherwise only its statutory holidays are."""
    return any(day.year == year for day in _of_year(year).weekend_workdays)


def worked_weekend(day: date) -> bool:
    """Whether a Saturday or Sunday is a working day in exchange for a longer holiday."""
    return day in _of_year(day.year).weekend_workdays


def holiday(day: date) -> str | None:
    """The holiday whose break holds the day, as a message: the weekend inside or beside a holiday belongs to it."""
    found = _named(day)
    if found or day.weekday() < 5 or worked_weekend(day):
        return found
    return _beside(day, -1) or _beside(day, 1)


def _beside(day: date, step: int) -> str | None:
    """The holiday that the days off before or after a day off run into."""
    for _ in range(_LONGEST_BREAK):
        day += timedelta(days=step)
        if found := _named(day):
            return found
        if day.weekday() < 5 or worked_weekend(day):
            return None
    return None


def _named(day: date) -> str | None:
    written = _of_year(day.year).get(day)
    if written is None:
        return None
    if not _in_exchange(written):
        return next((name for word, name in _NAMES.items() if word in written), _OTHER)
    # A day off in exchange lengthens the holiday that is nearest to it.
    near = (day + timedelta(days=sign * away) for away in range(1, _LONGEST_BREAK) for sign in (-1, 1))
    found = (_of_year(other.year).get(other) for other in near)
    lengthened = next((name for name in found if name and not _in_exchange(name)), "")
    return next((name for word, name in _NAMES.items() if word in lengthened), _OTHER)


def _in_exchange(written: str) -> bool:
    return written.startswith("休息日")
