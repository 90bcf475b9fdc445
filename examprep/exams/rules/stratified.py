"""Two groups compared within strata: Mantel–Haenszel.

Sources: N. Mantel, W. Haenszel (1959), Journal of the National Cancer Institute 22, 719-748: the pooled odds ratio;
J. Robins, N. Breslow, S. Greenland (1986), Biometrics 42, 311-323: its variance;
S. Greenland, J. M. Robins (1985), Biometrics 41, 55-68: the pooled risk difference; T. Sato (1989), Biometrics 45,
1323-1324: its variance, right both for few large and for many small strata.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

from examprep.kernel.rate import Rate


@dataclass(frozen=True)
class Arm:
    """``passed`` of ``base`` persons of one group in one stratum."""

    passed: int
    base: int


@dataclass(frozen=True)
class Stratum:
    """Persons alike in ``key``, some trained and some not."""

    key: tuple[Any, ...]
    trained: Arm
    untrained: Arm

    @property
    def comparable(self) -> bool:
        """Whether both groups are there; a stratum with one of them says nothing about the difference."""
        return bool(self.trained.base and self.untrained.base)


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Trained beside untrained.

    ``trained`` and ``untrained`` are the raw rates of all strata; ``strata`` counts those with both groups, in which
    ``persons`` stand. ``difference`` is the pooled risk difference as a share (0.05 is five points), ``odds_ratio`` the
    pooled odds ratio; ``None`` where the strata cannot tell.
    """

    trained: Rate
    untrained: Rate
    strata: int
    persons: int
    difference: Estimate | None
    odds_ratio: Estimate | None

    @property
    def difference_points(self) -> Estimate | None:
        """The pooled difference in percentage points."""
        found = self.difference
        return Estimate(100 * found.value, 100 * found.low, 100 * found.high) if found else None

    @property
    def raw_points(self) -> float | None:
        """The raw difference in percentage points."""
        if self.trained.percent is None or self.untrained.percent is None:
            return None
        return self.trained.percent - self.untrained.percent


def compare_arms(strata: Iterable[Stratum], confidence: float = 0.95) -> Comparison:
    """Raw rates of all strata, and the pooled figures of those that hold both groups."""
    everything = list(strata)
    usable = [stratum for stratum in everything if stratum.comparable]
    return Comparison(
        trained=_raw([stratum.trained for stratum in everything]),
        untrained=_raw([stratum.untrained for stratum in everything]),
        strata=len(usable),
        persons=sum(stratum.trained.base + stratum.untrained.base for stratum in usable),
        difference=risk_difference(usable, confidence),
        odds_ratio=odds_ratio(usable, confidence),
    )


def _raw(arms: Sequence[Arm]) -> Rate:
    return Rate(sum(arm.passed for arm in arms), sum(arm.base for arm in arms))


def odds_ratio(strata: Sequence[Stratum], confidence: float = 0.95) -> Estimate | None:
    """The pooled odds ratio with its interval; ``None`` where it is 0, infinite or unknown."""
    r_sum = s_sum = pr = ps_qr = qs = 0.0
    for stratum in strata:
        a, c = stratum.trained.passed, stratum.untrained.passed
        b, d = stratum.trained.base - a, stratum.untrained.base - c
        n = a + b + c + d
        p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        r_sum, s_sum = r_sum + r, s_sum + s
        pr, ps_qr, qs = pr + p * r, ps_qr + p * s + q * r, qs + q * s
    if not r_sum or not s_sum:
        return None
    ratio = r_sum / s_sum
    spread = sqrt(pr / (2 * r_sum**2) + ps_qr / (2 * r_sum * s_sum) + qs / (2 * s_sum**2))
    z = _z(confidence)
    return Estimate(ratio, exp(log(ratio) - z * spread), exp(log(ratio) + z * spread))


def risk_difference(strata: Sequence[Stratum], confidence: float = 0.95) -> Estimate | None:
    """The pooled difference of the two shares (trained less untrained) with Sato's interval, within −1 and 1."""
    weight = difference = p_sum = q_sum = 0.0
    for stratum in strata:
        a, n1 = stratum.trained.passed, stratum.trained.base
        c, n0 = stratum.untrained.passed, stratum.untrained.base
        n = n1 + n0
        weight += n1 * n0 / n
        difference += (a * n0 - c * n1) / n
        p_sum += (n1 * n1 * c - n0 * n0 * a + n1 * n0 * (n0 - n1) / 2) / (n * n)
        q_sum += (a * (n0 - c) + c * (n1 - a)) / (2 * n)
    if not weight:
        return None
    pooled = difference / weight
    spread = sqrt(max(0.0, (pooled * p_sum + q_sum) / weight**2))
    z = _z(confidence)
    return Estimate(pooled, max(-1.0, pooled - z * spread), min(1.0, pooled + z * spread))


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)
