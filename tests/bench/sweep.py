"""The nightly sweep of all standings, against one GROUP BY over the same lines; and what one line costs one person.

A made-up province: every holder has a certificate that is registered, and twelve lines of this year. Both clocks of the
whole country run, so each line is judged twice.
"""

import argparse
import gc
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, func, select, text

from examprep.app.schema import upgrade
from examprep.ce import actions, counting, standing_store, store, sweeping
from examprep.ce.models import LineRow
from examprep.ce.shipped import load_requirements
from examprep.people import actions as people
from examprep.people.models import RegionRow
from examprep.plumbing.db import Database
from tests.bench.installation import databases
from tests.bench.processor import Cost, cost_of, forget_peak, peak_mb

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 1, tzinfo=UTC)
LINES = 12
BUDGET_RATIO, BUDGET_MB, BUDGET_LOCK_MS = 2.0, 150.0, 150.0
SIZES = {False: (15_000, 150_000), True: (150_000, 1_500_000)}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, ten times as many")
    parser.add_argument("--sizes", type=int, nargs=2, default=None, metavar="N", help="holders of the two runs")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when a usual night of the larger run keeps to the budgets."""
    found, sizes = [], sorted(asked.sizes or SIZES[asked.postgres])
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, databases(Path(folder), postgres=asked.postgres) as (url, _):
            found.append(measure(url, size))
        print(told(size, found[-1]), flush=True)
    small, large = found
    for name in ("control", "first", "night", "recount"):
        print(f"exponent of {name}: {_exponent(small.costs[name], large.costs[name], sizes)}")
    kept = (
        large.costs["night"].clock <= BUDGET_RATIO * large.costs["control"].clock
        and large.mb <= BUDGET_MB
        and large.lock_ms <= BUDGET_LOCK_MS
    )
    return 0 if kept else 1


def _exponent(small: Cost, large: Cost, sizes: list[int]) -> str:
    growth = log(sizes[1] / sizes[0])
    by_clock, by_processor = (log(b / a) / growth for a, b in zip(astuple(small), astuple(large), strict=True))
    return f"{by_clock:.2f} by the clock, {by_processor:.2f} by processor"


@dataclass(frozen=True)
class Swept:
    """One sweep, in a process of its own: what it cost, how long its write transactions lasted (seconds), memory."""

    cost: Cost
    written: int
    locks: list[float]
    mb: float
    mb_before: float


@dataclass
class Found:
    """``costs`` by name: control, first, night, recount; ``sweeps`` those of them that are sweeps."""

    costs: dict[str, Cost] = field(default_factory=dict)
    sweeps: dict[str, Swept] = field(default_factory=dict)
    line_ms: float = 0.0

    @property
    def lock_ms(self) -> float:
        return 1000 * max(max(sweep.locks) for sweep in self.sweeps.values())

    @property
    def mb(self) -> float:
        return max(sweep.mb for sweep in self.sweeps.values())


def told(size: int, found: Found) -> str:
    control = found.costs["control"]

    def cost(name: str) -> str:
        of = found.costs[name]
        times, spent = of.clock / control.clock, of.processor / control.processor
        return f"{of.clock:.2f} s = {times:.2f} × (processor {of.processor:.2f} s = {spent:.2f} ×)"

    def swept(name: str) -> str:
        sweep = found.sweeps[name]
        locks = sorted(1000 * seconds for seconds in sweep.locks)
        return (
            f"{cost(name)}, {sweep.written:,} standings written in {len(locks) - 1:,} transactions: longest"
            f" {locks[-1]:.0f} ms, 99 of 100 below {locks[len(locks) * 99 // 100]:.0f} ms;"
            f" resident {sweep.mb:.0f} MB, before it {sweep.mb_before:.0f} MB"
        )

    return (
        f"{size:,} holders, {size * LINES:,} lines: GROUP BY {control.clock:.2f} s,"
        f" processor {control.processor:.2f} s"
        f"\n  first sweep {swept('first')}\n  usual night {swept('night')}"
        f"\n  recount of all lines {cost('recount')}; one line with its standings {found.line_ms:.1f} ms"
    )


def measure(url: str, size: int) -> Found:
    """The costs of control and sweeps, the longest write transaction, resident memory, and one line's milliseconds.

    The first sweep finds nothing kept. A usual night follows a day on which one in a hundred rose a level. The recount
    holds every standing against every line, as `examprep verify` does.
    """
    upgrade(url)
    database, found = Database(url), Found()
    fill(database, size)
    found.sweeps["first"] = apart(url)
    analyse(database)
    disturb(database)
    found.costs["control"] = sorted((cost_of(database, lambda: grouped(database)) for _ in range(3)), key=astuple)[1]
    found.sweeps["night"] = apart(url)
    found.costs |= {name: sweep.cost for name, sweep in found.sweeps.items()}
    differing: list[int] = []
    found.costs["recount"] = cost_of(database, lambda: differing.append(recount(database)))
    assert differing == [0], f"{differing[0]} standings are not what the lines say"
    found.line_ms = one_line(database)
    database.close()
    return found


def apart(url: str) -> Swept:
    """A sweep in a process of its own, as `examprep work` is one: what filling left in memory is not counted."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(swept_here, url).result()


