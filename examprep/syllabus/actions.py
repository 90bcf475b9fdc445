"""What the syllabus answers to other features, and how an administrator mends it (`editing.py`)."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.people.models import RegionRow
from examprep.syllabus import store
from examprep.syllabus.models import ChapterRow, KeyDateRow, PaperPartRow, SubjectRow
from examprep.syllabus.rules.calendar import complete, nearest
from examprep.syllabus.values import Chapter, KeyDate, Level, PaperPart, Subject, Version


def levels(session: Session) -> tuple[Level, ...]:
    """The levels from junior to senior."""
    return store.levels(session)


def subjects(session: Session, *, level: str | None = None) -> tuple[Subject, ...]:
    """The subjects in the order of the notice, of one level or of all."""
    return store.subjects(session, *([SubjectRow.level_code == level] if level else []))


def subject(session: Session, code: str) -> Subject:
    """One subject.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    found = store.subjects(session, SubjectRow.code == code)
    if not found:
        raise NotFound("syllabus.subject", "There is no such subject.")
    return found[0]


def versions(session: Session) -> tuple[Version, ...]:
    """The syllabus editions, oldest first."""
    return store.versions(session)


def version_for(session: Session, exam_year: int) -> str:
    """The code of the syllabus that governs an exam year.

    Raises:
        NotFound: ``syllabus.version`` -- no edition serves that year.
    """
    for version in store.versions(session):
        last = version.last_exam_year
        if version.first_exam_year <= exam_year and (last is None or exam_year <= last):
            return version.code
    raise NotFound("syllabus.version", "No syllabus is known for the exam of %(year)s.", year=exam_year)


def chapters(session: Session, subject_code: str, version_code: str, *, retired: bool = False) -> tuple[Chapter, ...]:
    """The tree of a subject in a version by number, pseudo-chapters last; retired ones only when asked for."""
    conditions = [ChapterRow.subject_code == subject_code, ChapterRow.version_code == version_code]
    if not retired:
        conditions.append(ChapterRow.retired_at.is_(None))
    return store.chapters(session, *conditions)


def chapters_by_id(session: Session, ids: frozenset[int]) -> dict[int, Chapter]:
    """Chapters wherever they stand, retired ones too."""
    return {chapter.id: chapter for chapter in store.chapters(session, ChapterRow.id.in_(ids))} if ids else {}


def paper_parts(session: Session, subject_code: str) -> tuple[PaperPart, ...]:
    """The format of a subject's paper, in order."""
    return store.paper_parts(session, PaperPartRow.subject_code == subject_code)


def key_dates(session: Session, exam_year: int, region_code: str | None) -> tuple[KeyDate, ...]:
    """The days that hold in a region: of each kind its own, else its prefecture's, province's, or the national ones.

    In order of their first day.
    """
    return nearest(_standing(session, exam_year), region_code)


def calendar(session: Session, exam_year: int, region_code: str | None) -> tuple[KeyDate, ...]:
    """The same with the days that follow from others by a rule: the re-check, the day to which work counts."""
    return complete(key_dates(session, exam_year, region_code), exam_year)


def calendars(session: Session, exam_year: int, regions: Iterable[str]) -> dict[str, tuple[KeyDate, ...]]:
    """The calendar of each region; one statement."""
    found = _standing(session, exam_year)
    return {region: complete(nearest(found, region), exam_year) for region in regions}


def _standing(session: Session, exam_year: int) -> tuple[KeyDate, ...]:
    return store.key_dates(session, KeyDateRow.exam_year == exam_year, KeyDateRow.withdrawn_at.is_(None))


def exam_day(session: Session, exam_year: int) -> date | None:
    """The first day of a year's national sitting; ``None`` when it is not known."""
    found = store.national_exams(session, KeyDateRow.exam_year == exam_year)
    return found[0].starts_on if found else None


def next_exam(session: Session, today: date) -> tuple[int, date] | None:
    """The sitting that is under way or comes next, as (exam year, first day); ``None`` when none is known."""
    found = store.national_exams(session, store.not_over(today))
    return (found[0].exam_year, found[0].starts_on) if found else None


def paper_part(session: Session, part_id: int) -> PaperPart:
    """One part of a paper's format.

    Raises:
        NotFound: ``syllabus.part``.
    """
    found = store.paper_parts(session, PaperPartRow.id == part_id)
    if not found:
        raise NotFound("syllabus.part", "There is no such part of a paper.")
    return found[0]


def key_date(session: Session, key_date_id: int) -> KeyDate:
    """One key date.

    Raises:
        NotFound: ``syllabus.date``.
    """
    found = store.key_dates(session, KeyDateRow.id == key_date_id)
    if not found:
        raise NotFound("syllabus.date", "There is no such key date.")
    return found[0]


def all_key_dates(session: Session) -> tuple[KeyDate, ...]:
    """Every key date of every year and region, those taken back too, by first day."""
    return store.key_dates(session)


def region_names(session: Session) -> dict[str, str]:
    """Names of the regions that key dates speak of, by code."""
    rows = session.execute(select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(store.dated_regions())))
    return dict(rows.all())


def provinces(session: Session) -> list[tuple[str, str]]:
    """Code and name of every province, to choose from."""
    rows = select(RegionRow.code, RegionRow.name).where(RegionRow.level == 1).order_by(RegionRow.code)
    return [(code, name) for code, name in session.execute(rows)]
