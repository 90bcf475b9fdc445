"""Claims on awards: applied for by the holder or an officer, checked by one person, approved by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from examprep.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register import schemes
from examprep.register.models import AwardClaimRow, AwardSchemeRow, RegisterCertificateRow
from examprep.register.paid import paid_to
from examprep.register.rules.awarding import Facts, Finding, first_month, judge, month_of, unmet

CLAIM, SCHEME, CERTIFICATE = AwardClaimRow, AwardSchemeRow, RegisterCertificateRow
PAY = Permission.REGISTER_AWARD_PAY
STATES: Mapping[str, str] = {
    "award-applied": N_("Applied for"),
    "award-checked": N_("Checked by one person"),
    "award-approved": N_("Approved"),
    "award-stopped": N_("Stopped"),
    "award-refused": N_("Refused"),
    "award-retracted": N_("Withdrawn"),
}
LIVE = ("applied", "checked", "approved")


@dataclass(frozen=True)
class Claim:
    """What is stated with an application besides the certificate."""

    scheme_id: int
    certificate_id: int
    full_time: bool
    employed_since: date | None


def explain(session: Session, actor: Actor, claim: Claim, *, today: date) -> list[Finding]:
    """Every condition of the scheme, met or not, for a certificate that the actor may see.

    Raises:
        NotFound: no such certificate or scheme for its holder.
    """
    row = _certificate(session, actor, claim)
    version = schemes.Versions(session, [claim.scheme_id]).for_claim(claim.scheme_id, today)
    return judge(version, _facts(session, row, claim), today)


def apply(session: Session, actor: Actor, claim: Claim, *, today: date, now: datetime) -> int:
    """Apply for an award; returns the claim's id.

    Raises:
        NotFound: no such certificate or scheme within the actor's bounds.
        RuleViolation: ``register.award-condition`` -- a condition is not met; the sentence says which.
        Conflict: ``register.claim-twice`` -- it was applied for already.
    """
    row = _certificate(session, actor, claim)
    version = schemes.Versions(session, [claim.scheme_id]).for_claim(claim.scheme_id, today)
    facts = _facts(session, row, claim)
    if missing := unmet(judge(version, facts, today)):
        raise RuleViolation("register.award-condition", "%(why)s", why=missing[0].sentence)
    values = {
        "scheme_id": claim.scheme_id,
        "person_id": row.person_id,
        "certificate_id": row.id,
        "level": row.level,
        "full_time": claim.full_time,
        "employed_since": claim.employed_since,
        "from_month": first_month(version, facts, today),
        "state": "applied",
        "applied_by": actor.person_id,
        "applied_on": today,
    }
    try:
        id_ = session.scalar(insert(CLAIM).values(**values).returning(CLAIM.id))
    except IntegrityError as error:
        raise Conflict("register.claim-twice", "This award was applied for already.") from error
    assert id_ is not None
    record(session, actor, "register.claim-applied", "award_claim", id_, now=now, after={"level": row.level})
    return id_


def approve(session: Session, actor: Actor, claim_id: int, *, today: date, now: datetime) -> str:
    """Check a claim, or approve one that somebody else checked; returns its new state. The conditions are asked again.

    Raises:
        NotFound: no such claim within the actor's bounds.
        Forbidden: ``register.claim-own`` -- the actor applied, or it is for them; ``register.claim-hand`` -- the actor
            checked it already.
        RuleViolation: ``register.claim-state``, ``register.award-condition``.
    """
    row = _claim(session, actor, claim_id)
    if row.state not in ("applied", "checked"):
        raise RuleViolation("register.claim-state", "This claim waits for no approval.")
    if actor.person_id in (row.applied_by, row.person_id):
        raise Forbidden("register.claim-own", "Who applied, or is paid, does not approve.")
    if actor.person_id == row.first_by:
        raise Forbidden("register.claim-hand", "You checked this claim; somebody else approves it.")
    claim = Claim(row.scheme_id, row.certificate_id, row.full_time, row.employed_since)
    certificate = session.get(CERTIFICATE, row.certificate_id)
    if certificate is None or certificate.person_id != row.person_id:
        raise RuleViolation("register.award-condition", "The certificate is not in the register any more.")
    version = schemes.Versions(session, [row.scheme_id]).for_claim(row.scheme_id, row.applied_on)
    if missing := unmet(judge(version, _facts(session, certificate, claim), row.applied_on)):
        raise RuleViolation("register.award-condition", "%(why)s", why=missing[0].sentence)
    first = row.state == "applied"
    values = {"state": "checked", "first_by": actor.person_id} if first else {
        "state": "approved", "second_by": actor.person_id,
    }  # fmt: skip
    _change(session, row, values)
    if first:
        record(session, actor, "register.claim-checked", "award_claim", claim_id, now=now)
    else:
        record(session, actor, "register.claim-approved", "award_claim", claim_id, now=now)
    return str(values["state"])


def refuse(session: Session, actor: Actor, claim_id: int, *, reason: str, now: datetime) -> None:
    """Refuse a claim that is not approved yet.

    Raises:
        NotFound, RuleViolation: as `approve`.
    """
    row = _claim(session, actor, claim_id)
    if row.state not in ("applied", "checked"):
        raise RuleViolation("register.claim-state", "This claim waits for no approval.")
    _change(session, row, {"state": "refused", "reason": reason})
    record(session, actor, "register.claim-refused", "award_claim", claim_id, now=now, after={"reason": reason})


def reopen(session: Session, actor: Actor, claim_id: int, *, now: datetime) -> None:
    """Let a refused claim wait again for both persons, when it was refused by mistake.

    Raises:
        NotFound, RuleViolation: as `approve`.
        Conflict: ``register.claim-twice`` -- another one was applied for meanwhile.
    """
    row = _claim(session, actor, claim_id)
    if row.state != "refused":
        raise RuleViolation("register.claim-state", "Only a refused claim is taken up again.")
    try:
        _change(session, row, {"state": "applied", "reason": None, "first_by": None, "second_by": None})
    except IntegrityError as error:
        raise Conflict("register.claim-twice", "This award was applied for already.") from error
    record(session, actor, "register.claim-reopened", "award_claim", claim_id, now=now)


def retract(session: Session, actor: Actor, claim_id: int, *, now: datetime) -> None:
    """Withdraw a claim that is not approved yet: whoever applied, or whom it is for.

    Raises:
        NotFound: no such claim of the actor's.
        RuleViolation: ``register.claim-state``.
    """
    row = session.get(CLAIM, claim_id, with_for_update=True, populate_existing=True)
    if row is None or actor.person_id not in (row.applied_by, row.person_id):
        raise NotFound("register.claim", "There is no such claim.")
    if row.state not in ("applied", "checked"):
        raise RuleViolation("register.claim-state", "An approved claim is not withdrawn; the bureau can stop it.")
    _change(session, row, {"state": "retracted"})
    record(session, actor, "register.claim-retracted", "award_claim", claim_id, now=now)


def stop(session: Session, actor: Actor, claim_id: int, *, until: date, reason: str, now: datetime) -> None:
    """Pay a claim no more from the month of a day on.

    Raises:
        NotFound: no such claim within the actor's bounds.
        RuleViolation: ``register.claim-state``.
    """
    row = _claim(session, actor, claim_id)
    if row.state != "approved":
        raise RuleViolation("register.claim-state", "Only an approved claim is stopped.")
    month = max(month_of(until), row.from_month)
    _change(session, row, {"state": "stopped", "until_month": month, "reason": reason})
    record(session, actor, "register.claim-stopped", "award_claim", claim_id, now=now, after={"reason": reason})


def listed(session: Session, actor: Actor, ask: Ask) -> Page:
    """Claims within bounds, those that wait first; filters ``state`` (with its prefix), ``scheme``, ``unit``."""
    query = _query().where(within(PersonRow.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
    if state := ask.filters.get("state"):
        query = query.where(CLAIM.state == state.removeprefix("award-"))
    if (scheme := ask.number("scheme")) is not None:
        query = query.where(CLAIM.scheme_id == scheme)
    if (unit := ask.number("unit")) is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, unit))
    waiting = CLAIM.state.in_(("applied", "checked"))
    sortable = {"name": PersonRow.name, "applied_on": CLAIM.applied_on, "from_month": CLAIM.from_month}
    return fetch(
        session, query, ask, sortable=sortable, searchable=[PersonRow.name, SCHEME.name, OrganisationRow.name],
        default=[waiting.desc(), CLAIM.applied_on.desc(), CLAIM.id.desc()],
    )  # fmt: skip


def of_person(session: Session, person_id: int) -> Sequence[Mapping[str, Any]]:
    """A person's claims, newest first. Whether the person may be seen is asked before."""
    rows = session.execute(_query().where(CLAIM.person_id == person_id).order_by(CLAIM.id.desc()))
    return [dict(row) for row in rows.mappings()]


