"""Whom a key date reminds, and on which day. The plan is data; this is how it is read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from examprep.campaign.rules.road import Position
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_

MOST_DAYS, MOST_TIMES = 60, 6
AUDIENCES: Mapping[str, Callable[[Position], bool]] = {
    "intends": lambda one: one.intends,
    "under-way": lambda one: one.under_way,
    "unpaid": lambda one: one.under_way and not one.approved and not one.sat,
    "failed": lambda one: one.sat and not one.passed,
    "passed": lambda one: one.passed,
}
AUDIENCE_NAMES: Mapping[str, str] = {
    "intends": N_("Who says they will register and is not registered"),
    "under-way": N_("Who is registered, or says so"),
    "unpaid": N_("Who is registered, or says so, and is not approved"),
    "failed": N_("Who sat and did not pass"),
    "passed": N_("Who passed"),
}
EDGES: Mapping[str, str] = {"first": N_("Its first day"), "last": N_("Its last day")}


def due(days: Sequence[int], at: date, today: date) -> int | None:
    """Which of "so many days before" has come: the latest that has; ``None`` before all of them and after the day.

    A worker that was away sends only the latest, never what is overtaken.
    """
    if today > at:
        return None
    return min((before for before in days if at - timedelta(days=before) <= today), default=None)


def read_days(text: str) -> list[int]:
    """``7, 3, 1`` as numbers of days before, the most first.

    Raises:
        RuleViolation: ``campaign.plan-days`` -- not up to six whole numbers from 0 to 60.
    """
    words = text.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
    found = {word for word in words if word}
    if not found or len(found) > MOST_TIMES or not all(w.isascii() and w.isdecimal() and len(w) < 3 for w in found):
        raise RuleViolation("campaign.plan-days", "Write up to six numbers of days from 0 to 60, as in 7, 3, 1.")
    days = sorted((int(word) for word in found), reverse=True)
    if days[0] > MOST_DAYS:
        raise RuleViolation("campaign.plan-days", "Write up to six numbers of days from 0 to 60, as in 7, 3, 1.")
    return days
