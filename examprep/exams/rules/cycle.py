"""Outcomes: what marks, pass lines and passing cycles make of one person in one exam year.

Source: 国人部发〔2006〕71号 and 高级社会工作师评价办法 (2018), as told in DOMAIN.md 1.4.
ASW: both subjects in one exam year. SW: each of three subjects passed in the year or the one before, sliding; where
sittings were cancelled, the passes of a year may count longer. SSW: one subject; its proof is valid for three years.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from examprep.exams.rules.lines import Standard
from examprep.exams.rules.papers import SUBJECTS
from examprep.syllabus.rules.levels import INTERMEDIATE

SCORED, ABSENT, VIOLATION, VOID = "scored", "absent", "violation", "void"
NATIONAL, LOCAL = "national", "local"
# What a mark is worth besides a pass: below the line, on the line of another region, of an unknown line, or no score.
FAILED, ELSEWHERE, UNKNOWN, NOTHING = "failed", "elsewhere", "unknown", "nothing"
PROOF_YEARS = 3

Worth = tuple[int, str, str]  # year, subject, and one of the six words above
Longer = tuple[tuple[int, int], ...]  # exam year, and by how many years its passes are prolonged


class Mark(NamedTuple):
    """One subject of one year. ``half_points`` is ``None`` unless ``code`` is ``scored``: codes are never scores."""

    year: int
    subject: str
    half_points: int | None
    code: str = SCORED


@dataclass(frozen=True, slots=True)
class Pass:
    """A subject passed, and whether the national line or only the regional one was met."""

    year: int
    subject: str
    national: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule makes of the worth of marks: all of an outcome that does not need the marks themselves."""

    counted: tuple[Pass, ...]
    qualified: bool
    already: bool
    validity: str | None
    kept: tuple[str, ...]
    pending: bool


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a regional line that is not announced yet may still change.

    At ``half_points`` or lower it lets the ``subjects`` count, and ``qualifies`` when nothing is missing then.
    """

    years: tuple[int, ...]
    subjects: tuple[str, ...]
    half_points: int
    qualifies: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One person at one level in one exam year.

    ``qualified`` is earned by this year's exam; who had already qualified by the passes of earlier years is ``already``
    instead. ``counted`` are the passes that count this year, ``kept`` the subjects whose pass still counts next year,
    ``pending`` that a national line which is not known yet could change something, ``awaited`` what a regional one may,
    ``elsewhere`` the subjects that met only the line of another region than this year's.
    """

    level: str
    year: int
    marks: tuple[Mark, ...]
    counted: tuple[Pass, ...]
    qualified: bool
    already: bool
    validity: str | None
    kept: tuple[str, ...]
    pending: bool
    awaited: Awaited | None = None
    elsewhere: tuple[str, ...] = ()

    @property
    def sat(self) -> bool:
        """Whether at least one subject was sat; a violation or a void paper was sat too."""
        return any(mark.code != ABSENT for mark in self.marks)

    @property
    def passed(self) -> tuple[str, ...]:
        """The subjects passed this year."""
        return tuple(found.subject for found in self.counted if found.year == self.year)

    @property
    def missing(self) -> tuple[str, ...]:
        held = {found.subject for found in self.counted}
        return tuple(subject for subject in SUBJECTS[self.level] if subject not in held)


def worth(code: str, half_points: int | None, standard: Standard | None, *, here: bool = True) -> str:
    """What one mark is worth. ``here``: the mark's region is the one that is asked for; a regional line counts there
    alone (DOMAIN.md 1.3: what is gained on a regional line is valid only in that region).
    """
    if code != SCORED or half_points is None:
        return NOTHING
    met = standard.met_by(half_points) if standard else None
    if met == "national":
        return NATIONAL
    if met == "regional":
        return LOCAL if here else ELSEWHERE
    return UNKNOWN if standard is None or standard.national is None else FAILED


def judge(
    level: str,
    year: int,
    marks: Iterable[Mark],
    standards: Mapping[tuple[int, str], Standard],
    longer: Mapping[int, int] | None = None,
    places: Mapping[int, str] | None = None,
) -> Outcome:
    """Judge one exam year. ``marks`` are the person's effective ones of any year and level; ``standards`` are by
    (year, subject) for the regions in which the person registered; ``longer`` says by how many years the
    passes of a year were prolonged there; ``places`` in which region the person registered in which year.
    """
    subjects, places = SUBJECTS[level], places or {}
    known = [mark for mark in marks if mark.subject in subjects and mark.year <= year]
    here = places.get(year)
    values = [
        worth(m.code, m.half_points, standards.get((m.year, m.subject)), here=places.get(m.year, here) == here)
        for m in known
    ]
    prolonged = tuple(sorted((longer or {}).items()))
    found = verdict(level, year, _in_order(known, values), prolonged)
    return Outcome(
        level=level,
        year=year,
        marks=tuple(mark for mark in known if mark.year == year),
        counted=found.counted,
        qualified=found.qualified,
        already=found.already,
        validity=found.validity,
        kept=found.kept,
        pending=found.pending,
        awaited=_awaited(level, year, known, values, standards, prolonged, found),
        elsewhere=_elsewhere(level, year, known, values, dict(prolonged)),
    )