def claim(session: Session, actor: Actor, claim_id: int, *, today: date) -> dict[str, Any]:
    """One claim with its findings, for its person or whoever sees them.

    Raises:
        NotFound: no such claim that the actor may see.
    """
    row = session.execute(_query().where(CLAIM.id == claim_id)).mappings().first()
    if row is None:
        raise NotFound("register.claim", "There is no such claim.")
    if row["person_id"] != actor.person_id:
        seen(session, actor, Permission.REGISTER_HOLDER_SEE, row["person_id"])
    held = session.get(CERTIFICATE, row["certificate_id"])
    findings: list[Finding] = []
    if held is not None and held.person_id == row["person_id"]:
        day = row["applied_on"] if row["state"] in ("award-applied", "award-checked") else today
        stated = Claim(row["scheme_id"], row["certificate_id"], row["full_time"], row["employed_since"])
        version = schemes.Versions(session, [row["scheme_id"]]).for_claim(row["scheme_id"], day)
        findings = judge(version, _facts(session, held, stated, row["level"]), day)
    return {**row, "findings": findings}


def _query() -> Any:
    first, second, applicant = aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
    return (
        select(
            CLAIM.id,
            CLAIM.person_id,
            PersonRow.name,
            OrganisationRow.name.label("unit"),
            CLAIM.scheme_id,
            SCHEME.name.label("scheme"),
            CLAIM.certificate_id,
            CLAIM.level,
            CLAIM.full_time,
            CLAIM.employed_since,
            CLAIM.from_month,
            CLAIM.until_month,
            ("award-" + CLAIM.state).label("state"),
            CLAIM.reason,
            CLAIM.applied_by,
            CLAIM.applied_on,
            CLAIM.first_by,
            CLAIM.second_by,
            applicant.name.label("applicant"),
            first.name.label("first"),
            second.name.label("second"),
        )
        .join(PersonRow, PersonRow.id == CLAIM.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(SCHEME, SCHEME.id == CLAIM.scheme_id)
        .join(applicant, applicant.id == CLAIM.applied_by)
        .outerjoin(first, first.id == CLAIM.first_by)
        .outerjoin(second, second.id == CLAIM.second_by)
    )


def _certificate(session: Session, actor: Actor, claim: Claim) -> RegisterCertificateRow:
    """The certificate, if the actor may apply for its holder and the holder is offered the scheme."""
    row = session.get(CERTIFICATE, claim.certificate_id)
    if row is None:
        raise NotFound("register.certificate", "There is no such certificate.")
    if row.person_id != actor.person_id:
        seen(session, actor, PAY, row.person_id)
    if claim.scheme_id not in {id_ for id_, _, _ in schemes.offered(session, row.person_id)}:
        raise NotFound("register.scheme", "There is no such scheme.")
    return row


def _claim(session: Session, actor: Actor, claim_id: int) -> AwardClaimRow:
    row = session.get(CLAIM, claim_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("register.claim", "There is no such claim.")
    schemes.mine(session, actor, row.scheme_id, PAY)
    seen(session, actor, PAY, row.person_id)
    return row


def _change(session: Session, row: AwardClaimRow, values: Mapping[str, Any]) -> None:
    session.execute(update(CLAIM).where(CLAIM.id == row.id).values(**values))
    session.expire(row)


def _facts(session: Session, row: RegisterCertificateRow, claim: Claim, unpaid: str | None = None) -> Facts:
    """``unpaid``: a level not to be counted as paid, where a claim is shown that is being paid already."""
    person = session.get_one(PersonRow, row.person_id)
    organisation = session.get_one(OrganisationRow, person.organisation_id)
    levels = paid_to(session, [row.person_id]).levels(claim.scheme_id, row.person_id)
    return Facts(
        level=row.level,
        issued_on=row.issued_on,
        registered_on=row.registered_on,
        registered_until=row.registered_until,
        place_code=row.place_code or organisation.region_code,
        in_post=person.in_post,
        full_time=claim.full_time,
        employed_since=claim.employed_since,
        paid_levels=levels - {unpaid} if unpaid else levels,
    )
