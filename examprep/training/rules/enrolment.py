"""When a seat may be asked for."""

from dataclasses import dataclass
from datetime import date, datetime

from examprep.kernel.errors import RuleViolation


@dataclass(frozen=True)
class Window:
    """When a class takes enrolments: days from ``opens_on`` up to (not on) ``closes_on``, before it began."""

    state: str
    opens_on: date
    closes_on: date
    first_starts_at: datetime | None


def check_open(window: Window, *, now: datetime, today: date) -> None:
    """Raises RuleViolation: ``training.cancelled``, ``training.not-open``, ``training.not-yet-open``,
    ``training.enrolment-over``, ``training.begun``.
    """
    check_not_begun(window, now=now)
    if window.state != "open":
        raise RuleViolation("training.not-open", "This class does not take enrolments.")
    if today < window.opens_on:
        raise RuleViolation("training.not-yet-open", "Enrolment opens on %(day)s.", day=window.opens_on)
    if today >= window.closes_on:
        raise RuleViolation("training.enrolment-over", "Enrolment is over.")


def check_not_begun(window: Window, *, now: datetime) -> None:
    """Raises RuleViolation: ``training.cancelled``, ``training.begun``."""
    if window.state == "cancelled":
        raise RuleViolation("training.cancelled", "This class is cancelled.")
    if window.first_starts_at is not None and now >= window.first_starts_at:
        raise RuleViolation("training.begun", "The class has begun.")


def takes_enrolments(window: Window, *, now: datetime, today: date) -> bool:
    try:
        check_open(window, now=now, today=today)
    except RuleViolation:
        return False
    return True
