"""When a scan that a device kept was made, by a clock that may be wrong and may have been turned meanwhile."""

from datetime import UTC, datetime, timedelta

from examprep.kernel.errors import RuleViolation

# How far a device's clock may have moved against the server's between opening the page and sending.
TURNED = timedelta(minutes=2)
# How far ahead of the server a scan may be, for what the network's delay leaves uncertain.
AHEAD = timedelta(minutes=2)


def instant(said_ms: int, offset_ms: int) -> datetime:
    """The instant of a scan: what the device said, mended by how far its clock was behind when the page was opened.

    Both in milliseconds.
    """
    return datetime.fromtimestamp((said_ms + offset_ms) // 1000, UTC)


def check_clock(at: datetime, *, offset_ms: int, clock_ms: int, now: datetime) -> None:
    """That a scan's instant can be believed. ``clock_ms``: what the device's clock says when it sends, at ``now``.

    Raises:
        RuleViolation: ``training.scan-clock`` -- the clock was turned since the page was opened;
            ``training.scan-future``.
    """
    offset_now = now - datetime.fromtimestamp(clock_ms / 1000, UTC)
    if abs(offset_now - timedelta(milliseconds=offset_ms)) > TURNED:
        raise RuleViolation("training.scan-clock", "The clock of the device was turned after the scanner was opened.")
    if at > now + AHEAD:
        raise RuleViolation("training.scan-future", "This scan says that it is to come.")
