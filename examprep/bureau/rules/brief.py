"""What the brief says in words: the year's exam beside the year before, and what must be said with it.

Source: DOMAIN.md 6 -- the sentence that every report repeats (报考, 通过 by level, 累计持证), here with its base
figures and the rate. More passed is never called the most while the rate fell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from examprep.exams.rules.rates import REGISTERED, Counts, caution
from examprep.exams.rules.telling import by_levels, of_seniors
from examprep.kernel.rate import Rate, change_in_points, growth_percent
from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Year:
    """The exam of one year; ``None`` is a count that is not known yet, or not published.

    ``passed_by_level`` is ``None`` where not all of them are known.
    """

    year: int
    registered: int | None
    approved: int | None
    sat: int | None
    passed: int | None
    passed_by_level: Mapping[str, int] | None = None

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


def sentences(years: Sequence[Year], year: int, stocks: Sequence[Stock] = ()) -> list[Sentence]:
    """The year in words: registered, sat and passed, growth in per cent, the rate in points, the caution, and how
    many hold a certificate on the last of the days.
    """
    return [*_exam(years, year), *_holders(stocks)]


def _exam(years: Sequence[Year], year: int) -> list[Sentence]:
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
    elif (since := _most_since(now, by_year)) is not None:
        said.append(Sentence("No year since %(since)s had more who passed, and the rate did not fall.", since=since))
    if seniors := of_seniors(now.passed_by_level):
        said.append(seniors)
    return said


def _holders(stocks: Sequence[Stock]) -> list[Sentence]:
    """The last day's holders, beside those of the day a year before where both are known."""
    if not stocks or stocks[-1].total is None:
        return []
    now = stocks[-1]
    parts = (now.assistant, now.intermediate, now.senior)
    levels: Sentence | str = "" if None in parts else Sentence(
        " (%(junior)s assistant, %(middle)s intermediate, %(senior)s senior)",
        junior=now.assistant, middle=now.intermediate, senior=now.senior,
    )  # fmt: skip
    values = {"day": now.day, "count": f"{now.total:,}", "levels": levels}
    before = next((one for one in stocks[:-1] if one.day.year == now.day.year - 1), None)
    grown = growth(now.total, before.total if before else None)
    if before is None or before.total is None or grown is None:
        return [Sentence("On %(day)s %(count)s persons hold a certificate%(levels)s.", **values)]
    return [
        Sentence(
            "On %(day)s %(count)s persons hold a certificate%(levels)s, against %(before)s on %(then)s (%(growth)s%%).",
            before=f"{before.total:,}",
            then=before.day,
            growth=_signed(grown),
            **values,
        )
    ]


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
    levels = by_levels(now.passed_by_level)
    if grown is None or before is None or before.passed is None:
        return Sentence("%(count)s passed%(levels)s.", count=f"{now.passed:,}", levels=levels)
    return Sentence(
        "%(count)s passed%(levels)s, against %(before)s (%(growth)s%%).",
        count=f"{now.passed:,}",
        levels=levels,
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


def _most_since(now: Year, by_year: Mapping[int, Year]) -> int | None:
    """Since which year none had as many who passed, of at least two years before that follow each other without a
    gap; ``None`` where one had, or the rate is lower than the year before.
    """
    first = now.year
    while (found := by_year.get(first - 1)) is not None and found.passed is not None:
        first -= 1
    last = by_year.get(now.year - 1)
    if now.year - first < 2 or now.passed is None or now.rate is None or last is None or last.rate is None:
        return None
    change = change_in_points(now.rate, last.rate)
    if change is None or change < 0:
        return None
    return first if all(now.passed > (by_year[year].passed or 0) for year in range(first, now.year)) else None
