"""Pass rates over ten years out of the store of a whole country, against the same figures by SQL over the marks."""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from examprep.app.schema import upgrade
from examprep.exams import figures, recompute, tallies
from examprep.exams.cuts import Cut
from examprep.exams.models import TrendRow
from examprep.exams.tallies import regions_above
from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.plumbing.db import Database
from tests.bench.candidates import FIGURES, YEARS, fill
from tests.bench.installation import databases

SIZES, POSTGRES_SIZES = (20_000, 200_000), (200_000, 2_000_000)
TURNS, FASTER, TREND_MS, CUT_MS = 5, 100.0, 50.0, 3_000.0
# One officer above everything, and one of a large province.
COUNTRY, PROVINCE = 1, "440000"
CUTS = {
    "women of 25 to 34": Cut(sex="female", age="25-34"),
    "bachelors, first time": Cut(education="bachelor", returning=False),
    "community units": Cut(kind="community"),
    "trained": Cut(trained=True),
    "law and policy": Cut(subject="sw-law-policy"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--sizes", type=int, nargs=2, metavar="N", help="candidates a year")
    parser.add_argument("--judge", type=int, default=200_000, metavar="N", help="judge all anew up to N a year")


@dataclass
class Taken:
    """Milliseconds of each figure, and seconds of the control."""

    control: float
    trend: float
    all_trends: float
    cuts: dict[str, float]
    change: float


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the larger size is within its budgets."""
    sizes = sorted(asked.sizes or (POSTGRES_SIZES if asked.postgres else SIZES))
    taken = {size: measure(size, postgres=asked.postgres, verify=size <= asked.judge) for size in sizes}
    small, large = (taken[size] for size in sizes)
    worst = max(large.cuts.values())
    ratio = large.control * 1000 / large.all_trends
    growth = log(sizes[1] / sizes[0])
    print(
        f"{'PostgreSQL' if asked.postgres else 'SQLite'}, {sizes[1]:,} a year: trends {large.all_trends:.1f} ms, "
        f"{ratio:,.0f} times as fast as the marks (exponent {log(large.all_trends / small.all_trends) / growth:.2f}; "
        f"budget {TREND_MS:.0f} ms, {FASTER:.0f} times); slowest cut {worst:.0f} ms "
        f"(exponent {log(worst / max(small.cuts.values())) / growth:.2f}; budget {CUT_MS:.0f} ms)"
    )
    return 0 if large.all_trends <= TREND_MS and ratio >= FASTER and worst <= CUT_MS else 1


def measure(size: int, *, postgres: bool, verify: bool) -> Taken:
    """Fill a store, prove its figures, and time them."""
    print(f"{size:,} candidates a year, {len(YEARS)} years")
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), postgres=postgres) as (url, _):
        upgrade(url)
        database = Database(url)
        fill(database, size)
        with database.read() as session:
            control, figures_of_marks = _timed(lambda: session.execute(text(FIGURES)).all())
            prove(session, figures_of_marks, verify=verify)
            taken = _figures(session, control)
        taken.change = _change(database)
        database.close()
    print(
        f"  marks {taken.control:.1f} s; the trend of the country {taken.trend:.1f} ms, of the provinces by level "
        f"{taken.all_trends:.1f} ms; a person's outcome recomputed {taken.change:.0f} ms"
    )
    print("  " + "; ".join(f"{name} {ms:.0f} ms" for name, ms in taken.cuts.items()), flush=True)
    return taken


def officer(organisation_id: int) -> Actor:
    return Actor(0, 1, "", organisation_id, "zh", (Grant(Role.OFFICER, organisation_id),))


def prove(session: Session, figures_of_marks: Sequence[Any], *, verify: bool) -> None:
    """The marks by plain SQL, the trend, and (unless left out) every outcome judged anew say the same."""
    summed: dict[tuple[str, str, int], list[int]] = {}
    for region, level, year, *counts in figures_of_marks:
        for above in regions_above(region):
            kept = summed.setdefault((above, level, year), [0, 0, 0, 0])
            for at, count in enumerate(counts):
                kept[at] += int(count)
    row = TrendRow
    kept_trend = {tuple(found[:3]): list(found[3:]) for found in session.execute(select(*row.__table__.columns))}
    assert kept_trend == summed, "the trend and the marks differ"
    started = time.perf_counter()
    checks = [tallies.tally_differences, tallies.subject_differences, tallies.trend_differences]
    for check in [*checks, *([recompute.outcome_differences] if verify else [])]:
        for told in check(session, False):
            raise AssertionError(told)
    print(
        f"  {len(kept_trend):,} figures of the marks and of the trend are equal; verify finds nothing amiss"
        f" ({'' if verify else 'of tallies, '}{time.perf_counter() - started:.0f} s)",
        flush=True,
    )


def _figures(session: Session, control: float) -> Taken:
    everything = officer(COUNTRY)
    provincial = officer(_office_of(session, PROVINCE))
    cuts = {name: _ms(lambda cut=cut: figures.counts(session, everything, cut)) for name, cut in CUTS.items()}
    cuts["a province's women"] = _ms(lambda: figures.counts(session, provincial, Cut(sex="female")))
    cuts["a province's trend"] = _ms(lambda: figures.counts(session, provincial, Cut()))
    cuts["subjects"] = _ms(lambda: figures.subject_counts(session, everything, Cut()))
    cuts["in the end"] = _ms(lambda: figures.eventual(session, everything, Cut()))
    cuts["trained, stratified"] = _ms(lambda: figures.strata(session, everything, Cut(), "sat", YEARS[-1:]))
    cuts["every county by level and year"] = _ms(lambda: figures.regions(session, everything, Cut(), 3))
    return Taken(
        control,
        trend=_ms(lambda: figures.counts(session, everything, Cut())),
        all_trends=_ms(lambda: figures.regions(session, everything, Cut(), 1)),
        cuts=cuts,
        change=0.0,
    )


def _office_of(session: Session, region: str) -> int:
    found = session.scalar(text("SELECT MIN(id) FROM organisation WHERE name = :code").bindparams(code=region))
    assert found is not None
    return int(found)


def _change(database: Database) -> float:
    """A person's outcome judged anew, and the tallies with it."""

    def once() -> None:
        with database.write() as session:
            session.execute(text("UPDATE exam_outcome SET qualified = NOT qualified WHERE person_id = 77"))
            recompute.recompute(session, [77])

    return _ms(once)


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = do()
    return time.perf_counter() - started, found


def _ms(do: Callable[[], Any]) -> float:
    return median(_timed(do)[0] * 1000 for _ in range(TURNS))
