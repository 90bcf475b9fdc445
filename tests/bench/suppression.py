"""Deciding what tables of one exam year hide, in provinces of two sizes, against the textbook's audit of the answer.

The audit asks scipy for the least and the most of each hidden count; it is run on a sample and scaled up. Both work on
the same block: counties in prefectures of ten, three levels, registered, sat and passed.
"""

import argparse
import random
import time
from dataclasses import dataclass
from math import log

from examprep.bureau.rules.judging import Judged, judge
from examprep.bureau.rules.tables import Block, Unit, values_of
from examprep.syllabus.rules.levels import LEVELS
from tests.reports.attack import Attacker

SIZES, PER_PREFECTURE, SAMPLE, THRESHOLD = (25, 100), 10, 40, 10
SHARES = (0.7, 0.28, 0.02)  # of the levels among those registered


@dataclass(frozen=True)
class Measured:
    counties: int
    printed: int
    hidden: int
    deciding: float  # seconds
    auditing: float


def province(counties: int, seed: int) -> Block:
    """Counties of very different sizes."""
    draw = random.Random(seed)
    counts: dict[tuple[str, str, str], int] = {}
    prefectures = [
        (f"p{first}", [f"c{number}" for number in range(first, min(first + PER_PREFECTURE, counties))])
        for first in range(0, counties, PER_PREFECTURE)
    ]
    units = [Unit("top", "top", 0, tuple(name for name, _ in prefectures))]
    for prefecture, members in prefectures:
        units.append(Unit(prefecture, prefecture, 1, tuple(members)))
        for county in members:
            units.append(Unit(county, county, 2))
            size = draw.lognormvariate(5, 1)
            for level, share in zip(LEVELS, SHARES, strict=True):
                registered = int(size * share * draw.uniform(0.7, 1.3))
                sat = sum(draw.uniform(0, 1) < 0.85 for _ in range(registered))
                passed = sum(draw.uniform(0, 1) < 0.2 for _ in range(sat))
                for figure, count in (("registered", registered), ("sat", sat), ("passed", passed)):
                    for unit in ("top", prefecture, county):
                        counts[unit, level, figure] = counts.get((unit, level, figure), 0) + count
    return Block("exams", "2023", units, counts)


def measure(counties: int) -> Measured:
    block = province(counties, counties)
    started = time.perf_counter()
    judged = judge(block, threshold=THRESHOLD)
    deciding = time.perf_counter() - started
    assert not judged.exposed
    return Measured(
        counties, len(judged.shown) + len(judged.hidden), len(judged.hidden), deciding, _audit(block, judged)
    )


def _audit(block: Block, judged: Judged) -> float:
    """Seconds that the audit of every hidden count would take; the sample must be safe."""
    keys = random.Random(1).sample([hidden.key for hidden in judged.hidden], min(SAMPLE, len(judged.hidden)))
    attacker, truth = Attacker(block, judged.shown), values_of(block)
    started = time.perf_counter()
    for key in keys:
        low, high = attacker.bounds(key)
        assert high - low >= THRESHOLD - 1e-5, (key, truth[key])
    return (time.perf_counter() - started) * len(judged.hidden) / len(keys)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, help="counties")


def run(asked: argparse.Namespace) -> int:
    found = [measure(size) for size in asked.sizes]
    for one in found:
        print(
            f"{one.counties} counties: {one.hidden} of {one.printed} counts hidden; decided in {one.deciding:.1f} s, "
            f"audited in {one.auditing:.1f} s: {one.deciding / one.auditing:.2f} ×"
        )
    small, large = found
    exponent = log(large.deciding / small.deciding) / log(large.counties / small.counties)
    print(f"exponent {exponent:.2f}")
    return 0
