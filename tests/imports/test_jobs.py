"""Files that nobody imported are deleted after a time, with their rows; what was imported stays."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.app.frame import IMPORTS
from examprep.imports.jobs import KEPT, forget
from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.plumbing.jobs import JobTurn


@pytest.fixture
def kept(runtime, world):
    def add(state, age):
        with runtime.database.write() as session:
            batch = ImportBatchRow(
                importer="exam-results", filename="成绩.xlsx", sha256="", content=b"", options={}, state=state, rows=1,
                problems=1, organisation_id=world.organisations["ann_county"], actor_id=world.people["ann_officer"],
                created_at=runtime.clock.now() - age,
            )  # fmt: skip
            session.add(batch)
            session.flush()
            session.add(ImportRowRow(batch_id=batch.id, number=2, state="refused", name="考生", cells=b"sealed"))
            return batch.id

    return add


def left(runtime):
    with runtime.database.read() as session:
        batches, rows = (session.scalars(select(key)).all() for key in (ImportBatchRow.id, ImportRowRow.batch_id))
    assert sorted(rows) == sorted(batches)
    return set(batches)


def turn(runtime):
    return JobTurn(runtime, runtime.clock.now(), runtime.clock.now())


def test_only_what_was_never_imported_is_forgotten_and_only_when_old(runtime, kept):
    old, more = KEPT + timedelta(seconds=1), KEPT - timedelta(seconds=1)
    kept("checked", old)
    stay = {kept("checked", more), kept("applied", old), kept("undone", old)}
    assert forget(turn(runtime)) == 1
    assert left(runtime) == stay
    assert forget(turn(runtime)) == 0
    assert "imports.forget" in [job.name for job in IMPORTS.jobs]


def test_a_file_that_is_imported_at_that_moment_stays(runtime, kept):
    batch_id = kept("checked", 2 * KEPT)
    with ThreadPoolExecutor(1) as pool:
        with runtime.database.write() as session:
            session.get_one(ImportBatchRow, batch_id).state = "applied"
            session.flush()
            job = pool.submit(forget, turn(runtime))
            wait([job], timeout=0.5)
        assert job.result() == 0
    assert left(runtime) == {batch_id}
