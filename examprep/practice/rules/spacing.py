"""When a question comes back: FSRS-6 as a function of (memory, rating, instant).

Source: the ``fsrs`` library (Open Spaced Repetition), its published default parameters. Left out of it: its reading of
the clock, and its random fuzz, since a memory must be rebuilt from the log exactly.
Units:  stability in days, difficulty 1..10, instants UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fsrs import Card, Rating, Scheduler, State

# A question that was missed comes back within the same sitting; one that was right, after days.
_STEP = (timedelta(minutes=10),)
_SCHEDULER = Scheduler(learning_steps=_STEP, relearning_steps=_STEP, enable_fuzzing=False)


@dataclass(frozen=True, slots=True)
class Memory:
    """What FSRS keeps of one person and one question. ``state``: 1 learning, 2 review, 3 relearning."""

    stability: float
    difficulty: float
    state: int
    step: int | None  # null in review
    due_at: datetime
    last_at: datetime


def rate(*, right: bool, sure: str | None) -> Rating:
    """What an answer tells of the memory, as FSRS's four ratings.

    Anything less than the full mark is a lapse, also an answer that only left out an option. A right guess (one in
    four is luck) counts as recalled with difficulty; saying "sure" and being right, as recalled with ease.
    """
    if not right:
        return Rating.Again
    return {"guessing": Rating.Hard, "sure": Rating.Easy}.get(sure or "", Rating.Good)


def review(memory: Memory | None, rating: Rating, at: datetime) -> Memory:
    """The memory after a review at ``at``; ``None`` before the first one.

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
    card, _ = _SCHEDULER.review_card(card, rating, at)
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(card.stability, card.difficulty, int(card.state), card.step, card.due, at)


def forgotten(memory: Memory | None, rating: Rating) -> bool:
    """Whether this review lost something that had been learnt."""
    return memory is not None and memory.state == State.Review and rating == Rating.Again
