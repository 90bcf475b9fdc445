"""Options that are not built alike: one can be told from the others without knowing the subject."""

import re
from collections.abc import Iterator
from statistics import median

from examprep.bank.rules.item import Item
from examprep.kernel.sentence import Sentence

_AMOUNT = re.compile(r"[约第近]?[\d〇零一二两三四五六七八九十百千万亿]+[个]?[日天月年周岁元次人％%]\D{0,6}")
TIMES, CHARACTERS = 3, 12


def unlike(item: Item) -> Iterator[Sentence]:
    """Some options end in 。 or ？ and others do not; one is no amount among amounts; one is far longer or shorter."""
    options = item.options
    for mark, marks in (("。", "。."), ("？", "？?")):
        ends = [option.rstrip().endswith(tuple(marks)) for option in options]
        if any(ends) and not all(ends):
            yield Sentence(
                "Some options end in “%(mark)s” and others do not: %(letters)s.",
                mark=mark,
                letters="".join(letter for letter, end in zip(item.letters, ends, strict=True) if end),
            )
    amounts = [_AMOUNT.fullmatch(core) is not None for core in item.cores]
    if len(options) > 2 and amounts.count(False) == 1:
        letter = item.letters[amounts.index(False)]
        yield Sentence("All options but %(letter)s are amounts.", letter=letter)
    lengths = item.lengths
    for place, length in enumerate(lengths):
        others = median(lengths[:place] + lengths[place + 1 :]) if len(lengths) > 1 else length
        long, short = max(length, others), min(length, others)
        if long >= TIMES * short and long - short >= CHARACTERS:
            yield Sentence(
                "Option %(letter)s has %(length)s characters, the others about %(others)s.",
                letter=item.letters[place],
                length=length,
                others=round(others),
            )
