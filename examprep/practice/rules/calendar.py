"""The reviews of each day until the exam: none after it, every open mistake once more before it, no day overfull.

Every question wants to come back when FSRS says, again and again as it is remembered longer; and once more in the last
days before the exam, however well it is known, so that no interval reaches beyond it. Those wishes, sorted by day, are
dealt out in order: each day takes what it is wanted for, at most ``most_a_day`` reviews, and more than it is wanted for
when otherwise too many would be left for the days that remain.

Units: days counted from today, which is 0; the exam is on day ``days_left``, and nothing is planned on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from examprep.practice.rules.curve import DEFAULT, Curve

PEAK = 1.5  # the busiest day, as a multiple of the mean
HORIZON = 60  # days planned for while no exam is known, and within which the load is levelled
LAST_DAYS = 14  # before the exam, in which everything comes once more
SHORTEST = 2  # days between two visits; what is forgotten sooner would otherwise crowd out all else

# What is kept first where a cap leaves no room for all.
_NEXT_OF_MISSED, _NEXT, _ONCE_MORE, _FURTHER = range(4)

_Wish = tuple[int, int, int]  # rank, day that FSRS wants (of what is overdue, a past one), question


class Held(NamedTuple):
    """What is held of one question. ``last``, ``due``: days from today; ``missed``: it is in the notebook.

    ``unseen``: it was not answered again since it was missed.
    """

    question_id: int
    stability: float
    difficulty: float
    last: int
    due: int
    missed: bool = False
    unseen: bool = False


@dataclass(frozen=True)
class Calendar:
    """Questions to review by day, today first; ``left_out``: how many reviews the cap leaves no room for."""

    days: Sequence[Sequence[int]]
    left_out: int

    @property
    def loads(self) -> Sequence[int]:
        """Reviews by day."""
        return [len(day) for day in self.days]


def calendar(held: Iterable[Held], *, days_left: int | None, cap: int | None, curve: Curve = DEFAULT) -> Calendar:
    """Deal the reviews out. ``days_left``: to the exam, ``None``: no date is known; ``cap``: most reviews a day."""
    span = HORIZON if days_left is None else days_left
    if span <= 0:
        return Calendar((), 0)
    wishes = [wish for each in held for wish in _wishes(each, span, days_left is not None, curve)]
    room = len(wishes) if cap is None else cap * span
    kept = sorted(wishes)[:room] if room < len(wishes) else wishes
    dealt = _dealt(sorted((day, question) for _, day, question in kept), span, cap)
    return Calendar(dealt, len(wishes) - len(kept))


def turn(held: Held) -> int:
    """The day on which FSRS wants a question back, but not on the day after it was answered; past when overdue."""
    return max(held.due, held.last + SHORTEST)


def most_a_day(total: int, span: int, cap: int | None) -> int:
    """The fullest a day may be: one and a half times the mean, but at least the whole number above the mean."""
    most = max(1, ceil(total / span), int(PEAK * total / span))
    return most if cap is None else min(most, cap)


def _wishes(held: Held, span: int, exam: bool, curve: Curve) -> list[_Wish]:
    """The visits of one question, as if it were recalled each time."""
    wishes: list[_Wish] = []
    stability, last, day = held.stability, held.last, turn(held)
    rank = _NEXT_OF_MISSED if held.missed else _NEXT
    while day < span:
        wishes.append((rank, day, held.question_id))
        seen = max(0, day)
        stability = curve.recalled(stability, held.difficulty, curve.recall(stability, seen - last))
        last, day, rank = seen, seen + max(SHORTEST, round(stability)), _FURTHER
    if exam and last < span - min(LAST_DAYS, ceil(span / 2)):
        wishes.append((min(rank, _ONCE_MORE), day, held.question_id))
    return wishes


def _dealt(wishes: Sequence[tuple[int, int]], span: int, cap: int | None) -> list[list[int]]:
    """Levelled within sixty days at a time: what is overdue now must not be spread over half a year."""
    parts = ceil(span / HORIZON)
    ends = [round(span * part / parts) for part in range(1, parts + 1)]
    days: list[list[int]] = []
    given = 0
    for start, end in pairwise([0, *ends]):
        wanted = sum(day < end or end == span for day, _ in wishes)
        if cap is not None:
            wanted = min(wanted, given + cap * (end - start))
            wanted = max(wanted, len(wishes) - cap * (span - end))
        days += _levelled(wishes[given:wanted], start, end, cap)
        given = max(given, wanted)
    return days


def _levelled(wishes: Sequence[tuple[int, int]], start: int, end: int, cap: int | None) -> list[list[int]]:
    days = _filled(wishes, start, end, most_a_day(len(wishes), end - start, cap))
    # Wishes that met on one day are one review, so the mean is less than it was taken for.
    while (most := most_a_day(sum(map(len, days)), end - start, cap)) < max(map(len, days)):
        if most * (end - start) < len(wishes):
            break  # they would not all find a day, if other ones met
        days = _filled(wishes, start, end, most)
    return days


def _filled(wishes: Sequence[tuple[int, int]], start: int, end: int, most: int) -> list[list[int]]:
    days: list[list[int]] = []
    given = wanted = 0
    for day in range(start, end):
        if given == len(wishes):
            days += [[] for _ in range(day, end)]
            break
        while wanted < len(wishes) and min(wishes[wanted][0], end - 1) <= day:
            wanted += 1
        must = len(wishes) - most * (end - 1 - day)
        upto = max(given, min(max(wanted, must), given + most))
        # Two wishes for one question may meet on one day after a jam: it is asked once.
        days.append(list(dict.fromkeys(question for _, question in wishes[given:upto])))
        given = upto
    return days
