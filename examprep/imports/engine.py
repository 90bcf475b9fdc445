"""What happens to a batch, whichever importer reads it. Used alike by the pages and by the command."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from examprep.imports import rows
from examprep.imports.importer import DOUBTFUL, Importer, Plan, Upload
from examprep.imports.models import ImportBatchRow
from examprep.imports.progress import say_step
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import Sentence
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.rules.resident_id import masked
from examprep.plumbing.bulk import uncollected
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Page, fetch, xlsx_bytes
from examprep.plumbing.vault import Vault

BATCH = ImportBatchRow
CHANGED = "imports.changed"


def check(session: Session, vault: Vault, importer: Importer, actor: Actor, upload: Upload, *, now: datetime) -> int:
    """Dry-run a file and keep it as a batch; returns the batch's id.

    Raises:
        UnreadableFile, RuleViolation: the file as a whole, or an option, cannot be used; nothing is kept.
    """
    return keep(session, vault, importer, actor, upload, importer.plan(session, actor, upload, now=now), now=now)


def keep(
    session: Session, vault: Vault, importer: Importer, actor: Actor, upload: Upload, plan: Plan, *, now: datetime
) -> int:
    """Keep a file, sealed, with its dry run as a batch; returns the batch's id."""
    batch = _batch(session, importer, actor, upload, plan, vault.seal_bytes(upload.content), now)
    if plan.lines is not None:
        batch.digest = rows.digest(plan)
        rows.put(session, vault, batch.id, plan)
    return batch.id


def _batch(
    session: Session, importer: Importer, actor: Actor, upload: Upload, plan: Plan, content: bytes, now: datetime
) -> BATCH:
    batch = BATCH(
        importer=importer.name,
        filename=masked(upload.filename[-200:]),
        sha256=hashlib.sha256(upload.content).hexdigest(),
        content=content,
        options=dict(upload.options),
        state="checked",
        rows=len(plan.rows),
        problems=len(plan.problems),
        organisation_id=actor.organisation_id,
        actor_id=actor.person_id,
        created_at=now,
    )
    session.add(batch)
    _tell(batch, plan)
    session.flush()
    return batch


def _tell(batch: BATCH, plan: Plan) -> None:
    """Keep on the batch what the dry run says."""
    batch.rows, batch.problems = len(plan.rows), len(plan.problems)
    if plan.lines is not None:
        batch.doubtful = plan.lines.states[DOUBTFUL]
        batch.heads, batch.told = [masked(head) for head in plan.heads], rows.told(plan)


def check_again(
    session: Session, vault: Vault, importer: Importer, batch: BATCH, actor: Actor, *, now: datetime
) -> None:
    """Dry-run a kept file once more, since what is on file has changed."""
    plan = plan_again(session, vault, importer, batch, actor, now=now)
    _tell(batch, plan)
    if plan.lines is not None:
        batch.digest = rows.digest(plan)
        rows.put(session, vault, batch.id, plan)


def import_now(
    session: Session,
    vault: Vault,
    importer: Importer,
    actor: Actor,
    upload: Upload,
    plan: Plan,
    *,
    now: datetime,
    leave_out: bool = False,
) -> int:
    """Keep a file as a batch and write its plan in the same transaction; returns how many rows were written.

    For the command and for files of ours: nobody looks between the dry run and the writing.

    Raises:
        RuleViolation: ``imports.problems`` -- some rows are wrong and not to be left out; nothing is written.
    """
    _refuse_problems(plan, leave_out)
    batch_id = _batch(session, importer, actor, upload, plan, b"", now).id
    written = _write(session, importer, actor, plan, batch_id, now=now)
    if plan.lines is not None:
        rows.put(session, vault, batch_id, plan)
    return written


def imported_before(session: Session, importer: Importer, content: bytes) -> bool:
    """Whether this very file is applied, and not undone, already."""
    found = session.scalar(
        select(BATCH.id)
        .where(BATCH.importer == importer.name, BATCH.state == "applied")
        .where(BATCH.sha256 == hashlib.sha256(content).hexdigest())
        .limit(1)
    )
    return found is not None


def find(session: Session, importers: Registry[Importer], actor: Actor, batch_id: int) -> tuple[Importer, BATCH]:
    """A batch within the actor's bounds, and its importer.

    Raises:
        NotFound: no such batch there.
    """
    batch = session.scalar(select(BATCH).where(BATCH.id == batch_id))
    importer = importers.get(batch.importer) if batch else None
    if batch is None or importer is None or not actor.may(importer.permission):
        raise NotFound("imports.batch", "There is no such import.")
    inside = session.scalar(
        select(BATCH.id).where(BATCH.id == batch_id, within(BATCH.organisation_id, actor, importer.permission))
    )
    if inside is None:
        raise NotFound("imports.batch", "There is no such import.")
    return importer, batch


def plan_again(
    session: Session, vault: Vault, importer: Importer, batch: BATCH, actor: Actor, *, now: datetime
) -> Plan:
    """What the kept file of a batch that is not applied would do now: other rows may have changed since its dry run."""
    upload = Upload(batch.filename, vault.open_bytes(batch.content), batch.options)
    return importer.plan(session, actor, upload, now=now)


