"""The weights of FSRS fitted to how the installation's own candidates remember.

Looked for are the weights under which the chance of recall, foretold before each answer, agrees best with what was
then recalled: the smallest mean log-loss. Only answers at least a day after the one before are foretold, as in FSRS's
own fitting. Every fifth history is kept aside; the weights are judged by it alone, and taken only when they foretell it
better by more than chance.

The search is plain: one weight after another is moved a little up or down and left where the loss is smaller, in ever
smaller steps. It is held near the weights it began with, the more the fewer answers there are. That takes a minute
where gradients would take seconds, and needs no further library; the library's own fitting needs PyTorch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import mean, stdev

from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

from examprep.practice.rules.curve import AGAIN, Curve

LEAST_FORECASTS = 2_000  # for fitting and judging together
STEPS = (0.2, 0.1, 0.05, 0.02)  # shares of a weight
ROUNDS_A_STEP = 2
ASIDE = 5  # every fifth history is not fitted to
SURENESS = 2.0  # standard errors by which the forecasts must be better
HELD_NEAR = 1.0  # loss of all answers together for moving one weight by a half of it
_LEAST_CHANCE = 0.001

History = Sequence[tuple[int, float]]  # rating, and days since the answer before, of one person and question


@dataclass(frozen=True)
class Fit:
    """Weights and how well they foretell answers that they were not fitted to; losses in nats an answer."""

    weights: tuple[float, ...]
    forecasts: int  # all of them, fitted to or not
    loss_before: float
    loss_after: float
    better: bool  # by more than chance


def fit(histories: Sequence[History], begin: Curve, told: Callable[[float], None] = lambda _: None) -> Fit | None:
    """Fit weights; ``None`` when there are too few answers. ``told`` hears the loss after every round."""
    fitted_to = [history for at, history in enumerate(histories) if at % ASIDE]
    aside = histories[::ASIDE]
    forecasts = sum(days >= 1 for history in histories for _, days in history[1:])
    if forecasts < LEAST_FORECASTS:
        return None
    weights = _searched(fitted_to, begin.weights, told)
    before, after = losses(aside, begin), losses(aside, Curve(weights))
    gains = [one - other for one, other in zip(before, after, strict=True)]
    error = stdev(gains) / sqrt(len(gains)) if len(gains) > 1 else float("inf")
    return Fit(weights, forecasts, mean(before), mean(after), mean(gains) > SURENESS * error)


def losses(histories: Sequence[History], under: Curve) -> list[float]:
    """The log-loss of each forecast."""
    found: list[float] = []
    for history in histories:
        state: tuple[float, float] | None = None
        for rating, days in history:
            if state is None:
                state = under.first(rating)
                continue
            if days >= 1:
                chance = min(max(under.recall(state[0], int(days)), _LEAST_CHANCE), 1 - _LEAST_CHANCE)
                found.append(-log(1 - chance if rating == AGAIN else chance))
            state = under.after(*state, rating, days)
    return found


def _searched(
    histories: Sequence[History], begin: tuple[float, ...], told: Callable[[float], None]
) -> tuple[float, ...]:
    def cost(weights: tuple[float, ...]) -> float:
        away = sum(((now - was) / (0.5 * max(was, 0.1))) ** 2 for now, was in zip(weights, begin, strict=True))
        return sum(losses(histories, Curve(weights))) + HELD_NEAR * away

    best, lowest = begin, cost(begin)
    for step in STEPS:
        for _ in range(ROUNDS_A_STEP):
            for place in range(len(begin)):
                for factor in (1 + step, 1 / (1 + step)):
                    moved = _within(best, place, best[place] * factor)
                    if moved != best and (now := cost(moved)) < lowest:
                        best, lowest = moved, now
                        break
            told(lowest)
    return best


def _within(weights: tuple[float, ...], place: int, value: float) -> tuple[float, ...]:
    bounded = min(max(value, LOWER_BOUNDS_PARAMETERS[place]), UPPER_BOUNDS_PARAMETERS[place])
    return (*weights[:place], bounded, *weights[place + 1 :])
