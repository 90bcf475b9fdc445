"""Mails about mocks: that one was set, that it opens soon, that it was taken back, that it is marked.

What is still worth saying is asked again when it is sent: nobody is called to a paper that they sat or that is over.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.mocks import own_store
from examprep.mocks.models import AttemptRow, PaperRow
from examprep.reminders.actions import Reminder, queue, queue_many

TO_SIT, MARKED = "mock", "mock-marked"  # templates
STILL_TO_SIT, STILL_COUNTS = "mocks.to-sit", "mocks.counts"
AHEAD = timedelta(days=1)  # before it opens, whoever heard of it long ago hears again


def was_set(session: Session, paper: PaperRow, person_ids: Iterable[int], *, now: datetime) -> None:
    """Tell each person of a paper that was set, now and, where it opens later than in two days, the day before."""
    assert paper.opens_at is not None
    persons = list(person_ids)
    found = [_to_sit(paper, person, "set") for person in persons]
    if paper.opens_at - now > 2 * AHEAD:
        found += [_to_sit(paper, person, "soon", not_before=paper.opens_at - AHEAD) for person in persons]
    queue_many(session, found, now=now)


def was_taken_back(session: Session, paper: PaperRow, person_ids: Iterable[int], *, now: datetime) -> None:
    """Tell each person that a paper counts no more, and why."""
    assert paper.taken_back_at is not None
    kind = f"back-{paper.taken_back_at.isoformat()}"
    queue_many(session, [_to_sit(paper, person, "back", key=kind) for person in person_ids], now=now)


def was_put_back(session: Session, paper: PaperRow, person_ids: Iterable[int], *, now: datetime) -> None:
    """Tell each person that a paper counts again."""
    kind = f"again-{now.isoformat()}"
    queue_many(session, [_to_sit(paper, person, "again", key=kind) for person in person_ids], now=now)


def was_marked(session: Session, attempt: AttemptRow, paper: PaperRow, *, again: int = 0, now: datetime) -> None:
    """Tell whoever sat a paper that what they wrote is marked; ``again`` numbers a marking after the first."""
    queue(
        session,
        key=f"mocks.marked.{attempt.id}.{again}",
        person_id=attempt.person_id,
        template=MARKED,
        context={
            "attempt": attempt.id,
            "title": paper.title,
            "again": bool(again),
            "half_points": attempt.half_points,
            "full_half_points": attempt.full_half_points,
        },
        condition=STILL_COUNTS,
        now=now,
    )


def _to_sit(
    paper: PaperRow, person_id: int, kind: str, *, key: str = "", not_before: datetime | None = None
) -> Reminder:
    return Reminder(
        key=f"mocks.paper.{paper.id}.{key or kind}.{person_id}",
        person_id=person_id,
        template=TO_SIT,
        context={
            "kind": kind,
            "paper": paper.id,
            "title": paper.title,
            "minutes": paper.minutes,
            "reason": paper.reason or "",
            "opens_at": paper.opens_at,
            "closes_at": paper.closes_at,
        },
        condition=STILL_TO_SIT,
        not_before=not_before,
    )


def still_to_sit(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the paper is still before the person; of one taken back, whether it was, or they have sat it."""
    paper = own_store.given_to(session, int(context["paper"]), person_id)
    if paper is None or paper.closes_at is None:
        return False
    begun = own_store.attempt_at(session, paper.id, person_id) is not None
    open_still = office_day(paper.closes_at) >= today
    if context["kind"] in {"back", "again"}:
        return (paper.taken_back_at is not None) == (context["kind"] == "back") and (begun or open_still)
    return paper.taken_back_at is None and not begun and open_still


def still_counts(session: Session, person_id: int, context: dict[str, Any], _today: date) -> bool:
    """Whether the paper that was marked still counts, with the marks of which the mail tells."""
    found = session.get(AttemptRow, int(context["attempt"]))
    if found is None or found.person_id != person_id or found.half_points != context["half_points"]:
        return False
    return session.get_one(PaperRow, found.paper_id).taken_back_at is None
