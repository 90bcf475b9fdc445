"""Cramming before the exam: what is in the notebook, and what is least likely to be known on the day, in one heap.

Answers given while cramming are kept in the log and counted in the day, but teach the memory nothing: ten right answers
on the eve of the exam say that something was read ten minutes ago, and would push it months away. A mistake is a
mistake, so it enters the notebook all the same; right answers do not take anything out of it.
"""

from collections.abc import Mapping, Sequence

from examprep.practice.rules.calendar import Held
from examprep.practice.rules.curve import DEFAULT, Curve

HEAP = 40


def heap(held: Sequence[Held], *, days_left: int, curve: Curve = DEFAULT) -> list[int]:
    """The questions to cram: mistakes before others, within each what will be known least on the exam day."""
    order = sorted(
        held,
        key=lambda each: (not each.missed, curve.recall(each.stability, days_left - each.last), each.question_id),
    )
    return [each.question_id for each in order[:HEAP]]


def turn(heap: Sequence[int], crammed: Mapping[int, tuple[int, bool]], *, but: int | None = None) -> int | None:
    """The question whose turn it is; ``None`` when each was right at its last showing today.

    ``crammed``: how often each was crammed today, and whether it was right last. What was shown least comes first.
    """
    left = [question for question in heap if question != but and not crammed.get(question, (0, False))[1]]
    return min(left, key=lambda question: crammed.get(question, (0, False))[0], default=None)
