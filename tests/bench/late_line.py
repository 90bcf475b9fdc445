"""A regional pass line that comes late, among candidates of one year, against reading the marks of its region.

A twentieth of the candidates registered in the line's province. Rows are made directly; only the line is the product's.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path

from sqlalchemy import func, select

from examprep.app.factory import open_runtime
from examprep.app.schema import load_data
from examprep.config.settings import Settings
from examprep.exams.actions import NewLine, add_pass_line
from examprep.exams.models import MarkRow, OutcomeRow, RegistrationRow
from examprep.exams.recompute import outcome_differences, recompute
from examprep.exams.store import region_condition
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.models import PersonRow, RegionRow
from examprep.people.store import load_actor
from examprep.plumbing.bulk import in_parts, insert_many
from tests.bench.import_files import PAPERS
from tests.bench.imports import installation
from tests.bench.installation import PASSWORD
from tests.bench.timing import Taken, timed

SIZES, YEAR, LINE = (20_000, 200_000), 2025, "520000"
PROVINCES = ("11", "13", "14", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45",
             "50", "52")  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One late line: whom it concerns, whom it changed, its time and the control's, and this process's memory in MB."""

    registered: int
    changed: int
    control: Taken
    line: Taken
    memory: int


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="candidates of the year")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the kept outcomes are right afterwards."""
    print("candidates  registered there  changed   control      line   ratio   memory")
    measured = {}
    for size in sorted(asked.sizes):
        each = measured[size] = measure(size, asked.postgresql)
        print(
            f"{size:>10} {each.registered:>17} {each.changed:>8} {each.control.wall:>8.3f}s {each.line.wall:>8.2f}s"
            f" {each.line.wall / each.control.wall:>7.1f} {each.memory:>5} MB",
            flush=True,
        )
    (few, small), (many, large) = measured.items()
    print(f"exponent {log(large.line.wall / small.line.wall) / log(many / few):.2f}")
    return 0


def measure(size: int, postgresql: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), postgresql):
        for step in (_fill, _line):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found = pool.apply(step, (size,))
        assert found is not None
        return found


def _fill(size: int) -> None:
    """One year's candidates of twenty provinces, sat and marked."""
    runtime, draw = open_runtime(Settings.from_env()), random.Random(1)
    now = runtime.clock.now()
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
        office = people.add_organisation(session, name="社会工作部", kind="bureau", region_code="520526")
        officer = people.add_person(session, runtime.vault, name="officer", organisation_id=office.id, now=now)
        for role in (Role.OFFICER, Role.ADMINISTRATOR):
            people.grant_role(
                session, person_id=officer.id, organisation_id=office.id, role=role, since=date(2020, 1, 1)
            )
        people.open_account(session, person_id=officer.id, sign_in_name="officer", password=PASSWORD, now=now)
        counties = [
            session.scalar(select(func.max(RegionRow.code)).where(RegionRow.code.like(f"{province}%")))
            for province in PROVINCES
        ]
        places = [
            people.add_organisation(session, name=code, kind="bureau", region_code=str(code), parent_id=office.id).id
            for code in counties
        ]
        person = {"organisation_id": office.id, "language": "zh", "in_post": True, "created_at": now}
        insert_many(session, PersonRow, ("name",), ((f"考生{n}",) for n in range(size)), person)
        ids = session.scalars(select(PersonRow.id).where(PersonRow.id != officer.id)).all()
        levels = [draw.choices(("ASW", "SW"), (7, 3))[0] for _ in ids]
        registration = {"year": YEAR, "approved": True, "recorded_at": now}
        insert_many(
            session,
            RegistrationRow,
            ("person_id", "level", "region_code", "organisation_id"),
            (
                (id_, level, counties[n % len(counties)], places[n % len(counties)])
                for n, (id_, level) in enumerate(zip(ids, levels, strict=True))
            ),
            registration,
        )
        insert_many(
            session,
            MarkRow,
            ("person_id", "subject_code", "half_points"),
            (
                (id_, subject, draw.randint(70, 160))
                for id_, level in zip(ids, levels, strict=True)
                for subject in PAPERS[level]
            ),
            {"year": YEAR, "code": "scored", "undoing": False, "recorded_at": now},
        )
    for part in in_parts(ids, 50_000):
        with runtime.database.write() as session:
            recompute(session, part)
    runtime.database.close()


def _line(size: int) -> Measured:
    """Add the line as an officer does, then see that the kept outcomes are what the log says."""
    runtime, control, taken = open_runtime(Settings.from_env()), Taken(), Taken()
    now, today = runtime.clock.now(), runtime.clock.today()
    line = NewLine(YEAR, "ASW", None, LINE, 106, "a notice", today, "H")
    with runtime.database.read() as session:
        here = region_condition(RegistrationRow.region_code, LINE)  # type: ignore[arg-type]
        with timed(control):
            session.execute(
                select(MarkRow.person_id, MarkRow.subject_code, MarkRow.half_points)
                .join(RegistrationRow, RegistrationRow.person_id == MarkRow.person_id)
                .where(RegistrationRow.year == YEAR, MarkRow.year == YEAR, RegistrationRow.level == "ASW", here)
            ).all()
        registered = session.scalar(
            select(func.count()).where(OutcomeRow.year == YEAR, OutcomeRow.level == "ASW",
                                       region_condition(OutcomeRow.region_code, LINE))  # type: ignore[arg-type]
        )  # fmt: skip
    with runtime.database.write() as session:
        actor = load_actor(session, 1, 0, today)
        assert actor is not None
        with timed(taken):
            _, changed = add_pass_line(session, actor, line, now=now, today=today)
            session.commit()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with runtime.database.read() as session:
        assert not list(outcome_differences(session, False))
    runtime.database.close()
    return Measured(registered or 0, changed, control, taken, memory)
