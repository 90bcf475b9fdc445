"""What a reviewer should look at twice: the same file, the same hours, too much for one day."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from examprep.ce import claim_store as store
from examprep.ce.activities import DAY_LIMIT_MINUTES
from examprep.ce.claim_models import ClaimRow
from examprep.ce.rules.claim_checks import MIDNIGHT, Slot, over_limit, spread
from examprep.kernel.minutes import credit_hours
from examprep.kernel.sentence import Sentence


@dataclass(frozen=True)
class Warn:
    """One doubt. ``claim_id`` is the other claim it is about; ``blocks``: there can be no approval while it holds."""

    code: str
    sentence: Sentence
    claim_id: int | None = None
    blocks: bool = False


def slot_of(claim: ClaimRow) -> Slot:
    """When a claim that was handed in took place."""
    assert claim.first_on is not None
    assert claim.last_on is not None
    begins, ends = claim.from_minute, claim.to_minute
    return Slot(claim.first_on, claim.last_on, begins or 0, MIDNIGHT if ends is None else ends)


def checks(session: Session, claims: Sequence[ClaimRow]) -> dict[int, list[Warn]]:
    """The doubts about each of some claims that were handed in, in a fixed number of statements."""
    found: dict[int, list[Warn]] = {claim.id: [] for claim in claims}
    if not claims:
        return found
    for claim_id, other, own in store.same_files(session, list(found)):
        text = (
            Sentence("The same file proves claim %(number)s of the same person.", number=other)
            if own
            else Sentence("The same file proves claim %(number)s of another person.", number=other)
        )
        found[claim_id].append(Warn("same-file", text, other))
    for claim_id, other, state in store.overlaps(session, list(found)):
        approved = state == "approved"
        text = (
            Sentence("Claim %(number)s at the same time is approved.", number=other)
            if approved
            else Sentence("Claim %(number)s at the same time waits as well.", number=other)
        )
        found[claim_id].append(Warn("same-time", text, other, blocks=approved))
    for claim_id, warn in _too_much(session, [claim for claim in claims if claim.timed]):
        found[claim_id].append(warn)
    proved = store.with_files(session, list(found))
    for claim in claims:
        if claim.id not in proved and claim.provider_id is None:
            found[claim.id].append(Warn("no-file", Sentence("No file proves this claim.")))
    return found


def _too_much(session: Session, claims: Sequence[ClaimRow]) -> list[tuple[int, Warn]]:
    if not claims:
        return []
    slots = {claim.id: slot_of(claim) for claim in claims}
    persons = sorted({claim.person_id for claim in claims})
    first, last = min(s.first_on for s in slots.values()), max(s.last_on for s in slots.values())
    taken = store.days_taken(session, persons, first, last)
    found = []
    for claim in claims:
        slot = slots[claim.id]
        others = [spread(m, a, b) for person, id_, a, b, m in taken if person == claim.person_id and id_ != claim.id]
        day = over_limit(spread(claim.minutes or 0, slot.first_on, slot.last_on), others, DAY_LIMIT_MINUTES)
        if day is not None:
            limit = credit_hours(DAY_LIMIT_MINUTES)
            text = Sentence("Together more than %(limit)s credit hours on %(day)s.", limit=limit, day=day)
            found.append((claim.id, Warn("day-limit", text)))
    return found
