"""When a registration may be applied for: the limits of a region, and what they make of one certificate.

Nationally: the first time within a year of passing, again in the three months before the term of three years ends.
Regions take applications in windows of the year, allow a grace after the end, or waive the limit; all of that is data.

Source: 《社会工作者职业水平证书登记办法》 民发〔2009〕44号 第四条; `register/data/registration.toml`
names each region's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from examprep.kernel.sentence import Sentence
from examprep.register.rules.registration import months_after

Batch = tuple[str, str]  # "MM-DD" of the first and of the last day, which may lie in the next year


@dataclass(frozen=True)
class Limits:
    """One version of a region's limits; ``region_code`` is ``None`` for the whole country.

    ``first_months``: from issue, ``None`` where the limit is waived. The window to renew is half-open, from
    ``renew_from_months`` to ``renew_to_months`` around the day on which the term ends (negative: before it).
    ``batches``: the days of the year on which applications are taken at all; none: always. The levels of the bureaus
    that take each step are 1 province, 2 prefecture, 3 county.
    """

    region_code: str | None
    since: date
    first_months: int | None
    term_months: int
    renew_from_months: int
    renew_to_months: int
    batches: Sequence[Batch]
    accept_by: int
    review_by: int
    approve_by: int
    source: str
    certainty: str

    @property
    def needed(self) -> dict[str, int]:
        """The level of the bureau by the stage of `rules.process`."""
        return {"accept": self.accept_by, "review": self.review_by, "approve": self.approve_by}


@dataclass(frozen=True)
class Verdict:
    """Whether an application may be made today, and the days that matter; ``closes_on`` is the last day."""

    open: bool
    again: bool
    opens_on: date | None
    closes_on: date | None
    sentence: Sentence

    @property
    def overdue(self) -> bool:
        return not self.open and self.opens_on is None


def region_prefix(region_code: str) -> str:
    """The digits that every division of a region begins with: 52 of 520000, 5205 of 520500."""
    return region_code[:2] if region_code.endswith("0000") else region_code.removesuffix("00")


def limits_for(known: Iterable[Limits], region_code: str, day: date) -> Limits:
    """Those that govern a region on a day: the nearest region's, of one region the version that began last.

    Raises:
        LookupError: not even the country's.
    """
    fitting = [
        one
        for one in known
        if one.since <= day
        and (one.region_code is None or region_code.startswith(region_prefix(one.region_code)))
    ]  # fmt: skip
    if not fitting:
        raise LookupError(f"no limits of registration for {region_code} on {day}")
    # Of two versions that begin on one day `max` would take the earlier added; the later mends it.
    return max(reversed(fitting), key=lambda one: (len(region_prefix(one.region_code or "")), one.since))


def window(limits: Limits, issued_on: date, registered_until: date | None) -> tuple[date, date | None]:
    """First day and end (exclusive; ``None``: never) of the window for a certificate's next registration."""
    if registered_until is None:
        months = limits.first_months
        return issued_on, None if months is None else months_after(issued_on, months) + timedelta(days=1)
    return (
        months_after(registered_until, limits.renew_from_months),
        months_after(registered_until, limits.renew_to_months),
    )


def first_within(months: int, day: date) -> date:
    """The first day of which the same day ``months`` later is ``day`` or after it; for conditions in queries."""
    found = months_after(day, -months) - timedelta(days=4)
    while months_after(found, months) < day:
        found += timedelta(days=1)
    return found


def _batch_days(batch: Batch, year: int) -> tuple[date, date]:
    """First and last day of a batch that begins in a year."""
    first, last = (date.fromisoformat(f"{year}-{day}") for day in batch)
    return first, last if last >= first else date.fromisoformat(f"{year + 1}-{batch[1]}")


def next_days(limits: Limits, start: date, end: date | None, today: date) -> tuple[date, date | None] | None:
    """The first stretch of days, from today on, on which applications are taken; both days are in. ``None``: none."""
    first, last = max(start, today), None if end is None else end - timedelta(days=1)
    if last is not None and first > last:
        return None
    if not limits.batches:
        return first, last
    found = []
    for year in range(first.year - 1, first.year + 5):
        for batch in limits.batches:
            begins, ends = _batch_days(batch, year)
            begins, ends = max(begins, first), ends if last is None else min(ends, last)
            if begins <= ends:
                found.append((begins, ends))
    return min(found) if found else None


def verdict(limits: Limits, issued_on: date, registered_until: date | None, today: date) -> Verdict:
    """Whether the next registration of a certificate may be applied for today, in a sentence."""
    start, end = window(limits, issued_on, registered_until)
    again = registered_until is not None
    days = next_days(limits, start, end, today)
    if days is None:
        assert end is not None
        text = (
            Sentence("The time to renew ended on %(day)s. The certificate stays valid; ask your bureau to let you "
                     "register late.", day=end - timedelta(days=1))
            if again
            else Sentence("The first registration was to be applied for by %(day)s. The certificate stays valid; ask "
                          "your bureau to let you register late.", day=end - timedelta(days=1))
        )  # fmt: skip
        return Verdict(False, again, None, end - timedelta(days=1), text)
    begins, ends = days
    if begins > today:
        return Verdict(False, again, begins, ends, Sentence("Applications are taken from %(day)s.", day=begins))
    if ends is None:
        return Verdict(True, again, begins, None, Sentence("An application can be made now; there is no last day."))
    return Verdict(True, again, begins, ends, Sentence("An application can be made up to %(day)s.", day=ends))
