"""The sessions of a class as rows: planned, told apart from the rule that planned them, and changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict
from examprep.training import clashes, seat_news, seats, store
from examprep.training.models import ClassRow, SeriesRow, SessionRow
from examprep.training.rules.recurrence import Series, days_of
from examprep.training.rules.schedule import Slot, checked, place_key
from examprep.training.rules.seating import HELD


def add(
    session: Session,
    row: ClassRow,
    slots: Iterable[Slot],
    series: Series | None,
    now: datetime,
    *,
    release: bool = False,
) -> int:
    """Put sessions into a class, whose row is locked; returns how many. ``release`` as in `free`.

    Raises:
        RuleViolation: the slots break the timetable; Conflict: ``training.trainer-busy``, ``training.room-taken``,
            ``training.learners-busy``.
    """
    typed, repeated = list(slots), series.slots() if series else ()
    ordered = checked([*typed, *repeated], row.mode, beside=standing(store.sessions_of(session, row.id)))
    free(session, row, ordered, release=release, now=now)
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
    seats.settle(session, row, now=now)
    return len(ordered)


def free(
    session: Session, row: ClassRow, slots: Sequence[Slot], *, leaving: Sequence[int] = (), release: bool, now: datetime
) -> None:
    """See that trainer, rooms and learners are free at some slots, and stay so until the transaction ends.

    With ``release`` learners who have a seat elsewhere then give up theirs here, and are told; the caller settles the
    class when its sessions are changed. ``leaving`` are sessions that are about to move away.

    Raises:
        Conflict: ``training.trainer-busy``, ``training.room-taken``, ``training.learners-busy``.
    """
    learners = store.seats(session, row.id, "waiting", *HELD)
    clashes.refuse(
        session,
        slots,
        trainer_id=row.trainer_id,
        organisation_id=row.organisation_id,
        leaving=leaving,
        others=[seat.person_id for seat in learners],
    )
    cannot = clashes.who_cannot(session, slots, row.id)
    if cannot and not release:
        first = next(iter(cannot.values()))
        raise Conflict(
            "training.learners-busy",
            "%(count)s learners have another class at these hours, on %(day)s that of “%(title)s”. Choose other hours, "
            "or let those learners give up their seats here.",
            count=len(cannot),
            day=first.on,
            title=first.class_name,
        )
    for seat in learners:
        if seat.person_id in cannot:
            seats.give_up(session, row, seat, now=now)
            seat_news.tell(session, row, seat, now=now)


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
