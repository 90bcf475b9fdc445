"""A demo that an earlier version made is brought up to date when it is served again."""

import json

from click.testing import CliRunner

from examprep.app.demo.command import READY, demo
from examprep.app.factory import open_runtime
from examprep.app.schema import newest, present, upgrade
from examprep.config.settings import Settings


def test_a_kept_demo_gets_the_tables_of_this_version(tmp_path):
    runtime = open_runtime(Settings.from_env({}, home=tmp_path))
    upgrade(runtime.settings.database_url, "0011")
    runtime.database.close()
    (tmp_path / READY).write_text(json.dumps({"password": "kept"}), encoding="utf-8")
    done = CliRunner().invoke(demo, ["--home", str(tmp_path), "--no-serve"])
    assert done.exit_code == 0, done.output
    assert "kept" in done.output
    runtime = open_runtime(Settings.from_env({}, home=tmp_path))
    assert present(runtime.database) == newest()
    runtime.database.close()
