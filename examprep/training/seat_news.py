"""What people are told of their seats by mail: offered, given, lapsed, approved or refused, taken away.

Only what somebody else, or time, did; whoever clicks sees the answer. A notice is not sent when it is no longer so.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.reminders.actions import queue
from examprep.training import store
from examprep.training.models import ClassRow, EnrolmentRow

CONDITION = "training.seat-so"
TEMPLATE = "seat"


def tell(session: Session, row: ClassRow, seat: EnrolmentRow, *, now: datetime) -> bool:
    """Queue what has become of a seat; once for each change."""
    session.flush()
    return queue(
        session,
        key=f"training.seat.{seat.id}.{seat.state}.{seat.at.isoformat()}",
        person_id=seat.person_id,
        template=TEMPLATE,
        context={
            "class_id": row.id,
            "title": row.name,
            "state": seat.state,
            "reason": seat.reason or "",
            "until_at": seat.offered_until or now,
            "changed_at": seat.at,
        },
        condition=CONDITION,
        now=now,
    )


def still_so(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the seat is as the notice says, and an offer not over."""
    seat = store.enrolment(session, int(context["class_id"]), person_id)
    return (
        seat is not None
        and (seat.state, seat.at) == (context["state"], context["changed_at"])
        and (seat.offered_until is None or office_day(seat.offered_until) >= today)
    )
