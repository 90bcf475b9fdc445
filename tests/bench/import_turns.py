"""One turn of an import, or of its controls: what a process of its own runs, and so all that it has loaded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from examprep.app import cli
from examprep.app.factory import create_app, open_runtime
from examprep.config.settings import Settings
from examprep.exams.importers import ApprovalImporter, RegistrationImporter, ResultImporter
from examprep.imports import engine
from examprep.imports.importer import Importer, Upload
from examprep.people.store import load_actor
from examprep.plumbing.db import Base
from examprep.plumbing.sheets import read_table
from examprep.register.importer import HoldersImporter
from tests.bench.import_files import ISSUED, KINDS, YEAR
from tests.bench.processor import peak_mb
from tests.bench.timing import Taken, serving, timed

IMPORTERS = (RegistrationImporter, ApprovalImporter, ResultImporter, HoldersImporter)
NOW = datetime(2026, 11, 27, tzinfo=UTC)
_ONE: Mapping[str, Mapping[str, Any]] = {
    "exam_registration": {
        "level": "ASW", "year": YEAR, "organisation_id": 2, "region_code": "520526", "registered_on": date(2025, 4, 1),
        "approved": True, "sex": "male", "age": 35, "education": "bachelor", "batch_id": 1, "recorded_at": NOW,
    },
    "exam_mark": {
        "year": YEAR, "code": "scored", "half_points": 120, "batch_id": 1, "undoing": False, "recorded_at": NOW,
    },
    "register_certificate": {
        "level": "ASW", "rank": 1, "qualified_year": 2023, "issued_on": ISSUED, "validity": "national",
        "status": "completed", "accepted": False, "registered_on": date(2024, 1, 1),
        "registered_until": date(2027, 1, 1),
    },
}  # fmt: skip


def control(name: str, file: Path) -> Taken:
    """Read the workbook, and insert its rows at once into a table like the one they are about, with its indexes."""
    kind, taken, runtime, content = KINDS[name], Taken(), open_runtime(Settings.from_env()), file.read_bytes()
    constants = _ONE[kind.about.__tablename__]
    with runtime.database.write() as session:
        table = _like(session, kind.about, "control")
    with timed(taken), runtime.database.write() as session, serving(session, taken):
        rows: list[dict[str, Any]] = []
        for row in read_table(content, file.name).rows:
            if "subject_code" in table.columns:
                rows += (
                    {"person_id": row.number, "subject_code": kind.heads[at], **constants}
                    for at in (3, 4, 5)
                    if row.cells[at]
                )
            elif "number" in table.columns:
                rows.append({"id": row.number, "person_id": row.number, "number": row.cells[3], **constants})
            else:
                rows.append({"person_id": row.number, **constants})
        session.execute(insert_into(table), rows)
    runtime.database.close()
    return taken


def control_of_written(name: str, file: Path) -> Taken:
    """Read the workbook, and insert whatever its import wrote at once into tables like those, with their indexes."""
    kind, taken, runtime, content = KINDS[name], Taken(), open_runtime(Settings.from_env()), file.read_bytes()
    with runtime.database.write() as session:
        inserts = [(_like(session, model, "written"), _written(session, model)) for model in kind.fills]
    with timed(taken), runtime.database.write() as session, serving(session, taken):
        read_table(content, file.name)
        for table, rows in inserts:
            session.execute(insert_into(table), rows)
    runtime.database.close()
    return taken


def _like(session: Session, model: type[Base], name: str) -> Table:
    """A table like another, empty and without keys to others."""
    table = model.__table__.to_metadata(MetaData(), name=f"bench_{name}_{model.__tablename__}")  # type: ignore[attr-defined]
    table.primary_key.name = f"pk_{table.name}"
    for at, index in enumerate(sorted(table.indexes, key=lambda index: str(index.name))):
        index.name = f"ix_{table.name}_{at}"
    for constraint in list(table.constraints):
        if constraint is not table.primary_key and not hasattr(constraint, "sqltext"):
            columns = [column.name for column in constraint.columns]
            constraint.name = f"uq_{table.name}_{'_'.join(columns)}"
    for key in list(table.foreign_key_constraints):
        table.constraints.discard(key)
    table.create(session.connection())
    return table


def _written(session: Session, model: type[Base]) -> Sequence[dict[str, Any]]:
    """The rows that the import left, which is the last and the only one."""
    table = model.__table__
    asked = table.select()
    if "batch_id" in table.columns:
        asked = asked.where(table.columns.batch_id.is_not(None))
    elif "year" in table.columns:
        asked = asked.where(table.columns.year == YEAR)
    return [dict(row) for row in session.execute(asked).mappings()]


def bring(name: str, file: Path) -> tuple[Taken, Taken, int]:
    """The import as the command does it, in one transaction; its parts and this process's memory, which holds all
    that the command holds.
    """
    assert cli.import_file
    judging, writing, kind = Taken(), Taken(), KINDS[name]
    runtime, content = open_runtime(Settings.from_env()), file.read_bytes()
    create_app(runtime)
    now, today = runtime.clock.now(), runtime.clock.today()
    importer: Importer = next(each for each in IMPORTERS if each.name == kind.importer)(lambda: runtime.vault)
    with runtime.database.write() as session:
        actor = load_actor(session, 1, 0, today)
        assert actor is not None
        upload = Upload(file.name, content, {"year": str(YEAR)})
        with timed(judging), serving(session, judging):
            plan = importer.plan(session, actor, upload, now=now)
        assert not plan.problems, plan.problems[:3]
        assert all(line.state in ("matched", "created") for line in plan.lines or ()), _first_open(plan.lines or ())
        with timed(writing), serving(session, writing):
            engine.import_now(session, runtime.vault, importer, actor, upload, plan, now=now)
            session.commit()
    runtime.database.close()
    return judging, writing, round(peak_mb())


def _first_open(lines: Iterable[Any]) -> Any:
    return next(line for line in lines if line.state not in ("matched", "created"))
