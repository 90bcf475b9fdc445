"""One turn of importing results, or of its control: what a process of its own runs, and so all that it has loaded."""

import resource
from pathlib import Path

from sqlalchemy import MetaData
from sqlalchemy import insert as insert_into

from examprep.app.factory import open_runtime
from examprep.config.settings import Settings
from examprep.exams.importers import ResultImporter
from examprep.exams.models import MarkRow
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.people.store import load_actor
from examprep.plumbing.sheets import read_table
from tests.bench.timing import Taken, serving, timed

YEAR = 2025
HEADS = ("姓名", "身份证号", "级别", "综合能力", "法规与政策", "实务")


def control(file: Path) -> Taken:
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
    with timed(taken), runtime.database.write() as session, serving(session, taken):
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


def bring(file: Path) -> tuple[Taken, Taken, int]:
    """The import as the command does it, in one transaction; its parts and this process's memory."""
    judging, writing = Taken(), Taken()
    runtime, content = open_runtime(Settings.from_env()), file.read_bytes()
    importer, now, today = ResultImporter(lambda: runtime.vault), runtime.clock.now(), runtime.clock.today()
    with runtime.database.write() as session:
        actor = load_actor(session, 1, 0, today)
        assert actor is not None
        upload = Upload(file.name, content, {"year": str(YEAR)})
        with timed(judging), serving(session, judging):
            plan = importer.plan(session, actor, upload, now=now)
        assert not plan.problems, plan.problems[:3]
        with timed(writing), serving(session, writing):
            engine.import_now(session, runtime.vault, importer, actor, upload, plan, now=now)
            session.commit()
    runtime.database.close()
    return judging, writing, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
