"""What several tests of plumbing begin with."""

from collections.abc import Iterator

import pytest

from examprep.plumbing.db import Database


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Another process on the same database, as far as the database can tell: it has a pool of its own."""
    opened = Database(database.url.render_as_string(hide_password=False))
    yield opened
    opened.close()
