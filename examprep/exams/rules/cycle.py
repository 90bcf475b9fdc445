"""Outcomes: what marks, pass lines and passing cycles make of one person in one exam year.

Source: 国人部发〔2006〕71号 and 高级社会工作师评价办法 (2018), as told in DOMAIN.md 1.4.
ASW: both subjects in one exam year. SW: each of three subjects passed in the year or the one before, sliding; where
sittings were cancelled, the passes of a year may count longer. SSW: one subject; its proof is valid for three years.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from examprep.exams.rules.lines import Standard
from examprep.exams.rules.papers import SUBJECTS
from examprep.syllabus.rules.levels import INTERMEDIATE

SCORED, ABSENT, VIOLATION, VOID = "scored", "absent", "violation", "void"
NATIONAL, LOCAL = "national", "local"
PROOF_YEARS = 3


@dataclass(frozen=True, slots=True)
class Mark:
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
class Outcome:
    """One person at one level in one exam year.

    ``qualified`` is earned by this year's exam; who had already qualified by the passes of earlier years is ``already``
    instead. ``counted`` are the passes that count this year, ``kept`` the subjects whose pass still counts next year,
    ``pending`` that a line which is not known yet could change something.
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


def judge(
    level: str,
    year: int,
    marks: Iterable[Mark],
    standards: Mapping[tuple[int, str], Standard],
    longer: Mapping[int, int] | None = None,
) -> Outcome:
    """Judge one exam year. ``marks`` are the person's effective ones of any year and level; ``standards`` are by
    (year, subject) for the regions in which the person registered; ``longer`` says by how many years the
    passes of a year were prolonged there.
    """
    subjects = SUBJECTS[level]
    known = [mark for mark in marks if mark.subject in subjects and mark.year <= year]
    passes, pending = [], False
    for mark in known:
        if mark.code != SCORED or mark.half_points is None:
            continue
        found = standards.get((mark.year, mark.subject), Standard(None))
        met = found.met_by(mark.half_points)
        if met:
            passes.append(Pass(mark.year, mark.subject, met == NATIONAL))
        elif found.national is None and _last_year(level, mark.year, longer) >= year:
            pending = True
    counted = _live(level, year, passes, longer)
    validity = _validity(level, counted)
    before = _validity(level, _live(level, year - 1, passes, longer)) if level == INTERMEDIATE else None
    already = validity is not None and before in (NATIONAL, validity)
    return Outcome(
        level=level,
        year=year,
        marks=tuple(mark for mark in known if mark.year == year),
        counted=tuple(counted[subject] for subject in subjects if subject in counted),
        qualified=validity is not None and not already,
        already=already,
        validity=validity,
        kept=_kept(level, year, passes, longer) if validity is None else (),
        pending=pending,
    )


def _last_year(level: str, passed_in: int, longer: Mapping[int, int] | None) -> int:
    """The last exam year in which a pass counts."""
    if level != INTERMEDIATE:
        return passed_in
    return passed_in + 1 + (longer or {}).get(passed_in, 0)


def _live(level: str, year: int, passes: Iterable[Pass], longer: Mapping[int, int] | None) -> dict[str, Pass]:
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


def _kept(level: str, year: int, passes: Iterable[Pass], longer: Mapping[int, int] | None) -> tuple[str, ...]:
    alive = {found.subject for found in passes if found.year <= year < _last_year(level, found.year, longer)}
    return tuple(subject for subject in SUBJECTS[level] if subject in alive)


def proof_ends_on(issued_on: date) -> date:
    """The first day on which a senior's proof of passing (合格证明) no longer holds; from 29 February, 1 March."""
    try:
        return issued_on.replace(year=issued_on.year + PROOF_YEARS)
    except ValueError:
        return date(issued_on.year + PROOF_YEARS, 3, 1)
