"""Text files: Aiken, GIFT, or the plain text of a paper, told apart by what they hold. Pure."""

import re

from examprep.bank.formats.aiken import ANSWER, read_aiken
from examprep.bank.formats.gift import read_gift
from examprep.bank.formats.plain import read_plain
from examprep.bank.formats.plain_words import head, label
from examprep.bank.formats.raw import RawFile
from examprep.plumbing.text_files import decode

_GIFT = re.compile(
    r"(?<!\\)\{\s*(?:(?:TRUE|FALSE|T|F|#[^#}]*)\s*[#}]|[=~][^{}]*\}|\})|^[ \t]*::[^:\n]+::|^\$CATEGORY:", re.M
)


def read_text(content: bytes) -> RawFile:
    """The questions of a text file.

    Raises:
        UnreadableFile: empty, too long, not text, or without a question.
    """
    text = decode(content)
    lines = [line.strip() for line in text.splitlines()]
    if any((found := label(line)) and found[0] == "answer" and not ANSWER.match(line) for line in lines):
        return read_plain(content)
    if any(ANSWER.match(line) for line in lines) and not any(head(line) is not None for line in lines):
        return read_aiken(content)
    return read_gift(content) if _GIFT.search(text) else read_plain(content)
