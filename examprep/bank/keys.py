"""Whether a revision changes what earns marks. Pure."""

import re
import unicodedata

from examprep.bank.types.choices import Choices
from examprep.bank.types.registry import Content
from examprep.bank.types.written import Written


def key_changed(before: Content, after: Content, type_before: str, type_after: str) -> bool:
    """Whether an answer could earn something else by ``after``: another type, key or marking.

    Ticked: other right letters, or a right option that changed places with a wrong one. Written: other marking points,
    marks or accepted texts, blanks and widths apart. A mended word in an option changes no key.
    """
    if type_before != type_after:
        return True
    if isinstance(before, Choices) and isinstance(after, Choices):
        return before.correct != after.correct or _swapped(before, after)
    if isinstance(before, Written) and isinstance(after, Written):
        return _marking(before) != _marking(after)
    return True


def _swapped(before: Choices, after: Choices) -> bool:
    right, wrong = _sides(before)
    right_now, wrong_now = _sides(after)
    return bool(right & wrong_now or wrong & right_now)


def _sides(content: Choices) -> tuple[set[str], set[str]]:
    places = range(len(content.options))
    texts = [_plain(option) for option in content.options]
    return {texts[n] for n in content.correct}, {texts[n] for n in places if n not in content.correct}


def _marking(content: Written) -> tuple[object, ...]:
    parts = tuple(tuple((_plain(point.text), point.half_points) for point in part.points) for part in content.parts)
    return parts, frozenset(map(_plain, content.accepted))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
