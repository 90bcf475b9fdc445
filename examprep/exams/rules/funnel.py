"""The funnel plot: which units differ from all together by more than chance, instead of a league table.

Source: D. J. Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics in Medicine 24,
1185-1202: limits at 95 % and 99.8 % around the common rate, by the binomial distribution, interpolated (A.1.1). The
upper limits are the lower ones of those who did not pass: else one who passed alone would lie beyond every line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

from examprep.kernel.rate import Rate

WARN, ALARM = 0.95, 0.998
# From this variance of the count on, the normal distribution does, with its first correction (for skewness).
_NORMAL_FROM = 400.0


@dataclass(frozen=True)
class Limits:
    """Shares between which a unit of a size lies by chance alone: 19 times in 20, and 499 times in 500."""

    alarm_low: float
    warn_low: float
    warn_high: float
    alarm_high: float

    def verdict(self, share: float) -> str:
        """``within``, ``high``, ``very-high``, ``low`` or ``very-low``."""
        if share > self.alarm_high:
            return "very-high"
        if share > self.warn_high:
            return "high"
        if share < self.alarm_low:
            return "very-low"
        return "low" if share < self.warn_low else "within"


def together(rates: Iterable[Rate]) -> Rate:
    """The common rate of all units."""
    found = list(rates)
    return Rate(sum(rate.part for rate in found), sum(rate.base for rate in found))


def limits(target: float, base: int) -> Limits:
    """The limits of a unit of ``base`` persons around the common share ``target``.

    Raises:
        ValueError: a base below 1, or a target outside 0..1.
    """
    if base < 1 or not 0 <= target <= 1:
        raise ValueError(f"no limits for {base} persons around {target}")
    alarm, warn = (1 - ALARM) / 2, (1 - WARN) / 2
    return Limits(
        alarm_low=_quantile(target, base, alarm),
        warn_low=_quantile(target, base, warn),
        warn_high=1 - _quantile(1 - target, base, warn),
        alarm_high=1 - _quantile(1 - target, base, alarm),
    )


def _quantile(target: float, base: int, p: float) -> float:
    """The interpolated quantile of the share, within 0 and 1."""
    if target in (0.0, 1.0):
        return target
    if base * target * (1 - target) >= _NORMAL_FROM:
        z = NormalDist().inv_cdf(p)
        skew = (z * z - 1) * (1 - 2 * target) / 6
        found = target + z * sqrt(target * (1 - target) / base) + (skew - 0.5) / base  # half a person: as interpolated
        return min(1.0, max(0.0, found))
    if target > 0.5:  # counted from the nearer end: the few who did not pass
        return 1 - _exact(1 - target, base, 1 - p, mirrored=True)
    return _exact(target, base, p, mirrored=False)


def _exact(target: float, base: int, p: float, *, mirrored: bool) -> float:
    """The smallest count r with P(count ≤ r) ≥ p, less the part by which it exceeds p."""
    below, chance = 0.0, exp(base * log(1 - target))
    for count in range(base + 1):
        reached = below + chance
        if reached >= p or count == base:
            spare = (reached - p) / chance if chance else 0.0
            # Seen from the other end the same step is counted from its other side.
            found = (count - spare + 1 if mirrored else count - spare) / base
            return min(1.0, max(0.0, found))
        below = reached
        chance = exp(
            lgamma(base + 1)
            - lgamma(count + 2)
            - lgamma(base - count)
            + (count + 1) * log(target)
            + (base - count - 1) * log(1 - target)
        )
    raise AssertionError("unreachable")  # pragma: no cover
