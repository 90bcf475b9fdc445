"""The total: what one period still lacks against what is asked.

Source: 人社部令第25号 (2015) 第八条 -- at least 90 学时 a year, cumulative; of which professional subjects are
generally at least two thirds. The two together are read as P ≥ 60 and P + min(G, 30) ≥ 90: hours beyond a cap help
nobody, and nobody loses by earning more of another kind. 民发〔2009〕123号 -- 72 or 90 hours in a registration period.
"""

from collections.abc import Iterable

from examprep.ce.rules.credit import Credit, by_category, counted_minutes
from examprep.ce.rules.duty import Duty
from examprep.ce.rules.finding import Finding
from examprep.ce.rules.requirement import CATEGORIES
from examprep.kernel.sentence import Sentence


def total(lines: Iterable[Credit], duty: Duty) -> tuple[Finding, ...]:
    """Say how many minutes one period still lacks, caps applied and what was carried over added.

    No credits is a full shortfall, not an error.
    """
    asked = duty.requirement
    counted = counted_minutes(by_category(lines, duty), duty) + duty.carried_minutes
    required = duty.required_minutes
    missing = max(0, required - counted)
    if missing:
        sentence = Sentence(
            "%(counted)s of %(required)s count; %(missing)s are missing.",
            counted=asked.told(counted),
            required=asked.told(required),
            missing=asked.told_missing(missing),
        )
    else:
        sentence = Sentence(
            "%(counted)s count; %(required)s are required.",
            counted=asked.told(counted),
            required=asked.told(required),
        )
    return (Finding("total", missing, CATEGORIES, sentence),)
