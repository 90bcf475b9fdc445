"""Judging many persons: who has the same pattern of registrations and of what the marks are worth has the same outcome.

A mark is looked up for what it is worth, and few patterns of such worth occur, however many persons: the rule itself
(`rules/cycle.py`) is asked once for each.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from examprep.exams.rules.cycle import (
    ABSENT,
    ELSEWHERE,
    LOCAL,
    NOTHING,
    SCORED,
    VIOLATION,
    VOID,
    Mark,
    Verdict,
    Worth,
    verdict,
    worth,
)
from examprep.exams.rules.lines import Standard
from examprep.exams.rules.papers import FULL_HALF_POINTS, LEVEL_OF, SUBJECTS, bit
from examprep.exams.store import Registration, Standards

KEPT = 50_000  # patterns
BITS = {subject: bit(subject) for subject in LEVEL_OF}


class Judged(NamedTuple):
    """What is found of one registration."""

    sat: bool
    qualified: bool
    pending: bool
    first_time: bool  # no earlier registration at the level
    sat_bits: int
    passed_bits: int
    qualified_in: int | None
    validity: str | None


class Patterns:
    """The outcomes of persons under certain standards, each pattern judged once."""

    def __init__(self, standards: Standards) -> None:
        self._standards = standards
        self._worths: dict[tuple[int, str, str | None], dict[int | str, Worth]] = {}
        self._judged: dict[object, list[Judged]] = {}

    def judge(self, own: Sequence[Registration], marks: Iterable[Mark]) -> list[Judged]:
        """Judge one person: what is found of each registration. ``own`` are in order of year."""
        places = {(each.year, each.level): each.region_code for each in own}
        known, place_of = self._worths, places.get
        values = []
        for year, subject, half_points, code in marks:
            place = place_of((year, LEVEL_OF[subject]))
            worths = known.get((year, subject, place)) or self._look(year, subject, place)
            values.append(worths[code if half_points is None else half_points])
        # Where all is one region, which it is makes no difference beyond the worth, unless passes are prolonged there.
        one = not self._standards.prolonged and (len(own) == 1 or len(set(places.values())) == 1)
        pattern = (tuple(places), None if one else tuple(places.values()), tuple(values))
        found = self._judged.get(pattern)
        if found is None:
            if len(self._judged) >= KEPT:
                self._judged.clear()
            found = self._judged[pattern] = self._judge(own, values)
        return found

    def _look(self, year: int, subject: str, place: str | None) -> dict[int | str, Worth]:
        standard = self._standards.of(year, LEVEL_OF[subject], place)[year, subject] if place else None
        worths = self._worths[year, subject, place] = _worths(year, subject, standard)
        return worths

    def _judge(self, own: Sequence[Registration], values: Sequence[Worth]) -> list[Judged]:
        places = {(each.year, each.level): each.region_code for each in own}
        verdicts = [self._verdict(each, places, values) for each in own]
        began: dict[str, int] = {}
        qualified_in: dict[str, int] = {}
        for each, found in zip(own, verdicts, strict=True):
            began.setdefault(each.level, each.year)
            if found.qualified:
                qualified_in.setdefault(each.level, each.year)
        return [
            _judged(each, found, values, first_time=each.year == began[each.level], first=qualified_in.get(each.level))
            for each, found in zip(own, verdicts, strict=True)
        ]

    def _verdict(
        self, registration: Registration, places: dict[tuple[int, str], str], values: Iterable[Worth]
    ) -> Verdict:
        """A mark is read by the region of its own year, and a regional line counts in its own region alone."""
        year, level, region = registration.year, registration.level, registration.region_code
        known = []
        for at, subject, value in values:
            if at <= year and LEVEL_OF[subject] == level and value not in (ABSENT, NOTHING):
                elsewhere = value == LOCAL and places.get((at, level), region) != region
                known.append((at, subject, ELSEWHERE if elsewhere else value))
        longer = []
        if self._standards.prolonged:
            at_level = [(at, place) for (at, of), place in places.items() if of == level]
            longer = [(at, years) for at, place in at_level if (years := self._standards.longer(at, place))]
        return verdict(level, year, tuple(sorted(known)), tuple(sorted(longer)))


def _judged(
    registration: Registration, found: Verdict, values: Iterable[Worth], *, first_time: bool, first: int | None
) -> Judged:
    year, level = registration.year, registration.level
    sat = {subject for at, subject, value in values if at == year and value != ABSENT and subject in SUBJECTS[level]}
    passed = {each.subject for each in found.counted if each.year == year}
    return Judged(
        sat=bool(sat),
        qualified=found.qualified,
        pending=found.pending,
        first_time=first_time,
        sat_bits=sum(BITS[subject] for subject in sat),
        passed_bits=sum(BITS[subject] for subject in passed),
        qualified_in=first,
        validity=found.validity if found.qualified else None,
    )


@lru_cache(maxsize=1_000)
def _worths(year: int, subject: str, standard: Standard | None) -> dict[int | str, Worth]:
    """What each mark of a paper is worth where it was sat, by half-points or code. Absence is told from other codes,
    since a paper that is void was sat too.
    """
    worths: dict[int | str, Worth] = {
        points: (year, subject, worth(SCORED, points, standard)) for points in range(FULL_HALF_POINTS + 1)
    }
    worths[ABSENT] = (year, subject, ABSENT)
    worths[VIOLATION] = worths[VOID] = (year, subject, NOTHING)
    return worths
