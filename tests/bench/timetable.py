"""The timetable of a season over HTTP, as its trainer and as a learner see it, against bare pages of the same size.

A bureau's season: every class has twenty sessions, one a week, and every learner a seat in ten classes.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from functools import partial
from math import log
from pathlib import Path

from flask import Flask, render_template
from sqlalchemy import select, text

from examprep.app.factory import open_runtime
from examprep.config.settings import Settings
from examprep.kernel.clock import office_time
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.bulk import insert_many
from examprep.training import seat_store
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, SessionRow
from tests.bench.clients import CLIENTS, Run, measure, told, verdict
from tests.bench.controls import bare_app
from tests.bench.installation import KEYS, databases, fill, sign_in
from tests.bench.servers import THREADS, WORKERS, served
from tests.bench.wire import Wire

BUDGET = 2.0  # times a bare page
SESSIONS, ENROLMENTS = (300, 3_000), (10_000, 100_000)
WEEKS, CLASSES_EACH = 20, 10
PAGES = {"trainer": "/training/all/timetable", "learner": "/training/timetable"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="how long each size may take (default 60)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")


def bare() -> Flask:
    """The control: a template with as many rows as are asked for."""
    app = bare_app()

    @app.get("/<int:rows>")
    def page(rows: int) -> str:
        return render_template("bench.html", rows=range(rows), word="社会工作")

    return app


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when both pages keep to the budget at the larger size."""
    kind = "PostgreSQL" if asked.postgres else "SQLite"
    print(f"timetable on {kind}: {CLIENTS} clients, granian with {WORKERS} x {THREADS} threads, {os.cpu_count()} cores")
    found = [measured(asked, *size) for size in zip(SESSIONS, ENROLMENTS, strict=True)]
    met = True
    for name in PAGES:
        small, large = (runs[name].seconds / runs[name].answered for runs in found)
        ratio = found[-1][f"bare {name}"].beside(found[-1][name])
        met = met and ratio.middle <= BUDGET
        exponent = log(large / small) / log(SESSIONS[1] / SESSIONS[0])
        print(f"{name}: {ratio} x (budget {BUDGET:.0f} x): {verdict(ratio.middle <= BUDGET)}; exponent {exponent:.2f}")
    return 0 if met else 1


def measured(asked: argparse.Namespace, sessions: int, enrolments: int) -> dict[str, Run]:
    """Both pages and their controls in turns, on one season."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        url, _ = stack.enter_context(databases(home, postgres=asked.postgres))
        environment = {**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url}
        os.environ.update(environment)
        fill()
        fill_season(sessions, enrolments)
        port = stack.enter_context(served("tests.bench.answer_path:ours", environment, home / "ours.log"))
        bare_port = stack.enter_context(served("tests.bench.timetable:bare", environment, home / "bare.log"))
        rows = {name: _as_large(bare_port, size) for name, size in _sizes(port).items()}
        sides = [side for name in PAGES for side in (f"bare {name}", name)]
        runs = measure(partial(doers, bare_port, port, rows), sides, asked.seconds)
    print(f"{sessions:,} sessions, {enrolments:,} enrolments")
    for side, seen in runs.items():
        print(told(side, seen))
        assert not seen.refused, side
    return runs


def _sizes(port: int) -> dict[str, int]:
    wire = Wire(port)
    sign_in(wire, 0)
    return {name: len(wire.get(address)[1]) for name, address in PAGES.items()}


def _as_large(port: int, size: int) -> int:
    """How many rows make the control as large as a page of so many bytes."""
    wire = Wire(port)
    none, some = len(wire.get("/0")[1]), len(wire.get("/1000")[1])
    return round(1000 * (size - none) / (some - none))


def doers(
    bare_port: int, port: int, rows: Mapping[str, int], numbers: Sequence[int]
) -> Mapping[str, Sequence[Callable[[], bool]]]:
    """The clients of one process, signed in: each is a trainer of the bureau and has seats."""
    ready = []
    for number in numbers:
        ready.append(Wire(port))
        sign_in(ready[-1], number)
    found: dict[str, Sequence[Callable[[], bool]]] = {}
    for name, address in PAGES.items():
        found[f"bare {name}"] = [partial(_page, Wire(bare_port), f"/{rows[name]}", b"<table>") for _ in numbers]
        found[name] = [partial(_page, wire, address, b"<tbody>") for wire in ready]
    return found


def _page(wire: Wire, address: str, mark: bytes) -> bool:
    status, body = wire.get(address)
    return status == 200 and mark in body


def fill_season(sessions: int, enrolments: int) -> None:
    """Classes with a session a week, learners with seats; the clients among them, who are trainers as well."""
    runtime = open_runtime(Settings.from_env())
    now, today = runtime.clock.now(), runtime.clock.today()
    with runtime.database.write() as session:
        office = session.scalars(select(OrganisationRow.id).where(OrganisationRow.kind == "bureau")).one()
        clients = list(session.scalars(select(PersonRow.id).order_by(PersonRow.id)))
        for person_id in clients:
            people.grant_role(
                session, person_id=person_id, organisation_id=office, role=Role.TRAINER, since=date(2020, 1, 1)
            )
        course = CourseRow(
            organisation_id=office, name="考前培训", kind="exam", category="professional", created_at=now
        )
        session.add(course)
        session.flush()
        classes = sessions // WEEKS
        persons = (("考生", office, "zh", True, now) for _ in range(enrolments // CLASSES_EACH - len(clients)))
        insert_many(session, PersonRow, ("name", "organisation_id", "language", "in_post", "created_at"), persons)
        learners = list(session.scalars(select(PersonRow.id).order_by(PersonRow.id)))
        names = ("id", "name", "trainer_id")
        of_class = {
            "course_id": course.id, "organisation_id": office, "capacity": 5_000, "mode": "on-site", "state": "open",
            "opens_on": today, "closes_on": today + timedelta(days=1), "hours_rule": "all", "hours_percent": 80,
            "enrolled": 0, "created_at": now,
        }  # fmt: skip
        planned = ((n, f"第{n}班", clients[n % len(clients)]) for n in range(1, classes + 1))
        insert_many(session, ClassRow, names, planned, of_class)
        insert_many(
            session,
            SessionRow,
            ("class_id", "starts_at", "ends_at", "place", "place_key"),
            (
                (n, *_hours(today, week, n), f"第{n}教室", f"第{n}教室")
                for n in range(1, classes + 1)
                for week in range(WEEKS)
            ),
            {"link": "", "revision": 0, "changed_at": now, "state": "planned", "closings": 0},
        )
        turns = dict.fromkeys(range(1, classes + 1), 0)
        seats = []
        for place, person_id in enumerate(learners):
            for step in range(CLASSES_EACH):
                of = 1 + (place + step * max(1, classes // CLASSES_EACH)) % classes
                turns[of] += 1
                seats.append((of, person_id, turns[of]))
        insert_many(session, EnrolmentRow, ("class_id", "person_id", "turn"), seats, {"state": "enrolled", "at": now})
        list(seat_store.differences(session, repair=True))
    with runtime.database.write() as session:
        session.execute(text("ANALYZE"))  # what the databases do by themselves at night
    runtime.database.close()


def _hours(today: date, week: int, number: int) -> tuple[datetime, datetime]:
    """Two hours of an evening or a day in one of the weeks around today, never two of one class in one week."""
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(weeks=week - WEEKS // 2, days=number % 7)
    begins = office_time(day, time(9 + number % 10))
    return begins, begins + timedelta(hours=2)
