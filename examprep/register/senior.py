"""Proofs of passing the senior exam: valid for three years, in which their holders go before the review (评审).

Source: 《高级社会工作师评价办法》 (2018). A proof makes nobody a holder; the certificate that follows a review does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.register.models import SeniorProofRow
from examprep.register.rules.registration import months_after

ROW = SeniorProofRow
VALID_MONTHS = 36
OUTCOMES: Mapping[str, Sentence] = {
    "waiting": Sentence("Awaiting the review"),
    "passed": Sentence("Passed the review"),
    "not-passed": Sentence("Did not pass the review"),
}


def add(
    session: Session, actor: Actor, *, person_id: int, number: str, passed_year: int, issued_on: date, now: datetime
) -> int:
    """Record a proof; returns its id.

    Raises:
        NotFound: no such person within the actor's bounds.
        Conflict: ``register.proof-number`` -- the number is on file already.
    """
    seen(session, actor, Permission.REGISTER_HOLDER_EDIT, person_id)
    values = {"person_id": person_id, "number": number, "passed_year": passed_year, "issued_on": issued_on}
    values |= {"valid_until": months_after(issued_on, VALID_MONTHS), "outcome": "waiting"}
    try:
        id_ = session.scalar(
            insert(ROW).values(**values, recorded_by=actor.person_id, recorded_at=now).returning(ROW.id)
        )
    except IntegrityError as error:
        raise Conflict("register.proof-number", "A proof of this number is on file already.") from error
    assert id_ is not None
    record(session, actor, "register.proof-added", "register_senior_proof", id_, now=now)
    return id_


def decide(session: Session, actor: Actor, proof_id: int, outcome: str, *, decided_on: date, now: datetime) -> int:
    """Record how the review ended, or that it is awaited again; returns whose proof it is.

    Raises:
        NotFound: no such proof within the actor's bounds.
        RuleViolation: ``register.proof-over`` -- passed only after the proof had ended, or before it began.
    """
    row = _locked(session, actor, proof_id)
    if outcome != "waiting" and not row.issued_on <= decided_on < row.valid_until:
        raise RuleViolation("register.proof-over", "The review falls into the three years for which the proof holds.")
    before = {"outcome": row.outcome}
    values = {"outcome": outcome, "decided_on": None if outcome == "waiting" else decided_on}
    session.execute(update(ROW).where(ROW.id == proof_id).values(**values))
    record(session, actor, "register.proof-decided", "register_senior_proof", proof_id, now=now, before=before,
           after={"outcome": outcome})  # fmt: skip
    return row.person_id


def remove(session: Session, actor: Actor, proof_id: int, *, now: datetime) -> int:
    """Take a proof out that was entered by mistake; returns whose it was. The trail keeps what it said.

    Raises:
        NotFound: no such proof within the actor's bounds.
    """
    row = _locked(session, actor, proof_id)
    said = {"number": row.number, "since": row.issued_on.isoformat(), "outcome": row.outcome}
    session.execute(delete(ROW).where(ROW.id == proof_id))
    record(session, actor, "register.proof-removed", "register_senior_proof", proof_id, now=now, before=said)
    return row.person_id


def _locked(session: Session, actor: Actor, proof_id: int) -> SeniorProofRow:
    row = session.get(ROW, proof_id, with_for_update=True)
    if row is None:
        raise NotFound("register.proof", "There is no such proof of passing.")
    seen(session, actor, Permission.REGISTER_HOLDER_EDIT, row.person_id)
    return row


def proofs_of(session: Session, person_id: int, *, today: date) -> Sequence[dict[str, Any]]:
    """A person's proofs, newest first; ``ended``: the three years are over. Bounds are asked before."""
    rows = session.execute(select(ROW.__table__).where(ROW.person_id == person_id).order_by(ROW.issued_on.desc()))
    return [
        {**row, "ended": row["valid_until"] <= today, "last_on": row["valid_until"] - timedelta(days=1)}
        for row in rows.mappings()
    ]
