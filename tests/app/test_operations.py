"""The commands of an installation, as a person at a terminal uses them, on a home of their own."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert, select, text

from examprep.app.cli import cli
from examprep.app.operations import differences
from examprep.people.models import OrganisationTreeRow
from examprep.plumbing.db import Database

TREE = OrganisationTreeRow


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run ``examprep …`` with a home of its own; returns click's result."""
    for name in ("EXAMPREP_DATABASE_URL", "EXAMPREP_SMTP_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EXAMPREP_HOME", str(tmp_path / "home"))
    return lambda *words, **more: CliRunner().invoke(cli, words, **more)


INIT = ("init", "--organisation", "威宁县社会工作部", "--region", "520526", "--name", "管理员")


@pytest.fixture
def installed(command):
    done = command(*INIT)
    assert done.exit_code == 0, done.output
    return re.search(r"Password: (\S+)", done.stdout)[1]


def sign_in(tmp_path, name, password):
    from examprep.app.factory import create_app, open_runtime
    from examprep.config.settings import Settings

    runtime = open_runtime(Settings.from_env(home=tmp_path / "home"))
    app = create_app(runtime)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/sign-in", data={"sign_in_name": name, "password": password})
    runtime.database.close()
    return answer.status_code


def test_every_command_explains_itself(command):
    assert command("--help").exit_code == 0
    for name in cli.commands:
        done = command(name, "--help")
        assert done.exit_code == 0, name
        assert cli.commands[name].get_short_help_str(), name


def test_init_makes_an_administrator_who_signs_in_once_told_the_password(tmp_path, installed):
    assert sign_in(tmp_path, "admin", installed) == 303


def test_init_a_second_time_changes_nothing(command, installed):
    done = command(*INIT, "--sign-in-name", "other")
    assert done.exit_code == 1
    assert "administrator already" in str(done.exception)


def test_init_knows_the_regions(command):
    done = command("init", "--organisation", "x", "--region", "999999", "--name", "y")
    assert done.exit_code == 1
    assert "no region with the code 999999" in str(done.exception)


def test_accounts_are_made_reset_and_closed(command, tmp_path, installed):
    done = command(
        *("account", "create", "ren", "--name", "任", "--organisation", "威宁县社会工作部", "--role", "officer")
    )
    first = re.search(r"Password: (\S+)", done.stdout)[1]
    assert sign_in(tmp_path, "ren", first) == 303
    file = tmp_path / "password"
    file.write_text("a password from a file\n")
    done = command("account", "password", "ren", "--password-file", str(file))
    assert "Password:" not in done.stdout, "only what we made is told"
    assert sign_in(tmp_path, "ren", first) == 422
    assert sign_in(tmp_path, "ren", "a password from a file") == 303
    assert command("account", "close", "ren").exit_code == 0
    assert sign_in(tmp_path, "ren", "a password from a file") == 422
    assert command("account", "close", "nobody").exit_code == 1


class TestVerify:
    @pytest.fixture
    def planted(self, runtime, world):
        """One row of the tree gone, one wrong, one too many."""
        ids = world.organisations
        with runtime.database.write() as session:
            session.execute(delete(TREE).where(TREE.descendant_id == ids["ann_agency"], TREE.depth == 2))
            session.execute(
                text("UPDATE organisation_tree SET depth = 5 WHERE ancestor_id = :a AND descendant_id = :b"),
                {"a": ids["ann_county"], "b": ids["ann_agency"]},
            )
            session.execute(
                insert(TREE).values(ancestor_id=ids["ann_county"], descendant_id=ids["bob_agency"], depth=1)
            )
        return ids

    def test_sound_data_has_no_difference(self, runtime, world):
        assert differences(runtime.database) == []

    def test_planted_differences_are_found_and_mended(self, runtime, planted):
        a, agency, stranger = (planted[name] for name in ("ann_county", "ann_agency", "bob_agency"))
        found = differences(runtime.database)
        assert sorted(found) == sorted(
            [
                f"organisation_tree: organisation {agency} below {planted['prefecture']}: absent, should be at depth 2",
                f"organisation_tree: organisation {agency} below {a}: at depth 5, should be at depth 1",
                f"organisation_tree: organisation {stranger} below {a}: at depth 1, should be absent",
            ]
        )
        assert differences(runtime.database) == found, "looking changes nothing"
        assert differences(runtime.database, repair=True) == found
        assert differences(runtime.database) == []

    def test_exit_codes(self, command, tmp_path, installed):
        assert command("verify").exit_code == 0
        database = Database(f"sqlite:///{tmp_path / 'home' / 'examprep.db'}")
        with database.write() as session:
            session.execute(delete(TREE))
        done = command("verify")
        assert done.exit_code == 1
        assert "absent, should be at depth 0" in done.stdout
        assert command("verify", "--repair").exit_code == 0
        assert command("verify").exit_code == 0
        with database.read() as session:
            assert len(session.scalars(select(TREE)).all()) == 1
        database.close()


class TestDoctor:
    def test_a_fresh_installation_is_well(self, command, installed):
        done = command("doctor")
        assert done.exit_code == 0, done.output
        assert "WRONG" not in done.output
        assert "mails stay in the outbox" in done.output

    def test_it_changes_nothing(self, command, tmp_path, installed):
        command("doctor")
        database = Database(f"sqlite:///{tmp_path / 'home' / 'examprep.db'}")
        with database.read() as session:
            assert session.scalar(text("SELECT count(*) FROM job_turn")) == 0
        database.close()

    def test_what_is_wrong_is_named(self, command, tmp_path, monkeypatch, installed):
        monkeypatch.setenv("EXAMPREP_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("EXAMPREP_SMTP_PORT", "9")
        (tmp_path / "home" / "secrets.json").chmod(0o644)
        done = command("doctor")
        assert done.exit_code == 1
        assert "WRONG  mail: 127.0.0.1:9" in done.output
        assert "WRONG  secrets" in done.output

    def test_a_database_that_is_away(self, command, monkeypatch):
        monkeypatch.setenv("EXAMPREP_DATABASE_URL", "postgresql://nobody:hush@127.0.0.1:9/none")
        done = command("doctor")
        assert done.exit_code == 1
        assert "WRONG  database" in done.output
        assert "hush" not in done.output


def test_serving_before_init_says_what_to_do(command):
    for name in ("serve", "work"):
        done = command(name)
        assert done.exit_code == 1
        assert "Run: examprep init" in str(done.exception)


def test_backup_and_restore_by_command(command, tmp_path, installed, monkeypatch):
    file = str(tmp_path / "b.zip")
    assert "rows saved" in command("backup", file).stdout
    assert "not empty" in str(command("restore", file).exception)
    monkeypatch.setenv("EXAMPREP_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    done = command("restore", file)
    assert done.exit_code == 0, done.output
    assert command("verify").exit_code == 0
