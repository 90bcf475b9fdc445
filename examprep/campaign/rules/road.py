"""One candidate's exam year as a road of steps: what is done, what is to be done now, what comes, what was missed.

Source of the steps: the yearly notices (报名通知) of the examination centres, from 报名 to 证书登记 (民发〔2009〕44号).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from examprep.campaign.rules.saying import REGISTERED, WILL, WONT
from examprep.kernel.sentence import N_
from examprep.syllabus.values import KeyDate

DONE, NOW, AHEAD, PAST, MISSED = "done", "now", "ahead", "past", "missed"
SAY = "say"
ORDER = (
    SAY,
    "registration",
    "fee",
    "ticket",
    "exam",
    "scores",
    "recheck",
    "review",
    "line",
    "certificate",
    "register",
)
TO_DO: Mapping[str, str] = {
    SAY: N_("Say whether you will register"),
    "registration": N_("Register on the website of the examination authority"),
    "fee": N_("Pay the fee; without it the registration does not count"),
    "ticket": N_("Print the admission ticket"),
    "exam": N_("Sit the exam"),
    "scores": N_("Look up your scores"),
    "recheck": N_("Ask for a re-check if a score cannot be right"),
    "review": N_("Hand in what the review after the exam asks for"),
    "line": N_("The regional pass line comes out; it may still let you pass"),
    "certificate": N_("Fetch your certificate"),
    "register": N_("Have the certificate registered"),
}
# What only those who passed have to do, and what only those who did not.
_OF_PASSERS, _OF_OTHERS = ("review", "certificate", "register"), ("recheck", "line")
# What not every region has: only told where a notice names it.
_NOT_EVERYWHERE = ("review", "line")


@dataclass(frozen=True)
class Position:
    """Where somebody stands: what they last said, and what the authority's lists say. ``passed``: by this exam."""

    says: str | None = None
    level: str | None = None
    registered: bool = False
    approved: bool = False
    sat: bool = False
    passed: bool = False

    @property
    def under_way(self) -> bool:
        """Registered, by the lists or by their own word."""
        return self.registered or self.says == REGISTERED

    @property
    def intends(self) -> bool:
        """Says that they will register, and has not yet."""
        return self.says == WILL and not self.registered


@dataclass(frozen=True)
class Step:
    """One step with its days (``None`` where they are not known) and its state; ``days_left`` to its last day."""

    kind: str
    state: str
    entry: KeyDate | None
    days_left: int | None

    @property
    def to_do(self) -> str:
        return TO_DO[self.kind]


def road(calendar: Sequence[KeyDate], position: Position, today: date) -> tuple[Step, ...]:
    """The steps that concern the candidate, in order."""
    dates = {entry.kind: entry for entry in calendar}
    window = dates.get("registration")
    if position.says == WONT and not position.registered:
        return (Step(SAY, DONE, window, None),)
    steps = []
    for kind in ORDER:
        if kind in _NOT_EVERYWHERE and kind not in dates:
            continue
        if _concerns(kind, position, window, today):
            entry = window if kind == SAY else dates.get(kind)
            steps.append(Step(kind, _state(kind, entry, position, today), entry, _days_left(kind, entry, today)))
    return tuple(steps)


def next_step(steps: Sequence[Step]) -> Step | None:
    """What is to be done now; of several the one that ends first. Else what comes next."""
    urgent = [step for step in steps if step.state == NOW]
    if urgent:
        return min(urgent, key=lambda step: 10**6 if step.days_left is None else step.days_left)
    return next((step for step in steps if step.state == AHEAD), None)


def _concerns(kind: str, position: Position, window: KeyDate | None, today: date) -> bool:
    if kind in _OF_PASSERS:
        return position.passed
    if kind in _OF_OTHERS:
        return position.sat and not position.passed
    over = window is not None and window.exact and today > window.last_on
    # Whoever did not register in time has nothing more to do in this year.
    return kind in (SAY, "registration") or position.under_way or not over


def _state(kind: str, entry: KeyDate | None, position: Position, today: date) -> str:
    if kind in _done(position):
        return DONE
    if kind == SAY:
        return NOW if entry is None or today <= entry.last_on else MISSED
    if entry is None or today < entry.starts_on:
        return AHEAD
    if today <= entry.last_on:
        # Only known roughly: it may begin any day, so it is no longer simply ahead.
        return NOW
    if kind == "registration":
        return MISSED
    return NOW if kind == "scores" else PAST


def _done(position: Position) -> set[str]:
    found = set()
    if position.says in (WILL, REGISTERED) or position.registered:
        found.add(SAY)
    if position.under_way:
        found.add("registration")
    if position.approved or position.sat:
        found.add("fee")
    if position.sat:
        found |= {"ticket", "exam", "scores"}
    return found


def _days_left(kind: str, entry: KeyDate | None, today: date) -> int | None:
    """To the last day of what is under way, to the first of what comes; ``None`` where that is not exactly known."""
    if entry is None or not entry.exact:
        return None
    if today < entry.starts_on and kind != SAY:
        return (entry.starts_on - today).days
    return max(0, (entry.last_on - today).days)
