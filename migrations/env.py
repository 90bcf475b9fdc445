"""Alembic's environment: the address comes from whoever runs it, the tables from the models."""

from alembic import context
from sqlalchemy import create_engine, pool

config = context.config


def target_metadata():
    """The models' tables, for autogenerate only; migrations themselves import nothing from examprep."""
    import examprep.app.factory  # noqa: F401 -- imports every feature, and so every table
    from examprep.plumbing.db import Base

    return Base.metadata


def plain_type(kind, thing, _autogen):
    """A migration imports nothing from examprep, so our own column types are written as what they are below."""
    if kind == "type" and type(thing).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    connection = config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    engine = create_engine(config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        _migrate(connection)
        connection.commit()
    engine.dispose()


def _migrate(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=target_metadata() if config.attributes.get("autogenerate") else None,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_type,
    )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '10s'")
    with context.begin_transaction():
        context.run_migrations()


run()
