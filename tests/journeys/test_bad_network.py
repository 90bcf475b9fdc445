"""A small run of the simulation that `python -m tests.bench offline` runs large; its check also finds faults."""

import argparse

import pytest

from examprep.practice.models import AnswerRow
from tests.bench import offline

pytestmark = pytest.mark.journey


def test_what_is_acknowledged_is_in_the_log_once(tmp_path):
    asked = argparse.Namespace(sessions=6, browser=0, people=2, kill_every=3.0, seed=7, postgres=False)
    simulation = offline.Simulation(asked, tmp_path, "")
    try:
        with simulation.running():
            offline.take_sessions(simulation)
        assert offline.check(simulation) == []
        assert simulation.ledger.counts["acknowledged"] > 10
        with simulation.site.runtime.database.write() as session:
            row = session.query(AnswerRow).first()
            name = row.client_id
            session.delete(row)
        wrong = offline.check(simulation)
        assert f"lost although acknowledged: {name}" in wrong
        assert any(line.startswith("verify: practice_memory") for line in wrong)
    finally:
        simulation.site.close()
