"""Turns of jobs in the database: inserting the row is the claim, so each turn has one worker among all that run.

A turn that is not finished 15 minutes after its claim was last renewed belongs to a dead worker and is taken over.
Each function is one short transaction of the caller's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from examprep.plumbing.db import Database
from examprep.plumbing.jobs import JobTurnRow

LEASE = timedelta(minutes=15)
# A turn that killed every worker that took it is given up after a day.
GIVEN_UP_AFTER = timedelta(days=1)
KEPT = timedelta(days=60)
TURN = JobTurnRow


@dataclass(frozen=True)
class Turn:
    """A turn that this worker alone may run."""

    id: int
    job: str
    scheduled_at: datetime


def claim(database: Database, job: str, scheduled_at: datetime, *, by: str, now: datetime) -> Turn | None:
    """The turn, if nobody has it yet."""
    try:
        with database.write() as session:
            row_id = session.scalar(
                insert(TURN)
                .values(job=job, scheduled_at=scheduled_at, claimed_at=now, claimed_by=by)
                .returning(TURN.id)
            )
    except IntegrityError:
        return None
    return Turn(int(row_id or 0), job, scheduled_at)


def missed(session: Session, job: str, scheduled_at: datetime, *, now: datetime) -> bool:
    """Whether a turn that is due was claimed by nobody and is still worth running.

    That is when it is less than a day late, or its job has run before: a new installation does not begin with last
    year's work.
    """
    latest = session.scalar(select(func.max(TURN.scheduled_at)).where(TURN.job == job))
    return now - scheduled_at < GIVEN_UP_AFTER if latest is None else latest < scheduled_at


def take_over(session: Session, *, by: str, jobs: Collection[str], now: datetime) -> Sequence[Turn]:
    """The unfinished turns of dead workers, claimed for this one; of two takers the update lets one through."""
    taken = []
    abandoned = session.execute(
        select(TURN.id, TURN.job, TURN.scheduled_at, TURN.claimed_at, TURN.claimed_by).where(
            TURN.finished_at.is_(None), TURN.claimed_at < now - LEASE, TURN.job.in_(jobs)
        )
    ).all()
    for row in abandoned:
        if now - row.scheduled_at > GIVEN_UP_AFTER:
            values: dict[str, Any] = {"finished_at": now, "error": "given up: its workers died"}
        else:
            values = {"claimed_at": now, "claimed_by": by}
        done = session.execute(
            update(TURN)
            .where(
                TURN.id == row.id,
                TURN.claimed_at == row.claimed_at,
                TURN.claimed_by == row.claimed_by,
                TURN.finished_at.is_(None),
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount == 1 and "claimed_by" in values:  # type: ignore[attr-defined]
            taken.append(Turn(row.id, row.job, row.scheduled_at))
    return taken


def renew(session: Session, turn_ids: Collection[int], *, by: str, now: datetime) -> None:
    """Say that the worker still runs these."""
    session.execute(
        update(TURN)
        .where(TURN.id.in_(turn_ids), TURN.claimed_by == by, TURN.finished_at.is_(None))
        .values(claimed_at=now)
        .execution_options(synchronize_session=False)
    )


def finish(session: Session, turn: Turn, *, by: str, done: int | None, error: str | None, now: datetime) -> None:
    session.execute(
        update(TURN)
        .where(TURN.id == turn.id, TURN.claimed_by == by)
        .values(finished_at=now, done=done, error=error)
        .execution_options(synchronize_session=False)
    )


def prune(session: Session, *, now: datetime) -> int:
    """Forget finished turns after 60 days, but of each job keep the latest: it says what was already run."""
    later = aliased(TURN)
    newer = select(later.id).where(later.job == TURN.job, later.scheduled_at > TURN.scheduled_at).exists()
    gone = session.execute(
        delete(TURN)
        .where(TURN.scheduled_at < now - KEPT, TURN.finished_at.is_not(None), newer)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
