"""How an administrator mends the syllabus. What was mended bears ``edited_at``; our files never overwrite it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.plumbing.kept import touch
from examprep.syllabus.models import ChapterRow, KeyDateRow, PaperPartRow, SubjectRow, VersionRow


def edit_chapter(
    session: Session,
    actor: Actor,
    chapter_id: int,
    *,
    names: dict[str, str],
    weights: tuple[int, int] | None,
    certainty: str,
    now: datetime,
) -> None:
    """Change a chapter's name, weights (half-points, from and to) and certainty; its number and place stay.

    Raises:
        NotFound: ``syllabus.chapter``.
        RuleViolation: ``syllabus.weights``.
    """
    row = _chapter(session, chapter_id)
    before = _shown(row)
    row.names, row.certainty = names, certainty
    _set_weights(row, weights, certainty)
    row.edited_at = now
    _note(
        session, actor, "syllabus.chapter-edited", "syllabus_chapter", row.id, now=now, before=before, after=_shown(row)
    )


def add_chapter(
    session: Session,
    actor: Actor,
    subject_code: str,
    version_code: str,
    *,
    number: str,
    names: dict[str, str],
    weights: tuple[int, int] | None,
    certainty: str,
    source: str,
    now: datetime,
) -> int:
    """Put a chapter into a tree; returns its id.

    Raises:
        NotFound: ``syllabus.tree`` -- no such subject or version.
        RuleViolation: ``syllabus.weights``.
        Conflict: ``syllabus.number`` -- the tree has that number.
    """
    check_tree(session, subject_code, version_code)
    row = ChapterRow(
        version_code=version_code,
        subject_code=subject_code,
        number=number,
        names=names,
        kind="chapter",
        certainty=certainty,
        source=source,
        edited_at=now,
    )
    _set_weights(row, weights, certainty)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("syllabus.number", "The tree already has a chapter %(number)s.", number=number) from error
    _note(session, actor, "syllabus.chapter-added", "syllabus_chapter", row.id, now=now, after=_shown(row))
    return row.id


def retire_chapter(session: Session, actor: Actor, chapter_id: int, *, now: datetime) -> None:
    """Take a chapter out of its tree; questions filed under it stay filed.

    Raises:
        NotFound: ``syllabus.chapter``.
        RuleViolation: ``syllabus.pseudo`` -- the two pseudo-chapters belong to every tree.
    """
    row = _chapter(session, chapter_id)
    if row.kind != "chapter":
        raise RuleViolation("syllabus.pseudo", "This pseudo-chapter belongs to every tree and stays.")
    row.retired_at = row.edited_at = now
    _note(session, actor, "syllabus.chapter-retired", "syllabus_chapter", row.id, now=now)


def restore_chapter(session: Session, actor: Actor, chapter_id: int, *, now: datetime) -> None:
    """Put a retired chapter back.

    Raises:
        NotFound: ``syllabus.chapter``.
    """
    row = _chapter(session, chapter_id)
    row.retired_at, row.edited_at = None, now
    _note(session, actor, "syllabus.chapter-restored", "syllabus_chapter", row.id, now=now)


def edit_part(
    session: Session,
    actor: Actor,
    part_id: int,
    *,
    count: int,
    half_points_each: int,
    certainty: str,
    now: datetime,
) -> None:
    """Change one part of a paper's format.

    Raises:
        NotFound: ``syllabus.part``.
    """
    row = session.get(PaperPartRow, part_id)
    if row is None:
        raise NotFound("syllabus.part", "There is no such part of a paper.")
    before = {"count": row.count, "half_points_each": row.half_points_each, "certainty": row.certainty}
    row.count, row.half_points_each, row.certainty, row.edited_at = count, half_points_each, certainty, now
    after = {"count": count, "half_points_each": half_points_each, "certainty": certainty}
    _note(session, actor, "syllabus.part-edited", "syllabus_paper_part", row.id, now=now, before=before, after=after)


def set_key_date(
    session: Session,
    actor: Actor,
    key_date_id: int | None,
    *,
    exam_year: int,
    kind: str,
    region_code: str | None,
    starts_on: date,
    ends_on: date | None,
    certainty: str,
    source: str,
    now: datetime,
    precision: str = "day",
    note: str | None = None,
) -> int:
    """Change a key date, or add one when no id is given; returns its id. ``ends_on`` is the last day.

    One that was taken back holds again.

    Raises:
        NotFound: ``syllabus.date``.
        RuleViolation: ``syllabus.days`` -- the last day is before the first.
        Conflict: ``syllabus.date-twice`` -- the year and region have a date of this kind.
    """
    if ends_on is not None and ends_on < starts_on:
        raise RuleViolation("syllabus.days", "The last day cannot be before the first.")
    row = session.get(KeyDateRow, key_date_id) if key_date_id is not None else KeyDateRow()
    if row is None:
        raise NotFound("syllabus.date", "There is no such key date.")
    before = None if key_date_id is None else _told(row)
    row.exam_year, row.kind, row.region_code = exam_year, kind, region_code or None
    row.precision, row.note, row.withdrawn_at = precision, note or None, None
    row.starts_on, row.ends_on, row.certainty, row.source, row.edited_at = starts_on, ends_on, certainty, source, now
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("syllabus.date-twice", "This year and region already have a date of this kind.") from error
    after = {**_told(row), "kind": kind, "region": region_code or None}
    _note(session, actor, "syllabus.date-set", "syllabus_key_date", row.id, now=now, before=before, after=after)
    return row.id


def withdraw_key_date(session: Session, actor: Actor, key_date_id: int, *, now: datetime) -> None:
    """Take a key date back: the frame above holds again. Saving it once more restores it.

    Raises:
        NotFound: ``syllabus.date``.
    """
    row = session.get(KeyDateRow, key_date_id)
    if row is None:
        raise NotFound("syllabus.date", "There is no such key date.")
    row.withdrawn_at = row.edited_at = now
    _note(session, actor, "syllabus.date-withdrawn", "syllabus_key_date", row.id, now=now, before=_told(row))


def _told(row: KeyDateRow) -> dict[str, Any]:
    ends_on = None if row.ends_on is None else str(row.ends_on)
    return {"starts_on": str(row.starts_on), "ends_on": ends_on, "precision": row.precision}


def _note(session: Session, actor: Actor, act: str, kind: str, row_id: int, *, now: datetime, **what: Any) -> None:
    """Every act that changes the syllabus ends here: in the trail, and known to whoever keeps the syllabus."""
    touch(session)
    record(session, actor, act, kind, row_id, now=now, **what)


def check_tree(session: Session, subject_code: str, version_code: str) -> None:
    """Raises NotFound: ``syllabus.tree`` -- no such subject or version."""
    subject = session.scalar(select(SubjectRow.code).where(SubjectRow.code == subject_code))
    version = session.scalar(select(VersionRow.code).where(VersionRow.code == version_code))
    if subject is None or version is None:
        raise NotFound("syllabus.tree", "There is no such subject or syllabus version.")


def _chapter(session: Session, chapter_id: int) -> ChapterRow:
    row = session.get(ChapterRow, chapter_id)
    if row is None:
        raise NotFound("syllabus.chapter", "There is no such chapter.")
    return row


def _set_weights(row: ChapterRow, weights: tuple[int, int] | None, certainty: str) -> None:
    if weights is not None and weights[1] < weights[0]:
        raise RuleViolation("syllabus.weights", "The weight's upper end cannot be below its lower end.")
    row.weight_low, row.weight_high = weights or (None, None)
    row.weight_certainty = certainty if weights else None


def _shown(row: ChapterRow) -> dict[str, Any]:
    return {
        "names": row.names,
        "weight_low": row.weight_low,
        "weight_high": row.weight_high,
        "certainty": row.certainty,
    }
