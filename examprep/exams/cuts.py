"""Which part of the candidates is looked at: read from a query string or a saved cohort, and put into conditions.

One cut gives the conditions of a tally and of the outcomes alike, so that a figure and the list of its persons are
the same persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, select, true
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import CohortPersonRow, CohortRow, OutcomeRow, SubjectTallyRow, TallyRow
from examprep.exams.rules.papers import LEVEL_OF, SUBJECTS, bit
from examprep.exams.rules.profiles import AGE_BANDS, SEXES, UNKNOWN
from examprep.feature import ExamClass, exam_classes
from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.forms import EDUCATION, KIND_LABELS
from examprep.people.models import OrganisationRow
from examprep.syllabus.rules.levels import LEVELS

FILTERS = (
    "region", "level", "organisation", "own", "kind", "subject", "trained", "returning", "age", "sex", "education",
    "class", "cohort",
)  # fmt: skip
EDUCATIONS = {code: name for code, name in EDUCATION.items() if code}
Counted = type[TallyRow] | type[SubjectTallyRow] | type[OutcomeRow]
_YES = {"yes": True, "no": False}
_OWN = ("organisation", "region", "both")


@dataclass(frozen=True)
class Cut:
    """Which part of the registrations is looked at; ``None`` is all of it.

    ``own`` (``organisation``, ``region`` or ``both``) leaves out what lies below the one that is named. ``age``,
    ``sex`` and ``education`` are codes of `rules/profiles.py`, or ``unknown``. ``persons`` are lists of persons, each
    with the exam year it is for, if any.
    """

    region: str | None = None
    level: str | None = None
    organisation: int | None = None
    trained: bool | None = None
    returning: bool | None = None
    own: str | None = None
    kind: str | None = None
    subject: str | None = None
    age: str | None = None
    sex: str | None = None
    education: str | None = None
    persons: tuple[tuple[Select[Any], int | None], ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, filters: Mapping[str, str]) -> "Cut":
        """From a query string; a value that means nothing is left out, so that an old bookmark still opens."""
        region, organisation = (filters.get(name, "") for name in ("region", "organisation"))

        def one_of(name: str, known: Mapping[str, object] | tuple[str, ...], *more: str) -> str | None:
            value = filters.get(name, "")
            return value if value in known or value in more else None

        return cls(
            region=region if len(region) == 6 and region.isdecimal() else None,
            level=one_of("level", tuple(LEVELS)),
            organisation=int(organisation) if organisation.isdecimal() and len(organisation) < 10 else None,
            trained=_YES.get(filters.get("trained", "")),
            returning=_YES.get(filters.get("returning", "")),
            own=one_of("own", _OWN),
            kind=one_of("kind", KIND_LABELS),
            subject=one_of("subject", LEVEL_OF),
            age=one_of("age", AGE_BANDS, UNKNOWN),
            sex=one_of("sex", SEXES, UNKNOWN),
            education=one_of("education", EDUCATIONS, UNKNOWN),
        )

    @property
    def coarse(self) -> bool:
        """Whether region and level alone make the cut: the trend knows these."""
        return self == Cut(region=self.region, level=self.level) and not self.persons

    @property
    def personal(self) -> bool:
        """Whether the cut asks what no tally keeps, so that the outcomes themselves must be counted."""
        return bool(self.subject or self.age or self.sex or self.education or self.persons)

    def conditions(self, row: Counted) -> list[ColumnElement[bool]]:
        """The cut as conditions; a personal one on the outcomes only."""
        found: list[ColumnElement[bool]] = []
        if self.region is not None:
            here = row.region_code == self.region
            inside = store.region_condition(row.region_code, self.region)  # type: ignore[arg-type]
            found.append(here if self.own in ("region", "both") else inside)
        if self.level is not None:
            found.append(_of_level(row, self.level))
        if self.organisation is not None:
            here = row.organisation_id == self.organisation
            below = in_subtree(row.organisation_id, self.organisation)
            found.append(here if self.own in ("organisation", "both") else below)
        if self.kind is not None:
            found.append(row.organisation_id.in_(select(OrganisationRow.id).where(OrganisationRow.kind == self.kind)))
        if self.trained is not None:
            found.append(row.trained.is_(self.trained))
        if self.returning is not None:
            found.append(returning(row).is_(self.returning))
        return [*found, *self._personal()]

    def _personal(self) -> list[ColumnElement[bool]]:
        row, found = OutcomeRow, list[ColumnElement[bool]]()
        if self.subject is not None:
            found.append(row.level == LEVEL_OF[self.subject])
        if self.age is not None:
            found.append(_aged(self.age))
        for column, value in ((row.sex, self.sex), (row.education, self.education)):
            if value is not None:
                found.append(column.is_(None) if value == UNKNOWN else column == value)
        for members, year in self.persons:
            found.append(and_(row.person_id.in_(members), row.year == year if year is not None else true()))
        return found

    def sat(self) -> ColumnElement[bool]:
        """That somebody sat: the exam, or the one subject that is looked at."""
        row = OutcomeRow
        return row.sat_bits.bitwise_and(bit(self.subject)) != 0 if self.subject else row.sat  # type: ignore[return-value]

    def passed(self) -> ColumnElement[bool]:
        """That somebody passed: qualified, or passed the one subject that is looked at."""
        row = OutcomeRow
        return row.passed_bits.bitwise_and(bit(self.subject)) != 0 if self.subject else row.qualified  # type: ignore[return-value]


def _of_level(row: Counted, level: str) -> ColumnElement[bool]:
    if row is SubjectTallyRow:
        return row.subject_code.in_(SUBJECTS[level])
    return row.level == level  # type: ignore[union-attr]


def returning(row: Counted) -> ColumnElement[bool]:
    """Whether an outcome or a line of a tally is of returning candidates."""
    return ~row.first_time if row is OutcomeRow else row.again  # type: ignore[return-value,union-attr]


def _aged(code: str) -> ColumnElement[bool]:
    if code == UNKNOWN:
        return OutcomeRow.age.is_(None)
    band, age = AGE_BANDS[code], OutcomeRow.age
    return and_(
        age >= band.since if band.since is not None else true(), age < band.until if band.until is not None else true()
    )


def read(session: Session, actor: Actor, filters: Mapping[str, str]) -> Cut:
    """The cut of a query string, saved cohorts and classes looked up. What is asked beside a cohort narrows it.

    Raises:
        NotFound: ``exams.cohort``, ``exams.class`` -- none that the actor may see.
    """
    lists: list[tuple[Select[Any], int | None]] = []
    if (number := _number(filters, "cohort")) is not None:
        kept = seen_cohort(session, actor, number)
        if kept.filters is None:
            lists.append((select(CohortPersonRow.person_id).where(CohortPersonRow.cohort_id == kept.id), None))
        else:
            filters = {**kept.filters, **{name: value for name, value in filters.items() if value}}
    if (number := _number(filters, "class")) is not None:
        kept_class = next((one for one in classes(session, actor) if one.id == number), None)
        if kept_class is None:
            raise NotFound("exams.class", "There is no such class in your organisations.")
        lists.append((_members(number), kept_class.exam_year))
    return replace(Cut.of(filters), persons=tuple(lists))


def classes(session: Session, actor: Actor) -> Sequence[ExamClass]:
    """The classes by which the actor may count."""
    known = exam_classes()
    return known.all(session, actor) if known else ()


def seats() -> FromClause | None:
    """(class_id, person_id, exam_year) of every seat in a class."""
    known = exam_classes()
    return known.seats().subquery() if known else None


def _members(class_id: int) -> Select[Any]:
    found = seats()
    assert found is not None
    return select(found.c.person_id).where(found.c.class_id == class_id)


def _number(filters: Mapping[str, str], name: str) -> int | None:
    text = filters.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def seen_cohort(session: Session, actor: Actor, cohort_id: int) -> CohortRow:
    """Raises NotFound: no such cohort in the actor's organisations, or it was deleted."""
    row = CohortRow
    found = session.scalar(
        select(row).where(
            row.id == cohort_id,
            row.deleted_at.is_(None),
            within(row.organisation_id, actor, Permission.EXAMS_RATE_SEE),
        )
    )
    if found is None:
        raise NotFound("exams.cohort", "There is no such cohort in your organisations.")
    return found
