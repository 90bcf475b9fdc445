"""What becomes of certificates and awards when two rows turn out to be one person.

The certificates go over by an event, the claims by their row, and of each entitlement the payment by two lines: one
that takes it from the row that goes, one that enters it at the row that stays. What both were paid was paid twice: the
second payment is taken back, and finance asks for it with the next run.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.register import ledger
from examprep.register.models import AwardClaimRow, AwardLineRow, RegisterCertificateRow, SeniorProofRow
from examprep.register.paid import Chain, lock, paid_to, post

CLAIM, LINE, LIVE = AwardClaimRow, AwardLineRow, ("applied", "checked", "approved")
REASON = "two rows of one person"


def take_over(session: Session, actor: Actor, *, gone_id: int, kept_id: int, now: datetime) -> None:
    """Give what the register has of one row to another; for the merging of persons, which decides that they are one.

    Raises:
        NotFound: one of them lies outside the actor's bounds.
    """
    for person_id in (gone_id, kept_id):
        seen(session, actor, Permission.REGISTER_HOLDER_EDIT, person_id)
    lock(session, [gone_id, kept_id])
    held = session.scalars(select(RegisterCertificateRow.id).where(RegisterCertificateRow.person_id == gone_id)).all()
    for certificate_id in held:
        about = {"certificate_id": certificate_id, "actor_id": actor.person_id}
        ledger.append(session, ledger.event("moved", kept_id, now=now, **about))
    session.execute(update(SeniorProofRow).where(SeniorProofRow.person_id == gone_id).values(person_id=kept_id))
    _claims(session, actor, gone_id, kept_id)
    _lines(session, actor, gone_id, kept_id, now)
    record(session, actor, "register.merged", "person", kept_id, now=now)


def _claims(session: Session, actor: Actor, gone_id: int, kept_id: int) -> None:
    """Claims go over, but not one that the other row has too, nor one that would then be its own applicant's."""
    live = {
        (scheme_id, level)
        for scheme_id, level in session.execute(
            select(CLAIM.scheme_id, CLAIM.level).where(CLAIM.person_id == kept_id, CLAIM.state.in_(LIVE))
        )
    }
    for row in session.scalars(select(CLAIM).where(CLAIM.person_id == gone_id)).all():
        if kept_id in (row.first_by, row.second_by):
            continue
        values: dict[str, object] = {"person_id": kept_id}
        if row.state in LIVE and (row.scheme_id, row.level) in live:
            values |= {"state": "stopped", "until_month": row.from_month} if row.state == "approved" else {
                "state": "retracted"
            }  # fmt: skip
            values["reason"] = REASON
        session.execute(update(CLAIM).where(CLAIM.id == row.id).values(**values))
        session.expire(row)


def _lines(session: Session, actor: Actor, gone_id: int, kept_id: int, now: datetime) -> None:
    paid = paid_to(session, [gone_id, kept_id])
    for (scheme_id, what), chain in sorted(paid.of(gone_id).items()):
        if chain.fen <= 0:
            continue
        other = paid.chain(scheme_id, kept_id, what)
        values = {"scheme_id": scheme_id, "level": chain.level, "entitlement": what, "month": chain.month,
                  "reason": REASON, "posted_by": actor.person_id}  # fmt: skip
        twice = other is not None and other.fen > 0
        away = {"person_id": gone_id, "fen": -chain.fen, "reverses_id": chain.tail_id}
        post(session, {**values, **away, "why": "clawback" if twice else "moved"}, now=now)
        if not twice:
            post(session, {**values, **_here(kept_id, chain, other), "why": "moved"}, now=now)


def _here(kept_id: int, chain: Chain, other: Chain | None) -> dict[str, object]:
    return {"person_id": kept_id, "fen": chain.fen, "reverses_id": other.tail_id if other else None}
