"""The sessions of a class as rows: planned, told apart from the rule that planned them, and changed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.training import clashes, store
from examprep.training.models import ClassRow, SeriesRow, SessionRow
from examprep.training.rules.recurrence import Series, days_of
from examprep.training.rules.schedule import Slot, checked, place_key


def add(session: Session, row: ClassRow, slots: Iterable[Slot], series: Series | None, now: datetime) -> int:
    """Put sessions into a class, whose row is locked; returns how many.

    Raises:
        RuleViolation: the slots break the timetable; Conflict: ``training.trainer-busy``, ``training.room-taken``.
    """
    typed, repeated = list(slots), series.slots() if series else ()
    ordered = checked([*typed, *repeated], row.mode, beside=standing(store.sessions_of(session, row.id)))
    clashes.refuse(session, ordered, trainer_id=row.trainer_id, organisation_id=row.organisation_id)
    series_id = _keep(session, row, series, now) if series else None
    session.add_all(
        SessionRow(
            class_id=row.id,
            state="planned",
            changed_at=now,
            series_id=series_id if each in repeated else None,
            occurs_on=office_day(each.starts_at) if each in repeated else None,
            **values_of(each),
        )
        for each in ordered
    )
    session.flush()
    return len(ordered)


def _keep(session: Session, row: ClassRow, series: Series, now: datetime) -> int:
    days, skipped = days_of(series)
    kept = SeriesRow(
        class_id=row.id,
        weekdays=sorted(series.weekdays),
        first_on=days[0],
        last_on=days[-1],
        starts=series.starts,
        ends=series.ends,
        skipped=[{"on": each.on.isoformat(), "why": each.why} for each in skipped if each.on > days[0]],
        created_at=now,
    )
    session.add(kept)
    session.flush()
    return kept.id


def touch(row: SessionRow, now: datetime, **values: object) -> None:
    """Change a session in a way that its learners should know of."""
    for name, value in values.items():
        setattr(row, name, value)
    row.revision, row.changed_at = row.revision + 1, now


def values_of(slot: Slot) -> dict[str, object]:
    return {**vars(slot), "place_key": place_key(slot.place)}


def standing(rows: Iterable[SessionRow]) -> list[Slot]:
    """The slots of those that are not cancelled."""
    return [slot_of(row) for row in rows if row.state != "cancelled"]


def slot_of(row: SessionRow) -> Slot:
    return Slot(row.starts_at, row.ends_at, row.place, row.link)
