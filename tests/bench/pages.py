"""The candidate's home and question page over HTTP, against a bare route that renders a template of 10 kB.

Both run under the same server, in turns. Ours are asked by candidates who are signed in and have answered before.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import uuid4

from flask import Flask, render_template
from jinja2 import DictLoader

from tests.bench.clients import CLIENTS, measure, slice_seconds, told, verdict
from tests.bench.installation import ADDRESS, KEYS, databases, fill, sign_in, token
from tests.bench.servers import THREADS, WORKERS, served
from tests.bench.wire import Wire

BUDGET = 0.50
ANSWERED = 12  # questions, before a candidate's pages are asked for
HOME = "/practice/"
ROW = "<tr><th scope=row>{{ row }}</th><td>{{ word }}</td><td>{{ row * row }}</td></tr>\n"
TEMPLATE = f"<!doctype html><title>{{{{ word }}}}</title><table>{{% for row in rows %}}{ROW}{{% endfor %}}</table>"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="how long all of it may take (default 60)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")


def bare_app() -> Flask:
    """A control with a template of a loop, compiled once as any application's are."""
    app = Flask("bare")
    app.jinja_env.loader = DictLoader({"page.html": TEMPLATE})
    return app


def bare() -> Flask:
    """The control: about 10 kB from a template with a loop."""
    app = bare_app()

    @app.get("/")
    def page() -> str:
        return render_template("page.html", rows=range(180), word="社会工作")

    return app


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the budget is met, 1 when it is not."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        url, _ = stack.enter_context(databases(home, postgres=asked.postgres))
        environment = {**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url}
        os.environ.update(environment)
        fill()
        port = stack.enter_context(served("tests.bench.answer_path:ours", environment, home / "ours.log"))
        bare_port = stack.enter_context(served("tests.bench.pages:bare", environment, home / "bare.log"))
        sides = ("bare", "home", "question")
        runs = measure(partial(doers, bare_port, port), sides, slice_seconds(asked.seconds, len(sides)))
    kind = "PostgreSQL" if asked.postgres else "SQLite"
    print(f"pages on {kind}: {CLIENTS} clients, granian with {WORKERS} x {THREADS} threads, {os.cpu_count()} cores")
    print(told("control", runs["bare"]))
    met = True
    for name in ("home", "question"):
        ratio = runs[name].per_second / runs["bare"].per_second
        met = met and ratio >= BUDGET and not runs[name].refused
        print(told(name, runs[name]))
        print(f"  ratio {ratio:.2f} (budget ≥ {BUDGET:.2f}): {verdict(ratio >= BUDGET)}")
    return 0 if met else 1


def doers(bare_port: int, port: int, numbers: Sequence[int]) -> Mapping[str, Sequence[Callable[[], bool]]]:
    """The clients of one process: candidates who are signed in and have answered some questions."""
    ready = [_candidate(port, number) for number in numbers]
    return {
        "bare": [partial(_page, Wire(bare_port), "/", b"<table>") for _ in numbers],
        "home": [partial(_page, wire, HOME, b"next-steps") for wire in ready],
        "question": [partial(_page, wire, ADDRESS, b"data-ask") for wire in ready],
    }


def _page(wire: Wire, address: str, mark: bytes) -> bool:
    status, body = wire.get(address)
    return status == 200 and mark in body


def _candidate(port: int, number: int) -> Wire:
    wire = Wire(port)
    sign_in(wire, number)
    for turn in range(ANSWERED):
        _, page = wire.get(ADDRESS)
        hidden = {name: re.search(rf'name="{name}" value="([^"]+)"'.encode(), page) for name in ("version", "syllabus")}
        fields = {name: found[1].decode() for name, found in hidden.items() if found}
        sent = {**fields, "csrf_token": token(page), "answer": str(uuid4()), "took_ms": "8000", "tick": str(turn % 5)}
        status, _ = wire.post(ADDRESS, sent)
        assert status == 200, status
    return wire
