"""Length tells what is right: one key far longer than the rest, or longest keys too often or too seldom."""

from collections.abc import Iterator, Sequence

from examprep.bank.rules.chance import at_least
from examprep.bank.rules.item import Finding, Item
from examprep.bank.rules.subjects import by_subject
from examprep.kernel.sentence import Sentence

NOTABLY, NOTABLE_CHARACTERS = 1.3, 5
FEWEST, UNLIKELY, OFF = 20, 0.001, 0.05


def longest_key(item: Item) -> Iterator[Sentence]:
    """Every right option is longer than every wrong one, by three tenths and five characters at least."""
    if not item.right or not item.wrong:
        return
    shortest = min(length for place, length in enumerate(item.lengths) if place in item.correct)
    longest = max(length for place, length in enumerate(item.lengths) if place not in item.correct)
    if shortest >= NOTABLY * longest and shortest - longest >= NOTABLE_CHARACTERS:
        yield Sentence(
            "What is right has at least %(right)s characters, the longest wrong option %(wrong)s.",
            right=shortest,
            wrong=longest,
        )


def longest_keys(items: Sequence[Item]) -> Iterator[Finding]:
    """The longest option of a subject's single-choice questions is right more often, or less, than by chance.

    Judged from 20 questions on; with a chance under one in a thousand and five points off the expected share, so that
    a trifle in a large bank is no finding. Questions whose longest options are equally long say nothing.
    """
    for subject, own in by_subject(items):
        hits, shares = 0, []
        for item in (item for item in own if item.single):
            lengths = item.lengths
            if lengths.count(max(lengths)) == 1:
                shares.append(1 / len(lengths))
                hits += lengths.index(max(lengths)) in item.correct
        if len(shares) < FEWEST:
            continue
        expected, count = sum(shares) / len(shares), len(shares)
        # At most so many hits are at least the rest misses.
        chance = min(at_least(hits, count, expected), at_least(count - hits, count, 1 - expected))
        if abs(hits / count - expected) >= OFF and chance < UNLIKELY:
            said = Sentence(
                "In %(hits)s of %(count)s single-choice questions the longest option is right; chance would make it"
                " about %(expected)s.",
                hits=hits,
                count=count,
                expected=round(expected * count),
            )
            yield Finding("longest-keys", 0, subject, said)
