"""Eventual success: of those who first registered in a year, how many ever qualified, and after how many years.

Source: DOMAIN.md 1.4 -- the intermediate level is passed within two exam years, sliding, so the rate of one year says
less than it seems. Later starters have had fewer chances: their years are compared at the same number of years.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from examprep.kernel.rate import Rate


@dataclass(frozen=True)
class Started:
    """Who first registered (at a level) in ``year``; ``qualified`` counts them by the exam years they needed.

    One is the same year. Persons who never qualified are in ``registered`` alone.
    """

    year: int
    registered: int
    qualified: Mapping[int, int]

    def within(self, years: int) -> Rate:
        """Qualified within so many exam years of the first registration, that one included."""
        return Rate(sum(count for needed, count in self.qualified.items() if needed <= years), self.registered)

    @property
    def ever(self) -> Rate:
        """Qualified by now."""
        return Rate(sum(self.qualified.values()), self.registered)
