"""What becomes of certificates and awards when two rows turn out to be one person, and when that is taken back.

The certificates go over by an event, the claims by their row, and of each entitlement the payment by two lines: one
that takes it from the row that goes, one that enters it at the row that stays. What both were paid was paid twice: the
second payment is taken back, and finance asks for it with the next run.

Taken back, the event is undone and further lines reverse those lines. Where finance asked for a payment meanwhile, the
line that lets it count again goes with the next run, as after any taking back that was wrong.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from examprep.kernel.sentence import N_
from examprep.people.moving import CARRIED, Merge, Moves, Moving
from examprep.register import ledger
from examprep.register.models import AwardClaimRow, AwardLineRow, RegisterCertificateRow, SeniorProofRow
from examprep.register.paid import Chain, paid_to, post

CLAIM, LINE, LIVE = AwardClaimRow, AwardLineRow, ("applied", "checked", "approved")
REASON = "two rows of one person"
APART = "two persons after all"
CERTIFICATES = Moves(RegisterCertificateRow, N_("Certificates"), carried=True)
CLAIMS = Moves(CLAIM, N_("Applications for awards"), carried=True)
LINES = Moves(LINE, N_("Payments of awards"), carried=True)


def take_over(merge: Merge) -> None:
    """Give what the register has of one row to another."""
    session, about = merge.session, {"actor_id": merge.by}
    query = select(RegisterCertificateRow.id).where(RegisterCertificateRow.person_id == merge.gone_id)
    for certificate_id in session.scalars(query.order_by(RegisterCertificateRow.id)).all():
        event = ledger.event("moved", merge.kept_id, now=merge.now, certificate_id=certificate_id, **about)
        (written,) = ledger.write(session, [event])
        ledger.refold(session, [certificate_id])
        merge.note(CERTIFICATES.name, {"event_id": written["id"], "certificate_id": certificate_id}, CARRIED)
    _claims(merge)
    _lines(merge)


def give_back(merge: Merge) -> None:
    """Undo what `take_over` did; what was added since to a certificate goes with it."""
    session = merge.session
    for one in merge.noted_of(CERTIFICATES.name, CARRIED):
        certificate_id = one["key"]["certificate_id"]
        about = {"certificate_id": certificate_id, "undoes_id": one["key"]["event_id"]}
        ledger.append(session, ledger.event("undone", merge.gone_id, now=merge.now, actor_id=merge.by, **about))
    for one in merge.noted_of(CLAIMS.name, CARRIED):
        values = CLAIMS.read(one["before"])
        session.execute(update(CLAIM).where(CLAIM.id == one["key"]["id"]).values(**values))
    _lines_back(merge)


def _claims(merge: Merge) -> None:
    """Claims go over, but not one whose approver would then be the one it is for. Of two that live one goes on."""
    session, kept_id = merge.session, merge.kept_id
    live = {
        (scheme_id, level)
        for scheme_id, level in session.execute(
            select(CLAIM.scheme_id, CLAIM.level).where(CLAIM.person_id == kept_id, CLAIM.state.in_(LIVE))
        )
    }
    for row in session.scalars(select(CLAIM).where(CLAIM.person_id == merge.gone_id).order_by(CLAIM.id)).all():
        stays = kept_id in (row.first_by, row.second_by)
        values: dict[str, Any] = {} if stays else {"person_id": kept_id}
        if row.state in LIVE and (stays or (row.scheme_id, row.level) in live):
            values |= {"state": "stopped", "until_month": row.from_month} if row.state == "approved" else {
                "state": "retracted"
            }  # fmt: skip
            values["reason"] = REASON
        merge.note(CLAIMS.name, {"id": row.id}, CARRIED, {name: getattr(row, name) for name in values})
        if values:
            session.execute(update(CLAIM).where(CLAIM.id == row.id).values(**values))
        session.expire(row)


def _lines(merge: Merge) -> None:
    gone_id, kept_id = merge.gone_id, merge.kept_id
    paid = paid_to(merge.session, [gone_id, kept_id])
    for (scheme_id, what), chain in sorted(paid.of(gone_id).items()):
        if chain.fen <= 0:
            continue
        other = paid.chain(scheme_id, kept_id, what)
        twice = other is not None and other.fen > 0
        values = _values(merge, scheme_id, what, chain, REASON)
        away = {"person_id": gone_id, "fen": -chain.fen, "reverses_id": chain.tail_id}
        line_id = post(merge.session, {**values, **away, "why": "clawback" if twice else "moved"}, now=merge.now)
        merge.note(LINES.name, {"id": line_id, "scheme_id": scheme_id, "entitlement": what, "twice": twice}, CARRIED)
        if not twice:
            post(merge.session, {**values, **_here(kept_id, chain, other), "why": "moved"}, now=merge.now)


def _lines_back(merge: Merge) -> None:
    """Payments return where they still count; one that was taken back since stays so."""
    gone_id, kept_id = merge.gone_id, merge.kept_id
    paid = paid_to(merge.session, [gone_id, kept_id])
    for one in merge.noted_of(LINES.name, CARRIED):
        scheme_id, what = one["key"]["scheme_id"], one["key"]["entitlement"]
        own, other = paid.chain(scheme_id, gone_id, what), paid.chain(scheme_id, kept_id, what)
        if own is None or own.fen > 0:
            continue
        twice = one["key"]["twice"]
        if not twice:
            if other is None or other.fen <= 0:
                continue
            away = {"person_id": kept_id, "fen": -other.fen, "reverses_id": other.tail_id, "why": "moved"}
            post(merge.session, {**_values(merge, scheme_id, what, other, APART), **away}, now=merge.now)
        fen = -_fen(merge, one["key"]["id"]) if twice or other is None else other.fen
        here = {"person_id": gone_id, "fen": fen, "reverses_id": own.tail_id, "why": "reinstated" if twice else "moved"}
        post(merge.session, {**_values(merge, scheme_id, what, own, APART), **here}, now=merge.now)


def _fen(merge: Merge, line_id: int) -> int:
    return merge.session.get_one(LINE, line_id).fen


def _values(merge: Merge, scheme_id: int, what: str, chain: Chain, reason: str) -> dict[str, Any]:
    return {"scheme_id": scheme_id, "level": chain.level, "entitlement": what, "month": chain.month,
            "reason": reason, "posted_by": merge.by}  # fmt: skip


def _here(kept_id: int, chain: Chain, other: Chain | None) -> dict[str, object]:
    return {"person_id": kept_id, "fen": chain.fen, "reverses_id": other.tail_id if other else None}


ACTS: Sequence[str] = (
    "award_claim.applied_by",
    "award_claim.first_by",
    "award_claim.second_by",
    "award_line.posted_by",
    "award_run.made_by",
    "award_run.settled_by",
    "award_version.added_by",
    "register_event.actor_id",
    "register_file.added_by",
    "register_limits.added_by",
    "register_senior_proof.recorded_by",
)
MOVING = Moving(
    moves=(CERTIFICATES, Moves(SeniorProofRow, N_("Proofs of passing the senior exam")), CLAIMS, LINES),
    acts=ACTS,
    carry=take_over,
    carry_back=give_back,
)
