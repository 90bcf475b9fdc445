"""Figures that a bureau states: which there are, how exact each is, and which of several holds.

Source: DOMAIN.md 7.2, 9 -- "2000余", "近" and "现在" need a precision and a day beside the number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from examprep.kernel.sentence import Sentence

RESIDENTS, COMMUNITIES, TOWNS = "residents", "communities", "towns"
COMMUNITY_WORKERS = "community-workers"
TARGET_REGISTERED, TARGET_PASSED = "target-registered", "target-passed"
TARGET_HOLDERS, TARGET_HOURS = "target-holders", "target-hours"
TARGETS = (TARGET_REGISTERED, TARGET_PASSED, TARGET_HOLDERS, TARGET_HOURS)
KINDS = {
    RESIDENTS: Sentence("Residents (常住人口)"),
    COMMUNITIES: Sentence("Communities and villages"),
    TOWNS: Sentence("Towns and streets"),
    COMMUNITY_WORKERS: Sentence("Community workers (社区工作者)"),
    TARGET_REGISTERED: Sentence("Target: registered"),
    TARGET_PASSED: Sentence("Target: passed"),
    TARGET_HOLDERS: Sentence("Target: certificate holders"),
    TARGET_HOURS: Sentence("Target: holders who meet the hours (per cent)"),
}
EXACT, AT_LEAST, ABOUT = PRECISIONS = ("exact", "at-least", "about")
PRECISION_WORDS = {EXACT: Sentence("exact"), AT_LEAST: Sentence("at least"), ABOUT: Sentence("about")}
LARGEST = 2_000_000_000


@dataclass(frozen=True)
class Stated:
    """One statement. ``value`` is ``None`` where the figure was taken back."""

    id: int
    unit: int
    kind: str
    holds_from: date
    value: int | None
    precision: str
    source: str


def in_force(statements: Iterable[Stated], day: date) -> dict[tuple[int, str], Stated]:
    """Of each unit and kind the statement that holds on a day.

    Of several about the same day the one written last holds; if that took the figure back, an earlier day's holds. A
    target holds in its own year only.
    """
    last: dict[tuple[int, str, date], Stated] = {}
    for statement in statements:
        key = (statement.unit, statement.kind, statement.holds_from)
        if statement.holds_from <= day and (key not in last or last[key].id < statement.id):
            last[key] = statement
    found: dict[tuple[int, str], Stated] = {}
    for (unit, kind, holds_from), statement in sorted(last.items(), key=lambda item: item[0][2]):
        if statement.value is not None and (kind not in TARGETS or holds_from.year == day.year):
            found[unit, kind] = statement
    return found


def per_ten_thousand(holders: int, residents: int) -> float | None:
    """Holders for every 10,000 residents; ``None`` where nobody lives. Unrounded."""
    return 10_000 * holders / residents if residents else None
