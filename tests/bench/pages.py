"""The candidate's home and question page over HTTP, against a bare route that renders a template of 10 kB.

Both run under the same server, in turns. Ours are asked by candidates who are signed in and have answered before.
"""

import argparse
import gc
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from math import log
from pathlib import Path

from flask import Flask, render_template
from jinja2 import DictLoader

from tests.bench.answer_path import answering
from tests.bench.clients import CLIENTS, Run, measure, slice_seconds, told, verdict
from tests.bench.installation import ADDRESS, KEYS, databases, fill
from tests.bench.servers import THREADS, WORKERS, served
from tests.bench.wire import Wire

BUDGET = 0.50
ANSWERED = (12, 240)  # questions, before a candidate's pages are asked for
HOME = "/practice/"
ROW = "<tr><th scope=row>{{ row }}</th><td>{{ word }}</td><td>{{ row * row }}</td></tr>\n"
TEMPLATE = f"<!doctype html><title>{{{{ word }}}}</title><table>{{% for row in rows %}}{ROW}{{% endfor %}}</table>"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="how long each size may take (default 60)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")


def bare_app() -> Flask:
    """A control with a template of a loop, compiled once as any application's are, and left alone by the collector of
    cycles as ours is.
    """
    app = Flask("bare")
    app.jinja_env.loader = DictLoader({"page.html": TEMPLATE})
    gc.freeze()
    return app


def bare() -> Flask:
    """The control: about 10 kB from a template with a loop."""
    app = bare_app()

    @app.get("/")
    def page() -> str:
        return render_template("page.html", rows=range(180), word="社会工作")

    return app


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when both pages keep to the budget for whoever has answered much."""
    kind = "PostgreSQL" if asked.postgres else "SQLite"
    print(f"pages on {kind}: {CLIENTS} clients, granian with {WORKERS} x {THREADS} threads, {os.cpu_count()} cores")
    small, large = (measured(asked, answered) for answered in ANSWERED)
    met = True
    for name in ("home", "question"):
        ratio = large[name].per_second / large["bare"].per_second
        met = met and ratio >= BUDGET and not large[name].refused
        exponent = log(small[name].per_second / large[name].per_second) / log(ANSWERED[1] / ANSWERED[0])
        print(f"{name}: {ratio:.2f} (budget ≥ {BUDGET:.2f}): {verdict(ratio >= BUDGET)}; exponent {exponent:.2f}")
    return 0 if met else 1


def measured(asked: argparse.Namespace, answered: int) -> dict[str, Run]:
    """Both pages and the control in turns, of candidates who have answered so many questions."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        url, _ = stack.enter_context(databases(home, postgres=asked.postgres))
        environment = {**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url}
        os.environ.update(environment)
        fill()
        port = stack.enter_context(served("tests.bench.answer_path:ours", environment, home / "ours.log"))
        bare_port = stack.enter_context(served("tests.bench.pages:bare", environment, home / "bare.log"))
        sides = ("bare", "home", "question")
        runs = measure(partial(doers, bare_port, port, answered), sides, slice_seconds(asked.seconds, len(sides)))
    print(f"{answered} answered")
    for side, seen in runs.items():
        print(told(side, seen), f" ratio {seen.per_second / runs['bare'].per_second:.2f}")
    return runs


def doers(
    bare_port: int, port: int, answered: int, numbers: Sequence[int]
) -> Mapping[str, Sequence[Callable[[], bool]]]:
    """The clients of one process: candidates who are signed in and have answered so many questions."""
    ready = [_candidate(port, number, answered) for number in numbers]
    return {
        "bare": [partial(_page, Wire(bare_port), "/", b"<table>") for _ in numbers],
        "home": [partial(_page, wire, HOME, b"next-steps") for wire in ready],
        "question": [partial(_page, wire, ADDRESS, b"data-ask") for wire in ready],
    }


def _page(wire: Wire, address: str, mark: bytes) -> bool:
    status, body = wire.get(address)
    return status == 200 and mark in body


def _candidate(port: int, number: int, answered: int) -> Wire:
    wire = Wire(port)
    once = answering(wire, number)
    for _ in range(answered):
        assert once()
    return wire
