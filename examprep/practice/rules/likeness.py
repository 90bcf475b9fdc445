"""Which questions are about the same: how many pairs of neighbouring letters they share. Chinese has no blanks."""

import re
from collections.abc import Mapping

MOST = 8
LEAST_SHARED = 0.12  # of all pairs of the two; what two questions of a chapter have in common by chance is less


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters of a text, signs and blanks left out."""
    letters = re.sub(r"[\W_]+", "", text).casefold()
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def likest(asked: str, others: Mapping[int, str], *, most: int = MOST) -> tuple[int, ...]:
    """The others that share most with a text, the likest first; those that share little are left out."""
    mine, found = pairs(asked), []
    for number, text in others.items():
        theirs = pairs(text)
        shared = len(mine & theirs) / (len(mine | theirs) or 1)
        if shared >= LEAST_SHARED:
            found.append((-shared, number))
    return tuple(number for _, number in sorted(found)[:most])
