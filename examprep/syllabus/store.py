"""Queries over the syllabus; values out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from examprep.syllabus.models import ChapterRow, KeyDateRow, LevelRow, PaperPartRow, SubjectRow, VersionRow
from examprep.syllabus.values import Chapter, KeyDate, Level, PaperPart, Subject, Version


def levels(session: Session) -> tuple[Level, ...]:
    row = LevelRow
    return tuple(Level(*found) for found in session.execute(select(row.code, row.names, row.rank).order_by(row.rank)))


def subjects(session: Session, *conditions: ColumnElement[bool]) -> tuple[Subject, ...]:
    row = SubjectRow
    query = select(row.code, row.level_code, row.names, row.minutes, row.objective).where(*conditions)
    return tuple(Subject(*found) for found in session.execute(query.order_by(row.position)))


def versions(session: Session) -> tuple[Version, ...]:
    row = VersionRow
    query = select(row.code, row.names, row.first_exam_year, row.last_exam_year, row.source)
    return tuple(Version(*found) for found in session.execute(query.order_by(row.first_exam_year)))


def paper_parts(session: Session, *conditions: ColumnElement[bool]) -> tuple[PaperPart, ...]:
    row = PaperPartRow
    query = select(
        row.id, row.subject_code, row.position, row.question_type, row.count, row.half_points_each, row.certainty
    ).where(*conditions)
    return tuple(PaperPart(*found) for found in session.execute(query.order_by(row.subject_code, row.position)))


def chapters(session: Session, *conditions: ColumnElement[bool]) -> tuple[Chapter, ...]:
    query = select(ChapterRow).where(*conditions)
    ordered = query.order_by(ChapterRow.subject_code, ChapterRow.version_code, ChapterRow.number)
    return tuple(_chapter(row) for row in session.scalars(ordered))


def _chapter(row: ChapterRow) -> Chapter:
    return Chapter(
        id=row.id,
        subject=row.subject_code,
        version=row.version_code,
        number=row.number,
        names=row.names,
        kind=row.kind,
        weight_low=row.weight_low,
        weight_high=row.weight_high,
        weight_certainty=row.weight_certainty,
        certainty=row.certainty,
        source=row.source,
        retired=row.retired_at is not None,
        edited=row.edited_at is not None,
    )


def key_dates(session: Session, *conditions: ColumnElement[bool]) -> tuple[KeyDate, ...]:
    row = KeyDateRow
    query = select(
        row.id,
        row.exam_year,
        row.region_code,
        row.kind,
        row.starts_on,
        row.ends_on,
        row.certainty,
        row.source,
        row.precision,
        row.note,
        row.withdrawn_at.is_not(None),
    ).where(*conditions)
    return tuple(KeyDate(*found) for found in session.execute(query.order_by(row.starts_on, row.id)))


def national_exams(session: Session, *conditions: ColumnElement[bool]) -> Sequence[KeyDate]:
    """The national sittings, earliest first."""
    national = (KeyDateRow.kind == "exam", KeyDateRow.region_code.is_(None), KeyDateRow.withdrawn_at.is_(None))
    return key_dates(session, *national, *conditions)


def not_over(day: date) -> ColumnElement[bool]:
    """That the days of a key date are not all past."""
    last: ColumnElement[Any] = func.coalesce(KeyDateRow.ends_on, KeyDateRow.starts_on)
    return last >= day


def dated_regions() -> Select[Any]:
    """The codes of regions with key dates of their own."""
    return select(KeyDateRow.region_code).where(KeyDateRow.region_code.is_not(None)).distinct()
