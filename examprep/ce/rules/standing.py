"""A standing: one person's lines held against one duty, with reasons.

Source: 人社部令第25号 (2015) 第八条, 民发〔2009〕123号 and the rules in `rulebook.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from examprep.ce.rules.credit import Credit, by_category, converted, counted_minutes, in_time, within
from examprep.ce.rules.duty import Duty
from examprep.ce.rules.finding import Finding
from examprep.ce.rules.requirement import CATEGORIES, Requirement, named
from examprep.ce.rules.rulebook import judge
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Counted:
    """How much of one line counted, and why not all of it or otherwise than recorded (``None``: in full)."""

    line_id: int
    minutes: int
    why: Sentence | None


@dataclass(frozen=True)
class Missing:
    """So many minutes that must still be earned in one of ``categories``, and the same in words."""

    categories: tuple[str, ...]
    minutes: int
    sentence: Sentence


@dataclass(frozen=True)
class Standing:
    """Whether a duty is met, and everything that explains it.

    ``missing_minutes`` is the least that mends every finding at once when it is earned where it is asked.
    ``surplus_minutes`` is what was counted beyond what is required, before anything carried over.
    """

    duty: Duty
    recorded_minutes: int
    counted_minutes: int
    missing_minutes: int
    surplus_minutes: int
    findings: tuple[Finding, ...]
    lines: tuple[Counted, ...]
    missing: tuple[Missing, ...]
    reasons: tuple[Sentence, ...]

    @property
    def requirement(self) -> Requirement:
        return self.duty.requirement

    @property
    def level(self) -> str:
        return self.duty.level

    @property
    def period(self) -> Period:
        return self.duty.period

    @property
    def required_minutes(self) -> int:
        return self.duty.required_minutes

    @property
    def met(self) -> bool:
        return all(finding.met for finding in self.findings)

    @property
    def state(self) -> str:
        """``ce-exempt``, ``ce-met`` or ``ce-short``."""
        return "ce-exempt" if self.duty.exempt else "ce-met" if self.met else "ce-short"

    @property
    def share(self) -> int:
        """How far, in whole per cent rounded down: 100 only when every rule is met."""
        if self.met:
            return 100
        return max(0, 100 * (self.required_minutes - self.missing_minutes) // max(1, self.required_minutes))


def standing(lines: Sequence[Credit], duty: Duty) -> Standing:
    """Judge the lines of one period; others are left aside. The order of the lines does not matter."""
    of_period = within(lines, duty)
    sums = by_category(of_period, duty)
    findings = judge(of_period, duty)
    missing = missing_at_once(findings)
    own = counted_minutes(sums, duty)
    return Standing(
        duty,
        recorded_minutes=sum(credit.minutes for credit in of_period if in_time(credit, duty)),
        counted_minutes=own + duty.carried_minutes,
        missing_minutes=missing,
        surplus_minutes=max(0, own - duty.required_minutes),
        findings=findings,
        lines=_lines(of_period, duty),
        missing=_missing(findings, missing, sums, duty),
        reasons=tuple(finding.sentence for finding in findings) + _circumstances(sums, duty),
    )


def of_sums(minutes: Mapping[str, int], duty: Duty) -> Standing:
    """The standing without its lines, from what they come to by category after conversion."""
    plain = replace(duty, requirement=replace(duty.requirement, conversions={}))
    day = duty.period.start
    lines = [Credit(n, minutes[c], c, day) for n, c in enumerate(CATEGORIES, 1) if minutes[c]]
    return replace(standing(lines, plain), duty=duty, lines=())


def missing_at_once(findings: Sequence[Finding]) -> int:
    """The least minutes that mend every finding: what minimums lack also adds to the total, so the larger counts."""
    total = max((f.missing_minutes for f in findings if f.rule == "total"), default=0)
    return max(total, sum(f.missing_minutes for f in findings if f.rule != "total"))


def _circumstances(sums: Mapping[str, int], duty: Duty) -> tuple[Sentence, ...]:
    """What else decided: caps that were reached, what was carried over, days not owed, time granted."""
    asked = duty.requirement
    found = [
        Sentence(
            "%(kinds)s count up to %(cap)s; %(over)s more do not count.",
            kinds=named(cap.categories),
            cap=asked.told(duty.scaled(cap.minutes)),
            over=asked.told(over),
        )
        for cap in asked.caps
        if (over := sum(sums[c] for c in cap.categories) - duty.scaled(cap.minutes)) > 0
    ]
    if duty.carried_minutes:
        found.append(
            Sentence(
                "%(hours)s were carried over from the period before.",
                hours=asked.told(duty.carried_minutes),
            )
        )
    if duty.owed_days < duty.period.days:
        found.append(
            Sentence(
                "%(owed)s of %(days)s days are owed, so every amount shrinks in that proportion.",
                owed=duty.owed_days,
                days=duty.period.days,
            )
        )
    if duty.closes_on > duty.period.end:
        found.append(
            Sentence("Hours can be made up until %(day)s.", day=date.fromordinal(duty.closes_on.toordinal() - 1))
        )
    return tuple(found)


def _missing(
    findings: Sequence[Finding], missing_minutes: int, sums: Mapping[str, int], duty: Duty
) -> tuple[Missing, ...]:
    """What is missing by category: first what minimums lack, then the rest in any category that still counts."""
    asked = duty.requirement
    found = [(f.categories, f.missing_minutes) for f in findings if f.rule != "total" and not f.met]
    rest = missing_minutes - sum(minutes for _, minutes in found)
    if rest > 0:
        full = {
            category
            for cap in asked.caps
            if sum(sums[c] for c in cap.categories) >= duty.scaled(cap.minutes)
            for category in cap.categories
        }
        found.append((tuple(c for c in CATEGORIES if c in asked.counts and c not in full), rest))
    return tuple(
        Missing(
            categories,
            minutes,
            Sentence("%(hours)s of any kind", hours=asked.told_missing(minutes))
            if categories == CATEGORIES
            else Sentence(
                "%(hours)s of %(kinds)s",
                hours=asked.told_missing(minutes),
                kinds=named(categories),
            ),
        )
        for categories, minutes in found
    )


class _Room:
    """What still fits under the caps while lines are gone through, the earlier first."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._group_of = {category: cap for cap in duty.requirement.caps for category in cap.categories}
        self._of_group = {cap.categories: duty.scaled(cap.minutes) for cap in duty.requirement.caps}
        self._of_kind: dict[tuple[str, str], int] = {}

    def take(self, credit: Credit) -> Counted:
        """How much of a line that stands counts, and what stopped the rest."""
        asked, minutes = self._duty.requirement, converted(credit, self._duty.requirement)
        why = None
        if minutes != credit.minutes:
            why = Sentence("Counted as %(hours)s by the conversion table.", hours=asked.told(minutes))
        conversion = asked.conversions.get(credit.kind)
        if conversion is not None and conversion.cap is not None:
            key = credit.category, credit.kind
            room = self._of_kind.get(key, conversion.cap)
            self._of_kind[key] = room - min(minutes, room)
            if minutes > room:
                minutes = room
                why = Sentence(
                    "Activities of this kind count up to %(hours)s in a period.",
                    hours=asked.told(conversion.cap),
                )
        if (group := self._group_of.get(credit.category)) is not None:
            room = self._of_group[group.categories]
            self._of_group[group.categories] = room - min(minutes, room)
            if minutes > room:
                minutes = room
                why = Sentence("Over the cap of %(hours)s.", hours=asked.told(self._duty.scaled(group.minutes)))
        return Counted(credit.id, minutes, why)


def _lines(lines: Sequence[Credit], duty: Duty) -> tuple[Counted, ...]:
    """Each line's part: earlier lines fill a cap first; a reversed line and the one reversing it count nothing."""
    reversed_ids = {credit.reverses_id for credit in lines if credit.reverses_id is not None}
    room = _Room(duty)
    found = []
    for credit in lines:
        if credit.id in reversed_ids:
            found.append(Counted(credit.id, 0, Sentence("Reversed; it does not count.")))
        elif credit.reverses_id is not None:
            found.append(Counted(credit.id, 0, Sentence("Takes back an earlier line.")))
        elif credit.category not in duty.requirement.counts:
            found.append(Counted(credit.id, 0, Sentence("This category does not count here.")))
        elif not in_time(credit, duty):
            found.append(Counted(credit.id, 0, Sentence("Made up after the time allowed here.")))
        else:
            found.append(room.take(credit))
    return tuple(found)
