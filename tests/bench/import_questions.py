"""Importing workbooks of questions of two sizes, against reading the same files and inserting their rows at once.

Each is read, judged and written in a process of its own, so that its memory is known. The control reads the workbook
by the same reader and puts its cells into one table by one statement.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import tempfile
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import median

from sqlalchemy import Column, Integer, MetaData, Table, Unicode
from sqlalchemy import insert as insert_into

from examprep.app.factory import open_runtime
from examprep.app.schema import upgrade
from examprep.bank.formats.heads import HEADS
from examprep.bank.formats.template import template_workbook
from examprep.bank.importer import IMPORTER
from examprep.bank.shipped import starter_files
from examprep.config.settings import Settings
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.people.store import load_actor
from examprep.plumbing.sheets import read_table
from tests.bench.installation import KEYS, SUBJECT
from tests.bench.near_duplicates import fill
from tests.bench.timing import Taken, timed

SIZES, TURNS = (2_500, 10_000), 3
BUDGET_TIMES, BUDGET_SECONDS, BUDGET_MB = 5.0, 6.0, 300
FIELDS = ("stem", "option_A", "option_B", "option_C", "option_D", "answer", "explanation", "chapter", "difficulty")


@dataclass(frozen=True)
class Measured:
    """One import and its control; ``memory`` is the most the process held, in MB."""

    control: Taken
    judging: Taken
    writing: Taken
    memory: int

    @property
    def seconds(self) -> float:
        return self.judging.wall + self.writing.wall

    @property
    def work(self) -> float:
        """Seconds of processor: others on the machine do not change them."""
        return self.judging.processor + self.writing.processor

    @property
    def times(self) -> float:
        return self.work / self.control.processor


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="questions of the two files")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the larger file stays within its budgets."""
    print(" questions   control   judging   writing  together  ratio   memory")
    middle = {}
    for size in sorted(asked.sizes):
        turns = sorted((measure(size) for _ in range(TURNS)), key=lambda each: each.times)
        each = middle[size] = turns[TURNS // 2]
        print(
            f"{size:>10} {each.control.wall:>8.2f}s {each.judging.wall:>8.2f}s {each.writing.wall:>8.2f}s"
            f" {each.seconds:>8.2f}s {each.times:>6.2f} {median(turn.memory for turn in turns):>5.0f} MB"
        )
    (few, small), (many, large) = middle.items()
    print(
        f"exponent {log(large.work / small.work) / log(many / few):.2f};"
        f" budget {BUDGET_TIMES:.0f} times the control, {BUDGET_SECONDS:.0f}s, {BUDGET_MB} MB"
    )
    kept = large.times <= BUDGET_TIMES and large.seconds <= BUDGET_SECONDS and large.memory < BUDGET_MB
    return 0 if kept else 1


def measure(size: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'bank.db')}"
        os.environ.update({**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url})
        upgrade(url)
        fill([])
        file = Path(folder, "questions.xlsx")
        file.write_bytes(template_workbook(_rows(size)))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(_import, (file,))


def _rows(size: int) -> list[list[str]]:
    """Questions as a trainer's workbook has them: words of the shipped ones, every stem another."""
    entries = [json.loads(line) for _, content in starter_files() for line in content.decode().splitlines()]
    chosen = [entry for entry in entries if len(entry.get("options", ())) >= 4]
    draw = random.Random(1)
    rows = [[HEADS[field][0] for field in FIELDS]]
    for number in range(size):
        words = draw.choice(chosen)
        options = draw.sample(words["options"], 4)
        stem = f"（{number + 1}）{words['stem']}"
        explanation = words["explanation"]
        rows.append([stem, *options, draw.choice("ABCD"), explanation, str(draw.randint(1, 9)), "0.7"])
    return rows


def _import(file: Path) -> Measured:
    """The control, then the import, in this process, which has read a few questions before."""
    control, judging, writing = Taken(), Taken(), Taken()
    runtime, content = open_runtime(Settings.from_env()), file.read_bytes()
    table = Table("bench_control", MetaData(), Column("id", Integer, primary_key=True), *map(_words, FIELDS))
    with runtime.database.write() as session:
        table.create(session.connection())
    now, today = runtime.clock.now(), runtime.clock.today()
    with runtime.database.write() as session:
        actor = load_actor(session, 1, 0, today)
        assert actor is not None
        few = Upload(file.name, template_workbook(_rows(3)), {"subject": SUBJECT})
        IMPORTER.plan(session, actor, few, now=now)
    with timed(control), runtime.database.write() as session:
        rows = [dict(zip(FIELDS, row.cells, strict=False)) for row in read_table(content, file.name).rows]
        session.execute(insert_into(table), rows)
    del rows
    with runtime.database.write() as session:
        upload = Upload(file.name, content, {"subject": SUBJECT})
        with timed(judging):
            plan = IMPORTER.plan(session, actor, upload, now=now)
        assert not plan.problems, plan.problems[:3]
    with timed(writing), runtime.database.write() as session:
        engine.import_now(session, runtime.vault, IMPORTER, actor, upload, plan, now=now)
    runtime.database.close()
    return Measured(control, judging, writing, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _words(name: str) -> Column[str]:
    return Column(name, Unicode)
