"""What work costs besides its time on the clock: processor time, also of a PostgreSQL beside us, and memory.

On a machine that others use too, processor time says what the clock does not.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from examprep.plumbing.db import Database


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of processors, ours and the database server's together."""

    clock: float
    processor: float


def cost_of(database: Database, work: Callable[[], object]) -> Cost:
    """What a piece of work costs."""
    server = None if database.on_sqlite else _server(database)
    clock, processor = time.perf_counter(), _processor(server)
    work()
    return Cost(time.perf_counter() - clock, _processor(server) - processor)


def _server(database: Database) -> int:
    with database.read() as session:
        return int(Path(session.scalar(text("SHOW data_directory")), "postmaster.pid").read_text().split()[0])


def _processor(server: int | None) -> float:
    spent = time.process_time()
    if server is not None:
        ended = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()[13:15]  # of processes that ended
        spent += sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
        for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
            spent += int(Path(f"/proc/{child}/schedstat").read_text().split()[0]) / 1e9
    return spent


def forget_peak() -> None:
    """Let `peak_mb` begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The most memory that this process had resident since."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
