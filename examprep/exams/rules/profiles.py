"""Who a candidate is, as far as figures ask: age on the exam day in bands, sex, education.

Source: DOMAIN.md 6 -- bureaus report by sex and age besides place, level and unit. Bands are ours, of ten years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from examprep.kernel.sentence import Sentence

UNKNOWN = "unknown"
# How centres write an education, the longest word first: 研究生 says less than 硕士 or 博士.
_EDUCATIONS = (
    ("doctor", ("博士",)),
    ("master", ("硕士", "研究生")),
    ("bachelor", ("本科", "学士", "大学")),
    ("college", ("大专", "专科", "高职")),
    ("secondary", ("高中", "中专", "职高", "技校", "中等")),
)


@dataclass(frozen=True)
class Band:
    """Ages from ``since`` up to, not on, ``until``; ``None`` is open."""

    since: int | None
    until: int | None
    name: Sentence

    def holds(self, age: int) -> bool:
        return (self.since is None or age >= self.since) and (self.until is None or age < self.until)


AGE_BANDS: Mapping[str, Band] = {
    "under-25": Band(None, 25, Sentence("Under 25")),
    "25-34": Band(25, 35, Sentence("25 to 34")),
    "35-44": Band(35, 45, Sentence("35 to 44")),
    "45-54": Band(45, 55, Sentence("45 to 54")),
    "55-up": Band(55, None, Sentence("55 and over")),
}
SEXES = {"female": Sentence("Women"), "male": Sentence("Men")}
NOT_KNOWN = Sentence("Not known")


def read_education(text: str) -> str | None:
    """The code of an education as a centre's file writes it; ``None`` for what it does not know."""
    found = (code for code, words in _EDUCATIONS if any(word in text for word in words))
    # 大学专科 is a college and 大学本科 is not, so whichever names the kind of school goes before 大学.
    return "college" if any(word in text for word in ("专科", "大专")) else next(found, None)


def exam_day(year: int, first_day_on: date | None) -> date:
    """The day on which ages are counted: the exam's first, or the middle of June where it is not known to the day."""
    return first_day_on or date(year, 6, 15)


def age_on(born_on: date | None, day: date) -> int | None:
    """Whole years of age on a day; ``None`` when the birth date is not known or lies after it."""
    if born_on is None or born_on > day:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
