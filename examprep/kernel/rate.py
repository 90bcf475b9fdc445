"""A share that never loses its counts, and its interval.

Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22(158), 209-212: the score interval.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Rate:
    """``part`` of ``base`` persons or papers; a rate on a base of nobody is ``None``, not 0.

    Raises:
        ValueError: a count is negative, or the part exceeds the base.
    """

    part: int
    base: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.base:
            raise ValueError(f"{self.part} of {self.base} is not a share")

    @property
    def share(self) -> float | None:
        return self.part / self.base if self.base else None

    @property
    def percent(self) -> float | None:
        """Unrounded; rounded once, where it is shown."""
        return 100 * self.part / self.base if self.base else None

    def wilson(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """The Wilson score interval as shares 0.0..1.0; ``None`` on a base of 0."""
        if not self.base:
            return None
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        n, p = self.base, self.part / self.base
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        low = 0.0 if self.part == 0 else max(0.0, centre - half)
        high = 1.0 if self.part == n else min(1.0, centre + half)
        return low, high


def growth_percent(now: int, before: int) -> float | None:
    """Growth of a count in per cent; ``None`` from a base of 0."""
    return 100 * (now - before) / before if before else None


def change_in_points(now: Rate, before: Rate) -> float | None:
    """Change of a rate in percentage points; ``None`` when either rate has no base."""
    if now.percent is None or before.percent is None:
        return None
    return now.percent - before.percent
