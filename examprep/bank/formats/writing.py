"""What every writer of question files takes and gives. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from examprep.bank.markup import HTML, plain
from examprep.bank.values import Picture, Question
from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Exported:
    """A question on its way out.

    ``chapters`` are the numbers of its chapters ("03") by the code of the syllabus version; ``pictures`` are those
    that its texts show, by their SHA-256.
    """

    question: Question
    chapters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tags: Sequence[str] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    def words(self, text: str) -> str:
        """One of its texts without markup."""
        return plain(text, self.question.markup)

    @property
    def shows_pictures(self) -> bool:
        return self.question.markup == HTML and bool(self.pictures)


@dataclass(frozen=True)
class Written:
    """A whole file, and what it could not carry: (id of the question, reason) pairs.

    A question is left out only where its reason says so; else the reason names the part of it that is lost.
    """

    content: bytes
    left_out: Sequence[tuple[int, Sentence]] = ()