def swept_here(url: str) -> Swept:
    database, locks, written = Database(url), [0.0], [0]
    gc.freeze()  # as a worker does once it is made
    forget_peak()
    before = peak_mb()
    with timed_writes(database, locks):
        cost = cost_of(database, lambda: written.append(sweeping.sweep(database, today=TODAY)))
    database.close()
    return Swept(cost, written[-1], locks, peak_mb(), before)


def grouped(database: Database) -> None:
    """The control: minutes of every holder and category by one statement, counted in the database."""
    inner = select(func.sum(LineRow.minutes).label("minutes")).group_by(LineRow.person_id, LineRow.category).subquery()
    with database.read() as session:
        session.execute(select(func.count(), func.sum(inner.c.minutes))).one()


def one_line(database: Database) -> float:
    """What posting one line takes, its balance and standings among it."""
    times = []
    for number in range(21):
        started = time.perf_counter()
        with database.write() as session:
            actions.post(
                session,
                person_id=number + 1,
                minutes=45,
                category="professional",
                activity="x",
                earned_on=TODAY,
                source_kind="bench.one",
                source_id=1,
                posted_by=None,
                now=NOW,
            )
        times.append(time.perf_counter() - started)
    return 1000 * median(times)


@contextmanager
def timed_writes(database: Database, found: list[float]) -> Iterator[None]:
    """How long write transactions last from their first lock to their end."""
    begun: dict[int, float] = {}

    def executed(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(("WITH", "INSERT", "DELETE", "BEGIN IMMEDIATE")) or "FOR NO KEY" in statement:
            options = connection.get_execution_options()
            if options.get("writes"):
                begun.setdefault(id(connection.connection.dbapi_connection), time.perf_counter())

    def ended(connection: Any) -> None:
        if (at := begun.pop(id(connection.connection.dbapi_connection), None)) is not None:
            found.append(time.perf_counter() - at)

    event.listen(database.engine, "before_cursor_execute", executed)
    event.listen(database.engine, "commit", ended)
    yield
    event.remove(database.engine, "before_cursor_execute", executed)
    event.remove(database.engine, "commit", ended)


def analyse(database: Database) -> None:
    """What the database does by itself at night."""
    if database.on_sqlite:
        with database.write() as session:
            session.execute(text("ANALYZE"))
        return
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def disturb(database: Database) -> None:
    """One holder in a hundred holds the next level from now on."""
    with database.write() as session:
        session.execute(text("UPDATE register_certificate SET level = 'SSW', rank = 3 WHERE person_id % 100 = 1"))


def recount(database: Database) -> int:
    """Hold every standing against every line; how many differed."""
    differing = 0
    with database.read() as session:
        cuts = counting.open_cuts(store.versions(session), TODAY)
        ranges = counting.id_ranges(session, sweeping.PERSONS_AT_ONCE)
    for cut in cuts:
        for first, last in ranges:
            with database.read() as session:
                standing_store.in_bulk(session)
                differing += sum(map(len, standing_store.stale(session, cut, first, last, lines_too=True)))
    return differing


_LINES = (
    "INSERT INTO ce_line (person_id, minutes, category, activity, kind, units, earned_on, counts_on, source_kind,"
    " source_id, posted_at) SELECT person, 45 + (person * 7 + {number} * 13) % 360,"
    " CASE (person + {number}) % 5 WHEN 0 THEN 'general' WHEN 1 THEN 'elective' ELSE 'professional' END,"
    " 'x', 'hours', 1, :day, :day, 'bench', {number}, :at FROM {source}"
)


def _words() -> dict[str, Any]:
    return {"day": (TODAY - timedelta(days=30)).isoformat(), "at": "2026-11-01 00:00:00"}


def _counted(name: str) -> str:
    return (
        f"(WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < :size) SELECT v AS {name} FROM n)"
    )


def fill(database: Database, size: int) -> None:
    """Persons, certificates registered on four hundred different days, and twelve lines for each.

    Of one in a hundred some weeks are not owed, and of as many others the year was postponed.
    """
    with database.write() as session:
        load_requirements(session, TODAY)
        session.add(RegionRow(code="520502", name="x", parent_code=None, level=3))
        session.flush()
        people.add_organisation(session, name="x", kind="bureau", region_code="520502")
    many = "generate_series(1, :size) AS person" if not database.on_sqlite else _counted("person")
    term = (
        "CAST('2024-06-01' AS DATE) + person % 400, CAST('2027-06-01' AS DATE) + person % 400"
        if not database.on_sqlite
        else ", ".join(f"date('{day}', '+' || (person % 400) || ' days')" for day in ("2024-06-01", "2027-06-01"))
    )
    level = "CASE WHEN person % 4 = 0 THEN 'SW' ELSE 'ASW' END"
    true = "true" if not database.on_sqlite else "1"
    statements = [
        "INSERT INTO person (id, name, organisation_id, language, in_post, created_at)"
        f" SELECT person, 'x', 1, 'zh', {true}, :at FROM {many}",
        "INSERT INTO register_event (id, at, kind, person_id, level, number, qualified_year, issued_on, validity,"
        f" registered_on, registered_until) SELECT person, :at, 'certified', person, {level}, 'n' || person, 2023,"
        f" '2023-10-01', 'national', {term} FROM {many}",
        "INSERT INTO register_certificate (id, person_id, level, rank, number, qualified_year, issued_on, validity,"
        f" registered_on, registered_until, {{extra}}) SELECT person, person, {level},"
        " CASE WHEN person % 4 = 0 THEN 2 ELSE 1 END, 'n' || person, 2023, '2023-10-01', 'national',"
        f" {term}, {{values}} FROM {many}",
        "INSERT INTO ce_exemption (person_id, kind, since, until, postponed_to, reason_code, note, decided_by,"
        " decided_at) SELECT person, CASE person % 100 WHEN 2 THEN 'exempt' ELSE 'postponed' END,"
        " '2026-03-01', '2027-01-01', "
        + (
            "CASE person % 100 WHEN 2 THEN NULL ELSE CAST('2027-04-01' AS DATE) END,"
            if not database.on_sqlite
            else "CASE person % 100 WHEN 2 THEN NULL ELSE '2027-04-01' END,"
        )
        + f" 'x', 'x', person, :at FROM {many} WHERE person % 100 IN (2, 3)",
    ]
    extra = {"status": "'status-completed'", "accepted": "false" if not database.on_sqlite else "0"}
    words = {"size": size, "at": "2026-11-01 00:00:00"}
    for statement in statements:
        with database.write() as session:
            filled = statement.format(extra=", ".join(extra), values=", ".join(extra.values()))
            session.execute(text(filled), words)
    for number in range(LINES):
        with database.write() as session:
            lines = _LINES.format(source=many, number=str(number))
            session.execute(text(lines), {"size": size, **_words()})
    analyse(database)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    arguments(parser)
    os._exit(run(parser.parse_args()))
