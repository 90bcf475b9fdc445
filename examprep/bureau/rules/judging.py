"""What of a block may be published, given what was published before: primary, complementary, and through time.

A reader keeps the earlier tables. So a count that is public already stays public; one that differs from its
public predecessor by fewer than the threshold would tell of those few, and is hidden; and one that was hidden stays
hidden while it has not moved by the threshold, or the two tables could be solved together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from examprep.bureau.rules.tables import Block, Key, lay, values_of
from examprep.reports.rules.suppression import suppress


class Why(StrEnum):
    """Why a count is hidden."""

    SMALL = "small"  # fewer than the threshold
    REVISED = "revised"  # differs too little from what is public
    KEPT = "kept"  # was hidden before and has hardly moved
    OTHERS = "others"  # a hidden count could be worked out from it


@dataclass(frozen=True)
class Before:
    """One earlier table of the same block: what it showed, and what the hidden counts were."""

    shown: Mapping[Key, int]
    hidden: Mapping[Key, int]


@dataclass(frozen=True)
class HiddenCount:
    """A count that is not published, why, and for whose sake."""

    key: Key
    count: int
    why: Why
    protects: Key | None


@dataclass(frozen=True)
class Judged:
    """A block as it would be published. ``exposed``: small counts that earlier tables give away already."""

    block: Block
    shown: Mapping[Key, int]
    hidden: Sequence[HiddenCount]
    exposed: Sequence[Key]

    @property
    def withheld(self) -> dict[Key, int]:
        return {hidden.key: hidden.count for hidden in self.hidden}


def judge(
    block: Block, *, threshold: int, before: Sequence[Before] = (), beside: Sequence[Mapping[Key, int]] = ()
) -> Judged:
    """Decide for every printed count of the block.

    ``before``: earlier tables of this very block. ``beside``: what is public of other days; a count that differs from
    one of them by a few tells how many came or went between.
    """
    values = values_of(block)
    known = frozenset(key for earlier in before for key, count in earlier.shown.items() if values.get(key) == count)
    revised = {
        key
        for public in [*(earlier.shown for earlier in before), *beside]
        for key, count in public.items()
        if key in values and key not in known and 0 < abs(values[key] - count) < threshold
    }
    kept = {
        key
        for earlier in before
        for key, count in earlier.hidden.items()
        if key in values and key not in known and abs(values[key] - count) < threshold
    }
    laid = lay(block, threshold=threshold, known=known)
    others = [laid.place[key] for key in sorted(revised | kept) if laid.place[key] in laid.printed]
    answer = suppress(laid.cells, threshold=threshold, small=laid.small, others=others, near=laid.near)
    shown, hidden = {}, []
    for at in sorted(laid.printed):
        key, count = laid.keys[at], laid.cells.values[at]
        if at not in answer.places:
            shown[key] = count
            continue
        why = Why.SMALL if at in laid.small else _why(key, revised, kept)
        protects = answer.for_whom.get(at) if why is Why.OTHERS else None
        hidden.append(HiddenCount(key, count, why, None if protects is None else laid.keys[protects]))
    return Judged(block, shown, hidden, [laid.keys[at] for at in sorted(answer.exposed)])


def _why(key: Key, revised: set[Key], kept: set[Key]) -> Why:
    return Why.REVISED if key in revised else Why.KEPT if key in kept else Why.OTHERS
