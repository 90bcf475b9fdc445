"""When an answer was given that a device kept for later, told by the server's clock.

The device says its own time twice: when the answer was given, and when it is sent. Only the difference is believed, so
a phone whose clock is wrong by a day still tells rightly how long it has kept an answer.
"""

from datetime import datetime, timedelta

from examprep.kernel.errors import RuleViolation

# Clocks are set while answers wait; a little of the future is such a step, not a lie.
SLACK = timedelta(minutes=5)
KEPT_AT_MOST = timedelta(days=30)


def given_at(now: datetime, *, said_ms: int, clock_ms: int) -> datetime:
    """The instant of an answer; ``said_ms`` and ``clock_ms`` are the device's milliseconds, given and sent.

    Raises:
        RuleViolation: ``practice.future`` -- given after it was sent; ``practice.stale`` -- kept for too long.
    """
    age_ms = clock_ms - said_ms
    if age_ms < -SLACK.total_seconds() * 1000:
        raise RuleViolation("practice.future", "This answer claims to be from the future. It was not counted.")
    if age_ms > KEPT_AT_MOST.total_seconds() * 1000:
        raise RuleViolation(
            "practice.stale",
            "This answer was kept for more than %(days)s days. It was not counted.",
            days=KEPT_AT_MOST.days,
        )
    return now - timedelta(milliseconds=max(0, age_ms))
