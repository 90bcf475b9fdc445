"""Options such as “all of the above”."""

import re
from collections.abc import Iterator

from examprep.bank.rules.item import Item
from examprep.kernel.sentence import Sentence

_QUANTITY = r"(?:都|均|皆|全都?|全部|全是|没有|无)"
_CATCH_ALL = re.compile(
    rf"(?:以上|上述|前述|前面|前[两二三四]|其余|其他)[^，。]{{0,6}}{_QUANTITY}.{{0,6}}"
    rf"|{_QUANTITY}(?:不?(?:是|对|正确|选|属于|符合|包括)|非|错误?)"
    rf"|[a-h]{{2,}}(?:[两二三四]?[者项])?{_QUANTITY}.{{0,5}}"
    r"|all(?:of)?theabove|noneof(?:theabove|these)"
)
_AND = re.compile(r"(?<=[a-h])[和与及](?=[a-h])")


def catch_all(item: Item) -> Iterator[Sentence]:
    """An option that only speaks of the others: 以上都是, 以上皆非, A和B都对."""
    for letter, option, core in zip(item.letters, item.options, item.cores, strict=True):
        if _CATCH_ALL.fullmatch(_AND.sub("", core)):
            yield Sentence("Option %(letter)s only speaks of the others: “%(option)s”.", letter=letter, option=option)
