"""A question answered in a few words: by one of the accepted texts, or by marking points, or by both."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from examprep.bank.types.choices import ContentError
from examprep.bank.types.written import Written, WrittenType, read_written
from examprep.kernel.sentence import N_, Sentence

DEFAULT_HALF_POINTS = 2


class ShortAnswer(WrittenType):
    name = "short-answer"
    label = N_("Short answer")

    def read(self, raw: Mapping[str, Any]) -> Written:
        """One part; with accepted texts alone the first of them is its marking point.

        Raises:
            ContentError: neither accepted texts nor marking points, or more than one part.
        """
        accepted = [str(text).strip() for text in raw.get("accepted") or () if str(text).strip()]
        parts = raw.get("parts")
        if not parts and accepted:
            parts = [{"prompt": "", "points": [{"text": accepted[0], "half_points": DEFAULT_HALF_POINTS}]}]
        if not parts:
            raise ContentError("accepted", Sentence("Give the answers that count as right, or marking points."))
        content = read_written({**raw, "parts": parts})
        if len(content.parts) > 1:
            raise ContentError("parts", Sentence("A short answer has one part. Make it a case analysis."))
        return content

    def example(self) -> dict[str, Any]:
        return {
            "parts": [
                {"prompt": "", "points": [{"text": "甲", "half_points": 2}, {"text": "乙", "half_points": 1}]},
            ],
            "accepted": ["甲和乙"],
        }


def accepts(content: Written, words: str) -> bool:
    """Whether the words are one of the accepted texts, blanks, widths and letter case apart."""
    return _plain(words) in {_plain(text) for text in content.accepted}


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
