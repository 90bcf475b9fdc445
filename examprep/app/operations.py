"""Commands that run an installation: migrate, init, serve."""

from datetime import date

import click
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy.orm import Session

from examprep.app.factory import create_app, open_runtime
from examprep.app.wiring import FEATURES
from examprep.config.settings import Settings
from examprep.plumbing.files import resource


def alembic_config(url: str) -> Config:
    """Alembic's settings for a database; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["url"] = url
    return config


def load_data(session: Session, today: date) -> None:
    """Load what the package ships: regions, then each feature's files. Safe to run again."""
    for feature in FEATURES:
        if feature.load_data is not None:
            feature.load_data(session, today)


@click.command()
def migrate() -> None:
    """Bring the database to this version's tables and load the shipped data."""
    runtime = open_runtime(Settings.from_env())
    alembic.upgrade(alembic_config(runtime.settings.database_url), "head")
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    click.echo("The database is up to date.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the pages with a production server."""
    from granian.server.embed import Server  # noqa: F401 -- replaced below by the worker's embedding

    create_app(open_runtime(Settings.from_env()))


COMMANDS = (migrate, serve)
