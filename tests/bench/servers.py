"""Production servers of our own making for the benches: started on loopback, asked to stop when the bench ends."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS, THREADS = int(os.environ.get("BENCH_WORKERS", 2)), int(os.environ.get("BENCH_THREADS", 1))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(target: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    """Serve a WSGI factory with granian; gives the port once it answers.

    Raises:
        RuntimeError: it did not start within 20 seconds; the log's end is in the message.
    """
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
        *("--backpressure", "64", "--no-access-log", target),
    ]
    with log.open("wb") as out:
        server = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        _wait(server, port, log)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start:\n" + log.read_text(errors="replace")[-2000:])
