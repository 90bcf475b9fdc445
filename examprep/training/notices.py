"""What learners are told when a session moves or falls out: by mail, once for each change, and only while it is so."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.reminders.actions import Reminder, queue_many
from examprep.training import store
from examprep.training.models import ClassRow, SessionRow
from examprep.training.rules.seating import HELD

CONDITION = "training.unchanged"


def tell(
    session: Session,
    parent: ClassRow,
    rows: Iterable[SessionRow],
    *,
    before_at: datetime | None = None,
    again: bool = False,
    now: datetime,
) -> int:
    """Queue the notice of changed sessions still to come for whoever has a seat or an offer; returns how many were new.

    ``before_at`` is when a moved session was to begin; with ``again`` they take place after all. What is over is not
    worth a mail.
    """
    seats = store.seats(session, parent.id, *HELD)
    reminders = [
        Reminder(
            key=f"training.changed.{row.id}.{row.revision}.{seat.person_id}",
            person_id=seat.person_id,
            template="class-changed",
            context={
                "session_id": row.id,
                "revision": row.revision,
                "class_id": parent.id,
                "title": parent.name,
                "cancelled": row.state == "cancelled",
                "again": again,
                "reason": row.reason or "",
                "before_at": before_at or row.starts_at,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
                "place": row.place,
                "link": row.link,
            },
            condition=CONDITION,
        )
        for row in rows
        if max(row.ends_at, before_at or row.ends_at) > now
        for seat in seats
    ]
    return queue_many(session, reminders, now=now)


def unchanged(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the notice still says what is so: the session was not changed again, and the person still has a seat."""
    row = session.get(SessionRow, int(context["session_id"]))
    seat = store.enrolment(session, int(context["class_id"]), person_id)
    return (
        row is not None
        and row.revision == int(context["revision"])
        and seat is not None
        and seat.state in HELD
        and office_day(row.ends_at) >= today
    )
