"""What follows when hours are missing: when who is told, and what stops until they are mended.

Source: 民发〔2009〕44号 (a renewal of registration asks for continuing education). What else stops, and when who is
told, is each bureau's choice, so it is versioned data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from examprep.kernel.period import Period
from examprep.register.rules.registration import months_after

MOST_DAYS = 366


@dataclass(frozen=True)
class Policy:
    """What follows of one requirement, from ``since`` on.

    ``renewal``: a registration is not renewed; ``allowance``: months of allowance are not paid; ``public_check``: the
    public check of a certificate says so. ``employer_days`` and ``bureau_days`` after a period closed short, the
    employer and the bureau above it are told; ``None``: never. The rest is the plan of reminders to the holder.
    """

    code: str
    since: date
    renewal: bool = False
    allowance: bool = False
    public_check: bool = False
    employer_days: int | None = 14
    bureau_days: int | None = 30
    at_start: bool = True
    in_between: bool = True
    before_days: tuple[int, ...] = (90, 60, 30, 14, 7, 1)
    after_every_days: int = 7
    digest: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError: days that cannot be meant."""
        days = [*self.before_days, *(d for d in (self.employer_days, self.bureau_days) if d is not None)]
        if any(not 0 <= day <= MOST_DAYS for day in days) or not 0 <= self.after_every_days <= MOST_DAYS:
            raise ValueError(f"days out of range: {self}")


def governing(policies: Iterable[Policy], code: str, today: date) -> Policy:
    """The latest policy of a requirement that has begun; without one, reminders are sent and nothing stops."""
    begun = [policy for policy in policies if policy.code == code and policy.since <= today]
    return max(begun, key=lambda policy: policy.since) if begun else Policy(code, date.max)


def step(policy: Policy, period: Period, closes_on: date, today: date) -> str | None:
    """The latest step of the plan that a day has reached, for a holder who is short; ``None`` before the first.

    ``start``, ``mark-3`` (three months in, or years of a longer period), ``before-30`` (30 days before the last day on
    which hours count), ``after-2`` (the third time after it). What has been passed meanwhile is not made up.
    """
    return max(
        (found for found in _steps(policy, period, closes_on, today) if found[0] <= today), default=(None, None)
    )[1]


def _steps(policy: Policy, period: Period, closes_on: date, today: date) -> list[tuple[date, str]]:
    last = closes_on - timedelta(days=1)
    found = []
    if policy.at_start:
        found.append((period.start, "start"))
    if policy.in_between:
        months = 3 if period.days <= MOST_DAYS else 12
        marks = ((months_after(period.start, months * n), f"mark-{n}") for n in range(1, 12))
        found += [mark for mark in marks if mark[0] < period.end]
    found += [(last - timedelta(days=days), f"before-{days}") for days in policy.before_days]
    found = [each for each in found if period.start <= each[0] <= last]
    if policy.after_every_days and today >= closes_on:
        times = (today - closes_on).days // policy.after_every_days
        found.append((closes_on + timedelta(days=times * policy.after_every_days), f"after-{times}"))
    return found
