"""Figures as the page shows them: rows of a file, pictures, the latest year."""

from collections.abc import Collection, Sequence

from examprep.exams.groups import Group
from examprep.exams.rules.eventual import Started
from examprep.exams.rules.funnel import Limits, limits, together
from examprep.exams.rules.papers import LEVEL_OF, SUBJECT_NAMES, SUBJECTS
from examprep.exams.rules.rates import DENOMINATOR_NAMES, SubjectCounts, YearFigures
from examprep.exams.rules.stratified import Stratum
from examprep.exams.rules.turning import Turn
from examprep.kernel.rate import Rate, change_in_points, growth_percent
from examprep.kernel.sentence import Sentence
from examprep.plumbing.charts import Chart, Funnel, Spot, columns, funnel, line
from examprep.plumbing.i18n import percent, say
from examprep.syllabus.rules.levels import LEVEL_NAMES


def headline(years: Sequence[YearFigures]) -> YearFigures | None:
    """The latest year whose results are known, else the latest."""
    known = [found for found in years if found.rate is not None]
    found = known or list(years)
    return found[-1] if found else None


def rate_rows(years: Sequence[YearFigures], base: str, turns: Sequence[Turn] = ()) -> list[dict[str, object]]:
    """One row a year, the latest first, rounded to one decimal as on the page."""
    return [
        {
            "year": str(found.counts.year),
            "registered": found.counts.registered,
            "registered_growth": rounded(found.registered_growth),
            "approved": found.counts.approved,
            "approval": found.counts.approval,
            "sat": found.counts.sat,
            "sat_growth": rounded(found.sat_growth),
            "attendance": found.counts.attendance,
            "passed": found.counts.passed,
            "passed_growth": rounded(found.passed_growth),
            "rate": found.rate,
            "base": DENOMINATOR_NAMES[base],
            "low": rounded(found.low),
            "high": rounded(found.high),
            "change_points": rounded(found.change_points),
            "turns": "; ".join(say(turn.what) for turn in turns if turn.year == found.counts.year),
        }
        for found in reversed(years)
    ]


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def rate_pictures(years: Sequence[YearFigures], marked: Collection[str] = ()) -> tuple[Chart, Chart]:
    """Counts as columns (registered, sat, passed) and the rate as a line with its interval; ``marked`` years turned."""
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
    return counts, line(names, [_point(found) for found in years], marked)


def _point(found: YearFigures) -> tuple[float, float, float] | None:
    if found.rate is None or found.rate.percent is None or found.low is None or found.high is None:
        return None
    return found.rate.percent, found.low, found.high


def shares(years: Sequence[YearFigures]) -> list[tuple[int, float]]:
    """Year and rate in per cent, for the description of the picture."""
    return [(f.counts.year, f.rate.percent) for f in years if f.rate is not None and f.rate.percent is not None]


LEAST_GROUPS = 3  # for a funnel: fewer are compared by their intervals


def group_rows(found: Sequence[Group], base: str) -> list[dict[str, object]]:
    """One row a group with its interval, its change, and where it stands among all."""
    rates = [rate for group in found if (rate := group.now.rate(base)) is not None and rate.base]
    common = together(rates) if len(rates) >= LEAST_GROUPS else None
    return [_group_row(group, base, common) for group in found]


def _group_row(group: Group, base: str, common: Rate | None) -> dict[str, object]:
    rate, was = group.now.rate(base), group.before.rate(base) if group.before else None
    before = group.before
    interval = rate.wilson() if rate else None
    return {
        "group": say(group.label),
        "filters": group.filters,
        "registered": group.now.registered,
        "registered_growth": rounded(growth_percent(group.now.registered, before.registered)) if before else None,
        "approved": group.now.approved,
        "sat": group.now.sat,
        "passed": group.now.passed,
        "passed_growth": rounded(growth_percent(group.now.passed, before.passed)) if rate and was and before else None,
        "rate": rate,
        **_limits(interval),
        "change_points": rounded(change_in_points(rate, was)) if rate and was else None,
        "verdict": verdict(rate, common),
    }


