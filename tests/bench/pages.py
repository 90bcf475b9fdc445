"""The candidate's home and question page over HTTP, against a bare route that renders a template of 10 kB.

All run under the same server, in turns. Ours are asked by candidates who are signed in and have answered before; the
bare route by the same, and in an application without session and CSRF token. A home is kept while nothing in it
changes, so that of one that has just changed is told too: what it takes beside the answer that changed it.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from math import log
from pathlib import Path

from tests.bench.answer_path import answering
from tests.bench.clients import CLIENTS, Run, measure, told, verdict
from tests.bench.controls import drawing, looks
from tests.bench.installation import ADDRESS, KEYS, databases, fill
from tests.bench.servers import THREADS, WORKERS, served
from tests.bench.wire import Wire

BUDGET = 0.50
ANSWERED = (12, 240)  # questions, before a candidate's pages are asked for
HOME = "/practice/"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="how long each size may take (default 60)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when both pages keep to the budget for whoever has answered much."""
    kind = "PostgreSQL" if asked.postgres else "SQLite"
    print(f"pages on {kind}: {CLIENTS} clients, granian with {WORKERS} x {THREADS} threads, {os.cpu_count()} cores")
    small, large = (measured(asked, answered) for answered in ANSWERED)
    met = True
    for name in ("home", "question"):
        framed, bare = (large[name].beside(large[control]) for control in ("framed", "bare"))
        met = met and framed.middle >= BUDGET and not large[name].refused
        exponent = log(small[name].per_second / large[name].per_second) / log(ANSWERED[1] / ANSWERED[0])
        print(
            f"{name} (budget ≥ {BUDGET:.2f}): {framed} of the bare route behind the same frame:"
            f" {verdict(framed.middle >= BUDGET)}; {bare} of a bare application: {verdict(bare.middle >= BUDGET)};"
            f" exponent {exponent:.2f}"
        )
    return 0 if met else 1


def measured(asked: argparse.Namespace, answered: int) -> dict[str, Run]:
    """Both pages and the control in turns, of candidates who have answered so many questions."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        url, bare_url = stack.enter_context(databases(home, postgres=asked.postgres))
        environment = {
            **KEYS,
            "EXAMPREP_HOME": folder,
            "EXAMPREP_DATABASE_URL": url,
            "BENCH_BARE_URL": bare_url,
        }
        os.environ.update(environment)
        fill()
        port = stack.enter_context(served("tests.bench.controls:ours", environment, home / "ours.log"))
        bare_port = stack.enter_context(served("tests.bench.controls:bare", environment, home / "bare.log"))
        sides = ("bare", "framed", "home", "question", "answer", "both")
        runs = measure(partial(doers, bare_port, port, answered), sides, asked.seconds)
    print(f"{answered} answered")
    for side in sides[:4]:
        print(told(side, runs[side]), f" ratio {runs[side].beside(runs['bare'])}")
    anew = 1 / (1 / runs["both"].per_second - 1 / runs["answer"].per_second)
    print(f"  home that has just changed {anew:.0f} /s, ratio {anew / runs['bare'].per_second:.2f}")
    return runs


def doers(
    bare_port: int, port: int, answered: int, numbers: Sequence[int]
) -> Mapping[str, Sequence[Callable[[], bool]]]:
    """The clients of one process: candidates who are signed in and have answered so many questions."""
    ready = [_candidate(port, number, answered) for number in numbers]
    home, question = (
        [partial(looks, wire, address, mark) for wire, _ in ready]
        for address, mark in ((HOME, b"next-steps"), (ADDRESS, b"data-ask"))
    )
    return {
        "bare": [drawing(Wire(bare_port)) for _ in numbers],
        "framed": [drawing(Wire(port), number) for number in numbers],
        "home": home,
        "question": question,
        "answer": [answer for _, answer in ready],
        "both": [partial(_both, answer, look) for (_, answer), look in zip(ready, home, strict=True)],
    }


def _both(answer: Callable[[], bool], look: Callable[[], bool]) -> bool:
    return answer() and look()


def _candidate(port: int, number: int, answered: int) -> tuple[Wire, Callable[[], bool]]:
    wire = Wire(port)
    once = answering(wire, number)
    for _ in range(answered):
        assert once()
    return wire, once
