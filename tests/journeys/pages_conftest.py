"""The generated county, made and walked once for all processes of a run; each serves a copy of its own."""

import fcntl
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from examprep.app.demo.command import READY
from examprep.app.factory import create_app, open_runtime
from examprep.config.settings import Settings
from tests.failing import add_failures
from tests.journeys.county import LANGUAGES, ROLES, Site, Visited


@dataclass
class Walked:
    """``pages``: every page of every role in both languages, with those that only an answer shows."""

    walked: list[Visited]  # in Chinese
    pages: list[Visited]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def _once(folder: Path) -> Iterator[bool]:
    """Whether the folder is still to be filled; other processes wait meanwhile. Whole is what ends with its mark."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = folder.with_suffix(".whole")
        if mark.exists():
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        yield True
        mark.touch()


@pytest.fixture(scope="session")
def made(shared: Path) -> Path:
    """The home of the demo as ``examprep demo`` makes it; take a copy."""
    home = shared / "county-made"
    with _once(home) as new:
        if new:
            subprocess.run([sys.executable, "-m", "examprep", "demo", "--home", str(home), "--no-serve"], check=True)
    return home


@pytest.fixture(scope="session")
def kept(shared: Path, made: Path) -> Path:
    """The home of the demo with what its story leaves out, and every page of it."""
    home = shared / "county-walked"
    with _once(home) as new:
        if new:
            shutil.copytree(made, home)
            site = _site("", home)
            site.live()
            walked = [visited for role in ROLES for visited in site.walk(role)]
            english = [again for role in ROLES for again in site.again(walked, role, "en")]
            told = [told for language in LANGUAGES for told in site.told(walked, language)]
            (home / "pages").write_bytes(pickle.dumps(Walked(walked, [*walked, *english, *told])))
            site.app.extensions["examprep"].database.close()
    return home


@pytest.fixture(scope="session")
def county_pages(kept: Path) -> Walked:
    return pickle.loads((kept / "pages").read_bytes())  # which ``kept`` wrote


@pytest.fixture(scope="session")
def walked(county_pages: Walked) -> list[Visited]:
    """Every page of every role, in Chinese."""
    return county_pages.walked


@pytest.fixture(scope="session")
def pages(county_pages: Walked) -> list[Visited]:
    """Every page in both languages, with those that only an answer shows."""
    return county_pages.pages


@pytest.fixture(scope="session")
def site(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A copy of the county, served."""
    home = tmp_path_factory.mktemp("county") / "demo"
    shutil.copytree(kept, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home.parent / "log").open("wb")
    command = [sys.executable, "-m", "examprep", "demo", "--home", str(home), "--port", str(port)]
    with log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            _await(base, server)
            yield _site(base, home)
        finally:
            server.terminate()


def _site(base: str, home: Path) -> Site:
    app = create_app(open_runtime(Settings.from_env({}, home=home).with_(development=True)))
    app.config["WTF_CSRF_ENABLED"] = False
    add_failures(app)
    return Site(base, json.loads((home / READY).read_text())["password"], app)


def _await(base: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the demo ended"
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(base)
