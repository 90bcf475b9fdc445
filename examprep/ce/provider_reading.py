"""What a provider's system sends, read and checked: one record of the interface as its description says."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from examprep.ce.activities import ACTIVITIES
from examprep.ce.providing import Report
from examprep.ce.rules.requirement import CATEGORIES
from examprep.kernel.errors import RuleViolation
from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR
from examprep.kernel.sentence import Sentence
from examprep.people.rules.resident_id import read_resident_id

KEY = re.compile(r"[A-Za-z0-9._:-]{1,80}")
MINUTES_MOST = 60 * 24 * 60
KINDS = tuple(code for code, one in ACTIVITIES.items() if one.piece_minutes is None)
FIELDS = {
    "key": str,
    "id_number": str,
    "name": str,
    "title": str,
    "category": str,
    "minutes": int,
    "first_on": str,
    "last_on": str,
    "from_time": str,
    "to_time": str,
    "kind": str,
    "result": str,
}
REQUIRED = ("key", "id_number", "name", "title", "category", "minutes", "first_on")
assert MINUTES_PER_CREDIT_HOUR == 45  # the description says so


def read_report(sent: Any, *, today: date) -> Report:
    """A record as sent.

    Raises:
        RuleViolation: ``ce.report`` -- the sentence names the field.
    """
    if not isinstance(sent, Mapping):
        raise wrong("", Sentence("an object"))
    if unknown := sorted(set(sent) - set(FIELDS)):
        raise RuleViolation("ce.report", "The field “%(name)s” is not known.", name=str(unknown[0])[:40])
    values = {name: value for name, value in sent.items() if value is not None}
    for name, kind in FIELDS.items():
        if name in REQUIRED and name not in values:
            raise RuleViolation("ce.report", "The field “%(name)s” is missing.", name=name)
        if name in values and (type(values[name]) is not kind):
            raise wrong(name, Sentence("text") if kind is str else Sentence("a whole number"))
    if not KEY.fullmatch(values["key"]):
        raise wrong("key", Sentence("1 to 80 letters, digits or . _ : -"))
    if values["category"] not in CATEGORIES:
        raise wrong("category", ", ".join(CATEGORIES))
    if values.get("kind", "hours") not in KINDS:
        raise wrong("kind", ", ".join(KINDS))
    if not 0 < values["minutes"] <= MINUTES_MOST:
        raise wrong("minutes", Sentence("a number from 1 to %(most)s", most=MINUTES_MOST))
    first, last = _day(values, "first_on"), _day(values, "last_on")
    assert first is not None
    last = last or first
    if last < first or (last - first).days > 366:
        raise wrong("last_on", Sentence("a day within a year after the first"))
    begins, ends = _minute(values, "from_time"), _minute(values, "to_time")
    if (begins is None) != (ends is None) or (begins is not None and ends is not None and ends <= begins):
        raise wrong("to_time", Sentence("a time after the beginning, or neither of both"))
    return Report(
        key=values["key"],
        id_number=_number(values["id_number"], today),
        name=_text(values, "name", 50),
        title=_text(values, "title", 100),
        category=values["category"],
        minutes=values["minutes"],
        first_on=first,
        last_on=last,
        from_minute=begins,
        to_minute=ends,
        kind=values.get("kind", "hours"),
        result=_text(values, "result", 50, empty=True),
    )


def wrong(name: str, right: object) -> RuleViolation:
    return RuleViolation("ce.report", "The field “%(name)s” is not right. Expected: %(right)s.", name=name, right=right)


def _text(values: Mapping[str, Any], name: str, most: int, *, empty: bool = False) -> str:
    text = str(values.get(name, "")).strip()
    if len(text) > most or (not text and not empty) or any(ord(c) < 32 for c in text):
        raise wrong(name, Sentence("1 to %(most)s letters", most=most))
    return text


def _number(text: str, today: date) -> str:
    try:
        return read_resident_id(text, today=today).number
    except RuleViolation:
        raise wrong("id_number", Sentence("a resident ID number of 18 digits")) from None


def _day(values: Mapping[str, Any], name: str) -> date | None:
    if name not in values:
        return None
    try:
        day = date.fromisoformat(values[name])
    except ValueError:
        raise wrong(name, Sentence("a day as 2026-03-05")) from None
    if day.year < 2000:
        raise wrong(name, Sentence("a day since 2000"))
    return day


def _minute(values: Mapping[str, Any], name: str) -> int | None:
    if name not in values:
        return None
    try:
        at = time.fromisoformat(values[name])
    except ValueError:
        raise wrong(name, Sentence("a time as 09:00")) from None
    return at.hour * 60 + at.minute
