"""Writing what a file of registrations would do, and taking it back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.entries import Entry, Facts, Prepared
from examprep.exams.models import RegistrationRow, SittingRow
from examprep.exams.recompute import recompute, recompute_approved, recompute_registered
from examprep.exams.rules.profiles import age_on, exam_day
from examprep.exams.tallies import Cell
from examprep.imports.importer import Persons
from examprep.kernel.errors import RuleViolation
from examprep.people.bulk import add_persons
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import among, in_parts, insert_many
from examprep.plumbing.db import UTCDateTime
from examprep.plumbing.vault import Vault

Profile = tuple[str | None, int | None, str | None]  # sex, age on the exam day, education
NAMES = ("person_id", "level", *Facts._fields, "sex", "age")


def apply(session: Session, vault: Vault, prepared: Prepared, batch_id: int, persons: Persons, *, now: datetime) -> int:
    """Write the registrations and whatever follows from them; returns how many. ``persons`` is filled: by row of who
    is new the id.
    """
    cells = _end(session, prepared.ended, batch_id)
    added = iter(add_persons(session, vault, prepared.persons, batch_id=batch_id, now=now))
    day = exam_day(prepared.year, _first_day(session, prepared.year))
    constants = {"year": prepared.year, "batch_id": batch_id, "recorded_at": now}
    for part in in_parts(prepared.entries):
        own = [entry.key if entry.key > 0 else next(added) for entry in part]
        persons.note((entry.row, id_) for entry, id_ in zip(part, own, strict=True) if entry.key < 0)
        profiles = _profiles(session, own, day)
        rows = (_values(id_, entry, profiles[id_]) for id_, entry in zip(own, part, strict=True))
        insert_many(session, RegistrationRow, NAMES, rows, constants)
    cells |= _cells(session, RegistrationRow.batch_id == batch_id)
    recompute_registered(session, batch_id, len(prepared.entries), cells)
    return len(prepared.entries)


def approve(session: Session, prepared: Prepared, batch_id: int, *, now: datetime) -> int:
    """Write the registrations whose approval is another now: each as it was but for that. Returns how many."""
    row = RegistrationRow
    cells = _end(session, prepared.ended, batch_id)
    written: dict[str, Any] = {
        "approved": ~row.approved,
        "batch_id": literal(batch_id),
        "recorded_at": literal(now, UTCDateTime),
    }
    kept = {column.name: column for column in row.__table__.columns if column.name not in ("id", "ended_by", *written)}
    values: dict[str, Any] = {**kept, **written}
    session.execute(insert(row).from_select(list(values), select(*values.values()).where(row.ended_by == batch_id)))
    recompute_approved(session, batch_id, cells)
    return len(prepared.ended)


def _end(session: Session, registration_ids: Sequence[int], batch_id: int) -> set[Cell]:
    """End registrations; returns the cells of the tally they stand in."""
    cells: set[Cell] = set()
    for chunk in in_parts(registration_ids):
        these = among(session, RegistrationRow.id, chunk)
        cells |= _cells(session, these)
        session.connection().execute(update(RegistrationRow).where(these).values(ended_by=batch_id))
    return cells


def _values(person_id: int, entry: Entry, profile: Profile) -> tuple[object, ...]:
    """A registration in the order of ``NAMES``; an education that no file said is the person's own."""
    subjects, *facts, education = entry.facts
    sex, age, own = profile
    return (person_id, entry.level, list(subjects) if subjects else None, *facts, education or own, sex, age)


def _cells(session: Session, condition: Any) -> set[Cell]:
    row = RegistrationRow
    found = session.execute(select(row.year, row.organisation_id).where(condition).distinct())
    return {(year, place) for year, place in found}


def _first_day(session: Session, year: int) -> date | None:
    return session.scalar(select(SittingRow.first_day_on).where(SittingRow.year == year))


def _profiles(session: Session, person_ids: Sequence[int], day: date) -> dict[int, Profile]:
    """What is known of each person now, of their age on a day; a registration keeps it."""
    row = PersonRow
    found = session.connection().execute(
        select(row.id, row.sex, row.born_on, row.education).where(among(session, row.id, person_ids))
    )
    return {person_id: (sex, age_on(born_on, day), education) for person_id, sex, born_on, education in found}


def undo(session: Session, batch_id: int) -> int:
    """End the batch's registrations and bring back those it had ended.

    The persons it filed stay, without a registration.

    Raises:
        RuleViolation: ``exams.corrected`` -- a later file corrected some of them; ``exams.has-marks`` -- results
            rest on them.
    """
    row = RegistrationRow
    own = session.execute(
        select(row.person_id, row.year, row.organisation_id, row.level, row.ended_by).where(row.batch_id == batch_id)
    ).all()
    if corrected := sum(found.ended_by is not None for found in own):
        raise RuleViolation(
            "exams.corrected",
            "A later file corrected %(count)s of these registrations. Undo that file first.",
            count=corrected,
        )
    returned = session.execute(
        select(row.person_id, row.year, row.organisation_id, row.level).where(row.ended_by == batch_id)
    ).all()
    _refuse_marks(session, {(f.person_id, f.year) for f in own} - {(f.person_id, f.year) for f in returned})
    session.execute(update(row).where(row.batch_id == batch_id).values(ended_by=batch_id))
    session.execute(
        update(row).where(row.ended_by == batch_id, row.batch_id.is_distinct_from(batch_id)).values(ended_by=None)
    )
    people = {found.person_id for found in (*own, *returned)}
    recompute(session, people, {(found.year, found.organisation_id) for found in (*own, *returned)})
    return len(own)


def _refuse_marks(session: Session, keys: set[tuple[int, int]]) -> None:
    if count := marked(session, keys):
        raise RuleViolation(
            "exams.has-marks",
            "%(count)s of these persons have results of that year. Undo the import of the results first.",
            count=count,
        )


def marked(session: Session, keys: set[tuple[int, int]]) -> int:
    """How many of these persons have results of that year."""
    count = 0
    for chunk in in_parts({person_id for person_id, _ in keys}):
        marks = store.effective_marks(session, chunk)
        count += sum(any((p, m.year) in keys for m in found) for p, found in marks.items())
    return count
