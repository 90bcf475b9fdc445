"""How any file of persons is read: heads under their many names, names of persons, and days."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from examprep.kernel.errors import RuleViolation
from examprep.kernel.widths import plain


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: spaces, width and the kind of middle dot do not matter."""
    return _name(one) == _name(other)


def _name(text: str) -> str:
    return re.sub(r"[·•・.‧∙]", "", plain(text))


def find_columns(heads: Iterable[str], aliases: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Which column holds what: the first head that bears one of its names."""
    written = [plain(head) for head in heads]
    found = {}
    for name, words in aliases.items():
        places = [written.index(plain(word)) for word in words if plain(word) in written]
        if places:
            found[name] = min(places)
    return found


def read_day(text: str, *, today: date) -> date:
    """A day on which something happened.

    Raises:
        RuleViolation: ``imports.day`` -- not a day; ``imports.future`` -- after ``today``, an office day.
    """
    numbers = re.match(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(\s.*|T.*)?$", text.strip())
    try:
        day = date(*(int(part) for part in numbers.groups()[:3])) if numbers else None
    except ValueError:
        day = None
    if day is None:
        raise RuleViolation("imports.day", "“%(written)s” is not a day. Write it as 2026-03-09.", written=text)
    if day > today:
        raise RuleViolation("imports.future", "%(day)s lies in the future; today is %(today)s.", day=day, today=today)
    return day
