"""The yearly total: what one year still lacks against its requirement.

Source: 人社部令第25号 (2015) 第八条 -- at least 90 学时 a year, cumulative; of which professional subjects are
generally at least two thirds. The two together are read as P ≥ 60 and P + min(G, 30) ≥ 90: hours beyond a cap help
nobody, and nobody loses by earning more of another kind.
"""

from collections.abc import Iterable

from examprep.ce.rules.credit import CATEGORIES, Credit, Requirement, by_category, counted_minutes
from examprep.ce.rules.finding import Finding
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence


def annual_total(lines: Iterable[Credit], requirement: Requirement, level: str, year: Period) -> tuple[Finding, ...]:
    """Say how many minutes one year still lacks, caps applied.

    A credit counts in the year that holds its ``earned_on``; the year is half-open, so its end day belongs to the next.
    No credits is a full shortfall, not an error.
    """
    counted = counted_minutes(by_category(c for c in lines if c.earned_on in year), requirement)
    required = requirement.total_minutes[level]
    missing = max(0, required - counted)
    if missing:
        sentence = Sentence(
            "%(counted)s of %(required)s credit hours count; %(missing)s are missing.",
            counted=requirement.hours(counted),
            required=requirement.hours(required),
            missing=requirement.hours_missing(missing),
        )
    else:
        sentence = Sentence(
            "%(counted)s credit hours count; %(required)s are required.",
            counted=requirement.hours(counted),
            required=requirement.hours(required),
        )
    return (Finding("annual-total", missing, CATEGORIES, sentence),)
