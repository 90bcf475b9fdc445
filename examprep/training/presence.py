"""The log of presence: lines written, and the attendance kept that follows from them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from examprep.people.bounds import counted
from examprep.training.models import SessionRow
from examprep.training.presence_models import AttendanceRow, PresenceRow
from examprep.training.rules.attendance import Seen, Stay, moved, stay


def log(
    session: Session, row: SessionRow, person_id: int, kind: str, *, how: str, by_id: int, at: datetime, **more: object
) -> None:
    """Write one line and bring the derived row up to date; the session's row is locked by the caller."""
    line = {"session_id": row.id, "person_id": person_id, "kind": kind, "how": how, "by_id": by_id, "at": at}
    log_many(session, row, [{**line, "noted_at": at, **more}])


def log_many(session: Session, row: SessionRow, lines: Sequence[Mapping[str, object]]) -> None:
    """Write lines of one session, each with the columns of `PresenceRow`, and bring what follows up to date."""
    if lines:
        session.execute(insert(PresenceRow), lines)
        derive(session, row, [line["person_id"] for line in lines])


def derive(session: Session, row: SessionRow, person_ids: Collection[Any] | None = None) -> None:
    """Write the attendance of some people, or of all with a line, anew from the log."""
    found = {person_id: _stay(lines, row.starts_at, row.ends_at) for person_id, lines in _of(session, row, person_ids)}
    kept = select(AttendanceRow).where(AttendanceRow.session_id == row.id, AttendanceRow.person_id.in_(list(found)))
    known = {each.person_id: each for each in session.scalars(kept)} if found else {}
    for person_id, told in found.items():
        derived = known.get(person_id)
        if derived is None:
            derived = AttendanceRow(session_id=row.id, person_id=person_id)
            session.add(derived)
        derived.present, derived.minutes = told.present, told.minutes
    session.flush()


def lines_of(session: Session, session_id: int, person_id: int | None = None) -> list[PresenceRow]:
    """The log of a session, or of one person at it, as it was written."""
    query = select(PresenceRow).where(PresenceRow.session_id == session_id).order_by(PresenceRow.id)
    if person_id is not None:
        query = query.where(PresenceRow.person_id == person_id)
    return list(session.scalars(query))


def last_move(session: Session, session_id: int, person_id: int) -> tuple[str, datetime] | None:
    """What somebody did last at a session, ``in`` or ``out``, and when."""
    return moved(Seen(line.kind, line.at) for line in lines_of(session, session_id, person_id))


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Rebuild attendance from the log of presence and say what differs; with ``repair`` write what was rebuilt."""
    row = AttendanceRow
    rebuilt = dict(_rebuilt(session, counted(PresenceRow.person_id)))
    kept = {
        (s, p): Stay(present, minutes)
        for s, p, present, minutes in session.execute(select(row.session_id, row.person_id, row.present, row.minutes))
    }
    for key in sorted(rebuilt.keys() | kept.keys()):
        if rebuilt.get(key) != kept.get(key):
            yield (
                f"training_attendance: session {key[0]}, person {key[1]}: "
                f"kept {_told(kept.get(key))}, rebuilt {_told(rebuilt.get(key))}"
            )
    if repair and rebuilt != kept:
        session.execute(delete(row))
        _keep(session, rebuilt)


def rebuild(session: Session, person_ids: Collection[int]) -> None:
    """Write all attendance of some persons anew; a row that was merged with another attended nothing."""
    row, line = AttendanceRow, PresenceRow
    session.execute(delete(row).where(row.person_id.in_(person_ids)))
    found = dict(_rebuilt(session, line.person_id.in_(person_ids) & counted(line.person_id)))
    _keep(session, found)


def _keep(session: Session, found: Mapping[tuple[int, int], Stay]) -> None:
    rows = [
        {"session_id": s, "person_id": p, "present": told.present, "minutes": told.minutes}
        for (s, p), told in found.items()
    ]
    if rows:
        session.execute(insert(AttendanceRow), rows)


def _rebuilt(session: Session, whose: ColumnElement[bool]) -> Iterator[tuple[tuple[int, int], Stay]]:
    line = PresenceRow
    lines = session.execute(
        select(
            line.session_id, line.person_id, line.kind, line.at, line.minutes, SessionRow.starts_at, SessionRow.ends_at
        )
        .join(SessionRow, SessionRow.id == line.session_id)
        .where(whose)
        .order_by(line.session_id, line.person_id, line.id)
        .execution_options(yield_per=10_000)
    )
    for key, found in groupby(lines, key=lambda each: (each.session_id, each.person_id)):
        some = list(found)
        yield key, _stay(some, some[0].starts_at, some[0].ends_at)


def _of(session: Session, row: SessionRow, person_ids: Collection[int] | None) -> Iterator[tuple[int, list[Any]]]:
    line = PresenceRow
    query = select(line.person_id, line.kind, line.at, line.minutes).where(line.session_id == row.id)
    if person_ids is not None:
        query = query.where(line.person_id.in_(person_ids))
    found = session.execute(query.order_by(line.person_id, line.id)).all()
    for person_id, lines in groupby(found, key=lambda each: each.person_id):
        yield person_id, list(lines)


def _stay(lines: Iterable[Any], starts_at: datetime, ends_at: datetime) -> Stay:
    return stay([Seen(line.kind, line.at, line.minutes) for line in lines], starts_at, ends_at)


def _told(found: Stay | None) -> str:
    return "nothing" if found is None else f"{'present' if found.present else 'absent'}, {found.minutes} minutes"
