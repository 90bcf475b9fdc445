"""A stem that asks for what is not so, without saying it so that nobody overlooks it."""

import re
from collections.abc import Iterator

from examprep.bank.rules.item import Item
from examprep.kernel.sentence import Sentence

_SAYS_NO = (
    r"不(?:属于|包括|包含|正确|恰当|符合|适宜|适当|适合|合适|妥当|准确|合理|合法|应当|应该|应|需要|需|宜|得|能|可以"
    r"|可|是|会|必|存在|具有|享有|承担|适用|构成|利于|一致)|错误|有误|不当|没有|未能"
    r"|未(?:体现|做到|遵循|遵守|履行|涉及|违反)"
)
_ASKING_END = r"(?:是|有|为)(?:哪[^，。]{0,8})?"
# In the clause that asks: “…不属于…的是”, “错误的做法是”; “哪一项…不属于…”; “除…外…都…”.
_ASKS_NO = (
    re.compile(rf"({_SAYS_NO})[^，。；的时后]{{0,16}}的?[^，。；的时后]{{0,6}}{_ASKING_END}$"),
    re.compile(rf"哪[^，。；]{{0,14}}?({_SAYS_NO})[^，。；]*$"),
    re.compile(r"(除)了?[^。；]{1,30}?(?:以|之)?外[，、]?[^。；]{0,20}?[均都皆]"),
)
_SENTENCE_END = re.compile(r"[。！？?!]")
_TAIL = re.compile(r"[\s（）()_：:。．.？?…]+$")
_OUTSTANDING = str.maketrans("", "", "“”【】")
_SHORT = 12


def negative(item: Item) -> Iterator[Sentence]:
    """The stem's last sentence asks by a negative that stands neither in “ ” or 【 】 nor in strong, em or u."""
    asked = _TAIL.sub("", item.stem).translate(_OUTSTANDING)
    last = _SENTENCE_END.split(asked)[-1]
    found = next((match[1] for pattern in _ASKS_NO if (match := pattern.search(last))), None)
    if found is None:
        return
    stands_out = any(found in part or part in found for part in item.emphasised if 0 < len(part) <= _SHORT)
    if not stands_out:
        yield Sentence("The stem asks by “%(word)s” without making it stand out.", word=found)
