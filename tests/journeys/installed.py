"""An installation whose server can be killed and started again, at the same address."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from examprep.app.factory import open_runtime
from examprep.app.schema import load_data, upgrade
from examprep.bank.actions import load_starter
from examprep.config.settings import Settings
from tests.factories import build_world

KEYS = {"EXAMPREP_SECRET_KEY": "s" * 40, "EXAMPREP_DATA_KEY": "d" * 40}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installed:
    """The two counties and the starter questions, on SQLite or on the database given by its address."""

    def __init__(self, home: Path, database_url: str = "") -> None:
        self._more = {**KEYS, **({"EXAMPREP_DATABASE_URL": database_url} if database_url else {})}
        self.runtime = open_runtime(Settings.from_env(self._more, home=home))
        upgrade(self.runtime.settings.database_url)
        self.world = build_world(self.runtime)
        clock = self.runtime.clock
        with self.runtime.database.write() as session:
            load_data(session, clock.today())
            administrator = self.world.actor(session, "ann_administrator", clock.today())
            load_starter(session, self.runtime.vault, administrator, now=clock.now())
        self.port = free_port()
        self.log = home / "serve.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EXAMPREP_")}
        environment = {**kept, **self._more, "EXAMPREP_HOME": str(self.runtime.settings.home)}
        words = [sys.executable, "-m", "examprep", "serve", "--port", str(self.port), "--processes", "1"]
        with self.log.open("ab") as log:
            # A session of its own: whoever kills the server kills the processes that it has made.
            self._server = subprocess.Popen(words, env=environment, stdout=log, stderr=log, start_new_session=True)
        for _ in range(300):
            assert self._server.poll() is None, self.log.read_text()
            try:
                with urlopen(f"{self.address}/readyz", timeout=2):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def stop_dead(self) -> None:
        """Let the server take requests and answer none."""
        self._signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End the server in the middle of whatever it does."""
        self._signal(signal.SIGKILL)
        if self._server is not None:
            self._server.wait(30)
            self._server = None

    def close(self) -> None:
        self.kill()
        self.runtime.database.close()

    def _signal(self, number: int) -> None:
        if self._server is not None and self._server.poll() is None:
            os.killpg(self._server.pid, number)
