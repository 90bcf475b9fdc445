"""Which question comes next, and what a scope is."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b

ALL, DUE, NOTEBOOK, CHAPTER = "all", "due", "notebook", "chapter"
TYPE, RANDOM, MARKED, DAILY, ASSIGNMENT = "type", "random", "marked", "daily", "assignment"
PLAN, CRAM, LIKE = "plan", "cram", "like"
LIVE = frozenset({DUE, PLAN, CRAM})  # what comes next is chosen anew after every answer

_NUMBER = "[1-9][0-9]{0,8}"
_SCOPE = re.compile(
    rf"""(?P<recite>recite-)?
    (?: (?P<plain>all|due|marked|plan|cram)
      | chapter-(?P<chapter>{_NUMBER})
      | type-(?P<type>[a-z-]{{1,20}})
      | assignment-(?P<assignment>{_NUMBER})
      | like-(?P<like>{_NUMBER})
      | (?P<dated>random|daily)(?:-(?P<on>[0-9]{{8}}))?
      | notebook(?:-chapter-(?P<of>{_NUMBER}))?(?:-cause-(?P<cause>[a-z]{{1,12}}))?(?:-tag-(?P<tag>{_NUMBER}))?
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a candidate goes through, and as which address and place it is kept.

    ``reciting`` (背题): the answers are shown and nothing is answered.
    """

    kind: str
    chapter_id: int | None = None  # of ``chapter``; of the notebook, where one chapter of it is gone through
    type: str = ""
    on: date | None = None  # the office day of ``random`` and ``daily``; null: whichever day it is
    cause: str = ""  # of the notebook: a cause, and a tag of one's own
    tag_id: int | None = None
    assignment_id: int | None = None
    like_id: int | None = None  # of ``like``: the question that the others are like
    reciting: bool = False

    def __str__(self) -> str:
        parts = ["recite"] if self.reciting else []
        parts.append(self.kind)
        if self.kind == NOTEBOOK:
            limits = (("chapter", self.chapter_id), ("cause", self.cause), ("tag", self.tag_id))
            parts += [f"{name}-{value}" for name, value in limits if value]
        else:
            day = self.on and f"{self.on:%Y%m%d}"
            parts += [
                str(value) for value in (self.chapter_id, self.type, day, self.assignment_id, self.like_id) if value
            ]
        return "-".join(parts)

    @property
    def undated(self) -> bool:
        """Whether it still must be given a day: an order that changes over night is kept under its day."""
        return self.kind in {RANDOM, DAILY} and self.on is None

    @property
    def other_way(self) -> "Scope | None":
        """The same questions read with their answers instead of answered, or the other way round."""
        return None if self.kind in {*LIVE, DAILY, ASSIGNMENT} else replace(self, reciting=not self.reciting)

    def begun(self, day: date) -> bool:
        """Whether a scope of some day may be gone through on ``day``: not before its own."""
        return self.on is None or self.on <= day

    def of_day(self, day: date) -> "Scope":
        return replace(self, on=day) if self.undated else self


@lru_cache(1024)
def read_scope(text: str) -> Scope | None:
    """The scope of an address, such as ``all``, ``chapter-12`` or ``recite-type-single-choice``; ``None``: no such."""
    found = _SCOPE.fullmatch(text)
    if found is None:
        return None
    part = found.groupdict()
    try:
        day = date.fromisoformat(part["on"]) if part["on"] else None
    except ValueError:
        return None
    chapter = part["chapter"] or part["of"]
    named = next((kind for kind in (CHAPTER, TYPE, ASSIGNMENT, LIKE) if part[kind]), NOTEBOOK)
    kind = part["plain"] or part["dated"] or named
    scope = Scope(
        kind,
        chapter_id=int(chapter) if chapter else None,
        type=part["type"] or "",
        on=day,
        cause=part["cause"] or "",
        tag_id=int(part["tag"]) if part["tag"] else None,
        assignment_id=int(part["assignment"]) if part["assignment"] else None,
        like_id=int(part["like"]) if part["like"] else None,
    )
    return scope.other_way if part["recite"] else scope


def in_turn(question_ids: Sequence[int], askable: Collection[int]) -> "Order":
    """The askable ones of a list, in the list's order, in which those that are gone keep their places."""
    places = {question_id: place for place, question_id in enumerate(question_ids)}
    kept = tuple(question_id for question_id in question_ids if question_id in askable)
    return Order(kept, lambda question_id: places.get(question_id, len(places)))


def _itself(question_id: int) -> int:
    return question_id


@dataclass(frozen=True, slots=True)
class Order:
    """Questions one after another, ascending by ``key``, which also places a question that is no longer among them.

    So whoever stood on a question that was retired goes on to the one after it.
    """

    ids: Sequence[int]
    key: Callable[[int], int] = _itself

    def after(self, current: int | None) -> int | None:
        """The first after ``current`` (of all when ``None``); ``None`` at the end."""
        at = 0 if current is None else bisect_right(self.ids, self.key(current), key=self.key)
        return self.ids[at] if at < len(self.ids) else None

    def before(self, current: int) -> int | None:
        """The last before ``current``; ``None`` at the beginning."""
        at = bisect_left(self.ids, self.key(current), key=self.key)
        return self.ids[at - 1] if at else None

    def number(self, question_id: int) -> int:
        """A question's place, from 1."""
        return bisect_left(self.ids, self.key(question_id), key=self.key) + 1

    def holds(self, question_id: int) -> bool:
        at = bisect_left(self.ids, self.key(question_id), key=self.key)
        return at < len(self.ids) and self.ids[at] == question_id


def mixer(seed: str) -> Callable[[int], int]:
    """A number for each question that looks drawn by lot and is always the same for the same seed.

    It depends on nothing else, so that a question which is published or retired moves no other.
    """

    def mixed(question_id: int) -> int:
        return int.from_bytes(blake2b(f"{seed}/{question_id}".encode(), digest_size=8).digest())

    return mixed


@lru_cache(256)
def shuffled(question_ids: tuple[int, ...], seed: str) -> Order:
    """The questions in an order drawn by lot, kept: it is asked for at every answer."""
    key = mixer(seed)
    return Order(tuple(sorted(question_ids, key=key)), key)


def first_listed(wanted: Sequence[int], listed: Collection[int], *, but: int | None = None) -> int | None:
    """The first wanted question that is still listed and is not ``but``."""
    return next((i for i in wanted if i in listed and i != but), None)
