"""The arithmetic of FSRS-6 on plain numbers: how sure one still is of something, and what an answer makes of it.

`spacing` steps a memory by the ``fsrs`` library. Planning looks at thousands of questions a page, and fitting at
millions of answers, so the same formulas stand here without cards and clocks; a test holds them to the library's.

Source: the ``fsrs`` library 6 (Open Spaced Repetition), ``Scheduler``; the names w0..w20 are those of its papers.
Units:  days; stability is the days after which the chance of recall is 90 %; difficulty 1..10.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp

from fsrs.scheduler import DEFAULT_PARAMETERS, STABILITY_MIN

PUBLISHED: tuple[float, ...] = tuple(float(weight) for weight in DEFAULT_PARAMETERS)

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
RETENTION = 0.9  # what an interval aims at: one in ten is forgotten when it comes back


@dataclass(frozen=True)
class Curve:
    """FSRS-6 under one set of the 21 weights."""

    weights: tuple[float, ...] = PUBLISHED
    decay: float = field(init=False)
    factor: float = field(init=False)

    def __post_init__(self) -> None:
        decay = -self.weights[20]
        object.__setattr__(self, "decay", decay)
        object.__setattr__(self, "factor", RETENTION ** (1 / decay) - 1)

    def recall(self, stability: float, days: float) -> float:
        """The chance, 0..1, of recalling after so many days."""
        return float((1 + self.factor * max(0.0, days) / stability) ** self.decay)

    def first(self, rating: int) -> tuple[float, float]:
        """Stability and difficulty after the first answer."""
        return max(self.weights[rating - 1], STABILITY_MIN), _within(self._first_difficulty(rating))

    def after(self, stability: float, difficulty: float, rating: int, days: float) -> tuple[float, float]:
        """Stability and difficulty after one more answer, so many days after the last; less than one: the same day."""
        if days < 1:
            stability = self._same_day(stability, rating)
        elif rating == AGAIN:
            stability = self._forgotten(stability, difficulty, self.recall(stability, int(days)))
        else:
            stability = self.recalled(stability, difficulty, self.recall(stability, int(days)), rating)
        return max(stability, STABILITY_MIN), self._harder(difficulty, rating)

    def recalled(self, stability: float, difficulty: float, recall: float, rating: int = GOOD) -> float:
        w = self.weights
        part = w[15] if rating == HARD else w[16] if rating == EASY else 1.0
        gain = exp(w[8]) * (11 - difficulty) * stability ** -w[9] * (exp((1 - recall) * w[10]) - 1)
        return float(stability * (1 + gain * part))

    def _forgotten(self, stability: float, difficulty: float, recall: float) -> float:
        w = self.weights
        left = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * exp((1 - recall) * w[14])
        return float(min(left, stability / exp(w[17] * w[18])))

    def _same_day(self, stability: float, rating: int) -> float:
        w = self.weights
        grows = exp(w[17] * (rating - 3 + w[18])) * stability ** -w[19]
        return float(stability * (grows if rating == AGAIN else max(grows, 1.0)))

    def _first_difficulty(self, rating: int) -> float:
        return self.weights[4] - exp(self.weights[5] * (rating - 1)) + 1

    def _harder(self, difficulty: float, rating: int) -> float:
        w = self.weights
        moved = difficulty + (10.0 - difficulty) * -(w[6] * (rating - 3)) / 9.0
        return _within(w[7] * self._first_difficulty(EASY) + (1 - w[7]) * moved)


def _within(difficulty: float) -> float:
    return min(max(difficulty, 1.0), 10.0)


def curve(weights: Sequence[float] | None) -> Curve:
    """The curve of some weights; of the published ones where there are none."""
    return DEFAULT if weights is None else Curve(tuple(weights))


DEFAULT = Curve()
