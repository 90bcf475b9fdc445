"""Lets coverage lead the damage: ``python -m tests.fuzz_guided moodle --seconds 300``, with atheris installed.

It is no part of the tests' own packages, since it has wheels for some systems only; `fuzz_formats` runs everywhere.
"""

import argparse
import sys
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["examprep.bank", "examprep.plumbing", "docx", "zipfile", "json"]):
        from examprep.bank.formats.checking import Rules, check_file
        from examprep.plumbing.unreadable import UnreadableFile
        from tests.fuzz_formats import READERS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=sorted(READERS))
    parser.add_argument("--seconds", type=int, default=300)
    asked = parser.parse_args()
    read, sample = READERS[asked.reader]

    def one(content: bytes) -> None:
        with suppress(UnreadableFile):
            check_file(read(content), Rules({}, "", 0, {}, date(2026, 4, 1)))

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sample").write_bytes(sample)
        bounds = [
            f"-max_total_time={asked.seconds}",
            f"-max_len={2 * len(sample) + 200}",
            "-timeout=20",
            "-rss_limit_mb=0",
        ]
        atheris.Setup([sys.argv[0], *bounds, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
