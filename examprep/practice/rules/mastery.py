"""What somebody has mastered of a chapter, and how sure that is.

A question is mastered when the last answer to it earned the full mark and was not called a guess. The share among the
questions answered stands with its Wilson interval (`kernel.rate`): five right of five is not yet "100 per cent".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from examprep.kernel.rate import Rate

LEAST = 5  # questions answered, before a figure is shown
UNKNOWN = 0.5  # the share taken for a chapter of which nothing is known


@dataclass(frozen=True, slots=True)
class Last:
    """The last answer to one question."""

    question_id: int
    chapter_ids: frozenset[int]
    mastered: bool


def is_mastered(*, right: bool, sure: str | None) -> bool:
    return right and sure != "guessing"


def by_chapter(lasts: Iterable[Last]) -> Mapping[int, Rate]:
    """Mastered of answered questions, by chapter; a chapter without an answer is missing."""
    counts: dict[int, list[int]] = {}
    for last in lasts:
        for chapter in last.chapter_ids:
            count = counts.setdefault(chapter, [0, 0])
            count[0] += last.mastered
            count[1] += 1
    return {chapter: Rate(part, base) for chapter, (part, base) in counts.items()}


def to_win(rate: Rate | None, half_points: float) -> float:
    """Half-points of a paper that a chapter still holds for somebody: its weight by the share not mastered.

    The share is the middle of the Wilson interval, which a few answers move little from one half.
    """
    interval = rate.wilson() if rate else None
    share = sum(interval) / 2 if interval else UNKNOWN
    return half_points * (1 - share)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How a group lies: the values that 10, 25, 50, 75 and 90 per cent of it do not exceed."""

    persons: int
    values: tuple[float, float, float, float, float]

    def band(self, value: float) -> int:
        """Between which of the values somebody lies: 0 below the first, 5 above the last."""
        return sum(value > limit for limit in self.values)


MARKS = (0.10, 0.25, 0.50, 0.75, 0.90)


def quantiles(values: Sequence[float]) -> Quantiles:
    """Linear between the two nearest values (Hyndman and Fan's seventh definition, as numpy and R have it).

    Raises:
        ValueError: no values.
    """
    if not values:
        raise ValueError("a group of nobody has no quantiles")
    ordered = sorted(values)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    first, second, third, fourth, fifth = (at(share) for share in MARKS)
    return Quantiles(len(ordered), (first, second, third, fourth, fifth))
