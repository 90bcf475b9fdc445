"""What is kept of files for nothing is deleted each night."""

from datetime import timedelta

from sqlalchemy import delete, select

from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.plumbing.jobs import Job, JobTurn

BATCH, ROW = ImportBatchRow, ImportRowRow
KEPT = timedelta(days=90)  # how long a file that nobody imports can still be


def forget(turn: JobTurn) -> int:
    """Delete the files that were checked long ago and never imported; returns how many.

    Nothing was written of them. Who would still import one sends it again, and it is checked against what is on file.
    """
    with turn.runtime.database.write() as session:
        old = select(BATCH.id).where(BATCH.state == "checked", BATCH.created_at < turn.now - KEPT)
        # Whoever imports one at this moment either comes first, and it stays, or finds it gone.
        ids = session.scalars(old.with_for_update()).all()
        session.execute(delete(ROW).where(ROW.batch_id.in_(ids)))
        session.execute(delete(BATCH).where(BATCH.id.in_(ids)))
    return len(ids)


JOBS = (Job("imports.forget", "50 3 * * *", forget),)
