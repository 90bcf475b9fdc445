"""A standing: one person's lines held against one requirement for one year, with reasons.

Source: 人社部令第25号 (2015) 第八条 and the rules in `rulebook.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examprep.ce.rules.credit import CATEGORIES, Credit, Requirement, by_category, counted_minutes
from examprep.ce.rules.finding import Finding
from examprep.ce.rules.professional_share import named
from examprep.ce.rules.rulebook import judge
from examprep.kernel.period import Period
from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Counted:
    """How much of one line counted, and why not all of it (``None`` when it counted in full)."""

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
    """Whether a year's requirement is met, and everything that explains it.

    ``missing_minutes`` is the least that mends every finding at once when it is earned where it is asked.
    """

    requirement: Requirement
    level: str
    year: Period
    recorded_minutes: int
    counted_minutes: int
    required_minutes: int
    missing_minutes: int
    findings: tuple[Finding, ...]
    lines: tuple[Counted, ...]
    missing: tuple[Missing, ...]
    reasons: tuple[Sentence, ...]

    @property
    def met(self) -> bool:
        return all(finding.met for finding in self.findings)

    @property
    def share(self) -> int:
        """How far, in whole per cent rounded down: 100 only when every rule is met."""
        if self.met:
            return 100
        return max(0, 100 * (self.required_minutes - self.missing_minutes) // self.required_minutes)


def standing(lines: Sequence[Credit], requirement: Requirement, level: str, year: Period) -> Standing:
    """Judge the lines of one year; those of other years are left aside. The order of the lines does not matter."""
    within = sorted((c for c in lines if c.earned_on in year), key=lambda c: (c.earned_on, c.id))
    sums = by_category(within)
    findings = judge(within, requirement, level, year)
    missing = missing_at_once(findings)
    capped = tuple(
        Sentence(
            "%(kinds)s count up to %(cap)s credit hours; %(over)s more do not count.",
            kinds=named(cap.categories),
            cap=requirement.hours(cap.minutes),
            over=requirement.hours(over),
        )
        for cap in requirement.caps
        if (over := sum(sums[c] for c in cap.categories) - cap.minutes) > 0
    )
    return Standing(
        requirement,
        level,
        year,
        recorded_minutes=sum(sums.values()),
        counted_minutes=counted_minutes(sums, requirement),
        required_minutes=requirement.total_minutes[level],
        missing_minutes=missing,
        findings=findings,
        lines=_lines(within, requirement),
        missing=_missing(findings, missing, sums, requirement),
        reasons=tuple(finding.sentence for finding in findings) + capped,
    )


def missing_at_once(findings: Sequence[Finding]) -> int:
    """The least minutes that mend every finding: what minimums lack also adds to the total, so the larger counts."""
    total = max((f.missing_minutes for f in findings if f.rule == "annual-total"), default=0)
    return max(total, sum(f.missing_minutes for f in findings if f.rule != "annual-total"))


def _missing(
    findings: Sequence[Finding], missing_minutes: int, sums: Mapping[str, int], requirement: Requirement
) -> tuple[Missing, ...]:
    """What is missing by category: first what minimums lack, then the rest in any category that still counts."""
    found = [(f.categories, f.missing_minutes) for f in findings if f.rule != "annual-total" and not f.met]
    rest = missing_minutes - sum(minutes for _, minutes in found)
    if rest > 0:
        full = {
            category
            for cap in requirement.caps
            if sum(sums[c] for c in cap.categories) >= cap.minutes
            for category in cap.categories
        }
        found.append((tuple(c for c in CATEGORIES if c not in full), rest))
    return tuple(
        Missing(
            categories,
            minutes,
            Sentence("%(hours)s credit hours of any kind", hours=requirement.hours_missing(minutes))
            if categories == CATEGORIES
            else Sentence(
                "%(hours)s credit hours of %(kinds)s",
                hours=requirement.hours_missing(minutes),
                kinds=named(categories),
            ),
        )
        for categories, minutes in found
    )


def _lines(lines: Sequence[Credit], requirement: Requirement) -> tuple[Counted, ...]:
    """Each line's part: earlier lines fill a cap first; a reversed line and the one reversing it count nothing."""
    reversed_ids = {credit.reverses_id for credit in lines if credit.reverses_id is not None}
    group_of = {category: cap.categories for cap in requirement.caps for category in cap.categories}
    room = {cap.categories: cap.minutes for cap in requirement.caps}
    found = []
    for credit in lines:
        if credit.id in reversed_ids:
            found.append(Counted(credit.id, 0, Sentence("Reversed; it does not count.")))
        elif credit.reverses_id is not None:
            found.append(Counted(credit.id, 0, Sentence("Takes back an earlier line.")))
        elif (group := group_of.get(credit.category)) is None:
            found.append(Counted(credit.id, credit.minutes, None))
        else:
            part = min(credit.minutes, room[group])
            room[group] -= part
            why = None
            if part < credit.minutes:
                why = Sentence(
                    "Over the cap of %(hours)s credit hours.", hours=requirement.hours(_cap(requirement, group))
                )
            found.append(Counted(credit.id, part, why))
    return tuple(found)


def _cap(requirement: Requirement, categories: tuple[str, ...]) -> int:
    return next(cap.minutes for cap in requirement.caps if cap.categories == categories)
