"""How any file of persons is read: heads under their many names, names of persons, and days."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta

from examprep.kernel.errors import RuleViolation
from examprep.kernel.widths import narrow, plain

# 2023-09-15, 2023/9/15, 2023.9.15, 2023年9月15日, also with a time after it; or 20230915.
_DAY = re.compile(r"(?:(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT].*)?|(\d{4})(\d{2})(\d{2}))")
# 45184 is what Excel has of 2023-09-15 where the cell is not formatted as a day.
_COUNTED, _COUNTED_FROM = re.compile(r"[1-9]\d{4}(?:\.\d+)?"), date(1899, 12, 30)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: spaces, width and the kind of middle dot do not matter."""
    return _name(one) == _name(other)


def _name(text: str) -> str:
    return re.sub(r"[·•・.‧∙]", "", plain(text))


def find_columns(heads: Iterable[str], aliases: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Which column holds what: the first head that bears one of its names, else the first that does but for a remark
    in brackets.
    """
    return {name: places[0] for name, places in find_places(heads, aliases).items()}


def find_places(heads: Iterable[str], aliases: Mapping[str, Iterable[str]]) -> dict[str, list[int]]:
    """All columns under a name of each thing: from left to right, those with a remark in brackets behind the others."""
    heads, found = tuple(heads), dict[str, list[int]]()
    for written in ([plain(head) for head in heads], [bare(head) for head in heads]):
        for name, words in aliases.items():
            known = {plain(word) for word in words}
            places = found.setdefault(name, [])
            places += [at for at, head in enumerate(written) if head in known and at not in places]
    return {name: places for name, places in found.items() if places}


def bare(head: str) -> str:
    """A head as heads are compared, without a remark in brackets such as （必填）."""
    return re.sub(r"\(.*?\)", "", plain(head)).strip(":*")


def read_day(text: str, *, today: date) -> date:
    """A day on which something happened.

    Raises:
        RuleViolation: ``imports.day`` -- not a day; ``imports.future`` -- after ``today``, an office day.
    """
    written = narrow(text).strip()
    day = None
    if numbers := _DAY.fullmatch(written):
        with suppress(ValueError):
            day = date(*(int(part) for part in numbers.groups() if part))
    elif _COUNTED.fullmatch(written):
        day = _COUNTED_FROM + timedelta(int(float(written)))
    if day is None:
        raise RuleViolation("imports.day", "“%(written)s” is not a day. Write it as 2026-03-09.", written=text)
    if day > today:
        raise RuleViolation("imports.future", "%(day)s lies in the future; today is %(today)s.", day=day, today=today)
    return day
