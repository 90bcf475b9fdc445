"""From closing a session of forty learners to hours that everybody sees: the closing, then a learner's standings."""

import argparse
import os
import tempfile
import time
from datetime import date
from pathlib import Path

from examprep.ce import counting, standings
from examprep.ce.shipped import load_requirements
from examprep.config.settings import Settings
from examprep.kernel.clock import FixedClock
from examprep.plumbing.db import Database
from examprep.plumbing.runtime import Runtime
from examprep.plumbing.vault import Vault
from examprep.register.actions import add_certificate
from examprep.training import attending, enrolling
from tests.bench.installation import KEYS, databases
from tests.conftest import NOW
from tests.factories import build_world
from tests.training.conftest import EVENING, Season

LEARNERS, BUDGET_S = 40, 2.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the hours are seen in time."""
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), postgres=asked.postgres) as (url, _):
        os.environ.update({**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url})
        settings, clock = Settings.from_env(), FixedClock(NOW)
        runtime = Runtime(settings, Database(url), clock, Vault(settings.data_key))
        closed, seen, minutes = measure(runtime)
        runtime.database.close()
    print(
        f"{'PostgreSQL' if asked.postgres else 'SQLite'}: {LEARNERS} learners, closing {closed:.2f} s,"
        f" until {minutes} minutes were seen {closed + seen:.2f} s; budget {BUDGET_S:.0f} s"
    )
    return 0 if closed + seen <= BUDGET_S else 1


def measure(runtime: Runtime) -> tuple[float, float, int]:
    """Seconds of closing, seconds of looking, and the minutes that were seen."""
    season = Season(runtime, build_world(runtime))
    learners = season.learners(LEARNERS)
    with runtime.database.write() as session:
        load_requirements(session, runtime.clock.today())
        for learner in learners:
            add_certificate(
                session,
                None,
                person_id=learner.person_id,
                level="ASW",
                number=f"n{learner.person_id}",
                qualified_year=2025,
                issued_on=date(2025, 9, 1),
                registered_on=date(2025, 10, 1),
                now=runtime.clock.now(),
            )
        persons = [learner.person_id for learner in learners]
        counting.recount(session, persons, today=runtime.clock.today())
    class_id = season.class_(capacity=LEARNERS)
    for learner in learners:
        season.do(enrolling.enrol, learner, class_id)
    trainer, session_id = season.actor("ann_trainer"), season.sessions(class_id)[0]
    season.go_to(EVENING.ends_at)
    season.do(attending.take_attendance, trainer, session_id, dict.fromkeys(persons, True))
    started = time.perf_counter()
    season.do(attending.close_session, trainer, session_id)
    closed = time.perf_counter() - started
    with runtime.database.read() as session:
        found = standings.kept(session, persons[-1], today=runtime.clock.today())
    return closed, time.perf_counter() - started - closed, found[0].recorded_minutes
