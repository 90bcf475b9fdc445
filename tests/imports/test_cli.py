"""``examprep import``: checked, then written only with --apply; problems on standard error and exit code 1."""

import json
from datetime import date

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import func, select

from examprep.app.cli import cli
from examprep.imports.models import ImportBatchRow
from examprep.kernel.errors import Forbidden, NotFound
from examprep.syllabus.loading import load_data

QUESTION = {"stem": "题干", "options": ["甲", "乙"], "answer": "A", "chapters": {"2025": ["03"]}}


@pytest.fixture
def run(app, world, database, tmp_path):
    from click.testing import CliRunner

    with database.write() as session:
        load_data(session, date(2026, 4, 1))

    def go(*entries, options=("--subject", "sw-law-policy"), name="bank-questions", who="ann_trainer"):
        file = tmp_path / "questions.jsonl"
        file.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
        arguments = ["import", name, str(file), "--as", who, *options]
        result = CliRunner().invoke(cli, arguments, obj=ScriptInfo(create_app=lambda: app, set_debug_flag=False))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return go


@pytest.fixture
def batches(database):
    def go():
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(ImportBatchRow))

    return go


def test_a_dry_run_writes_nothing(run, batches):
    result = run(QUESTION)
    assert result.exit_code == 0
    assert batches() == 0


def test_apply_writes_a_batch(run, batches, database):
    result = run(QUESTION, options=["-o", "subject=sw-law-policy", "--apply"])
    assert result.exit_code == 0, result.output
    with database.read() as session:
        assert session.execute(select(ImportBatchRow.state, ImportBatchRow.written)).all() == [("applied", 1)]


def test_problems_go_to_standard_error_and_nothing_is_written(run, batches):
    result = run(QUESTION, {**QUESTION, "stem": "又", "answer": "D"}, options=["--subject", "sw-law-policy", "--apply"])
    assert result.exit_code == 1
    assert result.stderr.startswith("2\tanswer\t")
    assert batches() == 0


@pytest.mark.parametrize(
    ("more", "error"),
    [
        pytest.param({"name": "nothing"}, NotFound, id="unknown-import"),
        pytest.param({"who": "nobody"}, NotFound, id="unknown-account"),
        pytest.param({"who": "ann_officer"}, Forbidden, id="role-may-not"),
    ],
)
def test_who_and_what_must_exist_and_may(run, more, error):
    with pytest.raises(error):
        run(QUESTION, **more)


def test_an_option_without_a_value_is_told(run):
    result = run(QUESTION, options=["-o", "subject"])
    assert result.exit_code == 2
    assert "KEY=VALUE" in result.output
