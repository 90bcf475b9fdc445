"""Pass rates by year: counts, a named denominator, growth, change, and the caution.

Source: DOMAIN.md 6 -- counts grow in per cent, rates change in percentage points; a rate without its
denominator's name means nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examprep.kernel.rate import Rate, change_in_points, growth_percent
from examprep.kernel.sentence import Sentence

REGISTERED, APPROVED, SAT = DENOMINATORS = ("registered", "approved", "sat")
DENOMINATOR_NAMES = {
    REGISTERED: Sentence("registered"),
    APPROVED: Sentence("approved"),
    SAT: Sentence("sat"),
}
_GREW_FASTER = {
    REGISTERED: Sentence("registrations grew faster"),
    APPROVED: Sentence("approvals grew faster"),
    SAT: Sentence("the number who sat grew faster"),
}


@dataclass(frozen=True)
class Counts:
    """Persons of one exam year: ``registered`` ≥ ``approved`` ≥ ``sat`` ≥ ``passed``."""

    year: int
    registered: int
    approved: int
    sat: int
    passed: int

    def rate(self, denominator: str) -> Rate | None:
        """Passed of the named denominator; ``None`` while nobody's results are known."""
        return Rate(self.passed, getattr(self, denominator)) if self.sat else None

    @property
    def approval(self) -> Rate:
        """Approved of those registered (审核通过率)."""
        return Rate(self.approved, self.registered)

    @property
    def attendance(self) -> Rate | None:
        """Sat of those approved (参考率); ``None`` while nobody's results are known."""
        return Rate(self.sat, self.approved) if self.sat else None

    def plus(self, other: "Counts") -> "Counts":
        """The same year of two groups that share nobody."""
        return Counts(
            self.year,
            self.registered + other.registered,
            self.approved + other.approved,
            self.sat + other.sat,
            self.passed + other.passed,
        )


@dataclass(frozen=True)
class SubjectCounts:
    """Persons of one exam year in one subject: of ``sat`` so many ``passed`` it."""

    year: int
    subject: str
    sat: int
    passed: int

    @property
    def rate(self) -> Rate:
        return Rate(self.passed, self.sat)


@dataclass(frozen=True)
class YearFigures:
    """One year beside the year before; growth in %, change in percentage points, ``None`` where there is no base.

    ``low`` and ``high`` are the Wilson interval (95 %) in per cent.
    """

    counts: Counts
    rate: Rate | None
    low: float | None
    high: float | None
    registered_growth: float | None
    sat_growth: float | None
    passed_growth: float | None
    change_points: float | None


def compare(years: Sequence[Counts], denominator: str) -> tuple[YearFigures, ...]:
    """Each year beside the one before it; a year that is missing is no base."""
    by_year = {counts.year: counts for counts in years}
    return tuple(
        _beside(by_year[year], by_year.get(year - 1, Counts(year - 1, 0, 0, 0, 0)), denominator)
        for year in sorted(by_year)
    )


def _beside(now: Counts, before: Counts, denominator: str) -> YearFigures:
    rate, rate_before = now.rate(denominator), before.rate(denominator)
    interval = rate.wilson() if rate else None
    return YearFigures(
        counts=now,
        rate=rate,
        low=100 * interval[0] if interval else None,
        high=100 * interval[1] if interval else None,
        registered_growth=growth_percent(now.registered, before.registered),
        sat_growth=growth_percent(now.sat, before.sat) if now.sat else None,
        passed_growth=growth_percent(now.passed, before.passed) if now.sat else None,
        change_points=change_in_points(rate, rate_before) if rate and rate_before else None,
    )


def caution(before: Counts, now: Counts, denominator: str) -> Sentence | None:
    """What must be said when more passed but a smaller share did; ``None`` otherwise."""
    rate, rate_before = now.rate(denominator), before.rate(denominator)
    if rate is None or rate_before is None or now.passed <= before.passed:
        return None
    change, growth = change_in_points(rate, rate_before), growth_percent(now.passed, before.passed)
    if change is None or change >= 0:
        return None
    return Sentence(
        "In %(year)s passes rose from %(before)s to %(now)s%(growth)s, "
        "but the rate (passed of %(denominator)s) fell by %(points)s points: %(why)s.",
        year=now.year,
        before=before.passed,
        now=now.passed,
        growth="" if growth is None else f" (+{growth:.1f}%)",
        denominator=DENOMINATOR_NAMES[denominator],
        points=f"{-change:.1f}",
        why=_GREW_FASTER[denominator],
    )
