"""Drawing a paper: so many questions of each type, over the chapters as the syllabus weighs them. Pure; by a seed.

Source: 国人部发〔2006〕71号 for the format; it and the weights of chapters are data of the syllabus.
Units:  marks in half-points, time in whole minutes.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class Part:
    """``count`` questions of one type, each worth ``half_points``."""

    type: str
    count: int
    half_points: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """A chapter with the half-points that a real paper gives it, from and to; ``None`` where nobody knows."""

    id: int
    low: int | None
    high: int | None
    proper: bool = True  # not a pseudo-chapter (增补, 超纲): without known weight those get nothing


@dataclass(frozen=True, slots=True)
class Offered:
    """A question that may be drawn. ``seen``: how often whoever will sit the paper has met it."""

    version_id: int
    question_id: int
    type: str
    chapter_id: int
    half_points: int
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Lack:
    """A type of which the bank has fewer questions than the format wants."""

    type: str
    wanted: int
    there: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Questions of a type that a chapter should have given and could not; they come from other chapters."""

    type: str
    chapter_id: int
    missing: int


@dataclass(frozen=True)
class Drawn:
    """A paper in the order in which it is asked. ``full``: it has the official number of questions of every type."""

    questions: Sequence[Offered]
    lacks: Sequence[Lack]
    moved: Sequence[Moved]

    @property
    def full(self) -> bool:
        return not self.lacks

    @property
    def half_points(self) -> int:
        return sum(question.half_points for question in self.questions)


def shares(chapters: Sequence[Weighed], whole: int) -> dict[int, Fraction]:
    """How much of a paper of ``whole`` half-points each chapter gets.

    A chapter with known weight gets the middle of it; what is left of the whole is spread evenly over the chapters
    whose weight nobody knows. Known weights alone are kept in their proportions.
    """
    found = {
        each.id: Fraction(each.low + each.high, 2)
        for each in chapters
        if each.low is not None and each.high is not None
    }
    unknown = [each.id for each in chapters if each.id not in found and each.proper]
    left = whole - sum(found.values())
    for each in unknown:
        found[each] = max(Fraction(0), Fraction(left) / len(unknown))
    return found


def draw(parts: Sequence[Part], weights: Mapping[int, Fraction], offered: Sequence[Offered], seed: int) -> Drawn:
    """Draw a paper; the same arguments give the same paper.

    In each part a chapter gets its share of the questions, rounded up or down by lot; within it those seen least come
    first. What a chapter lacks comes from the others, and is said. Where a type has too few questions, all parts are
    shortened in the same proportion. Questions of another mark than the format's are left aside.
    """
    chance = random.Random(seed)  # noqa: S311 -- a lot that can be drawn again, not a secret
    pools = [_pool(part, offered, chance) for part in parts]
    lacks = [
        Lack(part.type, part.count, len(pool))
        for part, pool in zip(parts, pools, strict=True)
        if len(pool) < part.count
    ]
    scale = min((Fraction(lack.there, lack.wanted) for lack in lacks), default=Fraction(1))
    chosen: list[Offered] = []
    moved: list[Moved] = []
    for part, pool in zip(parts, pools, strict=True):
        count = min(len(pool), floor(part.count * scale + Fraction(1, 2)))
        picked, missing = _spread(count, weights, pool, chance)
        chance.shuffle(picked)
        chosen += picked
        moved += [Moved(part.type, chapter, number) for chapter, number in sorted(missing.items())]
    return Drawn(chosen, lacks, moved)


def _pool(part: Part, offered: Sequence[Offered], chance: random.Random) -> list[Offered]:
    """What a part may be drawn from, those seen least first and otherwise by lot; each question once."""
    once = {
        each.question_id: each for each in offered if (each.type, each.half_points) == (part.type, part.half_points)
    }
    found = [once[question_id] for question_id in sorted(once)]
    chance.shuffle(found)
    return sorted(found, key=lambda each: each.seen)


def _spread(
    count: int, weights: Mapping[int, Fraction], pool: Sequence[Offered], chance: random.Random
) -> tuple[list[Offered], Counter[int]]:
    """``count`` of the pool, each chapter by its quota as far as it has them, then whatever was seen least."""
    picked: list[Offered] = []
    missing: Counter[int] = Counter()
    for chapter, quota in quotas(count, weights, chance).items():
        there = [each for each in pool if each.chapter_id == chapter][:quota]
        picked += there
        missing[chapter] = quota - len(there)
    taken = {each.question_id for each in picked}
    picked += [each for each in pool if each.question_id not in taken][: count - len(picked)]
    return picked, +missing


def quotas(count: int, weights: Mapping[int, Fraction], chance: random.Random) -> dict[int, int]:
    """Whole numbers that sum to ``count``, each its exact share rounded up or down; up as often as the share says.

    Chapters are laid end to end in an order by lot, and every whole step from a start by lot falls on one of them
    (systematic sampling). No weights: no quotas, and anything may come.
    """
    whole = sum(weights.values())
    if not whole:
        return {}
    order = sorted(weights)
    chance.shuffle(order)
    start, reached, found = Fraction(chance.random()), Fraction(0), {}
    for chapter in order:
        before = reached
        reached += count * Fraction(weights[chapter]) / whole
        found[chapter] = floor(reached + start) - floor(before + start)
    return found


def minutes_of(half_points: int, whole: int, minutes: int) -> int:
    """The time for a paper of so many of the official half-points, in proportion and rounded up."""
    return ceil(Fraction(minutes * half_points, whole)) if whole else 0
