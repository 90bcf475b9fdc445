"""When a question comes back: FSRS-6 as a function of (memory, rating, instant) under some weights.

Source: the ``fsrs`` library (Open Spaced Repetition), its published default parameters unless the installation has
fitted its own. Left out of it: its reading of the clock, and its random fuzz, since a memory must be rebuilt from the
log exactly. The exam's day is left out too, since it may move: `calendar` looks at it whenever a day is planned.
Units:  stability in days, difficulty 1..10, instants UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from fsrs import Card, Rating, Scheduler, State

from examprep.practice.rules.curve import AGAIN, PUBLISHED

Weights = tuple[float, ...]

# A question that was missed comes back within the same sitting; one that was right, after days.
_STEP = (timedelta(minutes=10),)


@lru_cache(64)
def _scheduler(weights: Weights) -> Scheduler:
    return Scheduler(parameters=weights, learning_steps=_STEP, relearning_steps=_STEP, enable_fuzzing=False)


@dataclass(frozen=True, slots=True)
class Memory:
    """What FSRS keeps of one person and one question. ``state``: 1 learning, 2 review, 3 relearning."""

    stability: float
    difficulty: float
    state: int
    step: int | None  # null in review
    due_at: datetime
    last_at: datetime


def review(memory: Memory | None, rating: int, at: datetime, weights: Weights | None = None) -> Memory:
    """The memory after a review at ``at``; ``None`` before the first one; no weights: the published ones.

    An instant earlier than the last review (two machines' clocks differ) counts as the same moment.
    """
    if memory is None:
        card = Card(card_id=0, due=at)
    else:
        at = max(at, memory.last_at)
        card = Card(
            card_id=0,  # without one the library sleeps to make its own
            state=State(memory.state),
            step=memory.step,
            stability=memory.stability,
            difficulty=memory.difficulty,
            due=memory.due_at,
            last_review=memory.last_at,
        )
    card, _ = _scheduler(weights or PUBLISHED).review_card(card, Rating(rating), at)
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(card.stability, card.difficulty, int(card.state), card.step, card.due, at)


def forgotten(memory: Memory | None, rating: int) -> bool:
    """Whether this review lost something that had been learnt."""
    return memory is not None and memory.state == State.Review and rating == AGAIN
