"""The right option stands at one place too often: over a subject, or over the questions of a paper."""

from collections import Counter
from collections.abc import Iterator, Sequence

from examprep.bank.rules.chance import as_uneven
from examprep.bank.rules.item import Finding, Item
from examprep.bank.rules.subjects import by_subject
from examprep.bank.types.choices import letters
from examprep.kernel.sentence import Sentence

FEWEST, UNLIKELY, OFF = 20, 0.001, 0.05


def key_places(items: Sequence[Item]) -> Iterator[Finding]:
    """Count where the keys of single-choice questions with equally many options stand, and compare with an even spread.

    Judged from 20 questions on, by chi-square, and only where some place is five points off its share.
    """
    for subject, own in by_subject(items):
        single = [item for item in own if item.single]
        for size in sorted({len(item.options) for item in single}):
            places = Counter(min(item.correct) for item in single if len(item.options) == size)
            counts = tuple(places[place] for place in range(size))
            total = sum(counts)
            off = max(abs(count / total - 1 / size) for count in counts)
            if total >= FEWEST and off >= OFF and as_uneven(counts) < UNLIKELY:
                spread = "、".join(f"{letters([place])} {count}" for place, count in enumerate(counts))
                said = Sentence(
                    "Right in %(total)s single-choice questions with %(size)s options: %(spread)s.",
                    total=total,
                    size=size,
                    spread=spread,
                )
                yield Finding("key-places", 0, subject, said)
