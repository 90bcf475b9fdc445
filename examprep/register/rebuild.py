"""Certificates rebuilt from their events, runs from their lines, for `examprep verify`."""

from collections.abc import Iterator

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from examprep.register.ledger import folded
from examprep.register.models import AwardRunRow, RegisterCertificateRow
from examprep.register.runs import totals


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Each certificate that is not what its events say."""
    right = folded(session)
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


def run_differences(session: Session, repair: bool) -> Iterator[str]:
    """Each run whose control totals are not those of its lines."""
    names = ("persons", "lines", "fen", "sha256")
    for row in session.execute(select(AwardRunRow.__table__).order_by(AwardRunRow.id)).mappings().all():
        kept, counted = {name: row[name] for name in names}, totals(session, row["id"])
        if kept != counted:
            yield f"award_run {row['id']}: kept {kept}, lines say {counted}"
            if repair:
                session.execute(update(AwardRunRow).where(AwardRunRow.id == row["id"]).values(**counted))
