"""A served installation, a real browser on two sizes of screen, and what every journey must leave behind it.

One county's people take each journey on the phone, the other's on the desktop, so that both use one installation.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Response, sync_playwright

import examprep
from examprep.app.factory import open_runtime
from examprep.app.operations import differences
from examprep.app.schema import load_data, upgrade
from examprep.bank.actions import load_starter
from examprep.config.settings import Settings
from examprep.plumbing.runtime import Runtime
from tests.conftest import KEYS
from tests.factories import World, build_world

SIZES = {"phone": (360, 780), "desktop": (1366, 768)}
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE_MS = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "served" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.journey)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash.setdefault(FAILED, []).append(report.failed)
    return report


@cache
def _words() -> GNUTranslations:
    with (Path(examprep.__file__).parent / "translations" / "zh" / "LC_MESSAGES" / "messages.mo").open("rb") as kept:
        return GNUTranslations(kept)


def zh(message: str, **values: object) -> str:
    """The words that a Chinese page shows; a journey asks for them by their id, so that they may be bettered."""
    found = _words().gettext(message)
    assert found != message, f"not translated: {message}"
    return found % values if values else found


FAILED = pytest.StashKey[list[bool]]()


@dataclass
class Served:
    """An installation and where it is served. ``runtime`` stands on the same database, beside the server."""

    runtime: Runtime
    world: World
    address: str

    @property
    def home(self) -> Path:
        return self.runtime.settings.home


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which ``examprep …`` finds the installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXAMPREP_")}
    return {
        **kept,
        "EXAMPREP_HOME": str(settings.home),
        "EXAMPREP_SECRET_KEY": settings.secret_key,
        "EXAMPREP_DATA_KEY": settings.data_key,
    }


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A fresh installation on SQLite with the two counties of ``build_world`` and the starter questions."""
    home = tmp_path_factory.mktemp("journeys")
    keys = {f"EXAMPREP_{name.upper()}": value for name, value in KEYS.items()}
    runtime = open_runtime(Settings.from_env(keys, home=home))
    upgrade(runtime.settings.database_url)
    world = build_world(runtime)
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
        load_starter(
            session,
            runtime.vault,
            world.actor(session, "ann_administrator", runtime.clock.today()),
            now=runtime.clock.now(),
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "examprep", "serve", "--port", str(port), "--processes", "1"]
    with (home / "serve.log").open("wb") as log:
        server = subprocess.Popen(words, env=environment(runtime.settings), stdout=log, stderr=subprocess.STDOUT)
    try:
        _await(f"http://127.0.0.1:{port}/readyz", server, home / "serve.log")
        yield Served(runtime, world, f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(30)
        runtime.database.close()
    assert "Traceback" not in (home / "serve.log").read_text(), (home / "serve.log").read_text()


def _await(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the server did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the journeys fail, since what they show would otherwise go unseen."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("No Chromium on this machine. Install it (Debian: apt-get install chromium), then run again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Device:
    """One browser window with a sign-in of its own, and everything that went wrong in it."""

    context: BrowserContext
    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        page = self.page
        page.on("console", lambda said: self.wrong.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser gave up itself: the page was left, or became a download
            self.wrong.append(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")
        if not response.url.startswith(self.address):
            self.wrong.append(f"elsewhere: {response.url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str, password: str) -> Page:
        page = self.open("/sign-in")
        page.get_by_label(zh("Sign-in name")).fill(name)
        page.get_by_label(zh("Password")).fill(password)
        page.get_by_role("button", name=zh("Sign in"), exact=True).click()
        page.wait_for_url(lambda address: "sign-in" not in address)
        return page

    def sign_out(self) -> None:
        self.page.locator(".self-menu > summary").click()
        self.page.get_by_role("button", name=zh("Sign out")).click()
        self.page.wait_for_url("**/sign-in")

    def check_width(self) -> None:
        """Nothing makes the page wider than the screen, and no heading of a table is squeezed into a column."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"too wide: {self.page.url}"
        heights = self.page.locator("caption:visible").evaluate_all("all => all.map(each => each.offsetHeight)")
        assert max(heights, default=0) < 100, f"squeezed: {self.page.url}"


@pytest.fixture
def device(
    request: pytest.FixtureRequest, browser: Browser, served: Served, tmp_path: Path
) -> Iterator[Callable[..., Device]]:
    """``device("phone")`` opens a window; afterwards no window may have seen an error, and each has fitted."""
    opened: list[Device] = []

    def go(size: str, *, scripts: bool = True) -> Device:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=size == "phone",
            is_mobile=size == "phone",
            java_script_enabled=scripts,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE_MS)
        found = Device(context, context.new_page(), served.address)
        found.watch()
        opened.append(found)
        return found

    yield go
    if any(request.node.stash.get(FAILED, [])):
        _picture(opened, tmp_path)
    wrong = [what for each in opened for what in each.wrong]
    for each in opened:
        each.context.close()
    assert wrong == []


def _picture(opened: list[Device], folder: Path) -> None:
    for number, each in enumerate(opened):
        path = folder / f"window-{number}.png"
        try:
            each.page.screenshot(path=path, full_page=True)
        except Error as error:
            print(f"no picture of {each.page.url}: {error}")
        else:
            print(f"{each.page.url} is pictured in {path}")


@pytest.fixture(autouse=True)
def _sound(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every journey each derived table is what its log says."""
    yield
    if "served" in request.fixturenames:
        assert differences(request.getfixturevalue("served").runtime.database) == []


@pytest.fixture(params=["phone", "desktop"])
def size(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def county(size: str) -> str:
    """Whose county takes the journey on this size of screen."""
    return {"phone": "ann", "desktop": "bob"}[size]
