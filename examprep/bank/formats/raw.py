"""A question as its file has it: text, before anything is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from examprep.bank.markup import PLAIN
from examprep.kernel.sentence import Sentence
from examprep.plumbing.sheets import Row


@dataclass(frozen=True)
class RawPart:
    """One question of a case, with its marking points as (text, half-points)."""

    prompt: str
    points: Sequence[tuple[str, int]]
    answer: str = ""


@dataclass(frozen=True)
class RawQuestion:
    """One question of a file; ``number`` is its row, its line, or its place in the file.

    ``names`` says what each field is called in the file, so that a problem can point at it. ``chapters`` is by
    syllabus version; those under ``""`` are of the version chosen beside the file. ``faults`` are (field, sentence)
    pairs found while reading. ``misplaced`` says that the letters before the options were not A, B, C, …
    """

    number: int
    names: Mapping[str, str]
    kind: str = ""
    stem: str = ""
    options: Sequence[str] = ()
    answer: str = ""
    explanation: str = ""
    notes: Sequence[str] = ()
    chapters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    difficulty: str = ""
    source: str = ""
    author: str = ""
    law_as_of: str = ""
    cites: Sequence[str] = ()
    faults: Sequence[tuple[str, Sentence]] = ()
    misplaced: bool = False
    letters: str = ""  # what the options are called, where the file skips a letter; the answer is in these
    parts: Sequence[RawPart] = ()
    accepted: Sequence[str] = ()
    passage: str = ""
    markup: str = PLAIN  # "html": every text is a fragment, with pictures as ``media:NAME``
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class RawFile:
    """A whole file: its questions, its rows as they can be handed back under ``heads``, and columns nobody knows.

    ``skipped`` are (number, sentence) pairs: what the bank has no place for, with the reason. ``media`` are the
    pictures by the names that the texts use. ``notes`` say what else of the file is not kept.
    """

    heads: Sequence[str]
    rows: Sequence[Row]
    questions: Sequence[RawQuestion]
    ignored: Sequence[str] = ()
    skipped: Sequence[tuple[int, Sentence]] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)
    notes: Sequence[Sentence] = ()
