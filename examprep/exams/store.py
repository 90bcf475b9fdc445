"""Queries over registrations, marks, lines and outcomes. Values out; decides nothing."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from examprep.exams.models import (
    ExtensionRow,
    MarkRow,
    OutcomeRow,
    PassLineRow,
    RegistrationRow,
    SittingRow,
    TrainedRow,
)
from examprep.exams.rules.cycle import Mark
from examprep.exams.rules.lines import PassLine, Standard, announced, around, covers, standard
from examprep.exams.rules.papers import SUBJECTS
from examprep.people.bounds import counted
from examprep.plumbing.bulk import among

CURRENT = RegistrationRow.ended_by.is_(None)
WITHDRAWN = "withdrawn"


class Registration(NamedTuple):
    """As much of a registration as judging and counting need."""

    id: int
    person_id: int
    year: int
    level: str
    organisation_id: int
    region_code: str
    approved: bool
    sex: str | None
    age: int | None
    education: str | None


class Fact(NamedTuple):
    """What is kept of one registration beside its key; named as the columns of `OutcomeRow`."""

    organisation_id: int
    region_code: str
    approved: bool
    sat: bool
    qualified: bool
    pending: bool
    first_time: bool
    trained: bool
    sat_bits: int
    passed_bits: int
    age: int | None
    qualified_in: int | None
    validity: str | None
    sex: str | None
    education: str | None


class Standards:
    """Every pass line and extension, and the answer for a year, level and region worked out once."""

    def __init__(self, lines: Sequence[PassLine], extensions: Sequence[tuple[int, str, int]]) -> None:
        self._extensions = extensions
        self._lines: dict[tuple[str, str | None], list[PassLine]] = defaultdict(list)
        for line in lines:
            self._lines[line.level, line.region_code].append(line)
        self._regional_years = {level: announced(lines, level) for level in SUBJECTS}
        self._known: dict[tuple[int, str, str], dict[tuple[int, str], Standard]] = {}

    def of(self, year: int, level: str, region_code: str) -> dict[tuple[int, str], Standard]:
        key = (year, level, region_code)
        if (known := self._known.get(key)) is not None:
            return known
        # Only those that can hold: all regions together have thousands of lines.
        near = [line for place in (None, *around(region_code)) for line in self._lines.get((level, place), ())]
        years = self._regional_years[level]
        found = self._known[key] = {
            (year, subject): standard(
                near, year=year, level=level, subject_code=subject, region_code=region_code, regional_years=years
            )
            for subject in SUBJECTS[level]
        }
        return found

    @property
    def prolonged(self) -> bool:
        """Whether any passes are prolonged anywhere."""
        return bool(self._extensions)

    def longer(self, year: int, region_code: str) -> int:
        """By how many years the passes of a year are prolonged in a region."""
        fits = (years for at, region, years in self._extensions if at == year and covers(region, region_code))
        return max(fits, default=0)


def pass_lines(session: Session) -> list[PassLine]:
    """Every pass line: a few hundred rows a year at most."""
    row = PassLineRow
    lines = session.execute(select(row.id, row.year, row.region_code, row.level, row.subject_code, row.half_points))
    return [PassLine(*line) for line in lines]


def standards(session: Session) -> Standards:
    """Two statements."""
    extensions = session.execute(select(ExtensionRow.exam_year, ExtensionRow.region_code, ExtensionRow.years))
    return Standards(pass_lines(session), list(extensions))


# Asked of the connection, not of the session: the ORM's loading would take as long as the database's answer.


def registrations(session: Session, person_ids: Sequence[int]) -> dict[int, list[Registration]]:
    """The current registrations of some persons (at most a chunk of them), by person, in order of year."""
    row = RegistrationRow
    found: dict[int, list[Registration]] = defaultdict(list)
    for values in session.connection().execute(
        select(
            row.id, row.person_id, row.year, row.level, row.organisation_id, row.region_code, row.approved,
            row.sex, row.age, row.education,
        ).where(among(session, row.person_id, person_ids), CURRENT, counted(row.person_id))
    ):  # fmt: skip
        found[values[1]].append(Registration._make(values))
    for own in found.values():
        if len(own) > 1:
            own.sort(key=lambda each: (each.year, each.level))
    return found


def effective_marks(session: Session, person_ids: Sequence[int]) -> dict[int, list[Mark]]:
    """The marks that hold now, by person: of each subject and year the last line."""
    row, found = MarkRow, dict[int, list[Mark]]()
    lines = session.connection().execute(
        select(row.person_id, row.year, row.subject_code, row.half_points, row.code)
        .where(among(session, row.person_id, person_ids))
        .order_by(row.person_id, row.year, row.subject_code, row.id)
    )
    own: list[Mark] = []
    withdrawn = set()
    person = at = paper = None
    for person_id, year, subject, half_points, code in lines:
        if person_id != person:
            own = found[person_id] = []
            person = person_id
        elif subject == paper and year == at:
            own.pop()  # a later line of the same subject follows
        at, paper = year, subject
        own.append(Mark(year, subject, half_points, code))
        if code == WITHDRAWN:
            withdrawn.add(person_id)
    for person_id in withdrawn:
        found[person_id] = [mark for mark in found[person_id] if mark.code != WITHDRAWN]
    return found


def outcomes(session: Session, person_ids: Sequence[int]) -> dict[tuple[int, int, str], Fact]:
    """The kept outcomes of some persons by person, year and level."""
    row = OutcomeRow
    columns = (row.person_id, row.year, row.level, *(getattr(row, name) for name in Fact._fields))
    found = session.connection().execute(select(*columns).where(among(session, row.person_id, person_ids)))
    return {(values[0], values[1], values[2]): Fact._make(values[3:]) for values in found}


def trained(session: Session, person_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Of some persons the exam years for which they were in a class, as (person, year)."""
    row = TrainedRow
    asked = select(row.person_id, row.year).where(among(session, row.person_id, person_ids))
    return {(person_id, year) for person_id, year in session.connection().execute(asked)}


def sitting_years(session: Session) -> list[int]:
    """Every exam year, the latest first."""
    return list(session.scalars(select(SittingRow.year).order_by(SittingRow.year.desc())))


def region_condition(column: ColumnElement[str], region_code: str) -> ColumnElement[bool]:
    """That a region code is, or lies in, a division of GB/T 2260. A range, since both databases find it by an index."""
    for zeros in ("0000", "00"):
        if region_code.endswith(zeros):
            stem = region_code.removesuffix(zeros)
            return and_(column >= region_code, column < f"{int(stem) + 1:0{len(stem)}d}{zeros}")
    return column == region_code
