"""The sentence that a bureau's report begins with, ready to be pasted: never without its base figures and the rate.

Source: DOMAIN.md 6 -- 报考 N 人, 同比增长 x%; 通过 M 人(初 a 中 b 高 c), 同比增长 y%. Reports add 创历史新高 to
years in which the rate fell; this sentence gives the rate and its change instead, and calls nothing a record.
"""

from collections.abc import Mapping

from examprep.exams.rules.rates import Counts
from examprep.kernel.rate import change_in_points, growth_percent
from examprep.kernel.sentence import Sentence
from examprep.syllabus.rules.levels import ASSISTANT, INTERMEDIATE, SENIOR

_OF = {
    "registered": Sentence("passed of registered"),
    "approved": Sentence("passed of approved"),
    "sat": Sentence("passed of those who sat"),
}
NOTHING = ""


def tell(
    place: str,
    now: Counts,
    before: Counts | None,
    base: str,
    passed_by_level: Mapping[str, int] | None = None,
    without: str = NOTHING,
    differing: str = NOTHING,
) -> Sentence:
    """One exam year told. ``before`` is the year before, if it is on file; ``passed_by_level`` is left out of a cut
    through one level or one subject.

    A sum is told under the names of the places that it is of. ``without`` are others of which nothing is on file, which
    is not the same as nobody; ``differing`` those of one of the two years alone, of which no change can be told.
    """
    registered = Sentence(
        "In the exam of %(year)s, %(count)s persons of %(place)s registered%(growth)s",
        year=now.year,
        place=place,
        count=now.registered,
        growth=_growth(now.registered, before.registered if before else 0),
    )
    places = {"without": _without(now.year, without), "differing": _differing(differing)}
    rate = now.rate(base)
    if rate is None or rate.percent is None:
        return Sentence(
            "%(registered)s; results are not known yet.%(without)s%(differing)s", registered=registered, **places
        )
    return Sentence(
        "%(registered)s; %(sat)s sat%(sat_growth)s; %(passed)s passed%(levels)s%(passed_growth)s; the pass rate "
        "(%(of)s) was %(rate)s%% (%(part)s/%(base)s)%(change)s.%(senior)s%(remark)s"
        "%(without)s%(differing)s",
        registered=registered,
        sat=now.sat,
        sat_growth=_growth(now.sat, before.sat if before else 0),
        passed=now.passed,
        levels=by_levels(passed_by_level),
        passed_growth=_growth(now.passed, before.passed if before and before.sat else 0),
        of=_OF[base],
        rate=f"{rate.percent:.1f}",
        part=rate.part,
        base=rate.base,
        change=_change(now, before, base),
        senior=_spaced(of_seniors(passed_by_level)),
        remark=_remark(now, before, base),
        **places,
    )


def _without(year: int, places: str) -> Sentence | str:
    return (
        Sentence(" No registrations of %(year)s are on file for %(places)s.", year=year, places=places)
        if places
        else NOTHING
    )


def _differing(places: str) -> Sentence | str:
    if not places:
        return NOTHING
    return Sentence(
        " For %(places)s those of one of the two years alone are on file: the changes are not of the same places.",
        places=places,
    )


def _growth(now: int, before: int) -> Sentence | str:
    growth = growth_percent(now, before)
    if growth is None:
        return NOTHING
    if now == before:
        return Sentence(" (as many as the year before)")
    if growth > 0:
        return Sentence(" (up %(percent)s%% from %(before)s the year before)", percent=f"{growth:.1f}", before=before)
    return Sentence(" (down %(percent)s%% from %(before)s the year before)", percent=f"{-growth:.1f}", before=before)


def by_levels(passed: Mapping[str, int] | None) -> Sentence | str:
    """How many passed at each level, in brackets with a space before; nothing where that is not known."""
    if passed is None:
        return NOTHING
    junior, middle, senior = (passed.get(level, 0) for level in (ASSISTANT, INTERMEDIATE, SENIOR))
    return Sentence(
        " (%(junior)s assistant, %(middle)s intermediate, %(senior)s senior)",
        junior=junior,
        middle=middle,
        senior=senior,
    )


def of_seniors(passed: Mapping[str, int] | None) -> Sentence | None:
    """What must be said where seniors are among those who passed: theirs is the exam, not yet the title."""
    if not passed or not passed.get(SENIOR):
        return None
    return Sentence("Seniors passed the written exam; their title awaits the review.")


def _spaced(sentence: Sentence | None) -> Sentence | str:
    return NOTHING if sentence is None else Sentence(" %(sentence)s", sentence=sentence)


def _change(now: Counts, before: Counts | None, base: str) -> Sentence | str:
    rate, was = now.rate(base), before.rate(base) if before else None
    if rate is None or was is None or was.percent is None:
        return NOTHING
    points = change_in_points(rate, was)
    if points is None:
        return NOTHING
    told = {"was": f"{was.percent:.1f}", "part": was.part, "base": was.base, "points": f"{abs(points):.1f}"}
    if told["points"] == "0.0":
        return Sentence(", hardly changed from %(was)s%% (%(part)s/%(base)s) the year before", **told)
    if points > 0:
        return Sentence(", up %(points)s points from %(was)s%% (%(part)s/%(base)s) the year before", **told)
    return Sentence(", down %(points)s points from %(was)s%% (%(part)s/%(base)s) the year before", **told)


def _remark(now: Counts, before: Counts | None, base: str) -> Sentence | str:
    """Said where the count alone would mislead."""
    rate, was = now.rate(base), before.rate(base) if before else None
    points = change_in_points(rate, was) if rate and was else None
    if before is None or points is None or points >= 0 or now.passed <= before.passed:
        return NOTHING
    return Sentence(" More persons passed, but a smaller share.")
