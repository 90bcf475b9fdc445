"""Which rules judge a year, since when, and by what source. To add a rule: its module, and an entry here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from examprep.ce.rules.annual_total import annual_total
from examprep.ce.rules.credit import Credit, Requirement
from examprep.ce.rules.finding import Finding
from examprep.ce.rules.professional_share import professional_share
from examprep.kernel.period import Period, governs

Judge = Callable[[Iterable[Credit], Requirement, str, Period], tuple[Finding, ...]]


@dataclass(frozen=True)
class Rule:
    """A way of judging that held from ``since`` up to, not on, ``until``."""

    name: str
    judge: Judge
    since: date
    until: date | None
    source: str


RULEBOOK = (
    Rule("annual-total", annual_total, since=date(2015, 10, 1), until=None, source="人社部令第25号 第八条"),
    Rule("professional-share", professional_share, since=date(2015, 10, 1), until=None, source="人社部令第25号 第八条"),
)


def judge(lines: Sequence[Credit], requirement: Requirement, level: str, year: Period) -> tuple[Finding, ...]:
    """Judge one person's year by the rules that held on its last day, not by today's."""
    last_day = date.fromordinal(year.end.toordinal() - 1)
    return tuple(
        finding
        for rule in RULEBOOK
        if governs(rule.since, rule.until, last_day)
        for finding in rule.judge(lines, requirement, level, year)
    )
