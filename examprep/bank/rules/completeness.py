"""What a question lacks: a sound key, an explanation, a place in the newest syllabus."""

from collections.abc import Iterator

from examprep.bank.rules.item import Item
from examprep.kernel.sentence import Sentence


def unsound_key(item: Item) -> Iterator[Sentence]:
    """A multiple-choice question has at least two right options and one wrong.

    Source: DOMAIN.md 1.2 -- 多项选择题：有 2 个或 2 个以上符合题意，至少有 1 个错项.
    """
    if item.type != "multiple-choice":
        return
    if len(item.right) < 2:
        yield Sentence("A multiple-choice question, but %(count)s of its options are right.", count=len(item.right))
    elif not item.wrong:
        yield Sentence("A multiple-choice question, but none of its options is wrong.")


def unexplained(item: Item) -> Iterator[Sentence]:
    """Whoever answers wrong is told nothing."""
    if not item.explanation.strip():
        yield Sentence("It has no explanation.")


def superseded(item: Item) -> Iterator[Sentence]:
    """It stands in no chapter of the newest syllabus."""
    if item.placed is False:
        yield Sentence("It stands in no chapter of the newest syllabus.")
