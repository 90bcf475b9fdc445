"""Which question comes next, and what a scope is."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

ALL, DUE, NOTEBOOK, CHAPTER = "all", "due", "notebook", "chapter"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a candidate goes through: everything, reviews due, the notebook, or one chapter."""

    kind: str
    chapter_id: int | None = None

    def __str__(self) -> str:
        return self.kind if self.chapter_id is None else f"{self.kind}-{self.chapter_id}"


def read_scope(text: str) -> Scope | None:
    """``all``, ``due``, ``notebook`` or ``chapter-12``; ``None`` for anything else."""
    if text in {ALL, DUE, NOTEBOOK}:
        return Scope(text)
    kind, _, number = text.partition("-")
    if kind == CHAPTER and number.isascii() and number.isdecimal() and 0 < len(number) < 10:
        return Scope(CHAPTER, int(number))
    return None


def following(question_ids: Sequence[int], current: int | None) -> int | None:
    """The first of the ascending ids after ``current`` (from the start when ``None``); ``None`` at the end.

    ``current`` itself may be gone: whoever stood on a question that was retired goes on to the one after it.
    """
    at = 0 if current is None else bisect_right(question_ids, current)
    return question_ids[at] if at < len(question_ids) else None


def first_listed(wanted: Sequence[int], listed: Collection[int], *, but: int | None = None) -> int | None:
    """The first wanted question that is still listed and is not ``but``."""
    return next((i for i in wanted if i in listed and i != but), None)
