"""Words such as 一定 and 所有 in the wrong options alone: they give those away."""

import re
from collections.abc import Iterator

from examprep.bank.rules.item import Item
from examprep.kernel.sentence import Sentence

# 所有权 and the like are no absolutes. Of duty (必须, 应当, 不得) statutes speak themselves.
_ABSOLUTE = re.compile(
    r"一定(?!程度|程序|范围|条件|期限|时期|数量|比例|的)|必定|必然|所有(?!权|者|制|人)|一切|任何|绝对|完全|只有|唯一"
    r"|永远|总是|从来|从不|毫无|一律|无论如何"
)


def absolute(item: Item) -> Iterator[Sentence]:
    """Absolute words in wrong options, where neither a right option nor the stem has one."""
    if any(_ABSOLUTE.search(text) for text in (item.stem, *item.right)) or not item.right:
        return
    for place, option in enumerate(item.options):
        if found := _ABSOLUTE.search(option):
            yield Sentence(
                "Only what is wrong has absolute words: “%(word)s” in option %(letter)s.",
                word=found[0],
                letter=item.letters[place],
            )
