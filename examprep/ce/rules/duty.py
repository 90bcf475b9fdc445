"""What one person owes in one period: which requirement, by which level, how much of it, and until when.

Source: 民发〔2009〕123号 (72 or 90 hours in each registration period); 人社部令第25号 第八条 (90 credit hours a year);
first years, exemptions and postponement are the provinces' (DOMAIN.md 4.4), so they are data.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from examprep.ce.rules.requirement import CALENDAR, Requirement
from examprep.kernel.period import Period, calendar_year, governs
from examprep.register.rules.registration import months_after
from examprep.register.rules.windows import region_prefix
from examprep.syllabus.rules.levels import rank


@dataclass(frozen=True)
class Duty:
    """One requirement for one period of one person.

    Of ``period``, ``owed_days`` are owed: less in a first year counted pro rata and under an exemption; every amount
    shrinks in that proportion, rounded down. Hours made up count while earned before ``closes_on``.
    """

    requirement: Requirement
    level: str
    period: Period
    owed_days: int
    closes_on: date
    carried_minutes: int = 0

    def scaled(self, minutes: int) -> int:
        """An amount of the requirement as this person owes it."""
        return minutes * self.owed_days // self.period.days

    @property
    def required_minutes(self) -> int:
        return self.scaled(self.requirement.total_minutes[self.level])

    @property
    def exempt(self) -> bool:
        return self.owed_days == 0

    def closed(self, today: date) -> bool:
        """Whether nothing earned from ``today`` on can count any more."""
        return self.closes_on <= today


@dataclass(frozen=True)
class Exemption:
    """A person is spared days (``exempt``), or given until ``postponed_to`` for periods that end in them.

    ``code`` bounds it to one requirement; ``None`` means all.
    """

    code: str | None
    days: Period
    postponed_to: date | None = None

    def concerns(self, code: str) -> bool:
        return self.code is None or self.code == code


@dataclass(frozen=True)
class Held:
    """A certificate: its level and the day it was issued."""

    level: str
    issued_on: date


@dataclass(frozen=True)
class Term:
    """One registration of a certificate: half-open days, and the certificate's level."""

    level: str
    days: Period


@dataclass(frozen=True)
class Person:
    """What decides about duties. ``units`` are the person's organisation and all above it."""

    region_code: str
    units: Collection[int]
    held: Sequence[Held]
    terms: Sequence[Term]
    exemptions: Sequence[Exemption] = ()


def in_force(versions: Iterable[Requirement], day: date) -> tuple[Requirement, ...]:
    """Of each code the version that governs periods beginning on ``day``: the latest that has begun and not ended."""
    begun = sorted((v for v in versions if v.since <= day), key=lambda v: (v.code, v.since))
    latest = [list(group)[-1] for _, group in groupby(begun, key=lambda v: v.code)]
    return tuple(v for v in latest if governs(v.since, v.until, day))


def span_end(versions: Iterable[Requirement], of: Requirement) -> date | None:
    """The first day on which ``of`` no longer governs periods that begin then: a later version does, or none."""
    later = [v.since for v in versions if v.code == of.code and v.since > of.since]
    return min([*later, *([of.until] if of.until else [])], default=None)


def applies(requirement: Requirement, person: Person) -> bool:
    """Whether the requirement is made where the person works; levels and periods aside."""
    if requirement.region_code and not person.region_code.startswith(region_prefix(requirement.region_code)):
        return False
    return requirement.organisation_id is None or requirement.organisation_id in person.units


def level_on(held: Iterable[Held], day: date) -> str | None:
    """The highest level held on a day."""
    return max((c.level for c in held if c.issued_on <= day), key=rank, default=None)


def judged_on(period: Period, today: date) -> date:
    """Level and holding are asked on a period's last day, or today while it lasts."""
    return min(date.fromordinal(period.end.toordinal() - 1), today)


def duties(versions: Sequence[Requirement], person: Person, day: date, *, today: date) -> tuple[Duty, ...]:
    """What the person owes in the periods that hold ``day``, as known on ``today``.

    Of a requirement replaced by another that applies, nothing is owed. A change of place or level within a period
    counts for the whole of it: the last one decides. Two registrations from one day on are one, of the higher level.
    """
    found: dict[tuple[str, date], Duty] = {}
    for code in {version.code for version in versions}:
        for level, period in _periods([v for v in versions if v.code == code], person, day, today):
            there = [v for v in in_force(versions, period.start) if applies(v, person)]
            governing = next((v for v in there if v.code == code), None)
            if governing is None or code in _replaced(there, governing) or level not in governing.total_minutes:
                continue
            days = window(governing, period)
            owed = owed_days(governing, person, days)
            known = found.get((code, days.start))
            if owed is not None and (known is None or rank(level) > rank(known.level)):
                found[code, days.start] = Duty(governing, level, days, owed, closes_on(governing, person, days))
    return tuple(sorted(found.values(), key=lambda d: (d.requirement.period_kind, d.requirement.code, d.period.start)))


def _replaced(there: Iterable[Requirement], like: Requirement) -> set[str | None]:
    return {v.replaces for v in there if v.period_kind == like.period_kind}


def _periods(versions: Sequence[Requirement], person: Person, day: date, today: date) -> Iterable[tuple[str, Period]]:
    if versions[0].period_kind == CALENDAR:
        period = calendar_year(day.year)
        if level := level_on(person.held, judged_on(period, today)):
            yield level, period
    else:
        for term in person.terms:
            if day in term.days and term.days.start <= today:
                yield term.level, term.days


def window(requirement: Requirement, period: Period) -> Period:
    """The days whose hours are taken together: of a calendar requirement so many years, ending with the period."""
    if requirement.years == 1:
        return period
    return Period(date(period.start.year - requirement.years + 1, 1, 1), period.end)


def owed_days(requirement: Requirement, person: Person, period: Period) -> int | None:
    """How many days of the period are owed; ``None`` in a first year from which nothing is owed at all."""
    begins = period.start
    if requirement.period_kind == CALENDAR:
        first = min((c.issued_on for c in person.held), default=period.start)
        if requirement.first_year == "next-year" and first in period:
            return None
        if requirement.first_year == "pro-rata":
            begins = max(begins, min(first, period.end))
    owed = Period(begins, period.end)
    spared = sum(
        owed.overlap_days(e.days) for e in person.exemptions if e.postponed_to is None and e.concerns(requirement.code)
    )
    return max(0, owed.days - spared)


def closes_on(requirement: Requirement, person: Person, period: Period) -> date:
    """The first day on which nothing can be made up any more: after the grace, or what was granted to the person."""
    last = date.fromordinal(period.end.toordinal() - 1)
    granted = [
        e.postponed_to
        for e in person.exemptions
        if e.postponed_to is not None and e.concerns(requirement.code) and last in e.days
    ]
    return max([months_after(period.end, requirement.grace_months), *granted])


def carried(duty: Duty, surplus_before: int) -> Duty:
    """The duty with what the period before brings along."""
    return replace(duty, carried_minutes=min(surplus_before, duty.requirement.carry_over_minutes))
