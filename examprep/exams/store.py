"""Queries over registrations, marks, lines, outcomes and the tally. Values out; decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from examprep.exams.models import (
    ExtensionRow,
    MarkRow,
    OutcomeRow,
    PassLineRow,
    RegistrationRow,
    SittingRow,
    TallyRow,
)
from examprep.exams.rules.cycle import Mark
from examprep.exams.rules.lines import PassLine, Standard, covers, standard
from examprep.exams.rules.papers import SUBJECTS
from examprep.exams.rules.rates import Counts

CURRENT = RegistrationRow.ended_by.is_(None)
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Registration:
    """As much of a registration as judging and counting need."""

    id: int
    person_id: int
    year: int
    level: str
    organisation_id: int
    region_code: str
    approved: bool
    returning: bool
    trained: bool


class Standards:
    """Every pass line and extension, and the answer for a year, level and region worked out once."""

    def __init__(self, lines: Sequence[PassLine], extensions: Sequence[tuple[int, str, int]]) -> None:
        self._lines, self._extensions = lines, extensions
        self._known: dict[tuple[int, str, str], dict[tuple[int, str], Standard]] = {}

    def of(self, year: int, level: str, region_code: str) -> dict[tuple[int, str], Standard]:
        key = (year, level, region_code)
        if key not in self._known:
            self._known[key] = {
                (year, subject): standard(
                    self._lines, year=year, level=level, subject_code=subject, region_code=region_code
                )
                for subject in SUBJECTS[level]
            }
        return self._known[key]

    def longer(self, year: int, region_code: str) -> int:
        """By how many years the passes of a year are prolonged in a region."""
        fits = (years for at, region, years in self._extensions if at == year and covers(region, region_code))
        return max(fits, default=0)


def standards(session: Session) -> Standards:
    """Two statements; pass lines are a few hundred rows."""
    row = PassLineRow
    lines = session.execute(select(row.id, row.year, row.region_code, row.level, row.subject_code, row.half_points))
    extensions = session.execute(select(ExtensionRow.exam_year, ExtensionRow.region_code, ExtensionRow.years))
    return Standards([PassLine(*line) for line in lines], list(extensions))


def registrations(session: Session, person_ids: Sequence[int]) -> dict[int, list[Registration]]:
    """The current registrations of some persons (at most a chunk of them), by person, in order of year."""
    row = RegistrationRow
    found: dict[int, list[Registration]] = defaultdict(list)
    for values in session.execute(
        select(
            row.id, row.person_id, row.year, row.level, row.organisation_id, row.region_code, row.approved,
            row.again, row.trained,
        ).where(row.person_id.in_(person_ids), CURRENT).order_by(row.year, row.level)
    ):  # fmt: skip
        found[values[1]].append(Registration(*values))
    return found


def effective_marks(session: Session, person_ids: Sequence[int]) -> dict[int, list[Mark]]:
    """The marks that hold now, by person: of each subject and year the last line."""
    row = MarkRow
    last: dict[int, dict[tuple[int, str], Mark]] = defaultdict(dict)
    for person_id, year, subject, half_points, code in session.execute(
        select(row.person_id, row.year, row.subject_code, row.half_points, row.code)
        .where(row.person_id.in_(person_ids))
        .order_by(row.id)
    ):
        last[person_id][year, subject] = Mark(year, subject, half_points, code)
    return {person: [mark for mark in marks.values() if mark.code != WITHDRAWN] for person, marks in last.items()}


def outcomes(session: Session, person_ids: Sequence[int]) -> dict[tuple[int, int, str], tuple[object, ...]]:
    """The kept outcomes of some persons: (sat, passed, qualified, validity, pending, first_time) by key."""
    row = OutcomeRow
    return {
        (found[0], found[1], found[2]): (found[3], tuple(found[4]), *found[5:])
        for found in session.execute(
            select(
                row.person_id, row.year, row.level, row.sat, row.passed, row.qualified, row.validity, row.pending,
                row.first_time,
            ).where(row.person_id.in_(person_ids))
        )
    }  # fmt: skip


def sitting_years(session: Session) -> list[int]:
    """Every exam year, the latest first."""
    return list(session.scalars(select(SittingRow.year).order_by(SittingRow.year.desc())))


def region_condition(column: ColumnElement[str], region_code: str) -> ColumnElement[bool]:
    """That a region code is, or lies in, a division of GB/T 2260."""
    if region_code.endswith("0000"):
        return column.like(f"{region_code[:2]}%")
    if region_code.endswith("00"):
        return column.like(f"{region_code[:4]}%")
    return column == region_code


def counts_by_year(session: Session, conditions: Iterable[ColumnElement[bool]]) -> list[Counts]:
    """The tally summed by year, in one statement."""
    row = TallyRow
    query = (
        select(
            row.year,
            *(func.coalesce(func.sum(column), 0) for column in (row.registered, row.approved, row.sat, row.passed)),
        )
        .where(*conditions)
        .group_by(row.year)
        .order_by(row.year)
    )
    return [Counts(year, *(int(count) for count in sums)) for year, *sums in session.execute(query)]


def registered_with_outcomes() -> Select[int]:
    """Current registrations beside their outcomes; add columns and conditions."""
    return (
        select(RegistrationRow.id)
        .join(
            OutcomeRow,
            and_(
                OutcomeRow.person_id == RegistrationRow.person_id,
                OutcomeRow.year == RegistrationRow.year,
                OutcomeRow.level == RegistrationRow.level,
            ),
        )
        .where(CURRENT)
    )


def approved() -> ColumnElement[bool]:
    """Whoever sat had been approved, whether or not the file said so."""
    return or_(RegistrationRow.approved, OutcomeRow.sat)
