"""Answering one question over HTTP, against a bare route that inserts one row: the ratio of their throughputs.

All run under the same server, on databases of the same kind with the same settings and the same write lock, in turns.
Ours signs in, carries session and CSRF token, is marked, logged, worked into memory and counts, and is answered with
the explanation and the next question. The bare route is asked twice: of candidates who are signed in, with session and
CSRF token on both sides, and in an application that has neither.
"""

import argparse
import cProfile
import os
import pstats
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from tests.bench.clients import CLIENTS, Run, measure, told, verdict
from tests.bench.controls import inserting, ours
from tests.bench.installation import ADDRESS, KEYS, PASSWORD, databases, fill, sign_in, token
from tests.bench.servers import THREADS, WORKERS, served
from tests.bench.wire import Wire

BUDGET, TAIL_BUDGET = 0.60, 4.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="how long all of it may take (default 60)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--profile", action="store_true", help="cProfile of one process instead")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the budget is met, 1 when it is not."""
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
        if asked.profile:
            profile()
            return 0
        port = stack.enter_context(served("tests.bench.controls:ours", environment, home / "ours.log"))
        bare_port = stack.enter_context(served("tests.bench.controls:bare", environment, home / "bare.log"))
        sides = ("bare", "framed", "ours")
        runs = measure(partial(doers, bare_port, port), sides, asked.seconds)
    return report(runs, "PostgreSQL" if asked.postgres else "SQLite")


def doers(bare_port: int, port: int, numbers: Sequence[int]) -> Mapping[str, Sequence[Callable[[], bool]]]:
    """The clients of one process, its candidates signed in."""
    return {
        "bare": [inserting(Wire(bare_port)) for _ in numbers],
        "framed": [inserting(Wire(port), number) for number in numbers],
        "ours": [answering(Wire(port), number) for number in numbers],
    }


_UPCOMING = re.compile(rb'data-version="(\d+)"')


def answering(wire: Wire, number: int) -> Callable[[], bool]:
    """A candidate who signs in as people do and then answers each question that is next, over and over."""
    sign_in(wire, number)
    _, page = wire.get(ADDRESS)
    found = _UPCOMING.search(page)
    edition = re.search(rb'name="syllabus" value="([^"]+)"', page)
    assert found, page[-1500:].decode()
    assert edition
    fixed = urlencode(
        {"csrf_token": token(page), "syllabus": edition[1].decode(), "took_ms": "8000", "sure": "sure"}
    ).encode()
    first = version = found[1]
    sent = number

    def once() -> bool:
        nonlocal version, sent
        sent += 1
        fields = b"%b&answer=%b&version=%b&tick=%d" % (fixed, str(uuid4()).encode(), version, sent % 5)
        status, body = wire.post(ADDRESS, fields, b"X-Fragment: yes\r\n")
        found = _UPCOMING.search(body)
        version = found[1] if found else first
        return status == 200 and b"verdict" in body

    return once


def report(runs: Mapping[str, Run], kind: str) -> int:
    product = runs["ours"]
    p50, p99 = product.percentile(50), product.percentile(99)
    print(
        f"answer path on {kind}: {CLIENTS} clients, granian with {WORKERS} x {THREADS} threads, {os.cpu_count()} cores"
    )
    for side, seen in runs.items():
        print(told(side, seen))
    met = True
    for side, what in (("framed", "the bare route behind the same frame"), ("bare", "a bare application")):
        ratio = product.beside(runs[side])
        print(f"  {ratio} of {what} (budget ≥ {BUDGET:.2f}): {verdict(ratio.middle >= BUDGET)}")
        met = met and (ratio.middle >= BUDGET or side == "bare")
    print(f"  p99/p50 {p99 / p50:.1f} (budget ≤ {TAIL_BUDGET:.0f}): {verdict(p99 <= TAIL_BUDGET * p50)}")
    return 0 if met and p99 <= TAIL_BUDGET * p50 and not product.refused else 1


def profile() -> None:
    """Answer a thousand times in this process and print where the time went."""
    client = ours().test_client()
    page = client.get("/sign-in").text.encode()
    client.post("/sign-in", data={"csrf_token": token(page), "sign_in_name": "candidate0", "password": PASSWORD})
    page = client.get(ADDRESS).text.encode()
    edition = re.search(rb'name="syllabus" value="([^"]+)"', page)
    version = first = _UPCOMING.search(page)[1].decode()
    fixed = {"csrf_token": token(page), "syllabus": edition[1].decode(), "took_ms": "8000", "sure": "sure"}
    profiler = cProfile.Profile()
    for number in range(1300):
        if number == 300:
            start = time.perf_counter()
            profiler.enable()
        fields = {**fixed, "answer": str(uuid4()), "version": version, "tick": str(number % 5)}
        body = client.post(ADDRESS, data=fields, headers={"X-Fragment": "yes"}).data
        found = _UPCOMING.search(body)
        version = found[1].decode() if found else first
    profiler.disable()
    print(f"{time.perf_counter() - start:.2f} ms an answer, profiler and test client included")
    statistics = pstats.Stats(profiler)
    statistics.sort_stats("cumulative").print_stats(70)
    statistics.sort_stats("tottime").print_stats(40)
