"""The generated county, served; and a browser."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from examprep.app.demo.command import READY
from examprep.app.factory import create_app, open_runtime
from examprep.config.settings import Settings
from tests.failing import add_failures
from tests.journeys.county import LANGUAGES, ROLES, Site, Visited


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("county") / "demo"
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
    site = Site(base, json.loads((home / READY).read_text())["password"], app)
    site.live()
    return site


def _await(base: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the demo ended"
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(base)


@pytest.fixture(scope="session")
def walked(site: Site) -> list[Visited]:
    """Every page of every role, in Chinese."""
    return [visited for role in ROLES for visited in site.walk(role)]


@pytest.fixture(scope="session")
def pages(site: Site, walked: list[Visited]) -> list[Visited]:
    """Every page in both languages, with those that only an answer shows."""
    english = [again for role in ROLES for again in site.again(walked, role, "en")]
    return [*walked, *english, *(told for language in LANGUAGES for told in site.told(walked, language))]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, or else the one that Playwright installed."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()
