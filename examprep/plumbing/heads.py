"""Where the head of a sheet stands and which rows below it are no data.

Offices put titles above the head, spread it over two rows with merged cells, and end with sums and signatures. Which
words are heads is known by whoever reads the sheet; here is only how a head lies among other rows.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from examprep.kernel.widths import plain

LOOKED_AT = 20  # rows from the top among which a head is sought
Knows = Callable[[str], bool]

_FOOT = re.compile(
    r"(合计|总计|小计|共计|总人数)([:(].*|\d.*|)"
    r"|共\d+(人|名|条|行|人次).*"
    r"|第\d+页.*"
    r"|(制表|制表人|填表|填表人|填报人|审核人|复核人|负责人|经办人|联系人|联系电话|备注|注|说明|盖章|单位盖章"
    r"|填报单位|填报日期|制表日期|打印时间|打印日期|日期)[:(].*"
)


@dataclass(frozen=True)
class Head:
    """The head as one row of texts, and the place of the first row below it."""

    heads: tuple[str, ...]
    below: int


def find_head(rows: Sequence[Sequence[str]], knows: Knows | None) -> Head | None:
    """The head among the first rows: with the most heads that are known, else the first row that is filled.

    A head of two rows reads as one: the lower cell where there is one, else the upper. ``None``: no row is filled.
    """
    filled = [at for at, row in enumerate(rows) if any(row)]
    if not filled:
        return None
    if knows is None:
        return Head(_trimmed(rows[filled[0]]), filled[0] + 1)
    alone = [Head(_trimmed(rows[at]), at + 1) for at in filled]
    # A pair counts only where it knows more heads than either of its rows: `max` takes the first of equals.
    pairs = [Head(_trimmed(_over(rows[at], rows[at + 1])), at + 2) for at in range(len(rows) - 1)]
    return max([*alone, *pairs], key=lambda head: len({plain(cell) for cell in head.heads if cell and knows(cell)}))


def _over(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    return [low or high for high, low in zip_longest(upper, lower, fillvalue="")]


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    heads = list(row)
    while heads and not heads[-1]:
        heads.pop()
    return tuple(heads)


def is_no_data(cells: Sequence[str], heads: Sequence[str]) -> bool:
    """Whether a row is a sum, a signature, a remark below the table, or the head printed once more."""
    first = next(filter(None, cells), "")
    if first in heads:
        return all(not cell or cell == head for cell, head in zip(cells, heads, strict=True))
    if first[:1] not in _BEGINNINGS:
        return False
    colon = ":" if first.endswith((":", "：")) else ""
    return _FOOT.fullmatch(plain(first) + colon) is not None


# The characters with which such rows begin: asked first, since every row of a large file is asked.
_BEGINNINGS = frozenset("合总小共第制填审复负经联备注说盖单打日")
