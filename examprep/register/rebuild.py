"""Certificates rebuilt from their events, for `examprep verify`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.syllabus.rules.levels import rank

_FACTS = ("person_id", "level", "number", "qualified_year", "issued_on", "validity", "region_code")
_TERM = ("registered_on", "registered_until")


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Each certificate that is not what its events say."""
    right = _folded(session)
    kept = {row["id"]: dict(row) for row in session.execute(select(RegisterCertificateRow.__table__)).mappings().all()}
    wrong = [id_ for id_ in sorted(right.keys() | kept.keys()) if right.get(id_) != kept.get(id_)]
    for id_ in wrong:
        yield f"register_certificate {id_}: kept {kept.get(id_)}, events say {right.get(id_)}"
    if repair and wrong:
        # All wrong rows go first: two certificates may have exchanged their numbers.
        for id_ in wrong:
            session.execute(delete(RegisterCertificateRow).where(RegisterCertificateRow.id == id_))
        for id_ in wrong:
            if id_ in right:
                session.execute(insert(RegisterCertificateRow).values(**right[id_]))


def _folded(session: Session) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for event in session.execute(select(RegisterEventRow.__table__).order_by(RegisterEventRow.id)).mappings():
        match event["kind"]:
            case "certified":
                facts = {name: event[name] for name in _FACTS}
                term = {name: event[name] for name in _TERM}
                found[event["id"]] = {"id": event["id"], "rank": rank(event["level"]), **facts, **term}
            case "registered" if event["certificate_id"] in found:
                found[event["certificate_id"]].update({name: event[name] for name in _TERM})
            case "withdrawn":
                found.pop(event["certificate_id"], None)
    return found
