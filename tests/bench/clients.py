"""Sixteen clients in two processes that ask a product and its control in turns, and what they saw."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import quantiles
from typing import NamedTuple

CLIENTS, PROCESSES, LEAST_TURNS = 16, 2, 4
SETUP_SECONDS = 12  # what starting, filling and warming takes of the asked time
SLICE_SECONDS = 1.5  # of each side in each turn: a machine's speed changes within a minute, and this is shorter
WARM_SECONDS = 3.0  # of each side, before the first turn

# Makes the clients of the given numbers, by the side they ask; each does one thing and says if it went well.
Doers = Callable[[Sequence[int]], Mapping[str, Sequence[Callable[[], bool]]]]


@dataclass
class Run:
    """What the clients of one side saw. Latencies in seconds."""

    turns: list[int] = field(default_factory=list)  # how many were answered in each
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def answered(self) -> int:
        return sum(self.turns)

    @property
    def seconds(self) -> float:
        return len(self.turns) * SLICE_SECONDS

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds if self.turns else 0.0

    def beside(self, control: "Run") -> "Ratio":
        """Its throughput as a share of the control's, turn by turn."""
        low, middle, high = quantiles([own / other for own, other in zip(self.turns, control.turns, strict=True)], n=4)
        return Ratio(middle, low, high)

    def percentile(self, share: int) -> float:
        """In milliseconds."""
        return 1000 * quantiles(self.latencies, n=100)[share - 1]


class Ratio(NamedTuple):
    """The middle of the ratios of single turns, and between what the middle half of them lies."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f} to {self.high:.2f})"


def measure(doers: Doers, sides: Sequence[str], seconds: float) -> dict[str, Run]:
    """The sides in turns, after a warm-up of each, in about so many seconds. ``doers`` must be picklable."""
    runs = {side: Run() for side in sides}
    context = get_context("spawn")
    share = CLIENTS // PROCESSES
    pipes = []
    for number in range(PROCESSES):
        here, there = context.Pipe()
        numbers = range(number * share, (number + 1) * share)
        process = context.Process(target=_clients, args=(there, doers, numbers), daemon=True)
        process.start()
        pipes.append((here, process))
    for here, _ in pipes:
        assert here.recv() == "ready"
    turns = max(LEAST_TURNS, int((seconds - SETUP_SECONDS) / (len(sides) * SLICE_SECONDS)))
    for turn in range(turns + 1):
        for side, sums in runs.items():
            lasts = SLICE_SECONDS if turn else WARM_SECONDS
            for here, _ in pipes:
                here.send((side, lasts))
            parts = [here.recv() for here, _ in pipes]
            if turn:  # the first turn warms up
                sums.turns.append(sum(len(latencies) for latencies, _ in parts))
                sums.refused += sum(refused for _, refused in parts)
                sums.latencies += [latency for latencies, _ in parts for latency in latencies]
    for here, process in pipes:
        here.send(None)
        process.join(10)
    return runs


def _clients(pipe, doers: Doers, numbers: range) -> None:
    """One client process: makes its clients ready, then lets them ask whenever it is told to."""
    ready = doers(numbers)
    pipe.send("ready")
    while (told := pipe.recv()) is not None:
        side, seconds = told
        latencies: list[float] = []
        refused: list[int] = []
        until = time.monotonic() + seconds

        def work(once: Callable[[], bool], until: float, latencies: list[float], refused: list[int]) -> None:
            while (start := time.monotonic()) < until:
                well = once()
                latencies.append(time.monotonic() - start)
                if not well:
                    refused.append(1)

        threads = [threading.Thread(target=work, args=(once, until, latencies, refused)) for once in ready[side]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pipe.send((latencies, len(refused)))


def told(name: str, side: Run) -> str:
    """A side's line in a report."""
    tails = f"p50 {side.percentile(50):6.1f} ms   p99 {side.percentile(99):6.1f} ms"
    return f"  {name:14}{side.per_second:8.0f} /s   {tails}   refused {side.refused}"


def verdict(met: bool) -> str:
    return "PASS" if met else "FALL SHORT"
