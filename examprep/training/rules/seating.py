"""Who gets the seats that are free: in the order of asking, never more than there are, kept ones only to those they are
kept for.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from examprep.kernel.errors import RuleViolation

Who = TypeVar("Who", bound=Hashable)

# Enrolled or offered: a seat that nobody else can have.
HELD = ("enrolled", "offered")
# Whoever is in one of these has asked, and has not been answered with no.
STANDING = ("asked", "waiting", "offered", "enrolled")


@dataclass(frozen=True)
class Room:
    """The seats of a class. ``kept`` are the seats of each share, ``held`` those taken by its people.

    Under ``None`` are counted those who belong to no share. Shares do not overlap.
    """

    capacity: int
    kept: Mapping[int, int] = field(default_factory=dict)
    held: Mapping[int | None, int] = field(default_factory=dict)

    @property
    def unfilled(self) -> int:
        """How many seats are kept for people who do not have them yet."""
        return sum(max(0, seats - self.held.get(share, 0)) for share, seats in self.kept.items())

    @property
    def taken(self) -> int:
        return sum(self.held.values())

    def admits(self, share: int | None) -> bool:
        """Whether one more person of that share (``None``: of none) may have a seat."""
        if self.taken >= self.capacity:
            return False
        if share is not None and self.held.get(share, 0) < self.kept.get(share, 0):
            return True
        return self.taken + self.unfilled < self.capacity

    def plus(self, share: int | None) -> "Room":
        return Room(self.capacity, self.kept, Counter(self.held) + Counter([share]))


def given(
    room: Room, queue: Iterable[tuple[Who, int | None]], able: Callable[[Who], bool] = lambda _: True
) -> list[Who]:
    """Who of the queue, in its order, gets a seat; each is given with their share.

    Whoever may not have what is left, or is not ``able`` to come, is passed over and keeps their place; ``able`` is
    asked of nobody who would get none.
    """
    found = []
    for who, share in queue:
        if room.taken >= room.capacity:
            break
        if room.admits(share) and able(who):
            room = room.plus(share)
            found.append(who)
    return found


def check_kept(room: Room) -> None:
    """That what is kept can be kept beside what is taken.

    Raises:
        RuleViolation: ``training.kept`` -- more is kept than is left.
    """
    free = room.capacity - room.taken
    if room.unfilled > free:
        raise RuleViolation(
            "training.kept",
            "%(kept)s seats would still be kept, but only %(free)s are free.",
            kept=room.unfilled,
            free=max(0, free),
        )


def offered_until(now: datetime, hours: int, begins: datetime | None) -> datetime:
    """The end of an offer made now: some hours later, at the latest when the class begins."""
    ends = now + timedelta(hours=hours)
    return ends if begins is None else min(ends, begins)


_CHAINS = {
    "none": (),
    "employer": ("employer",),
    "trainer": ("trainer",),
    "both": ("employer", "trainer"),
}


def next_step(approval: str, *, after: str | None = None, passed: Iterable[str] = ()) -> str | None:
    """Who is to decide next: ``employer``, then ``trainer``, as far as the class asks for them; ``None``: nobody.

    ``after`` is the step just approved; steps in ``passed`` are not asked, since who acts could approve them.
    """
    steps = _CHAINS[approval]
    begun = steps[steps.index(after) + 1 :] if after in steps else steps
    return next((step for step in begun if step not in set(passed)), None)
