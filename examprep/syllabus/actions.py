"""What the syllabus answers to other features, and how an administrator mends it (`editing.py`)."""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.people.actions import region_of
from examprep.people.models import RegionRow
from examprep.syllabus import store
from examprep.syllabus.rules.calendar import complete, nearest
from examprep.syllabus.values import Chapter, KeyDate, Level, PaperPart, Subject, Version


def levels(session: Session) -> tuple[Level, ...]:
    """The levels from junior to senior."""
    return store.book(session).levels


def subjects(session: Session, *, level: str | None = None) -> tuple[Subject, ...]:
    """The subjects in the order of the notice, of one level or of all."""
    return tuple(each for each in store.book(session).subjects if level is None or each.level == level)


def subject(session: Session, code: str) -> Subject:
    """One subject.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    found = next((each for each in store.book(session).subjects if each.code == code), None)
    if found is None:
        raise NotFound("syllabus.subject", "There is no such subject.")
    return found


def versions(session: Session) -> tuple[Version, ...]:
    """The syllabus editions, oldest first."""
    return store.book(session).versions


def version_for(session: Session, exam_year: int) -> str:
    """The code of the syllabus that governs an exam year.

    Raises:
        NotFound: ``syllabus.version`` -- no edition serves that year.
    """
    for version in versions(session):
        last = version.last_exam_year
        if version.first_exam_year <= exam_year and (last is None or exam_year <= last):
            return version.code
    raise NotFound("syllabus.version", "No syllabus is known for the exam of %(year)s.", year=exam_year)


def chapters(session: Session, subject_code: str, version_code: str, *, retired: bool = False) -> tuple[Chapter, ...]:
    """The tree of a subject in a version by number, pseudo-chapters last; retired ones only when asked for."""
    tree = store.book(session).trees.get((subject_code, version_code), ())
    return tree if retired else tuple(chapter for chapter in tree if not chapter.retired)


def chapters_by_id(session: Session, ids: frozenset[int]) -> dict[int, Chapter]:
    """Chapters wherever they stand, retired ones too."""
    known = store.book(session).chapters
    return {chapter_id: known[chapter_id] for chapter_id in known if chapter_id in ids}


def paper_parts(session: Session, subject_code: str) -> tuple[PaperPart, ...]:
    """The format of a subject's paper, in order."""
    return tuple(part for part in store.book(session).parts if part.subject == subject_code)


def key_dates(session: Session, exam_year: int, region_code: str | None) -> tuple[KeyDate, ...]:
    """The days that hold in a region: of each kind its own, else its prefecture's, province's, or the national ones.

    In order of their first day.
    """
    return nearest(_standing(session, exam_year), region_code)


def calendar(session: Session, exam_year: int, region_code: str | None) -> tuple[KeyDate, ...]:
    """The same with the days that follow from others by a rule: the re-check, the day to which work counts."""
    return complete(key_dates(session, exam_year, region_code), exam_year)


def calendars(session: Session, exam_year: int, regions: Iterable[str]) -> dict[str, tuple[KeyDate, ...]]:
    """The calendar of each region."""
    found = _standing(session, exam_year)
    return {region: complete(nearest(found, region), exam_year) for region in regions}


def calendar_at(session: Session, exam_year: int, organisation_id: int) -> tuple[KeyDate, ...]:
    """The calendar of a year where an organisation lies."""
    return calendar(session, exam_year, region_of(session, organisation_id))


def _standing(session: Session, exam_year: int) -> tuple[KeyDate, ...]:
    """A year's days but for those that were taken back."""
    return tuple(each for each in store.book(session).key_dates if each.exam_year == exam_year and not each.withdrawn)


def exam_day(session: Session, exam_year: int) -> date | None:
    """The first day of a year's national sitting; ``None`` when it is not known."""
    return next((sitting.starts_on for sitting in _sittings(session) if sitting.exam_year == exam_year), None)


def next_exam(session: Session, today: date) -> tuple[int, date] | None:
    """The sitting that is under way or comes next, as (exam year, first day); ``None`` when none is known."""
    ahead = (sitting for sitting in _sittings(session) if sitting.last_on >= today)
    return next(((sitting.exam_year, sitting.starts_on) for sitting in ahead), None)


def _sittings(session: Session) -> Iterator[KeyDate]:
    """The national sittings, the earliest first."""
    known = store.book(session).key_dates
    return (each for each in known if each.kind == "exam" and each.region_code is None and not each.withdrawn)


def paper_part(session: Session, part_id: int) -> PaperPart:
    """One part of a paper's format.

    Raises:
        NotFound: ``syllabus.part``.
    """
    found = next((part for part in store.book(session).parts if part.id == part_id), None)
    if found is None:
        raise NotFound("syllabus.part", "There is no such part of a paper.")
    return found


def key_date(session: Session, key_date_id: int) -> KeyDate:
    """One key date.

    Raises:
        NotFound: ``syllabus.date``.
    """
    found = next((entry for entry in store.book(session).key_dates if entry.id == key_date_id), None)
    if found is None:
        raise NotFound("syllabus.date", "There is no such key date.")
    return found


def all_key_dates(session: Session) -> tuple[KeyDate, ...]:
    """Every key date of every year and region, those taken back too, by first day."""
    return store.book(session).key_dates


def region_names(session: Session) -> dict[str, str]:
    """Names of the regions that key dates speak of, by code."""
    rows = session.execute(select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(store.dated_regions())))
    return dict(rows.all())


def provinces(session: Session) -> list[tuple[str, str]]:
    """Code and name of every province, to choose from."""
    rows = select(RegionRow.code, RegionRow.name).where(RegionRow.level == 1).order_by(RegionRow.code)
    return [(code, name) for code, name in session.execute(rows)]
