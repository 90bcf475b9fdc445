"""The funnel of a year, a chasing list and a round, for counties of two sizes, against counting outcomes."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from examprep.app.factory import open_runtime
from examprep.app.schema import load_data
from examprep.campaign import funnel, intending
from examprep.campaign.models import StatementRow
from examprep.config.settings import Settings
from examprep.exams.models import OutcomeRow, RegistrationRow
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask
from tests.bench.installation import KEYS, databases

SIZES, TURNS, YEAR, UNITS, BUDGET_MS = (10_000, 100_000), 5, 2025, 200, 3000.0
NOW, REGION = datetime(2025, 3, 20, 4, tzinfo=UTC), "520526"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="persons of the two counties")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when nothing takes longer than an ad-hoc cut may (DESIGN, section 5) in the larger county."""
    found = {}
    for size in sorted(asked.sizes):
        control, taken = measure(size, postgres=asked.postgres)
        found[size] = taken
        told = "  ".join(f"{name} {each:.0f} ms ({each / control:.0f} ×)" for name, each in taken.items())
        print(f"{size:>8} persons, control {control:.1f} ms: {told}")
    (few, small), (many, large) = found.items()
    exponents = "  ".join(f"{name} {log(large[name] / small[name]) / log(many / few):.2f}" for name in large)
    print(f"{'PostgreSQL' if asked.postgres else 'SQLite'}: exponents {exponents}; budget {BUDGET_MS:.0f} ms")
    return 0 if max(large.values()) <= BUDGET_MS else 1


def measure(size: int, *, postgres: bool) -> tuple[float, dict[str, float]]:
    """Milliseconds of the control (counting the year's outcomes), and of each question."""
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), postgres=postgres) as (url, _):
        os.environ.update({**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url})
        runtime = open_runtime(Settings.from_env())
        with runtime.database.write() as session:
            load_data(session, date(2025, 3, 20))
            actor = fill(session, size)
        with runtime.database.read() as session:
            control = _median(lambda: session.scalar(select(func.count()).where(OutcomeRow.year == YEAR)))
            chase = Ask(filters={"show": "unregistered"})
            taken = {
                "funnel": _median(partial(funnel.figures, session, actor, Ask(), YEAR)),
                "by organisation": _median(partial(funnel.groups, session, actor, Ask(), YEAR, "unit")),
                "list": _median(partial(funnel.listed, session, actor, chase, YEAR, date(2025, 3, 20))),
                "round": _median(partial(funnel.ids, session, actor, chase, YEAR)),
                "card": _median(partial(intending.brief, session, actor, date(2025, 3, 20))),
            }
        runtime.database.close()
    return control, taken


def fill(session: Session, size: int) -> Actor:
    """A county of units; of three persons one said something and is registered, one only said so, one is only there."""
    top = people.add_organisation(session, name="县", kind="bureau", region_code=REGION, parent_id=None).id
    for number in range(UNITS):
        people.add_organisation(session, name=f"站{number}", kind="station", region_code=REGION, parent_id=top)
    units = session.scalars(select(OrganisationRow.id).where(OrganisationRow.parent_id == top)).all()
    for part in _parts(size):
        session.execute(insert(PersonRow), [_person(number, units[number % UNITS]) for number in part])
    first = session.scalar(select(func.min(PersonRow.id))) or 1
    for part in _parts(size):
        ids = [(first + number, number) for number in part]
        session.execute(insert(StatementRow), [_statement(person) for person, number in ids if number % 3 != 2])
        registered = [(person, units[number % UNITS]) for person, number in ids if number % 3 == 0]
        session.execute(insert(RegistrationRow), [_registration(*each) for each in registered])
        session.execute(insert(OutcomeRow), [_outcome(*each) for each in registered])
    session.flush()
    return Actor(0, first, "officer", top, "zh", (Grant(Role.OFFICER, top),))


def _parts(size: int) -> Iterator[range]:
    return (range(start, min(size, start + 5000)) for start in range(0, size, 5000))


def _person(number: int, unit: int) -> dict[str, Any]:
    return {"name": f"人{number}", "organisation_id": unit, "language": "zh", "in_post": True, "created_at": NOW}


def _statement(person: int) -> dict[str, Any]:
    said = {"exam_year": YEAR, "says": "will", "level": "ASW", "subjects": None, "said_at": NOW}
    return {**said, "person_id": person, "by_id": person}


def _registration(person: int, unit: int) -> dict[str, Any]:
    where = {"person_id": person, "organisation_id": unit, "region_code": REGION}
    facts = {"year": YEAR, "level": "ASW", "subjects": None, "approved": True, "again": False, "trained": False}
    return {**where, **facts, "registered_on": None, "batch_id": None, "ended_by": None, "recorded_at": NOW}


def _outcome(person: int, unit: int) -> dict[str, Any]:
    where = {"person_id": person, "organisation_id": unit, "region_code": REGION, "year": YEAR, "level": "ASW"}
    facts = {"approved": True, "sat": True, "qualified": person % 5 == 0, "pending": False, "first_time": True}
    bits = {"trained": False, "sat_bits": 3, "passed_bits": 0, "age": None, "qualified_in": None, "validity": None}
    return {**where, **facts, **bits, "sex": None, "education": None}


def _median(do: Callable[[], object]) -> float:
    times = []
    for _ in range(TURNS):
        started = time.perf_counter()
        do()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)
