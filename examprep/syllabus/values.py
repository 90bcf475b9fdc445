"""What the syllabus hands out: plain values, safe to keep and to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from examprep.kernel.period import Period


@dataclass(frozen=True)
class Level:
    """ASW, SW or SSW; ``rank`` grows with seniority."""

    code: str
    names: Mapping[str, str]
    rank: int


@dataclass(frozen=True)
class Subject:
    """One paper of a level. ``objective``: answered by ticking; ``minutes`` is the sitting time."""

    code: str
    level: str
    names: Mapping[str, str] = field(hash=False)
    minutes: int
    objective: bool


@dataclass(frozen=True)
class PaperPart:
    """``count`` questions of one type, each worth ``half_points_each``."""

    id: int
    subject: str
    position: int
    question_type: str
    count: int
    half_points_each: int
    certainty: str

    @property
    def half_points(self) -> int:
        return self.count * self.half_points_each


@dataclass(frozen=True)
class Version:
    """A syllabus edition and the exam years it serves; ``last_exam_year`` is ``None`` while it is in force."""

    code: str
    names: Mapping[str, str]
    first_exam_year: int
    last_exam_year: int | None
    source: str


@dataclass(frozen=True)
class Chapter:
    """A chapter of one tree. Weights are half-points of a real paper, from and to; ``None`` where nobody knows.

    ``kind``: chapter, supplement (增补) or beyond (超纲).
    """

    id: int
    subject: str
    version: str
    number: str
    names: Mapping[str, str]
    kind: str
    weight_low: int | None
    weight_high: int | None
    weight_certainty: str | None
    certainty: str
    source: str
    retired: bool = False
    edited: bool = False


@dataclass(frozen=True)
class KeyDate:
    """A day or days that matter. ``ends_on`` is the last day, as notices print it; ``None`` for a single day.

    ``kind``: registration, fee, ticket, exam, scores, recheck, review, certificate, line, register (登记), experience
    (the day to which years of work count). ``region_code`` is ``None`` for the national frame. ``precision``: day,
    month, about. One without an id follows from others by a rule (`rules/calendar.py`).
    """

    id: int
    exam_year: int
    region_code: str | None
    kind: str
    starts_on: date
    ends_on: date | None
    certainty: str
    source: str
    precision: str = "day"
    note: str | None = None
    withdrawn: bool = False

    @property
    def last_on(self) -> date:
        return self.ends_on or self.starts_on

    @property
    def exact(self) -> bool:
        """Known to the day; only then anybody is reminded by it."""
        return self.precision == "day"

    @property
    def period(self) -> Period:
        """The same days half-open."""
        return Period(self.starts_on, self.last_on + timedelta(days=1))
