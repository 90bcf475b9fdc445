"""Sixteen clients in two processes that ask a product and its control in turns, and what they saw."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import quantiles

CLIENTS, PROCESSES, TURNS = 16, 2, 4
SETUP_SECONDS = 12  # what starting, filling and warming takes of the asked time

# Makes the clients of the given numbers, by the side they ask; each does one thing and says if it went well.
Doers = Callable[[Sequence[int]], Mapping[str, Sequence[Callable[[], bool]]]]


@dataclass
class Run:
    """What the clients of one side saw. Latencies in seconds."""

    answered: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0

    def percentile(self, share: int) -> float:
        """In milliseconds."""
        return 1000 * quantiles(self.latencies, n=100)[share - 1]


def slice_seconds(seconds: int, sides: int) -> float:
    """How long each side works in each turn, when all may take so long."""
    return max(1.0, (seconds - SETUP_SECONDS) / (sides * TURNS))


def measure(doers: Doers, sides: Sequence[str], seconds: float) -> dict[str, Run]:
    """The sides in turns of so many seconds, after a warm-up of each. ``doers`` must be picklable."""
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
    for turn in range(TURNS + 1):
        for side, sums in runs.items():
            lasts = seconds if turn else 1.0
            for here, _ in pipes:
                here.send((side, lasts))
            parts = [here.recv() for here, _ in pipes]
            if turn:  # the first turn warms up
                sums.answered += sum(len(latencies) for latencies, _ in parts)
                sums.refused += sum(refused for _, refused in parts)
                sums.latencies += [latency for latencies, _ in parts for latency in latencies]
                sums.seconds += lasts
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
