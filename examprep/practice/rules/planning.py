"""What to do today: reviews that are due, then new questions where the candidate is weak and the exam weighs most.

The day is as long as the candidate has minutes for, at the pace at which they answer, and never above their cap. A part
of it is kept for new questions while any are left, so that a heap of reviews does not stop the road through the
syllabus; in the last sixth of the days nothing new is forced in. What the reviews leave goes to new questions, and
what those leave to reviews ahead of time, but for what is well known.

Which reviews: those of the calendar, the longest overdue first. What is missed comes again in the same sitting only
when all else is asked: by simulation (`tests/bench/memory.py`) a look at another question is worth more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from math import ceil

from examprep.practice.rules.calendar import LAST_DAYS, Held, calendar, turn
from examprep.practice.rules.curve import DEFAULT, Curve

MINUTES, LEAST_MINUTES, MOST_MINUTES = 30, 5, 480
SECONDS_EACH = 45  # an answer with its explanation, until it is known how fast somebody is
FASTEST_SECONDS, SLOWEST_SECONDS = 15, 300
FRESH_SHARE = 0.4
WELL_KNOWN = 0.95  # chance of recall above which nothing comes ahead of time, until the last days
LAST_PART = 1 / 6


@dataclass(frozen=True, slots=True)
class Fresh:
    """A question never answered. ``weight``: half-points its chapter has in the paper; ``worth``: its own."""

    question_id: int
    chapter_id: int
    weight: float
    worth: int


@dataclass(frozen=True)
class Today:
    """Questions in the order in which they are asked, the reviews first."""

    reviews: Sequence[int]
    fresh: Sequence[int]

    @property
    def question_ids(self) -> Sequence[int]:
        return (*self.reviews, *self.fresh)


def capacity(minutes: int, seconds_each: float, cap: int | None) -> int:
    """How many answers a day holds; one at least."""
    room = max(1, int(minutes * 60 / min(max(seconds_each, FASTEST_SECONDS), SLOWEST_SECONDS)))
    return room if cap is None else min(room, cap)


def today(
    held: Sequence[Held],
    fresh: Sequence[Fresh],
    weakness: Mapping[int, float],
    *,
    days_left: int | None,
    whole: int | None,
    most: int,
    curve: Curve = DEFAULT,
) -> Today:
    """Plan ``most`` answers. ``whole``: days from the first answer to the exam; ``weakness``: 0..1 by chapter.

    On the day of the exam there is nothing to do but to sit it.
    """
    if days_left == 0:
        return Today((), ())
    kept_free = _quota(len(fresh), most, days_left, whole)
    ranked, wanted = _reviews(held, days_left, most, curve)
    first = ranked[: min(wanted, most - kept_free)]
    new = choose_fresh(fresh, weakness, most - len(first))
    fading = {
        each.question_id
        for each in held
        if days_left is not None and (days_left <= LAST_DAYS or curve.recall(each.stability, -each.last) < WELL_KNOWN)
    }
    ahead = [question for question in ranked[len(first) :] if question in fading]
    return Today((*first, *ahead[: most - len(first) - len(new)]), new)


def reviews(held: Sequence[Held], *, days_left: int | None, most: int, curve: Curve = DEFAULT) -> list[int]:
    """Up to ``most`` seen questions, the most urgent first; none that was answered today."""
    return _reviews(held, days_left, most, curve)[0]


def _reviews(held: Sequence[Held], days_left: int | None, most: int, curve: Curve) -> tuple[list[int], int]:
    """The reviews, and how many of them are wanted today rather than ahead of time."""
    waiting = [each for each in held if each.last < 0]
    # Every mistake is seen again before the exam: they go first as soon as the days after today have not room for all.
    unseen = sum(each.unseen for each in waiting)
    pressing = days_left is not None and (days_left - 1) * most <= unseen

    def first(each: Held) -> bool:
        return pressing and each.unseen

    days = calendar(waiting, days_left=days_left, cap=most, curve=curve).days
    planned = frozenset(days[0]) if days else frozenset[int]()
    order = sorted(
        waiting, key=lambda each: (not first(each), each.question_id not in planned, turn(each), each.question_id)
    )
    wanted = sum(first(each) or each.question_id in planned for each in waiting)
    return [each.question_id for each in order[:most]], wanted


def _quota(fresh: int, most: int, days_left: int | None, whole: int | None) -> int:
    """How many answers of the day are kept for new questions."""
    share = int(FRESH_SHARE * most)
    if days_left is None or whole is None:
        return min(fresh, share)
    learning = days_left - max(1, round(whole * LAST_PART))
    return min(fresh, share, ceil(fresh / learning)) if learning > 0 else 0


def choose_fresh(fresh: Sequence[Fresh], weakness: Mapping[int, float], count: int) -> list[int]:
    """New questions by the weakness in their chapter times its weight in the exam times their own marks.

    Dealt out as seats are by d'Hondt: every question taken from a chapter makes its next one less urgent, so the day
    has them in proportion. Within a chapter they keep their order.
    """
    waiting: dict[int, list[Fresh]] = {}
    for each in reversed(fresh):
        waiting.setdefault(each.chapter_id, []).append(each)
    chosen: list[int] = []
    # (how little urgent, chapter, how many were taken from it): the most urgent chapter is on top.
    heap = [(-_urgency(questions[-1], weakness), chapter, 0) for chapter, questions in waiting.items()]
    heapify(heap)
    while heap and len(chosen) < count:
        _, chapter, taken = heap[0]
        questions = waiting[chapter]
        chosen.append(questions.pop().question_id)
        if questions:
            heapreplace(heap, (-_urgency(questions[-1], weakness) / (2 + taken), chapter, taken + 1))
        else:
            heappop(heap)
    return chosen


def _urgency(fresh: Fresh, weakness: Mapping[int, float]) -> float:
    return weakness.get(fresh.chapter_id, 0.5) * fresh.weight * fresh.worth


def weakness_of(answered: int, rights: int) -> float:
    """How weak one is where so many answers were right: from one half at no answers on, towards the share of misses."""
    return 1 - (rights + 1) / (answered + 2)
