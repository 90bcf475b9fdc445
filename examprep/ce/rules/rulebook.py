"""Which rules judge a period, since when, and by what source. To add a rule: its module, and an entry here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from examprep.ce.rules.credit import Credit
from examprep.ce.rules.duty import Duty
from examprep.ce.rules.finding import Finding
from examprep.ce.rules.minimums import minimums
from examprep.ce.rules.total import total
from examprep.kernel.period import governs

Judge = Callable[[Iterable[Credit], Duty], tuple[Finding, ...]]


@dataclass(frozen=True)
class Rule:
    """A way of judging that held from ``since`` up to, not on, ``until``."""

    name: str
    judge: Judge
    since: date
    until: date | None
    source: str


RULEBOOK = (
    Rule("total", total, since=date(2009, 9, 7), until=None, source="民发〔2009〕123号；人社部令第25号 第八条"),
    Rule("minimums", minimums, since=date(2015, 10, 1), until=None, source="人社部令第25号 第八条"),
)


def judge(lines: Sequence[Credit], duty: Duty) -> tuple[Finding, ...]:
    """Judge one person's period by the rules that held on its last day, not by today's."""
    last_day = date.fromordinal(duty.period.end.toordinal() - 1)
    return tuple(
        finding for rule in RULEBOOK if governs(rule.since, rule.until, last_day) for finding in rule.judge(lines, duty)
    )
