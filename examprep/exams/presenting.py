"""Figures as the page shows them: rows of a file, pictures, the latest year."""

from collections.abc import Sequence

from examprep.exams.rules.rates import DENOMINATOR_NAMES, YearFigures
from examprep.plumbing.charts import Chart, columns, line


def headline(years: Sequence[YearFigures]) -> YearFigures | None:
    """The latest year whose results are known, else the latest."""
    known = [found for found in years if found.rate is not None]
    found = known or list(years)
    return found[-1] if found else None


def rate_rows(years: Sequence[YearFigures], base: str) -> list[dict[str, object]]:
    """One row a year, the latest first, rounded to one decimal as on the page."""
    return [
        {
            "year": str(found.counts.year),
            "registered": found.counts.registered,
            "registered_growth": _rounded(found.registered_growth),
            "approved": found.counts.approved,
            "sat": found.counts.sat,
            "sat_growth": _rounded(found.sat_growth),
            "passed": found.counts.passed,
            "passed_growth": _rounded(found.passed_growth),
            "rate": found.rate,
            "base": DENOMINATOR_NAMES[base],
            "low": _rounded(found.low),
            "high": _rounded(found.high),
            "change_points": _rounded(found.change_points),
        }
        for found in reversed(years)
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def rate_pictures(years: Sequence[YearFigures]) -> tuple[Chart, Chart]:
    """Counts as columns (registered, sat, passed) and the rate as a line with its interval."""
    names = [str(found.counts.year) for found in years]
    known = [found.rate is not None for found in years]
    counts = columns(
        names,
        [
            [found.counts.registered for found in years],
            [found.counts.sat if has else None for found, has in zip(years, known, strict=True)],
            [found.counts.passed if has else None for found, has in zip(years, known, strict=True)],
        ],
    )
    return counts, line(names, [_point(found) for found in years])


def _point(found: YearFigures) -> tuple[float, float, float] | None:
    if found.rate is None or found.rate.percent is None or found.low is None or found.high is None:
        return None
    return found.rate.percent, found.low, found.high


def shares(years: Sequence[YearFigures]) -> list[tuple[int, float]]:
    """Year and rate in per cent, for the description of the picture."""
    return [(f.counts.year, f.rate.percent) for f in years if f.rate is not None and f.rate.percent is not None]
