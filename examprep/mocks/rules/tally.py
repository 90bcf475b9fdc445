"""What a mock came to: per type and chapter, and against the pass line. Pure; marks in half-points."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from examprep.kernel.rate import Rate

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Scored:
    """One question of a sat paper. ``earned`` is ``None`` until somebody marks it; ``full`` is 0 where it is void."""

    position: int
    type: str
    chapter_id: int | None
    earned: int | None
    full: int
    answered: bool

    @property
    def right(self) -> bool:
        return bool(self.full) and self.earned == self.full


@dataclass(frozen=True, slots=True)
class Sum:
    """So many questions, what they earned of what, and how many had the full mark or no answer."""

    questions: int
    earned: int
    full: int
    rights: int
    unanswered: int

    @property
    def rate(self) -> Rate:
        return Rate(self.earned, self.full)


def total(scored: Iterable[Scored]) -> Sum:
    found = list(scored)
    return Sum(
        len(found),
        sum(each.earned or 0 for each in found),
        sum(each.full for each in found),
        sum(each.right for each in found),
        sum(not each.answered for each in found),
    )


def by(scored: Sequence[Scored], key: Callable[[Scored], Key]) -> dict[Key, Sum]:
    """The sums of each group, in the order in which they come."""
    groups: dict[Key, list[Scored]] = {}
    for each in scored:
        groups.setdefault(key(each), []).append(each)
    return {name: total(group) for name, group in groups.items()}


def reaches(earned: int, full: int, line: int, whole: int) -> bool:
    """Whether a total reaches a pass line that is set for ``whole`` half-points; a shorter paper in proportion."""
    return bool(full) and Fraction(earned, full) >= Fraction(line, whole)
