"""What the bank hands out: plain values that never change, safe to keep."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from examprep.bank.types.choices import Choices
from examprep.kernel.sentence import N_


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
    """One version of a question, whole. ``half_points`` is what the right answer earns."""

    version_id: int
    question_id: int
    number: int  # 1 for the first version
    subject: str
    type: str
    stem: str
    content: Choices
    explanation: str
    author: str
    source: str
    cites: tuple[str, ...]
    law_as_of: date | None  # what the answer holds law to be in force on
    difficulty: float | None
    half_points: int
    chapter_ids: tuple[int, ...]  # of every syllabus version

    @property
    def options(self) -> tuple[str, ...]:
        return self.content.options

    @property
    def answer(self) -> frozenset[int]:
        """The places, from 0, of the right options."""
        return self.content.correct

    @property
    def option_notes(self) -> tuple[str, ...]:
        """A remark on each option, or none at all."""
        return self.content.notes


@dataclass(frozen=True)
class Draft:
    """A question as somebody wrote it, checked, not yet kept."""

    type: str
    stem: str
    content: Choices
    explanation: str = ""
    author: str = ""
    source: str = ""
    cites: tuple[str, ...] = ()
    law_as_of: date | None = None
    difficulty: float | None = None
    chapter_ids: frozenset[int] = frozenset()


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
    plain = (re.sub(r"\s+", "", unicodedata.normalize("NFKC", part)).casefold() for part in (stem, source))
    return hashlib.sha256("\x1f".join(plain).encode()).hexdigest()
