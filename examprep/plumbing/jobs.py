"""What a job is. Who runs it, and that each turn happens once, is `app/worker.py` and ``JobTurnRow``."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, Session

from examprep.plumbing.db import Base, pk
from examprep.plumbing.runtime import Runtime

# Whether there is still a reason for a reminder: asked with the person, the reminder's context and the office day.
StillDue = Callable[[Session, int, dict[str, Any], date], bool]


@dataclass(frozen=True)
class JobTurn:
    """One turn of a job: the instant it was due, and the installation it runs in.

    ``stopping`` says that the worker is asked to stop: a long job then ends after the item it is at.
    """

    runtime: Runtime
    scheduled_at: datetime
    now: datetime
    stopping: Callable[[], bool] = lambda: False


def worker_name() -> str:
    """This host and process, for people who look."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True)
class Job:
    """``cron`` is five fields in office time, weekdays by name; ``run`` returns how many things it did.

    A job must be safe to run late, twice or never: what was done is known by rows, not by the schedule.
    """

    name: str
    cron: str
    run: Callable[[JobTurn], int]


class JobTurnRow(Base):
    """A turn somebody claimed. Inserting the row is the claim, so each turn has one worker."""

    __tablename__ = "job_turn"
    __table_args__ = (UniqueConstraint("job", "scheduled_at"),)

    id: Mapped[pk]
    job: Mapped[str]
    scheduled_at: Mapped[datetime]
    claimed_at: Mapped[datetime]
    claimed_by: Mapped[str]  # host and process, for people who look
    finished_at: Mapped[datetime | None]
    done: Mapped[int | None]
    error: Mapped[str | None]
