"""Who was there, by the log of one person at one session."""

from collections.abc import Iterable

# Leaving early says nothing about having come: it does not change the answer.
_SAYS = {"in": True, "present": True, "absent": False}


def attended(kinds: Iterable[str]) -> bool:
    """Whether the lines, oldest first, end with the person having come; no line is not having come."""
    answer = False
    for kind in kinds:
        answer = _SAYS.get(kind, answer)
    return answer
