"""Documents behind decisions about a person's hours, kept as `plumbing/uploads.py` accepts them."""

from datetime import datetime

from sqlalchemy.orm import Session

from examprep.ce.models import DocumentRow
from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.people.rules.resident_id import masked
from examprep.plumbing.uploads import Accepted
from examprep.plumbing.vault import Vault


def add(session: Session, vault: Vault, actor: Actor, person_id: int, file: Accepted, *, now: datetime) -> int:
    """Keep a file about a person, sealed; returns its id."""
    row = DocumentRow(
        person_id=person_id,
        filename=masked(file.name),
        kind=file.kind,
        sha256=file.fingerprint,
        content=vault.seal_bytes(file.content),
        added_by=actor.person_id,
        added_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def fetched(session: Session, vault: Vault, actor: Actor, document_id: int) -> Accepted:
    """The file.

    Raises:
        NotFound: no such file about a person within the actor's bounds.
    """
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFound("ce.document", "There is no such document.")
    seen(session, actor, Permission.CE_STANDING_SEE, row.person_id)
    return Accepted(row.filename, row.kind, vault.open_bytes(row.content), row.sha256)
