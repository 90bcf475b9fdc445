"""Minimums of categories: of the yearly total, professional subjects are at least two thirds.

Source: 人社部令第25号 (2015) 第八条. Read as a fixed amount (60 of the 90 required), not as two thirds of whatever
was earned: by the literal reading 65 professional and 55 general hours would fail, and 65 and 30 would pass.
"""

from collections.abc import Iterable

from examprep.ce.rules.credit import WORDS, Credit, Requirement, by_category
from examprep.ce.rules.finding import Finding
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence


def professional_share(
    lines: Iterable[Credit], requirement: Requirement, level: str, year: Period
) -> tuple[Finding, ...]:
    """Say for each minimum of the requirement how many minutes it still lacks."""
    sums = by_category(c for c in lines if c.earned_on in year)
    found = []
    for minimum in requirement.minimums:
        earned = sum(sums[category] for category in minimum.categories)
        missing = max(0, minimum.minutes - earned)
        kinds = named(minimum.categories)
        if missing:
            sentence = Sentence(
                "%(kinds)s: %(earned)s of at least %(required)s credit hours; %(missing)s are missing.",
                kinds=kinds,
                earned=requirement.hours(earned),
                required=requirement.hours(minimum.minutes),
                missing=requirement.hours_missing(missing),
            )
        else:
            sentence = Sentence(
                "%(kinds)s: %(earned)s credit hours; at least %(required)s are required.",
                kinds=kinds,
                earned=requirement.hours(earned),
                required=requirement.hours(minimum.minutes),
            )
        found.append(Finding("professional-share", missing, minimum.categories, sentence))
    return tuple(found)


def named(categories: tuple[str, ...]) -> Sentence:
    """The categories in words: one, or two and more joined."""
    words = WORDS[categories[0]]
    for category in categories[1:]:
        words = Sentence("%(one)s and %(other)s", one=words, other=WORDS[category])
    return words
