"""A question of the notebook in words alone: for lists, for paper and for files."""

from collections.abc import Sequence

from examprep.bank import actions as bank
from examprep.bank.markup import plain
from examprep.bank.types.written import Written
from examprep.plumbing.i18n import marks, say
from examprep.practice.notebook import Leaf
from examprep.practice.rules.notebook import CAUSES


def stem(question: bank.Question) -> str:
    """What is asked, after what it shares with other questions."""
    return "\n".join(plain(text, question.markup) for text in (question.passage, question.stem) if text)


def options(question: bank.Question) -> Sequence[str]:
    """The options with their letters; of a question answered in words, what its parts ask."""
    content = question.content
    if isinstance(content, Written):
        return [plain(part.prompt, question.markup) for part in content.parts if part.prompt]
    return [
        f"{letter}. {plain(option, question.markup)}"
        for letter, option in zip(question.letters, question.options, strict=True)
    ]


def key(question: bank.Question) -> str:
    """The letters of the right options, or the marking points with what each earns."""
    content = question.content
    if isinstance(content, Written):
        points = [
            f"{plain(point.text, question.markup)}（{marks(point.half_points)}）"
            for part in content.parts
            for point in part.points
        ]
        return "\n".join([*content.accepted, *points])
    return question.named(question.answer)


def explanation(question: bank.Question) -> str:
    """Why, and then what each option is about."""
    notes = [
        f"{letter}. {plain(note, question.markup)}"
        for letter, note in zip(question.letters, question.option_notes, strict=False)
        if note
    ]
    return "\n".join([plain(question.explanation, question.markup), *notes]).strip()


def remarks(leaf: Leaf) -> str:
    """Why it was missed, in the language of the page."""
    return "、".join(say(CAUSES[cause]) for cause in leaf.causes)