def _in_order(marks: Iterable[Mark], values: Iterable[str]) -> tuple[Worth, ...]:
    return tuple(sorted((m.year, m.subject, value) for m, value in zip(marks, values, strict=True) if value != NOTHING))


@lru_cache(maxsize=100_000)
def verdict(level: str, year: int, values: tuple[Worth, ...], longer: Longer = ()) -> Verdict:
    """The rule itself, over what each mark is worth. Few patterns occur, however many persons: answers are kept."""
    prolonged = dict(longer)
    passes = [Pass(at, subject, value == NATIONAL) for at, subject, value in values if value in (NATIONAL, LOCAL)]
    counted = _live(level, year, passes, prolonged)
    validity = _validity(level, counted)
    before = _validity(level, _live(level, year - 1, passes, prolonged)) if level == INTERMEDIATE else None
    already = validity is not None and before in (NATIONAL, validity)
    unknown = any(value == UNKNOWN and _last_year(level, at, prolonged) >= year for at, _, value in values)
    return Verdict(
        counted=tuple(counted[subject] for subject in SUBJECTS[level] if subject in counted),
        qualified=validity is not None and not already,
        already=already,
        validity=validity,
        kept=_kept(level, year, passes, prolonged) if validity is None else (),
        pending=unknown,
    )


def _elsewhere(
    level: str, year: int, marks: list[Mark], values: list[str], longer: Mapping[int, int]
) -> tuple[str, ...]:
    alive = [mark for mark in marks if _last_year(level, mark.year, longer) >= year]
    found = {m.subject for m, value in zip(marks, values, strict=True) if value == ELSEWHERE and m in alive}
    return tuple(subject for subject in SUBJECTS[level] if subject in found)


def _awaited(
    level: str,
    year: int,
    marks: list[Mark],
    values: list[str],
    standards: Mapping[tuple[int, str], Standard],
    longer: Longer,
    found: Verdict,
) -> Awaited | None:
    """What would be, if every regional line that is still to come were met."""
    if found.validity is not None:
        return None
    hoped = {
        (mark.year, mark.subject): mark.half_points
        for mark, value in zip(marks, values, strict=True)
        if value == FAILED and mark.half_points is not None and standards[mark.year, mark.subject].awaited
    }
    if not hoped:
        return None
    better = [LOCAL if (mark.year, mark.subject) in hoped else value for mark, value in zip(marks, values, strict=True)]
    then = verdict(level, year, _in_order(marks, better), longer)
    gained = [(p.year, p.subject) for p in then.counted if p not in found.counted and (p.year, p.subject) in hoped]
    if not gained:
        return None
    heights = [points for key in gained if (points := hoped[key]) is not None]
    years = tuple(sorted({at for at, _ in gained}))
    return Awaited(years, tuple(subject for _, subject in gained), min(heights), then.validity is not None)


def _last_year(level: str, passed_in: int, longer: Mapping[int, int]) -> int:
    """The last exam year in which a pass counts."""
    if level != INTERMEDIATE:
        return passed_in
    return passed_in + 1 + longer.get(passed_in, 0)


def _live(level: str, year: int, passes: Iterable[Pass], longer: Mapping[int, int]) -> dict[str, Pass]:
    """The pass that counts in ``year`` for each subject: one by the national line first, then the latest."""
    best: dict[str, Pass] = {}
    for found in passes:
        if found.year <= year <= _last_year(level, found.year, longer):
            held = best.get(found.subject)
            if held is None or (found.national, found.year) > (held.national, held.year):
                best[found.subject] = found
    return best


def _validity(level: str, counted: Mapping[str, Pass]) -> str | None:
    """``national`` or ``local`` when every subject is there, else ``None``."""
    if len(counted) < len(SUBJECTS[level]):
        return None
    return NATIONAL if all(found.national for found in counted.values()) else LOCAL


def _kept(level: str, year: int, passes: Iterable[Pass], longer: Mapping[int, int]) -> tuple[str, ...]:
    alive = {found.subject for found in passes if found.year <= year < _last_year(level, found.year, longer)}
    return tuple(subject for subject in SUBJECTS[level] if subject in alive)


def proof_ends_on(issued_on: date) -> date:
    """The first day on which a senior's proof of passing (合格证明) no longer holds; from 29 February, 1 March."""
    try:
        return issued_on.replace(year=issued_on.year + PROOF_YEARS)
    except ValueError:
        return date(issued_on.year + PROOF_YEARS, 3, 1)
