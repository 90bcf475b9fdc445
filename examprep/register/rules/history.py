"""What the events of one certificate make of it. The register and `examprep verify` both go by this fold."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from examprep.register.rules.process import Status
from examprep.syllabus.rules.levels import rank

FACTS = ("person_id", "level", "number", "qualified_year", "issued_on", "validity", "region_code", "subject_years")
CORRECTED = ("issued_on", "qualified_year", "validity", "region_code")  # what a later list may say otherwise
TERM = ("registered_on", "registered_until")
_STATUS = {
    "first-passed": Status.FIRST_PASSED,
    "first-failed": Status.FIRST_FAILED,
    "final-passed": Status.FINAL_PASSED,
    "final-failed": Status.FINAL_FAILED,
}
STANDS_ALONE = {"corrected", "platform"}
# What an event of these may change of a certificate.
CHANGED = (*CORRECTED, *TERM, "earlier_until", "status", "accepted", "applied_on", "place_code", "note")
_SAYS_WHY = {"returned", "first-failed", "final-failed"}


def fold(events: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The certificate's row by its events in order, ``None`` once withdrawn. An undone event counts for nothing."""
    told = list(events)
    undone = {event["undoes_id"] for event in told if event["kind"] == "undone"}
    found: dict[str, Any] | None = None
    rest = Status.NOT_APPLIED
    for event in told:
        if event["id"] in undone or event["kind"] == "undone":
            continue
        if event["kind"] == "withdrawn":
            return None
        if event["kind"] == "certified":
            rest = Status.COMPLETED if event["registered_on"] else Status.NOT_APPLIED
            found = {"id": event["id"], "rank": rank(event["level"]), **{name: event[name] for name in (*FACTS, *TERM)}}
            found |= {"status": rest.value, "accepted": False, "applied_on": None, "note": None, "place_code": None}
            found["earlier_until"] = None
            continue
        assert found is not None, "a certificate begins with its own event"
        rest = _go_on(found, event, rest)
    return found


def go_on(found: dict[str, Any], event: Mapping[str, Any]) -> None:
    """Change a certificate's row by one further event, of a kind in `STANDS_ALONE`: what was before does not matter."""
    assert event["kind"] in STANDS_ALONE
    _go_on(found, event, Status.NOT_APPLIED)


def _go_on(found: dict[str, Any], event: Mapping[str, Any], rest: Status) -> Status:
    """The same of any kind; ``rest`` is the state to which it returns when an application comes to nothing."""
    kind = event["kind"]
    found["note"] = event["reason"] if kind in _SAYS_WHY else None
    found["place_code"] = event["place_code"] or found["place_code"]
    if kind == "corrected":
        found |= {name: event[name] for name in CORRECTED if event[name] is not None}
        if found["validity"] == "national":
            found["region_code"] = None
    if event["registered_on"]:
        term = {name: event[name] for name in TERM}
        if found["registered_on"] and term != {name: found[name] for name in TERM}:
            found["earlier_until"] = max(found["earlier_until"] or date.min, found["registered_until"])
        found |= term
    status = _after(kind, event, Status(found["status"]), rest)
    found["status"] = status.value
    found["accepted"] = kind == "accepted" or (found["accepted"] and status == Status.PENDING and kind != "amended")
    if kind == "applied":
        found["applied_on"] = event["applied_on"]
    elif kind == "moved":
        found["person_id"] = event["person_id"]
    if status not in (Status.PENDING, Status.FIRST_PASSED, Status.FINAL_PASSED):
        found["applied_on"] = None
    return status if status in (Status.COMPLETED, Status.ISSUED) else rest


def _after(kind: str, event: Mapping[str, Any], before: Status, rest: Status) -> Status:
    match kind:
        case "applied":
            return Status.PENDING
        case "retracted" | "returned":
            return rest
        case "registered" | "completed":
            return Status.COMPLETED
        case "issued":
            return Status.ISSUED
        case "platform":
            return Status(event["status"])
        case "corrected":
            return Status(event["status"]) if event["status"] else before
    return _STATUS.get(kind, before)