def _limits(interval: tuple[float, float] | None) -> dict[str, object]:
    """An interval of shares in per cent: as two figures, and as one told."""
    if interval is None:
        return {"low": None, "high": None, "interval": None}
    low, high = 100 * interval[0], 100 * interval[1]
    return {"low": rounded(low), "high": rounded(high), "interval": f"{percent(low)}–{percent(high)}"}


def verdict(rate: Rate | None, common: Rate | None) -> str | None:
    """Where a rate stands against chance around the common one, as the badges know it."""
    if rate is None or rate.share is None or common is None or common.share is None:
        return None
    return f"funnel-{limits(common.share, rate.base).verdict(rate.share)}"


def funnel_picture(found: Sequence[Group], base: str) -> tuple[Funnel, Rate] | None:
    """The funnel plot of the groups that have results, and their common rate; ``None`` for too few groups."""
    rates = [(say(group.label), rate) for group in found if (rate := group.now.rate(base)) is not None and rate.base]
    common = together(rate for _, rate in rates)
    if len(rates) < LEAST_GROUPS or common.share is None or common.percent is None:
        return None
    share = common.share
    spots = [
        Spot(rate.base, rate.percent or 0.0, limits(share, rate.base).verdict(rate.share or 0.0), name)
        for name, rate in rates
    ]
    return funnel(spots, common.percent, lambda size: _bounds(limits(share, size))), common


def _bounds(found: Limits) -> list[tuple[str, float]]:
    """The four limits in per cent, by the class in which their line is drawn and their side."""
    return [
        ("limit-alarm low", 100 * found.alarm_low),
        ("limit-warn low", 100 * found.warn_low),
        ("limit-warn high", 100 * found.warn_high),
        ("limit-alarm high", 100 * found.alarm_high),
    ]


def subject_rows(found: Sequence[SubjectCounts]) -> list[dict[str, object]]:
    """One row for each year and subject, the latest year first, in the order of the papers."""
    by_key = {(each.year, each.subject): each for each in found}
    order = {subject: at for at, subject in enumerate(s for subjects in SUBJECTS.values() for s in subjects)}
    return [
        _subject_row(each, by_key.get((each.year - 1, each.subject)))
        for each in sorted(found, key=lambda each: (-each.year, order[each.subject]))
    ]


def _subject_row(each: SubjectCounts, before: SubjectCounts | None) -> dict[str, object]:
    interval = each.rate.wilson()
    return {
        "year": str(each.year),
        "subject": SUBJECT_NAMES[each.subject],
        "code": each.subject,
        "level": LEVEL_NAMES[LEVEL_OF[each.subject]],
        "sat": each.sat,
        "sat_growth": rounded(growth_percent(each.sat, before.sat)) if before else None,
        "passed": each.passed,
        "rate": each.rate,
        **_limits(interval),
        "change_points": rounded(change_in_points(each.rate, before.rate)) if before else None,
    }


def stratum_rows(strata: Sequence[Stratum], regions: dict[str, str]) -> list[dict[str, object]]:
    """The strata that hold both groups, the largest first; ``regions`` are names by code."""
    usable = [stratum for stratum in strata if stratum.comparable]
    return [
        {
            "year": str(stratum.key[0]),
            "filters": {
                "level": stratum.key[1],
                "returning": "yes" if stratum.key[2] else "no",
                "region": stratum.key[3],
                "own": "region",
            },
            "level": LEVEL_NAMES[stratum.key[1]],
            "manner": Sentence("Returning candidates") if stratum.key[2] else Sentence("First-time candidates"),
            "region": regions.get(stratum.key[3], stratum.key[3]),
            "trained": Rate(stratum.trained.passed, stratum.trained.base),
            "untrained": Rate(stratum.untrained.passed, stratum.untrained.base),
        }
        for stratum in sorted(usable, key=lambda each: -(each.trained.base + each.untrained.base))
    ]


def started_rows(found: Sequence[Started], last_year: int) -> list[dict[str, object]]:
    """One row for each year of first registration, the latest first; a rate waits until its years have passed."""
    return [
        {
            "year": str(each.year),
            "registered": each.registered,
            **{
                f"within_{years}": each.within(years) if each.year + years - 1 <= last_year else None
                for years in (1, 2, 3)
            },
            "ever": each.ever,
            **_limits(each.ever.wilson()),
        }
        for each in reversed(found)
    ]
