"""Options that are the same, or of which one holds another."""

import re
from collections.abc import Iterator
from itertools import combinations

from examprep.bank.rules.item import Item, bare
from examprep.kernel.sentence import Sentence

_BETWEEN = re.compile(r"[、，,；;。]|以及|和|及|与|或")
_TURNS = re.compile(r"[不非无未没反]")
MOST, FEWEST_CHARACTERS = 0.7, 6


def overlap(item: Item) -> Iterator[Sentence]:
    """Two options alike but for blanks, widths and punctuation; or one whole inside another.

    Inside means: as one piece of a list (甲 in 甲和乙), or as the greater part of the longer option's beginning or end,
    unless what is added turns the sense (支持, 不支持).
    """
    named = [(letter, option, bare(option)) for letter, option in zip(item.letters, item.options, strict=True)]
    for (first, one, short), (second, other, long) in combinations(named, 2):
        if short == long:
            yield Sentence("Options %(first)s and %(second)s say the same.", first=first, second=second)
        elif _inside(one, other) or _inside(other, one):
            yield Sentence(
                "Of options %(first)s and %(second)s one holds the other.",
                first=first,
                second=second,
            )


def _inside(one: str, other: str) -> bool:
    short, long = bare(one), bare(other)
    if not short or len(short) >= len(long):
        return False
    pieces = {bare(piece) for piece in _BETWEEN.split(other)}
    if len(short) >= 2 and short in pieces:
        return True
    rest = long.removeprefix(short) if long.startswith(short) else long.removesuffix(short)
    return (
        rest != long
        and len(short) >= max(FEWEST_CHARACTERS, MOST * len(long))
        and not _TURNS.search(rest)
        and not any(character.isdigit() for character in rest)
    )
