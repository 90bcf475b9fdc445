"""The roll of an exam year for other subjects: who is registered and how far they came, as a query to join."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from examprep.exams.models import OutcomeRow
from examprep.syllabus.rules.levels import INTERMEDIATE

ROW = OutcomeRow


def roll(year: Any) -> Select[*tuple[object, ...]]:
    """One row for each person and level registered in the year, unbounded: the caller bounds it by persons.

    Columns: person_id, level, region_code (where they registered), approved, sat, passed (qualified by this year's
    exam), keeps (subjects passed that still count next year).
    """
    facts = (ROW.person_id, ROW.level, ROW.region_code, ROW.approved, ROW.sat)
    return select(*facts, ROW.qualified.label("passed"), _keeps().label("keeps")).where(ROW.year == year)


def keepers(year: int) -> Select[*tuple[int, str]]:
    """person_id and level of those who sat in the year and keep subjects for the next one (滚动管理)."""
    return select(ROW.person_id, ROW.level).where(ROW.year == year, _keeps())


def _keeps() -> ColumnElement[bool]:
    """That subjects passed in the year count once more in the next: intermediate, and not yet all of them there.

    Prolonged passes of earlier years (extensions) are not told here; one's own results page tells them.
    """
    open_still = or_(ROW.qualified_in.is_(None), ROW.qualified_in > ROW.year)
    return (ROW.level == INTERMEDIATE) & open_still & (ROW.passed_bits != 0)
