"""``serve`` and ``work``: the two long-running processes of an installation."""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from functools import cache, partial
from typing import TYPE_CHECKING

import click

from examprep.app.factory import create_app, open_runtime
from examprep.app.schema import check_up_to_date
from examprep.app.wiring import FEATURES
from examprep.config.settings import Settings
from examprep.plumbing.jobs import Job
from examprep.plumbing.runtime import Runtime

if TYPE_CHECKING:
    from flask import Flask

STOP_SECONDS = 20
WORKER_RESTART_SECONDS = 5


def serve_installation(
    settings: Settings,
    *,
    host: str,
    port: int,
    processes: int,
    threads: int,
    with_worker: bool,
    access_log: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is answered first."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "examprep",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        backlog=1024,
        log_level=LogLevels.warning,
        log_access=access_log,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
    )
    worker = EmbeddedWorker(settings) if with_worker else None
    if worker is not None:
        worker.start()
    try:
        server.serve(target_loader=partial(_served, settings), wrap_loader=False)
    finally:
        if worker is not None:
            worker.stop()


@cache
def application(settings: Settings) -> "Flask":
    """The application, made once before the processes part: a forked one has it already, another makes its own.

    No connection may be open at that moment; each process then opens its own. What it is made of stays until the end:
    the collector of cycles need not walk through it again and again.
    """
    app = create_app(open_runtime(settings))
    gc.freeze()
    return app


def _served(settings: Settings) -> "Flask":
    _log_to_stderr()
    return application(settings)


def _prepared(settings: Settings) -> "Flask":
    """The application on a database that fits it, with no connection open.

    Raises:
        Conflict: ``app.tables``.
    """
    app = application(settings)
    database = app.extensions["examprep"].database
    check_up_to_date(database)
    database.close()
    return app


class EmbeddedWorker:
    """One worker process beside the server's, started again should it die."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._process = self._made()

    def start(self) -> None:
        self._process.start()
        threading.Thread(target=self._keep, name="embedded-worker", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._process.terminate()
        self._process.join(STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()

    def _made(self) -> multiprocessing.Process:
        return multiprocessing.Process(target=run_worker, args=(self._settings, os.getpid()), name="examprep-worker")

    def _keep(self) -> None:
        while True:
            self._process.join()
            if self._stopping.wait(WORKER_RESTART_SECONDS):
                return
            logging.getLogger(__name__).error("the worker ended (%s); starting it again", self._process.exitcode)
            self._process = self._made()
            self._process.start()


def run_worker(settings: Settings, parent: int | None = None) -> None:
    """Run the jobs until SIGTERM or SIGINT, or until the process ``parent`` is gone."""
    from examprep.app.worker import Worker, work

    _log_to_stderr()
    asked: list[int] = []  # not an Event: setting one in a handler can lock up with the wait it interrupts
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: asked.append(number))
    app = application(settings)
    runtime: Runtime = app.extensions["examprep"]
    work(Worker(runtime, app, all_jobs()), lambda: bool(asked), parent=parent)
    runtime.database.close()


def all_jobs() -> list[Job]:
    return [job for feature in FEATURES for job in feature.jobs]


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def default_processes() -> int:
    """One process a core, at most four: more is asked for by name."""
    return max(1, min(4, os.cpu_count() or 1))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 listens to every network.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--processes", default=default_processes, type=click.IntRange(1, 64), help="[default: one a core, up to 4]"
)
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="In each process.")
@click.option("--with-worker", is_flag=True, help="Run the jobs too, in one process beside the server's.")
@click.option("--access-log", is_flag=True, help="Print a line for each request.")
def serve(host: str, port: int, processes: int, threads: int, with_worker: bool, access_log: bool) -> None:
    """Serve the pages with a production server until it is stopped (Ctrl+C or SIGTERM)."""
    settings = Settings.from_env()
    _prepared(settings)
    _check_free(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"examprep serves http://{shown}:{port} · {processes} processes · stop with Ctrl+C")
    sys.stdout.flush()
    serve_installation(
        settings,
        host=host,
        port=port,
        processes=processes,
        threads=threads,
        with_worker=with_worker,
        access_log=access_log,
    )


def _check_free(host: str, port: int) -> None:
    """Say plainly that the address is taken; server processes share it and would not notice."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        sys.exit(f"examprep: cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.")


@click.command()
@click.option("--once", is_flag=True, help="Run what is due and was claimed by nobody, then end.")
def work(once: bool) -> None:
    """Run the jobs until it is stopped. Any number of these may run, on any number of machines."""
    settings = Settings.from_env()
    app = _prepared(settings)
    if once:
        from examprep.app.worker import Worker

        _log_to_stderr()
        click.echo(f"{Worker(app.extensions['examprep'], app, all_jobs()).run_missed()} jobs ran.")
        return
    click.echo(f"The worker runs {len(all_jobs())} jobs · stop with Ctrl+C")
    sys.stdout.flush()
    run_worker(settings)
