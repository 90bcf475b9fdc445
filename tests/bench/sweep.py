"""The nightly sweep of all standings, against one GROUP BY over the same lines; and what one line costs one person.

A made-up province: every holder has a certificate that is registered, and twelve lines of this year. Both clocks of the
whole country run, so each line is judged twice.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from alembic import command as alembic
from sqlalchemy import event, func, select, text

from examprep.app.operations import alembic_config
from examprep.ce import actions, counting, standing_store, store, sweeping
from examprep.ce.models import LineRow
from examprep.ce.shipped import load_requirements
from examprep.people import actions as people
from examprep.people.models import RegionRow
from examprep.plumbing.db import Database
from tests.bench.installation import databases

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 1, tzinfo=UTC)
LINES = 12
BUDGET_RATIO, BUDGET_MB, BUDGET_LOCK_MS = 2.0, 150.0, 150.0
SIZES = {False: (15_000, 150_000), True: (150_000, 1_500_000)}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, ten times as many")
    parser.add_argument("--sizes", type=int, nargs=2, default=None, metavar="N", help="holders of the two runs")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the larger run keeps to the budgets."""
    found = []
    for size in sorted(asked.sizes or SIZES[asked.postgres]):
        with tempfile.TemporaryDirectory() as folder, databases(Path(folder), postgres=asked.postgres) as (url, _):
            found.append(measure(url, size))
        print(told(size, found[-1]), flush=True)
    (small, large), (few, many) = found, sorted(asked.sizes or SIZES[asked.postgres])
    exponent = log(large["sweep"] / small["sweep"]) / log(many / few)
    print(f"exponent {exponent:.2f} (control {log(large['control'] / small['control']) / log(many / few):.2f})")
    kept = (
        large["sweep"] <= BUDGET_RATIO * large["control"]
        and large["mb"] <= BUDGET_MB
        and large["lock_ms"] <= BUDGET_LOCK_MS
    )
    return 0 if kept else 1


def told(size: int, found: dict[str, float]) -> str:
    return (
        f"{size:,} holders, {size * LINES:,} lines: GROUP BY {found['control']:.2f} s;"
        f" nightly sweep {found['sweep']:.2f} s = {found['sweep'] / found['control']:.2f} ×"
        f" ({found['written']:.0f} standings written),"
        f" recount of all lines {found['recount']:.2f} s = {found['recount'] / found['control']:.2f} ×;"
        f" longest write lock {found['lock_ms']:.0f} ms,"
        f" resident {found['mb']:.0f} MB; one line with its standings {found['line_ms']:.1f} ms"
    )


def measure(url: str, size: int) -> dict[str, float]:
    """Seconds of control and sweep, the longest write transaction, resident memory, and one line's milliseconds.

    The nightly sweep follows a day on which one in a hundred rose a level. The recount holds every standing against
    every line, as `examprep verify` does.
    """
    alembic.upgrade(alembic_config(url), "head")
    database = Database(url)
    fill(database, size)
    locks: list[float] = []
    keep_all(database)
    analyse(database)
    disturb(database)
    control = median(grouped(database) for _ in range(3))
    locks.clear()
    with timed_writes(database, locks):
        started = time.perf_counter()
        written = sweeping.sweep(database, today=TODAY)
        took = time.perf_counter() - started
    recounted, differing = recount(database)
    assert differing == 0, f"{differing} standings are not what the lines say"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {
        "control": control,
        "sweep": took,
        "recount": recounted,
        "written": float(written),
        "lock_ms": 1000 * max(locks),
        "mb": peak,
        "line_ms": one_line(database),
    }
    database.close()
    return found


def grouped(database: Database) -> float:
    """The control: minutes of every holder and category by one statement, counted in the database."""
    inner = select(func.sum(LineRow.minutes).label("minutes")).group_by(LineRow.person_id, LineRow.category).subquery()
    started = time.perf_counter()
    with database.read() as session:
        session.execute(select(func.count(), func.sum(inner.c.minutes))).one()
    return time.perf_counter() - started


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
    found.append(0.0)


def analyse(database: Database) -> None:
    """What the database does by itself at night."""
    if database.on_sqlite:
        with database.write() as session:
            session.execute(text("ANALYZE"))
        return
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def keep_all(database: Database) -> None:
    """The standings as they are on an evening; how they came is not measured."""
    with database.read() as session:
        cuts = counting.open_cuts(store.versions(session), TODAY)
        ranges = counting.id_ranges(session, sweeping.PERSONS_AT_ONCE)
    for cut in cuts:
        for first, last in ranges:
            with database.write() as session:
                standing_store.keep(session, cut, range(first, last + 1), prune=False)


def disturb(database: Database) -> None:
    """One holder in a hundred holds the next level from now on."""
    with database.write() as session:
        session.execute(text("UPDATE register_certificate SET level = 'SSW', rank = 3 WHERE person_id % 100 = 1"))


def recount(database: Database) -> tuple[float, int]:
    """Seconds of holding every standing against every line, and how many differed."""
    started, differing = time.perf_counter(), 0
    with database.read() as session:
        cuts = counting.open_cuts(store.versions(session), TODAY)
        ranges = counting.id_ranges(session, sweeping.PERSONS_AT_ONCE)
    for cut in cuts:
        for first, last in ranges:
            with database.read() as session:
                differing += len(standing_store.stale(session, cut, first, last, lines_too=True))
    return time.perf_counter() - started, differing


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
    """Persons, certificates registered on four hundred different days, and twelve lines for each."""
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
