"""Balances and standings rebuilt from the ledger's lines, for `examprep verify`."""

from collections.abc import Iterator, Sequence

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from examprep.ce import standing_store, store
from examprep.ce.cuts import Cut
from examprep.ce.models import BalanceRow, LineRow, StandingRow
from examprep.kernel.period import Period

BALANCE = BalanceRow
AT_ONCE = 1_000


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


def balances(session: Session, person_ids: Sequence[int]) -> None:
    """Write the balances of some persons anew from their lines."""
    sums = store.sums_of_lines(LineRow.person_id.in_(person_ids))
    names = ("person_id", "year", "category", "minutes")
    session.execute(delete(BALANCE).where(BALANCE.person_id.in_(person_ids)))
    session.execute(insert(BALANCE).from_select(list(names), select(*(sums.c[name] for name in names))))


def _mend(session: Session, person_id: int, year: int, category: str, right: int | None) -> None:
    session.execute(
        delete(BALANCE).where(BALANCE.person_id == person_id, BALANCE.year == year, BALANCE.category == category)
    )
    if right is not None:
        session.execute(insert(BALANCE).values(person_id=person_id, year=year, category=category, minutes=right))


def standings(session: Session, repair: bool) -> Iterator[str]:
    """Each standing that is not what is judged of the lines.

    Judged are the periods that are kept, each under the requirement that it is kept with; which of them are owed
    follows from the day and from certificates, and is the sweep's.
    """
    last = store.last_person_id(session)
    for cut in kept_cuts(session):
        wrong, _ = standing_store.stale(session, cut, 1, last, lines_too=True)
        for person_id in wrong:
            yield f"ce_standing person {person_id}, {cut.requirement.code}: not what the lines say"
        for start in range(0, len(wrong) if repair else 0, AT_ONCE):
            standing_store.keep(session, cut, wrong[start : start + AT_ONCE], prune=False)


def kept_cuts(session: Session) -> list[Cut]:
    """Every requirement and period that is kept, as it is kept."""
    versions = {version.id: version for version in store.versions(session)}
    row = StandingRow
    kept = session.execute(select(row.requirement_id, row.period_start, row.period_end).distinct())
    everything = list(versions.values())
    return [
        Cut(versions[id_], everything, Period(start, end), end, frozen=True) for id_, start, end in sorted(kept.all())
    ]
