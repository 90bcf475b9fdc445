"""What a reminder knows, kept as JSON between queueing and sending.

By the house's names a value whose name ends in ``_on`` is an office day and in ``_at`` an instant: both are kept as
ISO text and come back as what they were.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def packed(value: Any) -> Any:
    """The value with days and instants as ISO text; the rest must be JSON already."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: packed(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [packed(inner) for inner in value]
    return value


def unpacked(value: Any, name: str = "") -> Any:
    """What ``packed`` was given (tuples come back as lists); text that is no date stays text."""
    if isinstance(value, Mapping):
        return {inner_name: unpacked(inner, inner_name) for inner_name, inner in value.items()}
    if isinstance(value, list):
        return [unpacked(inner, name) for inner in value]
    if isinstance(value, str) and name.endswith(("_on", "_at")):
        try:
            return date.fromisoformat(value) if name.endswith("_on") else datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
