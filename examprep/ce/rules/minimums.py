"""Minimums of categories: of the yearly total, professional subjects are at least two thirds.

Source: 人社部令第25号 (2015) 第八条. Shipped as a fixed amount (60 of the 90 required), not as two thirds of whatever
was earned: by the literal reading 65 professional and 55 general hours would fail, and 65 and 30 would pass. A
requirement may ask for the literal part instead.
"""

from collections.abc import Iterable

from examprep.ce.rules.credit import Credit, by_category
from examprep.ce.rules.duty import Duty
from examprep.ce.rules.finding import Finding
from examprep.ce.rules.requirement import Share, named
from examprep.kernel.sentence import Sentence


def minimums(lines: Iterable[Credit], duty: Duty) -> tuple[Finding, ...]:
    """Say for each minimum of the requirement how many minutes it still lacks."""
    sums = by_category(lines, duty)
    asked = duty.requirement
    found = []
    for minimum in asked.minimums:
        earned = sum(sums[category] for category in minimum.categories)
        if minimum.part is None:
            required = duty.scaled(minimum.minutes)
            missing = max(0, required - earned)
        else:
            missing = lacking_part(minimum, earned, sum(sums.values()), duty.required_minutes)
            required = earned + missing if missing else at_least(minimum, max(sum(sums.values()), 0))
        kinds = named(minimum.categories)
        if missing:
            sentence = Sentence(
                "%(kinds)s: %(earned)s of at least %(required)s; %(missing)s are missing.",
                kinds=kinds,
                earned=asked.told(earned),
                required=asked.told(required),
                missing=asked.told_missing(missing),
            )
        else:
            sentence = Sentence(
                "%(kinds)s: %(earned)s; at least %(required)s are required.",
                kinds=kinds,
                earned=asked.told(earned),
                required=asked.told(required),
            )
        found.append(Finding("minimums", missing, minimum.categories, sentence))
    return tuple(found)


def at_least(minimum: Share, minutes: int) -> int:
    """The part of so many minutes, rounded up."""
    assert minimum.part is not None
    part, of = minimum.part
    return -(-part * minutes // of)


def lacking_part(minimum: Share, earned: int, every: int, required: int) -> int:
    """The least minutes that bring ``earned`` to its part of all that is earned, they themselves among it.

    Also of what is required: two thirds of less than the total would not stay two thirds once the rest is earned.
    """
    assert minimum.part is not None
    part, of = minimum.part
    return max(0, -((of * earned - part * every) // (of - part)), at_least(minimum, required) - earned)
