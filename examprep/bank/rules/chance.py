"""How likely chance alone gives what was counted."""

from math import erfc, exp, gamma, lgamma, log, sqrt


def at_least(hits: int, trials: int, share: float) -> float:
    """The chance of ``hits`` or more in ``trials`` that each hit with ``share`` (0 < share < 1): binomial."""
    return min(
        1.0,
        sum(
            exp(
                lgamma(trials + 1)
                - lgamma(hit + 1)
                - lgamma(trials - hit + 1)
                + hit * log(share)
                + (trials - hit) * log(1 - share)
            )
            for hit in range(hits, trials + 1)
        ),
    )


def as_uneven(counts: tuple[int, ...]) -> float:
    """The chance of counts as uneven as these or more, were all places equally likely: chi-square."""
    expected = sum(counts) / len(counts)
    half = sum((count - expected) ** 2 for count in counts) / expected / 2
    freedom = len(counts) - 1
    # The upper incomplete gamma function has a closed form at whole and half numbers.
    if freedom % 2 == 0:
        return exp(-half) * sum(half**step / gamma(step + 1) for step in range(freedom // 2))
    steps = (float(half ** (step + 0.5)) / gamma(step + 1.5) for step in range(freedom // 2))
    return erfc(sqrt(half)) + exp(-half) * sum(steps)
