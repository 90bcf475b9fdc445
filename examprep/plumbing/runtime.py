"""What every edge needs, made once at start and hung on the application."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import cast

from flask import current_app, g
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from examprep.config.settings import Settings
from examprep.kernel.clock import Clock
from examprep.plumbing.db import Database
from examprep.plumbing.kept import REVISION
from examprep.plumbing.vault import Vault


@dataclass(frozen=True)
class Runtime:
    """The installation as a value: tests make their own with a fixed clock."""

    settings: Settings
    database: Database
    clock: Clock
    vault: Vault


def runtime() -> Runtime:
    found: Runtime = current_app.extensions["examprep"]
    return found


def know_revision(token: str | None) -> None:
    """Keep for this request the revision that its first statement has read, so that no other need ask for it."""
    g.revision = token


def known_revision() -> str | None:
    """That revision; ``None`` before the first change of all."""
    found: str | None = g.get("revision")
    return found


def first_glance() -> Connection:
    """The connection of a request's first statement. Left open for what the page reads next: giving it back and asking
    for another would take as long as a statement of SQLite's.
    """
    if "glance" not in g:
        g.glance = runtime().database.glance()
    return cast(Connection, g.glance)


def give_back(_error: BaseException | None = None) -> None:
    """Lay down the connection of the first statement, where nothing went on with it."""
    if (left := g.pop("glance", None)) is not None:
        runtime().database.lay_down(left)


def reading() -> AbstractContextManager[Session]:
    """A session for looking. Render after it has closed, so that no query can hide in a template."""
    return runtime().database.read_page({REVISION: g.revision} if "revision" in g else {}, on=g.pop("glance", None))


@contextmanager
def glancing() -> Iterator[Connection]:
    """A connection for a page that asks one statement: it needs neither a session nor a transaction."""
    database = runtime().database
    connection = cast(Connection, g.pop("glance", None)) or database.glance()
    try:
        yield connection
    finally:
        database.lay_down(connection)


def writing() -> AbstractContextManager[Session]:
    """One transaction, committed on leaving, also by ``return``."""
    give_back()
    # It may change the revision, so that what comes after it asks again.
    return runtime().database.write({REVISION: g.pop("revision")} if "revision" in g else {})
