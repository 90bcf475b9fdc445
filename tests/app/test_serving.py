"""The two long-running processes, as processes: they start, work together and stop cleanly."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from examprep.app.serving import all_jobs
from examprep.app.worker import Worker
from examprep.plumbing.jobs import JobTurnRow
from examprep.reminders.actions import Reminder, queue_many
from examprep.reminders.models import OutboxRow
from tests.conftest import KEYS

MAILS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds, seconds=40):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return found


@pytest.fixture
def run(runtime, tmp_path):
    """Start ``examprep …`` on the test's database; whatever still runs at the end is killed."""
    started = []

    def go(*words, **settings):
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EXAMPREP_")},
            "EXAMPREP_HOME": str(tmp_path),
            "EXAMPREP_DATABASE_URL": runtime.settings.database_url.replace("+psycopg", ""),
            "EXAMPREP_SECRET_KEY": KEYS["secret_key"],
            "EXAMPREP_DATA_KEY": KEYS["data_key"],
            **settings,
        }
        with (tmp_path / f"output-{len(started)}").open("wb") as output:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "examprep", *words], env=environ, stdout=output, stderr=subprocess.STDOUT
                )
            )
        started[-1].output = tmp_path / f"output-{len(started) - 1}"
        return started[-1]

    yield go
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def answer(port, path):
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return reply.status, reply.read()
    except (URLError, ConnectionError):
        return None


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as listed:
        return listed.read().split()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_stops_cleanly_with_all_its_processes(run, world, database, sign):
    port = free_port()
    server = run("serve", "--port", str(port), "--with-worker", "--processes", "2")
    assert until(lambda: answer(port, "/healthz")) == (200, b"ok\n")
    assert answer(port, "/readyz") == (200, b"ok\n")
    assert b"sign_in_name" in answer(port, "/sign-in")[1]
    until(lambda: turns_done(database))  # the embedded worker works
    processes = children(server.pid)
    assert len(processes) == 3
    server.send_signal(sign)
    assert server.wait(25) == 0, server.output.read_text()
    assert not [pid for pid in processes if os.path.exists(f"/proc/{pid}")]
    assert f"http://127.0.0.1:{port}" in server.output.read_text()
    assert "Traceback" not in server.output.read_text()


def test_a_taken_port_is_said_plainly(run, world, database):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = run("serve", "--port", str(taken.getsockname()[1]))
        assert server.wait(120) == 1
    assert "cannot listen" in server.output.read_text()
    assert "Traceback" not in server.output.read_text()


def test_a_killed_server_takes_its_worker_along(run, world, database):
    port = free_port()
    server = run("serve", "--port", str(port), "--with-worker", "--processes", "1")
    until(lambda: turns_done(database))
    worker = str(worker_process(database))
    others = [pid for pid in children(server.pid) if str(pid) != worker]
    server.kill()
    server.wait()
    try:
        until(lambda: not running(worker), 20)
    finally:
        for pid in others:  # the server's own processes notice only when they next answer
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def turns_done(database):
    with database.read() as session:
        return session.scalar(select(func.count()).where(JobTurnRow.finished_at.is_not(None)))


def worker_process(database):
    with database.read() as session:
        return session.scalars(select(JobTurnRow.claimed_by)).first().split(":")[1].split("/")[0]


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as told:
            return told.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Counting:
    """Counts what arrives by Message-ID."""

    def __init__(self):
        self.ids = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        self.ids.append(next(line for line in head.splitlines() if line.lower().startswith("message-id:")))
        return "250 OK"


@contextmanager
def relay():
    box, port = Counting(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def put(runtime, world, count=MAILS):
    now = runtime.clock.now()
    person = world.people["ann_candidate"]
    mails = [Reminder(f"k{n}", person, "test", {"asked_at": now}) for n in range(count)]
    with runtime.database.write() as session:
        assert queue_many(session, mails, now=now) == count


def sent(database):
    with database.read() as session:
        return session.scalar(select(func.count()).where(OutboxRow.state == "sent"))


def test_two_workers_at_once_send_each_mail_once_and_stop_cleanly(run, runtime, world, database):
    put(runtime, world)
    with relay() as (box, port):
        mail = {"EXAMPREP_SMTP_HOST": "127.0.0.1", "EXAMPREP_SMTP_PORT": str(port)}
        workers = [run("work", **mail), run("work", **mail)]
        until(lambda: sent(database) == MAILS, 90)
        until(lambda: all("stop with Ctrl+C" in worker.output.read_text() for worker in workers))
        time.sleep(1)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(25) for worker in workers] == [0, 0], [w.output.read_text() for w in workers]
        assert len(box.ids) == MAILS
        assert len(set(box.ids)) == MAILS


def test_a_scheduler_run_ten_times_sends_each_mail_once(app, runtime, world, database, clock):
    put(runtime, world)
    with relay() as (box, port):
        mailing = type(runtime)(
            runtime.settings.with_(smtp_host="127.0.0.1", smtp_port=port), database, clock, runtime.vault
        )
        from datetime import timedelta

        for _ in range(10):
            Worker(mailing, app, all_jobs()).run_missed()
            clock.advance(timedelta(seconds=40))
        assert len(box.ids) == MAILS
        assert len(set(box.ids)) == MAILS


def test_work_once_runs_what_is_due_and_ends(run, world, database):
    worker = run("work", "--once")
    assert worker.wait(30) == 0, worker.output.read_text()
    assert "jobs ran" in worker.output.read_text()
    assert turns_done(database) >= 1
