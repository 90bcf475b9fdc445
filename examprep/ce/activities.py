"""Kinds of activities that may be claimed, the reasons of reviewers and the limits of review, as they are shipped.

How much a kind counts for a requirement is the requirement's own table; here stands what is recorded for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Activity:
    """One kind. ``timed`` ones take place at hours of a day, so two of them cannot overlap.

    ``piece_minutes``: what one of it is recorded as (a degree, a paper, a full day); ``None`` where time is typed.
    ``evidence`` is ``required`` or ``wanted``; ``proof`` says what is meant.
    """

    code: str
    names: Mapping[str, str]
    category: str
    timed: bool
    piece_minutes: int | None
    evidence: str
    proof: Mapping[str, str]
    source: str


def _shipped() -> dict[str, object]:
    found: dict[str, object] = json.loads(files("examprep.ce").joinpath("data", "claims.json").read_text("utf-8"))
    return found


_DATA = _shipped()
ACTIVITIES: Mapping[str, Activity] = {
    one["code"]: Activity(**one)
    for one in _DATA["activities"]  # type: ignore[attr-defined]
}
# By decision (return, reject, reverse): code → names.
REASONS: Mapping[str, Mapping[str, Mapping[str, str]]] = _DATA["reasons"]  # type: ignore[assignment]
DAY_LIMIT_MINUTES = int(_DATA["day_limit_minutes"])  # type: ignore[call-overload]
DAY_MINUTES = int(_DATA["day_minutes"])  # type: ignore[call-overload]


def reason_names(act: str, code: str) -> Mapping[str, str]:
    """How a reason is called; its code where an older version of the data had it."""
    return REASONS.get(act, {}).get(code, {"zh": code, "en": code})


def activity_names(code: str | None) -> Mapping[str, str]:
    """How a kind is called; its code where an older version of the data had it."""
    known = ACTIVITIES.get(code or "")
    return known.names if known else {"zh": code or "—", "en": code or "—"}
