"""Searching banks of two sizes for words in Chinese, as the list of questions does: the count and the first page."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from math import log
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from examprep.app.factory import open_runtime
from examprep.app.schema import upgrade
from examprep.bank import browsing
from examprep.bank.models import TextRow
from examprep.config.settings import Settings
from examprep.people.store import load_actor
from examprep.plumbing.listing import Ask
from tests.bench.installation import KEYS, databases
from tests.bench.near_duplicates import fill, made

SIZES, TURNS, BUDGET_MS = (3_000, 12_000), 7, 300.0
# One that many questions hold, some that few do, two at once, a short one, and one that is nowhere.
WORDS = ("社会工作者", "社区矫正", "最低生活保障 申请", "法", "不存在的词语")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="questions of the two banks")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when no word takes longer than its budget in the larger bank."""
    print(f" questions   control  {'  '.join(f'“{word}”' for word in WORDS)}")
    worst = {}
    for size in sorted(asked.sizes):
        control, taken = measure(size, postgres=asked.postgres)
        worst[size] = max(taken.values())
        print(f"{size:>10} {control:>6.1f} ms  {'  '.join(f'{each:.1f} ms' for each in taken.values())}")
    (few, small), (many, large) = worst.items()
    print(
        f"{'PostgreSQL' if asked.postgres else 'SQLite'}: slowest word {large:.0f} ms,"
        f" exponent {log(large / small) / log(many / few):.2f}; budget {BUDGET_MS:.0f} ms"
    )
    return 0 if large <= BUDGET_MS else 1


def measure(size: int, *, postgres: bool) -> tuple[float, dict[str, float]]:
    """Milliseconds of the control, and of each word."""
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), postgres=postgres) as (url, _):
        os.environ.update({**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url})
        upgrade(url)
        fill(list(made(size)))
        runtime = open_runtime(Settings.from_env())
        with runtime.database.read() as session:
            actor = load_actor(session, 1, 0, runtime.clock.today())
            assert actor is not None
            control = _median(lambda: session.scalar(select(func.count()).select_from(TextRow)))
            taken = {word: _median(partial(browsing.questions, session, actor, Ask(words=word))) for word in WORDS}
        runtime.database.close()
    return control, taken


def _median(do: Callable[[], object]) -> float:
    times = []
    for _ in range(TURNS):
        started = time.perf_counter()
        do()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)
