"""Queries over the syllabus; values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from examprep.plumbing.kept import Kept
from examprep.syllabus.models import ChapterRow, KeyDateRow, LevelRow, PaperPartRow, SubjectRow, VersionRow
from examprep.syllabus.values import Chapter, KeyDate, Level, PaperPart, Subject, Version


@dataclass(frozen=True)
class Book:
    """The whole syllabus, each part in the order in which it is shown."""

    levels: tuple[Level, ...]
    subjects: tuple[Subject, ...]
    versions: tuple[Version, ...]  # by the first exam year they serve
    parts: tuple[PaperPart, ...]
    chapters: Mapping[int, Chapter]  # by id
    trees: Mapping[tuple[str, str], tuple[Chapter, ...]]  # by subject and version, the retired ones too
    key_dates: tuple[KeyDate, ...]  # by first day


def book(session: Session) -> Book:
    """The syllabus as it stands, kept in the process: the same for everybody, and seldom changed."""
    return _BOOKS.of(session, None)


def _read(session: Session, _: None) -> Book:
    level, subject, version, part, chapter, day = LevelRow, SubjectRow, VersionRow, PaperPartRow, ChapterRow, KeyDateRow
    chapters = [
        _chapter(row)
        for row in session.scalars(select(chapter).order_by(chapter.subject_code, chapter.version_code, chapter.number))
    ]
    trees: dict[tuple[str, str], list[Chapter]] = {}
    for each in chapters:
        trees.setdefault((each.subject, each.version), []).append(each)
    return Book(
        levels=_values(session, Level, select(level.code, level.names, level.rank).order_by(level.rank)),
        subjects=_values(
            session,
            Subject,
            select(subject.code, subject.level_code, subject.names, subject.minutes, subject.objective).order_by(
                subject.position
            ),
        ),
        versions=_values(
            session,
            Version,
            select(
                version.code, version.names, version.first_exam_year, version.last_exam_year, version.source
            ).order_by(version.first_exam_year),
        ),
        parts=_values(
            session,
            PaperPart,
            select(
                part.id,
                part.subject_code,
                part.position,
                part.question_type,
                part.count,
                part.half_points_each,
                part.certainty,
            ).order_by(part.subject_code, part.position),
        ),
        chapters={each.id: each for each in chapters},
        trees={tree: tuple(found) for tree, found in trees.items()},
        key_dates=_values(
            session,
            KeyDate,
            select(
                day.id,
                day.exam_year,
                day.region_code,
                day.kind,
                day.starts_on,
                day.ends_on,
                day.certainty,
                day.source,
                day.precision,
                day.note,
                day.withdrawn_at.is_not(None),
            ).order_by(day.starts_on, day.id),
        ),
    )


def _values(session: Session, kind: Any, query: Any) -> tuple[Any, ...]:
    return tuple(kind(*row) for row in session.execute(query))


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


_BOOKS: Kept[None, Book] = Kept(_read)


def dated_regions() -> Select[Any]:
    """The codes of regions with key dates of their own."""
    return select(KeyDateRow.region_code).where(KeyDateRow.region_code.is_not(None)).distinct()
