"""The ledger of awards as sums: what was paid of an entitlement, net, and the line that a further one must reverse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict
from examprep.people.models import PersonRow
from examprep.register.models import AwardLineRow, AwardSchemeRow, AwardVersionRow
from examprep.register.rules.awarding import Kind

LINE = AwardLineRow


@dataclass(frozen=True)
class Chain:
    """All lines of one entitlement: their sum, the last of them, and why that was written."""

    fen: int
    tail_id: int
    why: str
    level: str
    month: date


@dataclass
class Paid:
    """What some persons were paid, by person, then (scheme, entitlement); ``kinds`` and ``highest`` are of schemes.

    All that is asked is asked of one person, so that a run asks no more of each the more it pays.
    """

    chains: dict[int, dict[tuple[int, str], Chain]]
    kinds: Mapping[int, str]
    highest: frozenset[int]  # schemes of which only the highest pays

    def chain(self, scheme_id: int, person_id: int, entitlement: str) -> Chain | None:
        return self.of(person_id).get((scheme_id, entitlement))

    def of(self, person_id: int) -> Mapping[tuple[int, str], Chain]:
        """All that one person was paid."""
        return self.chains.get(person_id, {})

    def count(self, scheme_id: int, person_id: int, entitlement: str, chain: Chain) -> None:
        """Count a payment that is planned as paid."""
        self.chains.setdefault(person_id, {})[scheme_id, entitlement] = chain

    def months(self, scheme_id: int, person_id: int) -> dict[str, int]:
        """Entitlements paid, net, by level; those planned are counted."""
        found: dict[str, int] = {}
        for (scheme, _), chain in self.of(person_id).items():
            if scheme == scheme_id and chain.fen > 0:
                found[chain.level] = found.get(chain.level, 0) + 1
        return found

    def levels(self, scheme_id: int, person_id: int) -> frozenset[str]:
        return frozenset(self.months(scheme_id, person_id))

    def of_levels(self, scheme_id: int, person_id: int, levels: Sequence[str]) -> int:
        """Net fen of some levels."""
        return sum(
            chain.fen
            for (scheme, _), chain in self.of(person_id).items()
            if scheme == scheme_id and chain.level in levels
        )

    def elsewhere(self, scheme_id: int, person_id: int, entitlement: str) -> int:
        """Net fen that other schemes of which only the highest pays have paid for the same month or level."""
        once = self.kinds.get(scheme_id) == Kind.ONE_OFF
        return sum(
            chain.fen
            for (scheme, what), chain in self.of(person_id).items()
            if what == entitlement
            and scheme != scheme_id
            and scheme in self.highest
            and (self.kinds.get(scheme) == Kind.ONE_OFF) == once
        )


def paid_to(session: Session, person_ids: Sequence[int]) -> Paid:
    """What persons were paid by any scheme."""
    kinds = dict(session.execute(select(AwardSchemeRow.id, AwardSchemeRow.kind)).all())
    latest: dict[int, str] = {}
    query = select(AwardVersionRow.scheme_id, AwardVersionRow.stacking)
    for scheme_id, stacking in session.execute(query.order_by(AwardVersionRow.since, AwardVersionRow.id)):
        latest[scheme_id] = stacking
    chains: dict[int, dict[tuple[int, str], Chain]] = {}
    columns = (LINE.scheme_id, LINE.person_id, LINE.entitlement, LINE.id, LINE.fen, LINE.why, LINE.level, LINE.month)
    for start in range(0, len(person_ids), 1_000):
        part = person_ids[start : start + 1_000]
        for row in session.execute(select(*columns).where(LINE.person_id.in_(part)).order_by(LINE.id)):
            own, key = chains.setdefault(row.person_id, {}), (row.scheme_id, row.entitlement)
            before = own[key].fen if key in own else 0
            own[key] = Chain(before + row.fen, row.id, row.why, row.level, row.month)
    return Paid(chains, kinds, frozenset(id_ for id_, stacking in latest.items() if stacking == "highest"))


def lock(session: Session, person_ids: Sequence[int] | Select[int]) -> None:
    """Let nobody else pay or merge these persons until the transaction ends: what `paid_to` then says stays true.

    Whoever waits reads after it what the other wrote. All take them in the order of their ids, so that no two wait
    for each other; rows that merely refer to a person are written meanwhile.
    """
    query = select(PersonRow.id).where(PersonRow.id.in_(person_ids)).order_by(PersonRow.id)
    session.execute(query.with_for_update(key_share=True))


def post(session: Session, values: Mapping[str, Any], *, now: datetime) -> int:
    """Write one line; returns its id.

    Raises:
        Conflict: ``register.award-paid`` -- the entitlement is paid, or the line it reverses was reversed already.
    """
    try:
        id_ = session.scalar(insert(LINE).values(**values, posted_at=now).returning(LINE.id))
    except IntegrityError as error:
        raise Conflict("register.award-paid", "This is paid or taken back already. Look at the list again.") from error
    assert id_ is not None
    return id_
