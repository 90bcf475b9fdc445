"""The database's tables: how new they are, and bringing them up to date."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from examprep.app.wiring import FEATURES
from examprep.kernel.errors import Conflict
from examprep.plumbing.db import Database
from examprep.plumbing.files import resource
from examprep.plumbing.runtime import Runtime
from examprep.plumbing.sealing import seal_rest

if TYPE_CHECKING:  # Alembic is slow to load, and serving does not need it
    from alembic.config import Config

_SEALED_SINCE = "0032"  # before this migration files and their names were kept readable


def alembic_config(url: str) -> "Config":
    """Alembic's settings for a database; no ini file is needed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["url"] = url
    return config


def newest() -> str:
    """The number of the last migration that this version carries."""
    return max(path.name.partition("_")[0] for path in (resource("migrations") / "versions").glob("[0-9]*.py"))


def present(database: Database) -> str | None:
    """The migration at which the database stands; ``None`` for one without tables."""
    with database.read() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        return session.scalar(text("SELECT version_num FROM alembic_version"))


def check_up_to_date(database: Database) -> None:
    """Raises Conflict: ``app.tables`` -- the tables are older or newer than this version."""
    found, wanted = present(database), newest()
    if found is None:
        raise Conflict("app.tables", "The database has no tables yet. Run: examprep init")
    if found != wanted:
        raise Conflict(
            "app.tables",
            "The database stands at %(found)s, this version needs %(wanted)s. Run: examprep migrate",
            found=found,
            wanted=wanted,
        )


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database's tables up to a migration."""
    from alembic import command

    command.upgrade(alembic_config(url), revision)


def bring_up_to_date(runtime: Runtime) -> None:
    """This version's tables and the data it ships; and what versions before kept readable is sealed."""
    before = present(runtime.database)
    upgrade(runtime.settings.database_url)
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    columns = [column for feature in FEATURES for column in feature.sealed]
    with runtime.database.write() as session:
        changed = sum(seal_rest(session, runtime.vault, column) for column in columns)
    if changed or (before is not None and before < _SEALED_SINCE):
        runtime.database.rewrite(sorted({column.class_.__tablename__ for column in columns}))


def load_data(session: Session, today: date) -> None:
    """Load what the package ships: regions, then each feature's files. Safe to run again."""
    for feature in FEATURES:
        if feature.load_data is not None:
            feature.load_data(session, today)