def apply(
    session: Session,
    vault: Vault,
    importer: Importer,
    batch: BATCH,
    actor: Actor,
    *,
    now: datetime,
    leave_out: bool = False,
) -> int:
    """Write the batch: all its rows or none, or with ``leave_out`` all that are right.

    Raises:
        Conflict: ``imports.applied`` -- it was applied already, perhaps by a second click; ``imports.changed`` -- it
            would do something else now than its dry run said.
        RuleViolation: ``imports.problems`` -- some rows are wrong and not to be left out; nothing is written.
    """
    claimed = session.execute(
        update(BATCH).where(BATCH.id == batch.id, BATCH.state == "checked").values(state="applied", applied_at=now)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("imports.applied", "This file has been imported already.")
    plan = plan_again(session, vault, importer, batch, actor, now=now)
    if batch.digest is not None and rows.digest(plan) != batch.digest:
        raise Conflict(
            CHANGED, "What is on file has changed since the file was checked. Look at it again, then import."
        )
    _refuse_problems(plan, leave_out)
    written = _write(session, importer, actor, plan, batch.id, now=now)
    rows.fill_persons(session, batch.id, plan.persons)
    return written


def _refuse_problems(plan: Plan, leave_out: bool) -> None:
    if plan.problems and not (leave_out and plan.lines is not None):
        raise RuleViolation(
            "imports.problems",
            "%(count)s problems must be mended first; nothing was imported.",
            count=len(plan.problems),
        )


def _write(session: Session, importer: Importer, actor: Actor, plan: Plan, batch_id: int, *, now: datetime) -> int:
    say_step(Sentence("Writing %(count)s rows.", count=len(plan.rows)))
    with uncollected():
        written = importer.apply(session, actor, plan, batch_id, now=now)
    # Undoing goes by what was written, so that nothing will read the file again.
    done = {"state": "applied", "applied_at": now, "written": written, "content": b""}
    session.execute(update(BATCH).where(BATCH.id == batch_id).values(**done))
    record(
        session,
        actor,
        "imports.applied",
        "import_batch",
        batch_id,
        now=now,
        after={"importer": importer.name, "rows": written},
    )
    return written


def undo(session: Session, importer: Importer, batch: BATCH, actor: Actor, *, now: datetime) -> int:
    """Take a batch back, with what officers decided of its doubtful rows.

    Raises:
        Conflict: ``imports.not-applied`` -- it was never applied, or undone already.
        RuleViolation: something was built on it since.
    """
    claimed = session.execute(
        update(BATCH).where(BATCH.id == batch.id, BATCH.state == "applied").values(state="undone", undone_at=now)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("imports.not-applied", "There is nothing to undo: the import was not applied, or was undone.")
    rows.forget_cells(session, batch.id)
    taken_back = sum(
        importer.undo(session, actor, each, now=now) for each in (*_children(session, batch, now), batch.id)
    )
    record(
        session,
        actor,
        "imports.undone",
        "import_batch",
        batch.id,
        now=now,
        before={"importer": importer.name, "rows": taken_back},
    )
    return taken_back


def _children(session: Session, batch: BATCH, now: datetime) -> Sequence[int]:
    """The batches of single rows decided since, the latest first; they are undone from here on."""
    theirs = (BATCH.parent_id == batch.id, BATCH.state == "applied")
    found = session.scalars(select(BATCH.id).where(*theirs).order_by(BATCH.id.desc())).all()
    session.execute(update(BATCH).where(*theirs).values(state="undone", undone_at=now))
    return found


def failed_rows(
    session: Session, vault: Vault, importer: Importer, batch: BATCH, actor: Actor, problem_head: str, *, now: datetime
) -> bytes:
    """The rows that are not brought in as a workbook: as they were, with what is wrong in a last column.

    Raises:
        NotFound: ``imports.no-failed`` -- the file was judged as a whole and brought in, or its import was undone.
    """
    if batch.state == "undone" or (batch.state == "applied" and batch.heads is None):
        raise NotFound("imports.no-failed", "No failed rows of this file are kept.")
    if batch.heads is not None:
        return xlsx_bytes([*batch.heads, problem_head], rows.open_rows(session, vault, batch.id))
    return with_problems(plan_again(session, vault, importer, batch, actor, now=now), problem_head)


def with_problems(plan: Plan, problem_head: str) -> bytes:
    """The rows of a plan that have problems as a workbook, with what is wrong in a last column."""
    wrong: dict[int, list[str]] = {}
    for problem in plan.problems:
        place = f"[{problem.column}] " if problem.column else ""
        wrong.setdefault(problem.row, []).append(place + say(problem.sentence))
    failed = ([*row.cells, "\n".join(wrong[row.number])] for row in plan.rows if row.number in wrong)
    return xlsx_bytes([*plan.heads, problem_head], failed)


def batches(session: Session, importer: Importer, actor: Actor, ask: Ask) -> Page:
    """The importer's batches within the actor's bounds, newest first."""
    query = select(
        BATCH.id, BATCH.filename, BATCH.state, BATCH.rows, BATCH.problems, BATCH.written, BATCH.created_at
    ).where(
        BATCH.importer == importer.name,
        BATCH.parent_id.is_(None),
        within(BATCH.organisation_id, actor, importer.permission),
    )
    return fetch(session, query, ask, searchable=[BATCH.filename], default=[BATCH.id.desc()])


def stuck(session: Session, importers: Registry[Importer], actor: Actor, *, since: datetime) -> dict[str, int]:
    """How many files sent since then had problems, by importer, where no later file of the unit was imported."""
    later = aliased(BATCH)
    mended = select(later.id).where(
        later.importer == BATCH.importer,
        later.organisation_id == BATCH.organisation_id,
        later.id > BATCH.id,
        later.state == "applied",
    )
    allowed = [
        (BATCH.importer == importer.name) & within(BATCH.organisation_id, actor, importer.permission)
        for importer in importers
        if actor.may(importer.permission)
    ]
    if not allowed:
        return {}
    query = (
        select(BATCH.importer, func.count())
        .where(BATCH.state == "checked", BATCH.problems > 0, BATCH.created_at >= since, or_(*allowed), ~mended.exists())
        .group_by(BATCH.importer)
        .order_by(BATCH.importer)
    )
    return dict(session.execute(query).all())
