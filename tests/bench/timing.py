"""How long a part of a bench took, by the clock and by the processor."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass
class Taken:
    """Seconds of wall clock and of processor."""

    wall: float = 0.0
    processor: float = 0.0


@contextmanager
def timed(taken: Taken) -> Iterator[None]:
    wall, processor = time.perf_counter(), time.process_time()
    yield
    taken.wall += time.perf_counter() - wall
    taken.processor += time.process_time() - processor


@contextmanager
def serving(session: Session, taken: Taken) -> Iterator[None]:
    """Add to what is taken the processor time of the session's server, where it is a process of its own."""
    if session.get_bind().dialect.name == "sqlite":
        yield
        return
    server = Path("/proc", str(session.connection().scalar(text("SELECT pg_backend_pid()"))), "stat")

    def ticks() -> int:
        user, system = server.read_text().rpartition(")")[2].split()[11:13]
        return int(user) + int(system)

    before = ticks()
    yield
    taken.processor += (ticks() - before) / os.sysconf("SC_CLK_TCK")
