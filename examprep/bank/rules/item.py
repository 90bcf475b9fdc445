"""What the checks look at: a question as its reader sees it, without markup; and what they find."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from examprep.bank.markup import HTML, PLAIN, plain
from examprep.bank.types.choices import Choices
from examprep.bank.types.registry import Content
from examprep.bank.types.written import Written
from examprep.kernel.sentence import Sentence
from examprep.kernel.widths import narrow

_QUOTED = re.compile(r"“([^”]{1,12})”|【([^】]{1,12})】")
_MARKED = re.compile(r"<(strong|em|u)>(.*?)</\1>", re.DOTALL)
_NOT_A_WORD = re.compile(r"[\W_]+")


class Asked(Protocol):
    """A kept question or a draft of one; `values.Question` and `values.Draft` are both."""

    @property
    def type(self) -> str: ...
    @property
    def stem(self) -> str: ...
    @property
    def content(self) -> Content: ...
    @property
    def explanation(self) -> str: ...
    @property
    def markup(self) -> str: ...


@dataclass(frozen=True)
class Item:
    """A question read for judging. ``options`` is empty where it is answered in words; ``asked`` is not.

    ``asked`` are the questions of its parts and what their answers should say.
    ``emphasised`` are the parts of the stem that stand out: in “ ” or 【 】, or marked up as strong, em or u.
    ``placed``: whether it stands in a chapter of the newest syllabus; ``None`` where that is not known.
    """

    number: int  # 0 for one not kept yet
    subject: str
    type: str
    stem: str
    emphasised: tuple[str, ...]
    options: tuple[str, ...]
    letters: str
    correct: frozenset[int]
    explanation: str
    placed: bool | None
    asked: tuple[str, ...] = ()

    @cached_property
    def cores(self) -> tuple[str, ...]:
        """The options' words alone, as `bare` gives them."""
        return tuple(map(bare, self.options))

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """How many characters each option has, punctuation left out."""
        return tuple(map(len, self.cores))

    @property
    def right(self) -> tuple[str, ...]:
        return tuple(option for place, option in enumerate(self.options) if place in self.correct)

    @property
    def wrong(self) -> tuple[str, ...]:
        return tuple(option for place, option in enumerate(self.options) if place not in self.correct)

    @property
    def single(self) -> bool:
        """Whether one of several written-out options is right; the two of a true-or-false are not written."""
        return self.type == "single-choice" and len(self.correct) == 1


@dataclass(frozen=True)
class Finding:
    """What a check found in a question, or with ``number`` 0 in a whole subject. ``other`` is a second question."""

    rule: str
    number: int
    subject: str
    sentence: Sentence
    other: int = 0


def item(asked: Asked, *, number: int = 0, subject: str = "", placed: bool | None = None) -> Item:
    """Read a question for judging."""
    content = asked.content
    choices = content if isinstance(content, Choices) and asked.type != "true-false" else None
    stem = _words(asked.stem, asked.markup)
    quoted = ["".join(found) for found in _QUOTED.findall(stem)]
    marked = [plain(inner, HTML) for _, inner in _MARKED.findall(asked.stem)] if asked.markup != PLAIN else []
    return Item(
        number=number,
        subject=subject,
        type=asked.type,
        stem=stem,
        emphasised=(*quoted, *marked),
        options=tuple(_words(option, asked.markup) for option in choices.options) if choices else (),
        letters=choices.letters if choices else "",
        correct=choices.correct if choices else frozenset(),
        explanation=_words(asked.explanation, asked.markup),
        placed=placed,
        asked=tuple(_words(text, asked.markup) for text in content.texts()) if isinstance(content, Written) else (),
    )


def _words(text: str, markup: str) -> str:
    # Reading markup is slow, and most texts of a marked-up question hold none.
    return plain(text, markup) if markup != PLAIN and ("<" in text or "&" in text) else text


def bare(text: str) -> str:
    """The words alone: widths and letter case made alike, blanks and punctuation left out."""
    return _NOT_A_WORD.sub("", narrow(text)).casefold()
