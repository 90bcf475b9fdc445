"""What the bank hands out: plain values that never change, safe to keep."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from examprep.bank.markup import PLAIN, plain
from examprep.bank.types.choices import Choices
from examprep.bank.types.registry import QUESTION_TYPES, Content
from examprep.kernel.sentence import N_
from examprep.kernel.widths import narrow


@dataclass(frozen=True)
class Picture:
    """A picture as the bank keeps it."""

    sha256: str
    mimetype: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class Listed:
    """A published question in the catalogue of a subject. ``chapter_ids`` are those of the asked syllabus version."""

    question_id: int
    version_id: int
    type: str
    chapter_ids: tuple[int, ...]
    difficulty: float | None  # the share expected to answer right, 0..1


@dataclass(frozen=True)
class Question:
    """One version of a question, whole. ``half_points`` is what the right answer earns.

    All texts are of one ``markup``. ``passage`` is what several questions share and stands before the stem.
    """

    version_id: int
    question_id: int
    number: int  # 1 for the first version
    subject: str
    type: str
    stem: str
    content: Content
    explanation: str
    author: str
    source: str
    cites: tuple[str, ...]
    law_as_of: date | None  # what the answer holds law to be in force on
    difficulty: float | None
    half_points: int
    chapter_ids: tuple[int, ...]  # of every syllabus version
    markup: str = PLAIN
    passage: str = ""

    def __hash__(self) -> int:
        # It is looked up at every answer, and hashing all its texts would take longer than finding it.
        return hash(self.version_id)

    @property
    def label(self) -> str:
        """What its type is called: a message id."""
        return QUESTION_TYPES[self.type].label

    @property
    def written(self) -> bool:
        """Whether it is answered in words and marked by points, not by ticking options."""
        return QUESTION_TYPES[self.type].written

    @property
    def one_tick(self) -> bool:
        return QUESTION_TYPES[self.type].one_tick

    @property
    def options(self) -> tuple[str, ...]:
        """The options in order; none where the question is answered in words."""
        return self.content.options if isinstance(self.content, Choices) else ()

    @property
    def letters(self) -> str:
        """What the options are called, one character each."""
        return self.content.letters if isinstance(self.content, Choices) else ""

    @property
    def answer(self) -> frozenset[int]:
        """The ticks that earn everything: places, from 0, of the right options or of all marking points."""
        return QUESTION_TYPES[self.type].key(self.content)

    @property
    def option_notes(self) -> tuple[str, ...]:
        """A remark on each option, or none at all."""
        return self.content.notes if isinstance(self.content, Choices) else ()

    @property
    def words(self) -> str:
        """The stem without its markup, for lists and titles."""
        return plain(self.stem, self.markup)

    def named(self, ticks: frozenset[int]) -> str:
        """Ticks as people write them: letters of options, or numbers of marking points."""
        return self.content.named(ticks)


@dataclass(frozen=True)
class Draft:
    """A question as somebody wrote it, checked, not yet kept."""

    type: str
    stem: str
    content: Content
    explanation: str = ""
    author: str = ""
    source: str = ""
    cites: tuple[str, ...] = ()
    law_as_of: date | None = None
    difficulty: float | None = None
    chapter_ids: frozenset[int] = frozenset()
    markup: str = PLAIN
    passage: str = ""
    tags: frozenset[str] = frozenset()
    pictures: tuple[Picture, ...] = ()  # those that the texts show

    @cached_property
    def fingerprint(self) -> str:
        """What tells it from the bank's other questions."""
        return fingerprint(self.stem, self.source)


STATES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "review": N_("In review"),
    "published": N_("Published"),
    "retired": N_("Retired"),
}


def fingerprint(stem: str, source: str) -> str:
    """Tells the same question: its stem and where it is from, blanks and widths apart.

    The source counts, because stems such as "Which of these is right?" come in many papers.
    """
    words = narrow(f"{stem}\x00{source}")
    plain = "".join(words.split()).casefold().replace("\x00", "\x1f")
    return hashlib.sha256(plain.encode()).hexdigest()
