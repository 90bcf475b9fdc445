"""The queue of doubtful rows: what waits, deciding of whom a row speaks, and taking a decision back.

A decision brings its row in as a batch of its own below the file's, by the importer's usual way; so taking it back is
the usual undoing, and undoing the file undoes it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from examprep.imports import engine, rows
from examprep.imports.importer import CREATED, DOUBTFUL, MATCHED, REFUSED, Importer, Reviewed
from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.imports.rules.cells import find_columns
from examprep.imports.sealed import open_cells
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import Sentence
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.bulk import find_by_id
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId, masked
from examprep.plumbing.listing import Ask, Page, escape_like, fetch
from examprep.plumbing.sheets import Row, Rows, Table
from examprep.plumbing.vault import Vault

ROW = ImportRowRow
BATCH = ImportBatchRow
PERSON, NEW, REFUSE = "person", "new", "refused"
OFFERED = 10


@dataclass(frozen=True)
class Candidate:
    """A person whom a row may mean."""

    id: int
    name: str
    id_number: str | None  # masked
    born_on: date | None
    organisation: str


@dataclass(frozen=True)
class Doubt:
    """One row that waits, or was decided: what stands in it, why it is doubtful, and whom it may mean."""

    batch_id: int
    number: int
    filename: str
    importer: str
    batch_state: str
    state: str
    decided: str | None
    decided_at: datetime | None
    decided_by: str | None
    person: Candidate | None
    name: str
    cells: Sequence[tuple[str, str]]
    said: Sequence[Sentence]
    candidates: Sequence[Candidate]
    may_be_new: bool


def queue(session: Session, importers: Registry[Importer], actor: Actor, ask: Ask) -> Page:
    """The doubtful rows of imported files within the actor's bounds, those that wait longest first.

    Filters: ``state`` (``open``, else everything that was doubtful once), ``kind`` (an importer's name).
    """
    query = (
        select(
            ROW.batch_id, ROW.number, ROW.name, ROW.said, ROW.state, ROW.decided, BATCH.filename,
            BATCH.importer.label("kind"), BATCH.applied_at,
        )
        .join(BATCH, BATCH.id == ROW.batch_id)
        .where(BATCH.state == "applied", _allowed(importers, actor))
    )  # fmt: skip
    if ask.filters.get("state") == "decided":
        query = query.where(ROW.decided.is_not(None))
    else:
        query = query.where(ROW.state == DOUBTFUL)
    if kind := ask.filters.get("kind"):
        query = query.where(BATCH.importer == kind)
    page = fetch(
        session,
        query,
        ask,
        sortable={"name": ROW.name, "applied_at": BATCH.applied_at, "filename": BATCH.filename},
        searchable=[ROW.name, BATCH.filename],
        default=[BATCH.id, ROW.number],
    )
    shown = [
        {
            **row,
            "said": rows.unpacked(row["said"]),
            "state": f"decided-{row['decided']}" if row["decided"] else "row-doubtful",
        }
        for row in page.rows
    ]
    return Page(shown, page.total, page.ask)


def waiting(session: Session, importers: Registry[Importer], actor: Actor) -> int:
    """How many rows wait for a decision of the actor."""
    return queue(session, importers, actor, Ask()).total


def _allowed(importers: Registry[Importer], actor: Actor) -> Any:
    """Batches of importers that review, within the actor's bounds."""
    permissions = {each.permission for each in importers if isinstance(each, Reviewed) and actor.may(each.permission)}
    condition: ColumnElement[bool] = BATCH.id.in_([])
    for permission in sorted(permissions):
        names = [each.name for each in importers if isinstance(each, Reviewed) and each.permission == permission]
        condition |= BATCH.importer.in_(names) & within(BATCH.organisation_id, actor, permission)
    return condition


def doubt(
    session: Session, vault: Vault, importers: Registry[Importer], actor: Actor, batch_id: int, number: int, words: str
) -> Doubt:
    """One doubtful row with its candidates, and those whom ``words`` (of a name) find.

    Raises:
        NotFound: no such row, not within bounds, or it never was doubtful.
    """
    importer, batch, row = _find(session, importers, actor, batch_id, number)
    ids, cells = list(row.candidates or ()), open_cells(vault, row.cells)
    by_name = row.name if row.state == DOUBTFUL else ""
    found = _persons(session, vault, actor, importer.permission, ids, [name for name in (words, by_name) if name])
    decider = session.get(PersonRow, row.decided_by) if row.decided_by else None
    person = _persons(session, vault, actor, importer.permission, [row.person_id], []) if row.person_id else []
    return Doubt(
        batch_id=batch_id,
        number=number,
        filename=batch.filename,
        importer=importer.title,
        batch_state=batch.state,
        state=row.state,
        decided=row.decided,
        decided_at=row.decided_at,
        decided_by=decider.name if decider else None,
        person=person[0] if person else None,
        name=row.name,
        cells=_shown(importer, batch.heads or (), cells),
        said=rows.unpacked(row.said),
        candidates=found,
        may_be_new=isinstance(importer, Reviewed) and importer.may_be_new,
    )


def _shown(importer: Importer, heads: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    """What stands in a row, with whatever may be an ID number masked."""
    others = find_columns(heads, {"other": importer.other_numbers if isinstance(importer, Reviewed) else ()})
    pairs = enumerate(zip(heads, cells, strict=False))
    return [(head, masked(cell, among_others=at == others.get("other"))) for at, (head, cell) in pairs if head or cell]


def _persons(
    session: Session, vault: Vault, actor: Actor, permission: str, ids: Sequence[int], words: Sequence[str]
) -> list[Candidate]:
    """Persons within bounds: those named by id first, then those whom the words find."""
    row, found = PersonRow, dict[int, Candidate]()
    standing = {known.person_id for known in find_by_id(session, ids).values()}
    asked: list[ColumnElement[bool]] = [row.id.in_(standing)] if standing else []
    asked += [row.name.ilike(f"%{escape_like(word)}%", escape="\\") for word in words]
    for condition in asked:
        query = (
            select(row.id, row.name, row.id_number_sealed, row.born_on, OrganisationRow.name)
            .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
            .where(condition, within(row.organisation_id, actor, permission))
            .order_by(row.name, row.id)
            .limit(OFFERED)
        )
        for id_, name, sealed, born_on, organisation in session.execute(query):
            number = ResidentId(vault.open(sealed)).masked if sealed else None
            found.setdefault(id_, Candidate(id_, name, number, born_on, organisation))
    return list(found.values())[: 2 * OFFERED]


def _find(
    session: Session, importers: Registry[Importer], actor: Actor, batch_id: int, number: int
) -> tuple[Importer, BATCH, ROW]:
    importer, batch = engine.find(session, importers, actor, batch_id)
    row = session.get(ROW, (batch_id, number))
    if row is None or not isinstance(importer, Reviewed) or (row.state != DOUBTFUL and row.decided is None):
        raise NotFound("imports.row", "There is no such doubtful row.")
    return importer, batch, row


def decide(
    session: Session,
    vault: Vault,
    importers: Registry[Importer],
    actor: Actor,
    batch_id: int,
    number: int,
    decision: str,
    *,
    person_id: int | None = None,
    now: datetime,
) -> None:
    """Decide of whom a doubtful row speaks, and bring it in; or refuse it.

    Raises:
        NotFound: no such doubtful row within bounds.
        Conflict: ``imports.decided`` -- somebody decided it meanwhile; ``imports.not-applied`` -- the file is not
            imported, or was undone.
        RuleViolation: the row cannot be brought in for that person; the sentence says why.
    """
    importer, batch, row = _find(session, importers, actor, batch_id, number)
    if batch.state != "applied":
        raise Conflict("imports.not-applied", "The file is not imported, or was undone.")
    claimed = session.execute(
        update(ROW)
        .where(ROW.batch_id == batch_id, ROW.number == number, ROW.state == DOUBTFUL, ROW.decided.is_(None))
        .values(decided=decision, decided_by=actor.person_id, decided_at=now, state=REFUSED)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("imports.decided", "Somebody has decided of this row already.")
    if decision != REFUSE:
        cells = open_cells(vault, row.cells)
        _bring_in(session, importer, actor, batch, row, cells, person_id if decision == PERSON else None, now=now)
    record(
        session,
        actor,
        "imports.row-decided",
        "import_batch",
        batch_id,
        now=now,
        after={"row": number, "decision": decision, "person": person_id if decision == PERSON else None},
    )


def _bring_in(
    session: Session,
    importer: Importer,
    actor: Actor,
    batch: BATCH,
    row: ROW,
    cells: Sequence[str],
    person_id: int | None,
    *,
    now: datetime,
) -> None:
    assert isinstance(importer, Reviewed)
    table = Table(tuple(batch.heads or ()), Rows([Row(row.number, cells)]))
    plan = importer.settle(session, actor, table, batch.options, {row.number: person_id}, now=now)
    assert plan.lines is not None
    (line,) = plan.lines
    if line.state in (REFUSED, DOUBTFUL):
        raise RuleViolation("imports.still-wrong", line.said[0].text, **line.said[0].values)
    child = BATCH(
        importer=batch.importer, filename=batch.filename, sha256="", content=b"", options=batch.options,
        state="applied", rows=1, problems=0, doubtful=0, organisation_id=batch.organisation_id,
        actor_id=actor.person_id, created_at=now, applied_at=now, parent_id=batch.id,
    )  # fmt: skip
    session.add(child)
    session.flush()
    child.written = importer.apply(session, actor, plan, child.id, now=now)
    session.execute(
        update(ROW)
        .where(ROW.batch_id == batch.id, ROW.number == row.number)
        .values(
            state=MATCHED if person_id is not None else CREATED,
            effect=line.effect,
            person_id=person_id if person_id is not None else plan.persons.get(row.number) or line.person_id,
            child_id=child.id,
        )
    )


def take_back(
    session: Session, importers: Registry[Importer], actor: Actor, batch_id: int, number: int, *, now: datetime
) -> None:
    """Take a decision back: what it brought in is undone, and the row waits again.

    Raises:
        NotFound: no such row within bounds. Conflict: ``imports.not-decided`` -- it waits already, or the file was
            undone. RuleViolation: something was built on it since.
    """
    importer, batch, row = _find(session, importers, actor, batch_id, number)
    if row.decided is None or batch.state != "applied":
        raise Conflict("imports.not-decided", "There is no decision to take back.")
    before = {"row": number, "decision": row.decided, "person": row.person_id}
    if row.child_id is not None:
        importer.undo(session, actor, row.child_id, now=now)
        session.execute(update(BATCH).where(BATCH.id == row.child_id).values(state="undone", undone_at=now))
    row.state, row.effect, row.person_id, row.child_id = DOUBTFUL, None, None, None
    row.decided = row.decided_by = row.decided_at = None
    record(session, actor, "imports.row-reopened", "import_batch", batch_id, now=now, before=before)
