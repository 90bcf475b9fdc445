"""Options that are the same, or of which one holds another."""

import re
from collections.abc import Iterator
from itertools import combinations

from examprep.bank.rules.item import Item, bare
from examprep.kernel.sentence import Sentence

_BETWEEN = re.compile(r"[、，,；;。]|以及|和|及|与|或")
_TURNS = re.compile(r"[不非无未没反]")
MOST, FEWEST_CHARACTERS, FEWEST_IN_LIST = 0.7, 6, 2


def overlap(item: Item) -> Iterator[Sentence]:
    """Two options alike but for blanks, widths and punctuation; or one whole inside another.

    Inside means: as one piece of a list (甲 in 甲和乙), or as the greater part of the longer option's beginning or end,
    unless what is added turns the sense (支持, 不支持).
    """
    for one, other in combinations(range(len(item.options)), 2):
        short, long = sorted((one, other), key=item.lengths.__getitem__)
        first, second = item.letters[one], item.letters[other]
        if item.cores[one] == item.cores[other]:
            yield Sentence("Options %(first)s and %(second)s say the same.", first=first, second=second)
        elif item.cores[short] in item.cores[long] and _whole(item.cores[short], item.options[long], item.cores[long]):
            yield Sentence("Of options %(first)s and %(second)s one holds the other.", first=first, second=second)


def _whole(short: str, option: str, long: str) -> bool:
    """Whether the shorter words, which the longer option has, stand in it as a whole."""
    if len(short) >= FEWEST_IN_LIST and short in map(bare, _BETWEEN.split(option)):
        return True
    rest = long.removeprefix(short) if long.startswith(short) else long.removesuffix(short)
    return (
        rest != long
        and len(short) >= max(FEWEST_CHARACTERS, MOST * len(long))
        and not _TURNS.search(rest)
        and not any(character.isdigit() for character in rest)
    )
