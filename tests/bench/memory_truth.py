"""Three memories that nobody's scheduler is told of: how a made-up learner learns and forgets, for the bench of memory.

They are of different schools, so that a schedule cannot win by resembling the generator of its own kind: FSRS with
other weights for each learner; half-lives with the spacing effect of lag; and sums of decaying traces (ACT-R).
"""

import random
from collections.abc import Sequence
from math import exp, log
from typing import Protocol

from examprep.practice.rules.curve import AGAIN, EASY, GOOD, HARD, PUBLISHED, Curve

MINUTE = 1 / 1440


class Truth(Protocol):
    """What a learner remembers of each question. Days are numbers with fractions."""

    def recall(self, card: int, at: float) -> float:
        """The chance of recalling; 0 before it was ever seen."""

    def practise(self, card: int, at: float, recalled: bool) -> None: ...


class PerturbedFsrs:
    """FSRS-6 with every weight moved for the learner, and every question easier or harder than it looks."""

    def __init__(self, seed: int, cards: int) -> None:
        draw = random.Random(seed)
        weights = [weight * exp(draw.gauss(0, 0.2)) for weight in PUBLISHED]
        self._curve = Curve((*weights[:20], min(0.8, max(0.1, weights[20]))))
        self._ease = [exp(draw.gauss(0, 0.5)) for _ in range(cards)]
        self._kept: dict[int, tuple[float, float, float]] = {}
        self._draw = draw

    def recall(self, card: int, at: float) -> float:
        kept = self._kept.get(card)
        return self._curve.recall(kept[0] * self._ease[card], at - kept[2]) if kept else 0.0

    def practise(self, card: int, at: float, recalled: bool) -> None:
        rating = self._draw.choices((HARD, GOOD, EASY), (2, 6, 2))[0] if recalled else AGAIN
        kept = self._kept.get(card)
        new = self._curve.first(rating) if kept is None else self._curve.after(kept[0], kept[1], rating, at - kept[2])
        self._kept[card] = (*new, at)


class HalfLives:
    """A half-life for each question: it grows by a right answer, the more the longer ago; a miss cuts it."""

    def __init__(self, seed: int, cards: int) -> None:
        draw = random.Random(seed)
        self._begin = [10.0 * exp(draw.gauss(0, 0.6)) for _ in range(cards)]
        self._growth = [4.0 * exp(draw.gauss(0, 0.3)) for _ in range(cards)]
        self._kept: dict[int, tuple[float, float]] = {}

    def recall(self, card: int, at: float) -> float:
        kept = self._kept.get(card)
        return 2 ** (-(at - kept[1]) / kept[0]) if kept else 0.0

    def practise(self, card: int, at: float, recalled: bool) -> None:
        kept = self._kept.get(card)
        if kept is None:
            half = self._begin[card]
        elif recalled:
            half = kept[0] * (1 + self._growth[card] * (1 - self.recall(card, at)))
        else:
            half = max(self._begin[card] * 0.5, kept[0] * 0.4)
        self._kept[card] = (half, at)


class Traces:
    """Every practice leaves a trace that decays by a power of its age, the faster the stronger the memory was then.

    Source: Pavlik & Anderson 2005, the spacing effect in ACT-R; their parameters, with a day's interference scaled.
    """

    DECAY, SCALE, THRESHOLD, NOISE, SLOWER = 0.177, 0.217, -1.3, 0.255, 0.025

    def __init__(self, seed: int, cards: int) -> None:
        draw = random.Random(seed)
        self._ease = [draw.gauss(0, 0.35) for _ in range(cards)]
        self._kept: dict[int, list[tuple[float, float]]] = {}

    def _strength(self, traces: Sequence[tuple[float, float]], at: float) -> float:
        seconds = 86400 * self.SLOWER
        return log(sum(max(1.0, (at - begun) * seconds) ** -decay for begun, decay in traces))

    def recall(self, card: int, at: float) -> float:
        traces = self._kept.get(card)
        if not traces:
            return 0.0
        strength = self._strength(traces, at) + self._ease[card]
        return 1 / (1 + exp((self.THRESHOLD - strength) / self.NOISE))

    def practise(self, card: int, at: float, recalled: bool) -> None:
        traces = self._kept.setdefault(card, [])
        strength = self._strength(traces, at) if traces else float("-inf")
        traces.append((at, self.SCALE * exp(strength) + self.DECAY))


TRUTHS = {"fsrs": PerturbedFsrs, "half-lives": HalfLives, "traces": Traces}
