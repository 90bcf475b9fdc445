"""Migrations run up, down and up, and end in exactly the models' tables, on both databases."""

from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from examprep.app.schema import alembic_config
from examprep.plumbing.db import Base


def test_up_down_up_and_equal_to_the_models(database):
    url = database.url.render_as_string(hide_password=False)
    config = alembic_config(url)
    alembic.downgrade(config, "base")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    alembic.upgrade(config, "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
