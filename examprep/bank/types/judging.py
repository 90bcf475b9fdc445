"""What an answer earns once the version it saw was found wrong. Pure.

``remark`` counts it by the later version's key, ``accept`` by whichever of the two keys earns more, ``void`` not at
all. Ticks are places among what the version it saw had to tick.
"""

from examprep.bank.types.choices import Choices
from examprep.bank.types.registry import QUESTION_TYPES, Content

REMARK, ACCEPT, VOID = "remark", "accept", "void"


def earned(
    treatment: str, old: tuple[str, Content], new: tuple[str, Content] | None, ticks: frozenset[int]
) -> tuple[int, int] | None:
    """(half-points, of how many); ``None`` where the answer does not count. ``old``, ``new``: (type, content)."""
    if treatment == VOID or new is None:
        return None
    kind, content = old
    before = (QUESTION_TYPES[kind].grade(content, ticks), QUESTION_TYPES[kind].full(content))
    kind, later = new
    after = (QUESTION_TYPES[kind].grade(later, moved(content, later, ticks)), QUESTION_TYPES[kind].full(later))
    if treatment == ACCEPT and before[0] * after[1] >= after[0] * before[1]:
        return before
    return after


def moved(old: Content, new: Content, ticks: frozenset[int]) -> frozenset[int]:
    """The ticks where the same options stand now: by their words where all are still there, else by their places."""
    if isinstance(old, Choices) and isinstance(new, Choices) and set(old.options) == set(new.options):
        return frozenset(new.options.index(old.options[place]) for place in ticks)
    return ticks
