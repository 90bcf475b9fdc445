"""Certificates rebuilt from their events, for `examprep verify`."""

from collections.abc import Iterator

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from examprep.register.ledger import folded
from examprep.register.models import RegisterCertificateRow


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
