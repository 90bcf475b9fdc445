"""A backup restores to the same rows, also into the other database; nothing is overwritten or half restored."""

import json
import stat
import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url

from examprep.app import backups, schema
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.actions import record
from examprep.people.models import AuditEventRow, OrganisationRow, PersonRow
from examprep.plumbing.db import Base, Database
from examprep.plumbing.runtime import Runtime
from examprep.plumbing.vault import Vault
from examprep.reminders.actions import queue


@pytest.fixture(params=["into-sqlite", "into-postgresql"])
def empty(request, runtime, tmp_path):
    """An installation with an empty database and the same keys."""
    if request.param == "into-sqlite":
        url = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        base, name = request.getfixturevalue("postgres_url"), f"new_{uuid4().hex}"
        maker = Database(base)
        with maker.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        maker.close()
        url = make_url(base).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    yield Runtime(runtime.settings.with_(database_url=url), database, runtime.clock, runtime.vault)
    database.close()


@pytest.fixture
def filled(runtime, world):
    with runtime.database.write() as session:
        person = world.people["ann_candidate"]
        queue(session, key="k", person_id=person, template="test", context={"名": "值"}, now=runtime.clock.now())
        record(session, None, "test", "person", person, now=runtime.clock.now(), after={"a": [1]})
        # An organisation that stands below a later one: references must be checked when all rows are in.
        session.execute(
            text("UPDATE organisation SET parent_id = :late WHERE id = :early"),
            {"late": world.organisations["bob_agency"], "early": world.organisations["ann_agency"]},
        )
    return runtime


def everything(database):
    with database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
        }


def test_round_trip(filled, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "load_data", lambda session, today: None)
    counted = {}
    rows = backups.save(filled, tmp_path / "b.zip", progress=counted.__setitem__)
    assert counted["person"] == 9
    assert rows == sum(counted.values())
    assert backups.load(empty, tmp_path / "b.zip") == rows
    assert everything(empty.database) == everything(filled.database)
    with empty.database.write() as session:
        session.add(OrganisationRow(name="next", kind="other", region_code="520526"))
        event = session.scalars(select(AuditEventRow)).one()
        assert (event.before, event.after) == (None, {"a": [1]})


def test_the_file_is_its_owners(filled, tmp_path):
    backups.save(filled, tmp_path / "b.zip")
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    with pytest.raises(Conflict, match="there already"):
        backups.save(filled, tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir() if "b.zip" in path.name] == ["b.zip"]


def test_a_database_with_rows_is_left_alone(filled, tmp_path):
    backups.save(filled, tmp_path / "b.zip")
    before = everything(filled.database)
    with pytest.raises(Conflict, match="not empty"):
        backups.load(filled, tmp_path / "b.zip")
    assert everything(filled.database) == before


def test_another_data_key_is_refused(filled, empty, tmp_path):
    backups.save(filled, tmp_path / "b.zip")
    other = Runtime(empty.settings, empty.database, empty.clock, Vault("x" * 40))
    with pytest.raises(RuleViolation, match="EXAMPREP_DATA_KEY"):
        backups.load(other, tmp_path / "b.zip")


@pytest.mark.parametrize("content", [b"", b"not a zip", "empty-zip"])
def test_what_is_no_backup(runtime, tmp_path, content):
    path = tmp_path / "b.zip"
    if content == "empty-zip":
        zipfile.ZipFile(path, "w").close()
    else:
        path.write_bytes(content)
    with pytest.raises(RuleViolation, match="no backup"):
        backups.load(runtime, path)


def test_a_broken_backup_leaves_the_database_empty(filled, empty, tmp_path):
    backups.save(filled, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            if name == "person.jsonl":
                content = content.replace(b"ann_candidate", b'broken"', 1)
            bad.writestr(name, content)
    with pytest.raises((json.JSONDecodeError, RuleViolation)):
        backups.load(empty, tmp_path / "bad.zip")
    with empty.database.read() as session:
        left = inspect(session.connection()).get_table_names()
    assert set(left) <= {"alembic_version"}
    assert backups.load(empty, tmp_path / "b.zip") > 0, "and the good one still goes in"


def test_id_numbers_stay_sealed_and_can_be_read_again(filled, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "load_data", lambda session, today: None)
    backups.save(filled, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert b"19900307" not in archive.read("person.jsonl")
    backups.load(empty, tmp_path / "b.zip")
    with empty.database.read() as session:
        person = session.scalars(select(PersonRow).where(PersonRow.name == "ann_candidate")).one()
    assert empty.vault.open(person.id_number_sealed).startswith("52052619900307")
