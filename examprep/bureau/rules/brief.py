"""What the brief says in words: the year's exam beside the year before, and what must be said with it.

Source: DOMAIN.md 6 -- the sentence that every report repeats, here with its base figures and the rate. More passed is
never called a record while the rate fell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from examprep.exams.rules.rates import REGISTERED, Counts, caution
from examprep.kernel.rate import Rate, change_in_points, growth_percent
from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Year:
    """The exam of one year; ``None`` is a count that is not known yet, or not published."""

    year: int
    registered: int | None
    approved: int | None
    sat: int | None
    passed: int | None

    @property
    def rate(self) -> Rate | None:
        """Passed of those registered."""
        return Rate(self.passed, self.registered) if self.passed is not None and self.registered else None


@dataclass(frozen=True)
class Stock:
    """Holders on a day by highest level; ``None`` is not published."""

    day: date
    assistant: int | None
    intermediate: int | None
    senior: int | None
    total: int | None


def growth(now: int | None, before: int | None) -> float | None:
    """Growth of a count in per cent, where both are there."""
    return growth_percent(now, before) if now is not None and before is not None else None


def sentences(years: Sequence[Year], year: int) -> list[Sentence]:
    """The year in words: registered, sat and passed, growth in per cent, the rate in points, and the caution."""
    by_year = {found.year: found for found in years}
    now, before = by_year.get(year), by_year.get(year - 1)
    if now is None or now.registered is None:
        return []
    said = [_registered(now, before)]
    if now.sat is not None:
        said.append(Sentence("%(sat)s sat.", sat=f"{now.sat:,}"))
    if now.passed is not None:
        said.append(_passed(now, before))
    if now.rate is not None:
        said.append(_rate(now.rate, before.rate if before else None))
    found = warned(now, before)
    if found is not None:
        said.append(found)
    elif _is_record(now, years):
        said.append(Sentence("That is the most of all years on file, and the rate did not fall."))
    return said


def warned(now: Year, before: Year | None) -> Sentence | None:
    """What must be said where more passed and a smaller share did."""
    return caution(_counts(before), _counts(now), REGISTERED) if before and before.rate and now.rate else None


def _counts(found: Year) -> Counts:
    registered, passed = found.registered or 0, found.passed or 0
    sat = found.sat if found.sat is not None else max(passed, 1 if registered else 0)
    return Counts(found.year, registered, registered, sat, passed)


def _registered(now: Year, before: Year | None) -> Sentence:
    grown = growth(now.registered, before.registered if before else None)
    if grown is None or before is None or before.registered is None:
        return Sentence("In %(year)s %(count)s persons registered.", year=now.year, count=f"{now.registered:,}")
    return Sentence(
        "In %(year)s %(count)s persons registered, against %(before)s the year before (%(growth)s%%).",
        year=now.year,
        count=f"{now.registered:,}",
        before=f"{before.registered:,}",
        growth=_signed(grown),
    )


def _passed(now: Year, before: Year | None) -> Sentence:
    grown = growth(now.passed, before.passed if before else None)
    if grown is None or before is None or before.passed is None:
        return Sentence("%(count)s passed.", count=f"{now.passed:,}")
    return Sentence(
        "%(count)s passed, against %(before)s (%(growth)s%%).",
        count=f"{now.passed:,}",
        before=f"{before.passed:,}",
        growth=_signed(grown),
    )


def _rate(now: Rate, before: Rate | None) -> Sentence:
    change = change_in_points(now, before) if before else None
    if before is None or change is None:
        return Sentence(
            "That is %(rate)s%% of those registered (%(part)s of %(base)s).",
            rate=f"{now.percent:.1f}",
            part=f"{now.part:,}",
            base=f"{now.base:,}",
        )
    return Sentence(
        "That is %(rate)s%% of those registered (%(part)s of %(base)s), against %(before)s%% (%(change)s points).",
        rate=f"{now.percent:.1f}",
        part=f"{now.part:,}",
        base=f"{now.base:,}",
        before=f"{before.percent:.1f}",
        change=_signed(change),
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):.1f}"


def _is_record(now: Year, years: Sequence[Year]) -> bool:
    """More passed than in every earlier year, of which there are two or more, and at no smaller rate than before."""
    earlier = [found for found in years if found.year < now.year and found.passed is not None]
    if len(earlier) < 2 or now.passed is None or now.rate is None:
        return False
    last = max(earlier, key=lambda found: found.year)
    if last.rate is None or last.year != now.year - 1:
        return False
    change = change_in_points(now.rate, last.rate)
    return change is not None and change >= 0 and all(now.passed > (found.passed or 0) for found in earlier)
