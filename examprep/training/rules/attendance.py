"""Who was there and how long, by the log of one person at one session; and the hours that this gives.

A minute that was begun counts. Leaving without checking out is staying to the end: what is known of it is said on the
list, and a trainer mends it by hand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from examprep.training.rules.schedule import minutes_between

ALL, PROPORTIONAL, THRESHOLD = "all", "proportional", "threshold"
JUDGED = frozenset({"present", "absent"})
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Seen:
    """A line of the log: ``in`` and ``out`` were seen, ``present`` (for ``minutes``; ``None``: all) and ``absent`` are
    a person's judgement, ``unseen`` says only that a list was saved without the person."""

    kind: str
    at: datetime
    minutes: int | None = None


@dataclass(frozen=True)
class Stay:
    """Whether somebody came, and for how many minutes of the session."""

    present: bool
    minutes: int


def stay(lines: Iterable[Seen], starts_at: datetime, ends_at: datetime) -> Stay:
    """What the log of one person says of a session, from ``starts_at`` up to ``ends_at``.

    ``lines`` stand as they were written. Judgements are taken in that order, and the last one decides; who was seen
    only after having been judged absent has come all the same. What was seen is taken by its time, so that marks of
    devices may come late and in any order.
    """
    written = list(lines)
    length = minutes_between(starts_at, ends_at)
    judgements = [line for line in written if line.kind in JUDGED]
    seen = [line for line in written if line.kind in {"in", "out"}]
    if judgements:
        last = judgements[-1]
        if last.kind == "present":
            return Stay(True, length if last.minutes is None else min(max(last.minutes, 0), length))
        seen = [line for line in seen if line.at > last.at]
    came = any(line.kind == "in" and line.at < ends_at for line in seen)
    return Stay(came, _minutes(seen, starts_at, ends_at) if came else 0)


def moved(lines: Iterable[Seen]) -> tuple[str, datetime] | None:
    """What somebody did last, ``in`` or ``out``, and when; ``None`` for who was not seen or was judged absent since."""
    written = list(lines)
    judgements = [line for line in written if line.kind in JUDGED]
    last = judgements[-1] if judgements else None
    moves = [line for line in written if line.kind in {"in", "out"} and (last is None or line.at > last.at)]
    if moves:
        latest = max(moves, key=lambda line: (line.at, line.kind))
        return latest.kind, latest.at
    return ("in", last.at) if last is not None and last.kind == "present" else None


def _minutes(seen: Iterable[Seen], starts_at: datetime, ends_at: datetime) -> int:
    """Minutes in which the person was there: two ins or two outs are one, an out without an in is none."""
    counted, since = timedelta(), None
    reached = starts_at
    # Of the same instant, coming is before leaving.
    for line in [*sorted(seen, key=lambda line: (line.at, line.kind)), Seen("out", ends_at)]:
        at = min(max(line.at, starts_at), ends_at)
        if line.kind == "in" and since is None:
            since = starts_at + (at - starts_at) // MINUTE * MINUTE
        elif line.kind == "out" and since is not None:
            until = min(ends_at, starts_at - (starts_at - at) // MINUTE * MINUTE)
            counted += max(timedelta(), until - max(since, reached))
            reached, since = max(reached, until), None
    return int(counted / MINUTE)


def granted(rule: str, percent: int, found: Stay, length: int) -> int:
    """The minutes of credit that a stay at a session of ``length`` minutes gives by the rule of the class.

    ``all``: who came gets the whole session; ``proportional``: the minutes present; ``threshold``: the whole session
    from ``percent`` of it on, nothing below.
    """
    if not found.present:
        return 0
    if rule == PROPORTIONAL:
        return min(found.minutes, length)
    if rule == THRESHOLD and found.minutes * 100 < percent * length:
        return 0
    return length


def sharing(devices: Iterable[tuple[int, str | None]]) -> Mapping[int, frozenset[int]]:
    """By person, the others who were checked in from the same device; who shared none is left out.

    ``devices``: person and device of each check-in; a device that is not known is shared with nobody.
    """
    by_device: dict[str, set[int]] = defaultdict(set)
    for person_id, device in devices:
        if device is not None:
            by_device[device].add(person_id)
    found: dict[int, set[int]] = defaultdict(set)
    for people in by_device.values():
        for person_id in people if len(people) > 1 else ():
            found[person_id] |= people - {person_id}
    return {person_id: frozenset(others) for person_id, others in found.items()}
