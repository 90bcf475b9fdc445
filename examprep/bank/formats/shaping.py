"""What the readers of XML share: questions put in order as a `RawFile`, each left out one named with its reason."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from examprep.bank.formats.fragments import Media
from examprep.bank.formats.heads import HEADS, TEMPLATE_FIELDS, template_cells
from examprep.bank.formats.raw import RawFile, RawQuestion
from examprep.bank.formats.xml import check_count
from examprep.bank.markup import HTML, plain
from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.sheets import Row
from examprep.plumbing.unreadable import UnreadableFile

ROWS_NAMED = 20
WEIGHTS = N_(
    "In %(count)s questions the weights or penalties of single answers were not kept; "
    "here all right options are needed, and a wrong one earns nothing: %(rows)s"
)
PARTLY = N_("In %(count)s questions answers that earned only a part of the marks were left out: %(rows)s")


class LeftOutError(Exception):
    """The bank has no place for a question; the sentence says why."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


@dataclass
class Gathered:
    """Questions as they are found."""

    media: Media = field(default_factory=Media)
    questions: list[RawQuestion] = field(default_factory=list)
    skipped: list[tuple[int, Sentence]] = field(default_factory=list)
    lost: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def next_number(self) -> int:
        """The place of the next question in the file, the skipped ones counted."""
        return len(self.questions) + len(self.skipped) + 1

    def add(self, where: str, fields: Mapping[str, Any]) -> None:
        """Keep a question. ``where`` is what its problems are named by; ``answer`` is in A, B, C, …."""
        check_count(self.next_number)
        names = dict.fromkeys(("", *HEADS, "parts", "accepted", "passage", "tags"), where)
        called = str(fields.get("letters", ""))
        if len(called) == len(fields.get("options", ())) <= len(LETTERS):
            fields = {
                **fields,
                "answer": fields.get("answer", "").translate(str.maketrans(LETTERS[: len(called)], called)),
            }
        else:
            fields = {**fields, "letters": ""}
        self.questions.append(RawQuestion(number=self.next_number, names=names, markup=HTML, **fields))

    def skip(self, where: str, reason: Sentence) -> None:
        """Note what is left out."""
        check_count(self.next_number)
        self.skipped.append((self.next_number, Sentence("“%(where)s”: %(reason)s", where=where[:80], reason=reason)))

    def lose(self, message: str) -> None:
        """Note what the question being read says and the bank cannot keep; ``message`` takes count and rows."""
        if self.next_number not in self.lost[message][-1:]:
            self.lost[message].append(self.next_number)

    def file(self) -> RawFile:
        """The whole.

        Raises:
            UnreadableFile: no question was found at all.
        """
        if not self.questions and not self.skipped:
            raise UnreadableFile("bank.no-questions", "The file holds no question.")
        heads = tuple(HEADS[name][0] for name in TEMPLATE_FIELDS)
        rows = tuple(Row(question.number, _cells(question)) for question in self.questions)
        skipped = {number for number, _ in self.skipped}
        kept = {message: [n for n in numbers if n not in skipped] for message, numbers in self.lost.items()}
        notes = [
            Sentence(message, count=len(numbers), rows=named(numbers)) for message, numbers in kept.items() if numbers
        ]
        return RawFile(heads, rows, self.questions, skipped=self.skipped, media=self.media.found, notes=notes)


def named(numbers: Sequence[int]) -> str:
    """The first of some numbers, for people."""
    return "、".join(map(str, numbers[:ROWS_NAMED])) + ("…" if len(numbers) > ROWS_NAMED else "")


def _cells(question: RawQuestion) -> Sequence[str]:
    """The question's words as a row of the template."""
    return template_cells(
        replace(
            question,
            stem=plain(question.stem, HTML),
            explanation=plain(question.explanation, HTML),
            options=[plain(option, HTML) for option in question.options],
        )
    )


def too_many(options: Sequence[str]) -> list[tuple[str, Sentence]]:
    """The fault of a question with more options than there are letters."""
    if len(options) <= len(LETTERS):
        return []
    return [("options", Sentence("At most %(count)s options are possible.", count=len(LETTERS)))]
