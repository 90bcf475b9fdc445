"""The random audit: draw among approved claims with a seed, look at each again, take back what does not stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.orm import Session

from examprep.ce import claim_store as store
from examprep.ce.claim_models import ClaimAuditItemRow, ClaimAuditRow, ClaimRow
from examprep.ce.reviewing import REVIEW, take_back
from examprep.ce.rules.sampling import frame_hash, sample, size_of
from examprep.kernel.clock import start_of_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch, page_of

AUDIT, ITEM = ClaimAuditRow, ClaimAuditItemRow


@dataclass(frozen=True)
class Draw:
    """One audit with its sample, and how far looking at it has come."""

    audit: ClaimAuditRow
    drawn_by: str
    page: Page
    looked_at: int
    findings: int


def frame(session: Session, actor: Actor, since: date, until: date) -> list[int]:
    """Claims within bounds that were approved from a day up to, not on, another, and stand."""
    return list(
        session.scalars(
            select(ClaimRow.id)
            .where(
                store.reviewed_by(actor, REVIEW),
                ClaimRow.state == "approved",
                ClaimRow.decided_at >= start_of_day(since),
                ClaimRow.decided_at < start_of_day(until),
                ~store.taken_back(),
            )
            .order_by(ClaimRow.id)
        )
    )


def draw(session: Session, actor: Actor, *, since: date, last: date, percent: int, seed: str, now: datetime) -> int:
    """Draw a sample of the claims approved from ``since`` to ``last``, both days in; the audit's id.

    Raises:
        RuleViolation: ``ce.audit-days``, ``ce.audit-empty``, ``ce.audit-seed``, ``ce.audit-percent``.
    """
    if last < since:
        raise RuleViolation("ce.audit-days", "The last day comes before the first.")
    if not seed.strip() or len(seed) > 64:
        raise RuleViolation("ce.audit-seed", "Give a seed of at most 64 letters.")
    if not 1 <= percent <= 100:
        raise RuleViolation("ce.audit-percent", "Draw from 1 to 100 per cent.")
    until = last + timedelta(days=1)
    among = frame(session, actor, since, until)
    if not among:
        raise RuleViolation("ce.audit-empty", "No claim was approved in these days.")
    drawn = sample(seed.strip(), among, size_of(len(among), percent))
    row = AUDIT(
        organisation_id=actor.organisation_id,
        seed=seed.strip(),
        since=since,
        until=until,
        percent=percent,
        frame_count=len(among),
        frame_hash=frame_hash(among),
        drawn_by=actor.person_id,
        drawn_at=now,
    )
    session.add(row)
    session.flush()
    items = [{"audit_id": row.id, "claim_id": claim_id, "place": n} for n, claim_id in enumerate(drawn, 1)]
    session.execute(insert(ITEM), items)
    after = {"seed": row.seed, "percent": percent, "frame": len(among), "sample": len(drawn)}
    record(session, actor, "ce.audit-drawn", "ce_claim_audit", row.id, now=now, after=after)
    return row.id


def audits(session: Session, actor: Actor, ask: Ask) -> Page:
    """The audits within bounds, newest first, with how far each is."""
    done = func.count(ITEM.looked_at)
    findings = func.sum(case((ITEM.result == "finding", 1), else_=0))
    query = (
        select(
            AUDIT.id,
            AUDIT.since,
            AUDIT.until,
            AUDIT.seed,
            AUDIT.percent,
            AUDIT.frame_count,
            PersonRow.name.label("drawn_by"),
            AUDIT.drawn_at,
            func.count(ITEM.claim_id).label("size"),
            done.label("looked_at"),
            findings.label("findings"),
        )
        .join(PersonRow, PersonRow.id == AUDIT.drawn_by)
        .join(ITEM, ITEM.audit_id == AUDIT.id)
        .where(within(AUDIT.organisation_id, actor, REVIEW))
        .group_by(AUDIT.id, PersonRow.name)
    )
    return fetch(
        session,
        query,
        ask,
        sortable={"drawn_at": AUDIT.drawn_at, "since": AUDIT.since},
        searchable=[AUDIT.seed],
        default=[AUDIT.id.desc()],
    )


def audit_of(session: Session, actor: Actor, audit_id: int, ask: Ask) -> Draw:
    """One audit with its sample, in the order of drawing.

    Raises:
        NotFound: no such audit within bounds.
    """
    row = _bounded(session, actor, audit_id)
    rows: list[dict[str, Any]] = [
        dict(found)
        for found in session.execute(
            select(
                ITEM.claim_id.label("id"),
                ITEM.place,
                PersonRow.name,
                ClaimRow.title,
                ClaimRow.granted_minutes.label("minutes"),
                ClaimRow.decided_at,
                func.coalesce("audit-" + ITEM.result, "audit-open").label("state"),
                ITEM.words,
                ITEM.looked_at,
            )
            .join(ClaimRow, ClaimRow.id == ITEM.claim_id)
            .join(PersonRow, PersonRow.id == ClaimRow.person_id)
            .where(ITEM.audit_id == audit_id)
            .order_by(ITEM.place)
        ).mappings()
    ]
    drawn_by = session.scalar(select(PersonRow.name).where(PersonRow.id == row.drawn_by)) or ""
    looked_at = sum(row["looked_at"] is not None for row in rows)
    findings = sum(row["state"] == "audit-finding" for row in rows)
    return Draw(row, drawn_by, page_of(rows, ask), looked_at, findings)


def settle(
    session: Session, actor: Actor, audit_id: int, claim_id: int, *, sound: bool, words: str, now: datetime
) -> None:
    """Say what looking at a drawn claim again showed; a finding takes its hours back.

    Raises:
        NotFound: no such claim in an audit within bounds, or the actor's own.
        RuleViolation: ``ce.claim-words`` -- a finding without words.
        Conflict: ``ce.audit-settled`` -- it was looked at already.
    """
    _bounded(session, actor, audit_id)
    inside = session.scalar(select(ClaimRow.id).where(ClaimRow.id == claim_id, store.reviewed_by(actor, REVIEW)))
    drawn = session.get(ITEM, (audit_id, claim_id), with_for_update=True, populate_existing=True)
    if drawn is None or inside is None:
        raise NotFound("ce.audit", "There is no such claim in this audit.")
    if drawn.result is not None:
        raise Conflict("ce.audit-settled", "This claim was looked at already.")
    if not sound:
        try:
            take_back(session, actor, claim_id, "audit", words, now=now)
        except Conflict as refusal:
            if refusal.code != "ce.reversed":  # somebody has taken it back meanwhile: the finding stands
                raise
    session.execute(
        update(ITEM)
        .where(ITEM.audit_id == audit_id, ITEM.claim_id == claim_id)
        .values(
            result="sound" if sound else "finding",
            words=words.strip() or None,
            looked_by=actor.person_id,
            looked_at=now,
        )
    )
    after = {"claim": claim_id, "result": "sound" if sound else "finding", "reason": words.strip() or None}
    record(session, actor, "ce.audit-settled", "ce_claim_audit", audit_id, now=now, after=after)


def in_audits(session: Session, claim_id: int) -> Sequence[int]:
    """The audits that drew a claim."""
    return session.scalars(select(ITEM.audit_id).where(ITEM.claim_id == claim_id).order_by(ITEM.audit_id)).all()


def _bounded(session: Session, actor: Actor, audit_id: int) -> ClaimAuditRow:
    row = session.scalar(select(AUDIT).where(AUDIT.id == audit_id, within(AUDIT.organisation_id, actor, REVIEW)))
    if row is None:
        raise NotFound("ce.audit", "There is no such audit.")
    return row
