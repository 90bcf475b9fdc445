"""Balances rebuilt from the ledger's lines, for `examprep verify`."""

from collections.abc import Iterator

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from examprep.ce import store
from examprep.ce.models import BalanceRow

BALANCE = BalanceRow


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Each balance that is not the sum of its lines; compared in the database, so that sound data cost little."""
    sums = store.sums_of_lines()
    same_key = and_(
        BALANCE.person_id == sums.c.person_id, BALANCE.year == sums.c.year, BALANCE.category == sums.c.category
    )
    wrong = session.execute(
        select(sums.c.person_id, sums.c.year, sums.c.category, BALANCE.minutes, sums.c.minutes)
        .outerjoin(BALANCE, same_key)
        .where(BALANCE.minutes.is_(None) | (BALANCE.minutes != sums.c.minutes))
    ).all()
    unfounded = session.execute(
        select(BALANCE.person_id, BALANCE.year, BALANCE.category, BALANCE.minutes)
        .outerjoin(sums, same_key)
        .where(sums.c.person_id.is_(None))
    ).all()
    for person_id, year, category, kept, right in [*wrong, *((*key, minutes, None) for *key, minutes in unfounded)]:
        yield f"ce_balance person {person_id}, {year}, {category}: kept {kept}, lines say {right}"
        if repair:
            _mend(session, person_id, int(year), category, right)


def _mend(session: Session, person_id: int, year: int, category: str, right: int | None) -> None:
    session.execute(
        delete(BALANCE).where(BALANCE.person_id == person_id, BALANCE.year == year, BALANCE.category == category)
    )
    if right is not None:
        session.execute(insert(BALANCE).values(person_id=person_id, year=year, category=category, minutes=right))
