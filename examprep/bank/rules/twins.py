"""Questions that say almost the same: a set-similarity join over three-character pieces, exact and in memory.

Two questions are alike when the Jaccard share of their pieces (those of the stem, of each option, whatever their
order, and of the parts of a question answered in words) reaches `ALIKE`. Such a pair must share one of the rarest
pieces of both (prefix filtering: Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007), so only questions
that do are compared, and none is missed.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from examprep.bank.rules.item import Finding, Item, bare
from examprep.kernel.sentence import Sentence

ALIKE = 0.7
PIECE = 3
HAIR = 1e-9


def twins(items: Sequence[Item]) -> Iterator[Finding]:
    """Name, for each question that is like earlier ones (by number), the one it is most like."""
    for late, early, share in pairs(items):
        yield twin(late, early, share)


def twin(item: Item, other: Item, share: float) -> Finding:
    said = Sentence(
        "It says almost the same as question %(number)s (%(percent)s in 100 alike), options in any order.",
        number=other.number,
        percent=int(share * 100),
    )
    return Finding("near-duplicate", item.number, item.subject, said, other.number)


def pairs(items: Sequence[Item], alike: float = ALIKE) -> Iterator[tuple[Item, Item, float]]:
    """Each question with an earlier one that is alike, the likest of them, and the share they have in common.

    Of questions that are wholly the same only the first is compared with others, so copies cost nothing.
    """
    numbers: dict[str, int] = {}
    first: dict[bytes, Item] = {}
    for item in sorted(items, key=lambda item: item.number):
        pieces = sorted(numbers.setdefault(piece, len(numbers)) for piece in _pieces(item))
        known = first.setdefault(array("I", pieces).tobytes(), item)
        if known is not item:
            yield item, known, 1.0
    yield from _joined(list(first.values()), _rarest_first(first), alike)


def likest(item: Item, others: Iterable[Item], alike: float = ALIKE) -> tuple[Item, float] | None:
    """The one of a few others that says almost the same, the likest and then the first, and what they share."""
    mine, best = _pieces(item), None
    for other in others:
        theirs = _pieces(other)
        common = len(mine & theirs)
        share = common / (len(mine) + len(theirs) - common)
        if share >= alike - HAIR and (best is None or share > best[1]):
            best = other, share
    return best


def _pieces(item: Item) -> set[str]:
    found: set[str] = set()
    for words in (bare(item.stem), *item.cores, *map(bare, item.asked)):
        found.update(words[at : at + PIECE] for at in range(max(1, len(words) - PIECE + 1)))
    return found


def _rarest_first(packed: Iterable[bytes]) -> list["array[int]"]:
    """Each set of pieces renumbered and put in order, so that the rarest piece of all has the smallest number."""
    sets = [array("I", content) for content in packed]
    counts: Counter[int] = Counter()
    for pieces in sets:
        counts.update(pieces)
    rank = {piece: place for place, piece in enumerate(sorted(counts, key=counts.__getitem__))}
    return [array("I", sorted(map(rank.__getitem__, pieces))) for pieces in sets]


def _joined(items: Sequence[Item], ranked: Sequence["array[int]"], alike: float) -> Iterator[tuple[Item, Item, float]]:
    having: dict[int, list[int]] = defaultdict(list)
    for place, pieces in enumerate(ranked):
        # A hair less, so that no rounding of the product makes the beginning too short.
        rarest = pieces[: len(pieces) - ceil(alike * len(pieces) - HAIR) + 1]
        mine, best, likest = set(pieces), -1, 0.0
        for candidate in {earlier for piece in rarest for earlier in having.get(piece, ())}:
            theirs = ranked[candidate]
            if min(len(mine), len(theirs)) < alike * max(len(mine), len(theirs)) - HAIR:
                continue
            common = len(mine.intersection(theirs))
            share = common / (len(mine) + len(theirs) - common)
            if share >= alike and (share, -candidate) > (likest, -best):
                best, likest = candidate, share
        if best >= 0:
            yield items[place], items[best], likest
        for piece in rarest:
            having[piece].append(place)
