"""How many persons a sweep writes at once: as many as are done in a moment, whatever a moment is to the machine."""

import pytest
from sqlalchemy import delete, select, update

from examprep.ce import sweeping
from examprep.ce.models import StandingRow
from examprep.ce.sweeping import LOCKED_SECONDS, WRITTEN_AT_FIRST, WRITTEN_LEAST, WRITTEN_MOST, Pace
from tests.ce.test_keeping import TODAY


@pytest.fixture
def sizes(monkeypatch):
    """``sizes(persons, seconds)``: how large the parts are, when each person takes so long and each part a bit more."""

    def go(persons, seconds, each_part=0.0):
        now = 0.0
        monkeypatch.setattr(sweeping, "monotonic", lambda: now)
        found, met = [], []
        for part in Pace().parts(range(persons)):
            now += each_part + seconds * len(part)
            found.append(len(part))
            met += part
        assert met == list(range(persons))
        return found

    return go


def test_parts_grow_while_they_are_quick_and_have_a_limit(sizes):
    found = sizes(40_000, 1e-7)
    assert found[:3] == [WRITTEN_AT_FIRST, 2 * WRITTEN_AT_FIRST, 4 * WRITTEN_AT_FIRST]
    assert max(found) == WRITTEN_MOST


def test_parts_shrink_at_once_when_they_take_too_long(sizes):
    found = sizes(2_000, LOCKED_SECONDS / 50)
    assert found[:3] == [WRITTEN_AT_FIRST, 50, 50]
    assert set(sizes(1_000, 1.0)[1:]) == {WRITTEN_LEAST}


def test_parts_of_a_steady_machine_take_a_moment_each(sizes):
    each = LOCKED_SECONDS / 700
    assert all(size * each <= LOCKED_SECONDS for size in sizes(20_000, each)[1:])


def test_a_small_part_makes_the_next_no_larger(monkeypatch):
    pace = Pace()
    monkeypatch.setattr(sweeping, "monotonic", lambda: 0.0)
    for _ in range(5):
        assert [list(part) for part in pace.parts([1, 2, 3])] == [[1, 2, 3]]
    assert pace.size <= WRITTEN_AT_FIRST


def test_nobody_is_no_part():
    assert list(Pace().parts([])) == []


def test_a_sweep_in_parts_of_one_keeps_what_a_sweep_at_once_keeps(runtime, world, holders, monkeypatch):
    rows = select(StandingRow.__table__).order_by(StandingRow.person_id, StandingRow.code, StandingRow.period_start)
    with runtime.database.read() as session:
        before = session.execute(rows).all()
    assert len({row.person_id for row in before}) > 1
    with runtime.database.write() as session:
        session.execute(delete(StandingRow))
    monkeypatch.setattr(sweeping, "PERSONS_AT_ONCE", 1)
    assert sweeping.sweep(runtime.database, today=TODAY) == len(before)
    with runtime.database.read() as session:
        assert session.execute(rows).all() == before


def test_what_is_owed_no_more_goes_and_the_rest_stays(runtime, world, holders):
    """A standing of a requirement that is not made where its holder is; another differs. One sweep mends both."""
    ann, bob = world.people["ann_candidate"], world.people["bob_candidate"]
    rows = select(StandingRow.__table__).order_by(StandingRow.person_id, StandingRow.code, StandingRow.period_start)
    with runtime.database.read() as session:
        before = session.execute(rows).all()
    mean = next(row for row in before if (row.person_id, row.code) == (ann, "weining-mean"))
    with runtime.database.write() as session:
        session.add(StandingRow(**{**mean._mapping, "person_id": bob}))
        session.execute(
            update(StandingRow)
            .where(StandingRow.person_id == ann, StandingRow.code == "weining-mean")
            .values(owed_days=1, counted_minutes=7)
        )
    assert sweeping.sweep(runtime.database, today=TODAY) == 2
    with runtime.database.read() as session:
        assert session.execute(rows).all() == before
