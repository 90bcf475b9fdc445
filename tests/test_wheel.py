"""An installed wheel runs as a checkout does: it carries templates, migrations, translations and data."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The ``examprep`` command of a wheel installed in an empty environment, far from the checkout."""
    place = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, ROOT])
    run([sys.executable, "-m", "venv", place / "env"])
    wheel = next(place.glob("examprep-*.whl"))
    run([place / "env" / "bin" / "pip", "install", "--quiet", wheel])
    return place / "env" / "bin" / "examprep"


def run(command, **options) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_is_built_outside_the_checkout(installed, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    said = run([installed, "demo", "--no-serve"], cwd=tmp_path, env=environment)
    assert "candidate" in said
    assert (tmp_path / "examprep-demo" / "examprep.db").exists()
    again = run([installed, "demo", "--no-serve"], cwd=tmp_path, env=environment)
    assert "kept" in again


def test_the_wheel_carries_the_decoder_with_its_licence(installed):
    (wheel,) = installed.parents[2].glob("examprep-*.whl")
    names = {name.rpartition("/")[2] for name in ZipFile(wheel).namelist() if "/static/qr-0.7.0/" in name}
    assert {"decode.js", "index.js", "LICENSE", "LICENSE-MIT"} <= names
