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


# Of the only registration of somebody without marks, at every level.
UNMARKED = Judged(False, False, False, True, 0, 0, None, None)
Key = tuple[tuple[int, str, str], ...]  # year, level and region of each registration of a person


class _Worths(dict[tuple[int, str], dict[int | str, Worth]]):
    """What each mark of a person is worth, by year and subject; looked up once for all with the same registrations."""

    def __init__(self, standards: Standards, key: Key) -> None:
        self._standards, self._places = standards, {(year, level): region for year, level, region in key}

    def __missing__(self, paper: tuple[int, str]) -> dict[int | str, Worth]:
        year, subject = paper
        place = self._places.get((year, LEVEL_OF[subject]))
        standard = self._standards.of(year, LEVEL_OF[subject], place)[paper] if place else None
        worths = self[paper] = _worths(year, subject, standard)
        return worths


class Patterns:
    """The outcomes of persons under certain standards, each pattern judged once."""

    def __init__(self, standards: Standards) -> None:
        self._standards = standards
        self._alike: dict[Key, tuple[_Worths, dict[tuple[Worth, ...], list[Judged]]]] = {}
        self._kept = 0

    def judge(self, own: Sequence[Registration], marks: Iterable[Mark]) -> list[Judged]:
        """Judge one person: what is found of each registration. ``own`` are in order of year."""
        key = tuple([(each.year, each.level, each.region_code) for each in own])
        worths, judged = self._alike.get(key) or self._alike.setdefault(key, (_Worths(self._standards, key), {}))
        values = tuple(
            [worths[year, subject][code if points is None else points] for year, subject, points, code in marks]
        )
        found = judged.get(values)
        if found is None:
            found = judged[values] = self._judge(own, values)
            self._kept += 1
            if self._kept >= KEPT:
                self._alike, self._kept = {}, 0
        return found

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
