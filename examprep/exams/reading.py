"""What a centre's files of an exam year have in common: their columns, and the year."""

import re
from dataclasses import dataclass

from examprep.imports.reading import PERSON, Source
from examprep.kernel.errors import RuleViolation
from examprep.kernel.widths import plain

# Columns that all of them have, by the names that centres give them.
COMMON = {
    **PERSON,
    "level": ("级别", "报考级别", "考试级别", "级别名称", "资格级别", "考试等级", "level"),
    "year": ("年度", "考试年度", "年份", "year"),
}


@dataclass(frozen=True, kw_only=True)
class YearSource(Source):
    """A centre's file of an exam year."""

    year: int


def check_year(written: str, year: int) -> None:
    """Raises RuleViolation: the row names another year than the one chosen beside the file."""
    found = re.search(r"\d{4}", plain(written))
    if written and (found is None or int(found[0]) != year):
        raise RuleViolation(
            "exams.year",
            "The row is of “%(written)s”, but %(year)s was chosen for this file.",
            written=written,
            year=year,
        )
