"""What is asked of holders: one version of one requirement, read from its row. How it is judged stands beside it.

Units: whole minutes, so that sums are exact; credit hours appear only in sentences and on screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from examprep.kernel.minutes import credit_hours
from examprep.kernel.sentence import Sentence
from examprep.syllabus.rules.levels import LEVELS

CATEGORIES = ("professional", "general", "elective")
CALENDAR, REGISTRATION = "calendar_year", "registration_period"
PERIOD_KINDS = (CALENDAR, REGISTRATION)
FIRST_YEARS = ("full", "pro-rata", "next-year")
MEASURES = ("each", "mean")
CERTAINTIES = ("H", "M", "L")
MINUTES_OF_AN_HOUR = 60

WORDS = {
    "professional": Sentence("professional subjects"),
    "general": Sentence("general subjects"),
    "elective": Sentence("elective subjects"),
}


@dataclass(frozen=True)
class Share:
    """So much of some categories taken together: a minimum or a cap in minutes, or a minimum as a part of all earned.

    ``part`` of (2, 3) is two thirds of whatever was earned, the literal reading of 人社部令第25号 第八条.
    """

    categories: tuple[str, ...]
    minutes: int = 0
    part: tuple[int, int] | None = None


@dataclass(frozen=True)
class Conversion:
    """How an activity of one kind is counted where not by its recorded minutes.

    ``minutes`` counts so much for each unit (a training day, a paper, a degree); ``percent`` counts a part or a
    multiple of the recorded minutes. ``cap`` is the most that counts in a period, in each category. A degree that
    counts once has a cap of its minutes.

    Raises:
        ValueError: neither or both of ``minutes`` and ``percent``, or something not more than nothing.
    """

    minutes: int | None = None
    percent: int | None = None
    cap: int | None = None

    def __post_init__(self) -> None:
        amount = self.percent if self.minutes is None else self.minutes
        if amount is None or amount <= 0 or (self.minutes is not None and self.percent is not None):
            raise ValueError(f"a conversion has minutes or per cent: {self}")
        if self.cap is not None and self.cap <= 0:
            raise ValueError(f"a cap is more than nothing: {self}")

    def of(self, minutes: int, units: int) -> int:
        """What a line counts; a reversing line, of negative minutes, takes as much back."""
        sign = -1 if minutes < 0 else 1
        if self.minutes is not None:
            return sign * units * self.minutes
        return sign * (abs(minutes) * (self.percent or 0) // 100)


@dataclass(frozen=True, eq=False)
class Requirement:
    """One version of what is asked. Categories stand in at most one cap and at most one minimum.

    ``years``: a calendar-year requirement judges so many years together, ending with each. ``counts`` are the
    categories that count at all. ``carry_over_minutes`` is the most that the surplus of one period brings into the
    next. ``grace_months`` is how long after its end a period takes hours made up. ``replaces`` names the requirement
    that this one stands in for, where it applies. ``measure`` of ``mean`` is a target for all holders together.

    Raises:
        ValueError: what the data say cannot be judged.
    """

    code: str
    total_minutes: Mapping[str, int]  # by level; a level that is left out owes nothing
    minimums: tuple[Share, ...]
    caps: tuple[Share, ...]
    minutes_per_hour: int
    since: date
    until: date | None
    source: str
    id: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    period_kind: str = CALENDAR
    years: int = 1
    counts: tuple[str, ...] = CATEGORIES
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    carry_over_minutes: int = 0
    first_year: str = "full"
    grace_months: int = 0
    measure: str = "each"
    certainty: str = "M"
    region_code: str | None = None
    organisation_id: int | None = None
    replaces: str | None = None

    def __post_init__(self) -> None:
        for shares in (self.minimums, self.caps):
            named = [category for share in shares for category in share.categories]
            if len(named) != len(set(named)) or not set(named) <= set(CATEGORIES):
                raise ValueError(f"requirement {self.code}: categories overlap or are unknown: {named}")
        if not self.total_minutes or not set(self.total_minutes) <= set(LEVELS):
            raise ValueError(f"requirement {self.code}: no level owes anything, or one is unknown")
        if any(minutes <= 0 for minutes in self.total_minutes.values()) or self.minutes_per_hour <= 0:
            raise ValueError(f"requirement {self.code}: amounts are more than nothing")
        if any(share.part and not 0 < share.part[0] < share.part[1] for share in self.minimums):
            raise ValueError(f"requirement {self.code}: a part lies between nothing and all")
        if any(share.part for share in self.caps):
            raise ValueError(f"requirement {self.code}: a cap is an amount, not a part")
        known = (
            (self.period_kind, PERIOD_KINDS),
            (self.first_year, FIRST_YEARS),
            (self.measure, MEASURES),
            (self.certainty, CERTAINTIES),
        )
        if any(value not in values for value, values in known) or not 1 <= self.years <= 5:
            raise ValueError(f"requirement {self.code}: an unknown word, or more years than five")
        if not self.counts or not set(self.counts) <= set(CATEGORIES):
            raise ValueError(f"requirement {self.code}: nothing counts, or an unknown category does")
        if not 0 <= self.grace_months <= 12 or self.carry_over_minutes < 0:
            raise ValueError(f"requirement {self.code}: grace or carry-over out of range")

    def hours(self, minutes: int) -> str:
        """Credit hours, rounded down: nobody is told more than is there."""
        return credit_hours(minutes, minutes_per_hour=self.minutes_per_hour)

    def told(self, minutes: int) -> Sentence:
        """Hours with their word: a 学时 is not an hour, which 小时 is."""
        if self.minutes_per_hour == MINUTES_OF_AN_HOUR:
            return Sentence("%(count)s hours", count=self.hours(minutes))
        return Sentence("%(count)s credit hours", count=self.hours(minutes))

    def told_missing(self, minutes: int) -> Sentence:
        """The same, rounded up."""
        return self.told(self.shown_missing(minutes))

    def hours_missing(self, minutes: int) -> str:
        """Credit hours, rounded up to a tenth: nobody is told that nothing is missing while something is."""
        return self.hours(self.shown_missing(minutes))

    def shown_missing(self, minutes: int) -> int:
        """The least minutes at or above ``minutes`` that are shown as whole tenths of an hour."""
        tenths = -(-minutes * 10 // self.minutes_per_hour)
        return -(-tenths * self.minutes_per_hour // 10)


def named(categories: Sequence[str]) -> Sentence:
    """The categories in words: one, or two and more joined."""
    words = WORDS[categories[0]]
    for category in categories[1:]:
        words = Sentence("%(one)s and %(other)s", one=words, other=WORDS[category])
    return words
