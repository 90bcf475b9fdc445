"""Scans that prove a certificate or an application: kept as they came, handed out as downloads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.people.models import PersonRow
from examprep.people.rules.resident_id import masked
from examprep.plumbing.vault import Vault
from examprep.register.models import RegisterCertificateRow, RegisterFileRow
from examprep.register.rules.process import EDITABLE, Status

ROW = RegisterFileRow
LARGEST_BYTES = 5 * 1024 * 1024
MOST = 10
_SIGNS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def add(
    session: Session, vault: Vault, actor: Actor, certificate_id: int, name: str, content: bytes, *, now: datetime
) -> int:
    """Keep a scan, sealed; returns its id. A holder adds to their own while the application can still be changed.

    Raises:
        NotFound: no such certificate within the actor's bounds.
        RuleViolation: ``register.scan-kind``, ``register.scan-size``, ``register.scan-many``, ``register.scan-late``.
    """
    row = _bounded(session, actor, certificate_id)
    mimetype = next((kind for sign, kind in _SIGNS.items() if content.startswith(sign)), None)
    if mimetype is None:
        raise RuleViolation("register.scan-kind", "Send a PDF, PNG or JPEG file.")
    if len(content) > LARGEST_BYTES:
        raise RuleViolation("register.scan-size", "A scan has at most 5 MB. Scan it in less detail.")
    if row.person_id == actor.person_id and Status(row.status) not in EDITABLE and Status(row.status) not in _AT_REST:
        raise RuleViolation("register.scan-late", "The application is being reviewed and cannot be changed now.")
    scans = session.scalar(select(func.count()).where(ROW.certificate_id == certificate_id, ROW.content.is_not(None)))
    if (scans or 0) >= MOST:
        raise RuleViolation("register.scan-many", "At most %(count)s scans are kept. Remove one first.", count=MOST)
    kept = {"name": masked(name[:100]), "mimetype": mimetype, "content": vault.seal_bytes(content)}
    id_ = session.scalar(
        insert(ROW)
        .values(certificate_id=certificate_id, added_at=now, added_by=actor.person_id, **kept)
        .returning(ROW.id)
    )
    assert id_ is not None
    record(session, actor, "register.scan-added", "register_certificate", certificate_id, now=now)
    return id_


_AT_REST = frozenset({Status.COMPLETED, Status.ISSUED, Status.FIRST_FAILED, Status.FINAL_FAILED})


def listed(session: Session, certificate_id: int) -> Sequence[dict[str, Any]]:
    """The scans of a certificate that the actor was shown, with who added them; newest first."""
    rows = session.execute(
        select(ROW.id, ROW.name, ROW.added_at, PersonRow.name.label("who"))
        .join(PersonRow, PersonRow.id == ROW.added_by)
        .where(ROW.certificate_id == certificate_id, ROW.content.is_not(None))
        .order_by(ROW.id.desc())
    )
    return [dict(row) for row in rows.mappings()]


def content(session: Session, vault: Vault, actor: Actor, file_id: int) -> tuple[str, str, bytes]:
    """Name, kind and content of a scan.

    Raises:
        NotFound: no such scan of a certificate that the actor may see.
    """
    found = session.execute(
        select(ROW.certificate_id, ROW.name, ROW.mimetype, ROW.content).where(ROW.id == file_id)
    ).first()
    if found is None or found.content is None:
        raise NotFound("register.scan", "There is no such scan.")
    _bounded(session, actor, found.certificate_id, Permission.REGISTER_HOLDER_SEE)
    return found.name, found.mimetype, vault.open_bytes(found.content)


def remove(session: Session, actor: Actor, file_id: int, *, now: datetime) -> int:
    """Forget a scan's content; returns its certificate.

    Raises:
        NotFound: no such scan of a certificate within the actor's bounds.
    """
    certificate_id = session.scalar(select(ROW.certificate_id).where(ROW.id == file_id, ROW.content.is_not(None)))
    if certificate_id is None:
        raise NotFound("register.scan", "There is no such scan.")
    _bounded(session, actor, certificate_id)
    session.execute(update(ROW).where(ROW.id == file_id).values(content=None))
    record(session, actor, "register.scan-removed", "register_certificate", certificate_id, now=now)
    return int(certificate_id)


def _bounded(
    session: Session, actor: Actor, certificate_id: int, permission: str = Permission.REGISTER_HOLDER_EDIT
) -> RegisterCertificateRow:
    row = session.get(RegisterCertificateRow, certificate_id)
    if row is None:
        raise NotFound("register.certificate", "There is no such certificate.")
    if row.person_id != actor.person_id:
        seen(session, actor, permission, row.person_id)
    return row
