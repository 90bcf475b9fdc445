"""Which standings are judged together: one version of a requirement over one set of periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from examprep.ce.rules.duty import judged_on
from examprep.ce.rules.requirement import Requirement
from examprep.kernel.period import Period
from examprep.register.rules.registration import months_after

SETTLING_DAYS = 7  # a period is counted for another week after it closed, so that its last day is in it


@dataclass(frozen=True)
class Cut:
    """One version of a requirement over one set of periods: a calendar period, or all registrations it governs.

    ``versions`` are all that there are: another that applies may replace this one. ``frozen`` takes requirement and
    level of closed periods as they are kept.
    """

    requirement: Requirement
    versions: Sequence[Requirement]
    period: Period | None
    today: date
    frozen: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What the statements are bound to, the persons aside."""
        found: dict[str, Any] = {"today": self.today, "unsettled": self.unsettled_from}
        if self.period is not None:
            found |= {
                "period_start": self.period.start,
                "period_end": self.period.end,
                "base_start": date(self.period.end.year - 1, 1, 1),
                "base_closes": months_after(self.period.end, self.requirement.grace_months),
                "as_of": judged_on(self.period, self.today),
            }
        return found

    def shape(self) -> tuple[object, ...]:
        """All that decides how the statements read: cuts of one shape share them."""
        near = [v for v in self.versions if self.requirement.code in (v.code, v.replaces)]
        return (repr(self.requirement), repr(near), self.period is None, self.frozen)

    @property
    def unsettled_from(self) -> date:
        """Periods that end after this day may still change by more than their lines; a few days early do no harm."""
        return self.today - timedelta(days=SETTLING_DAYS + 31 * self.requirement.grace_months)
