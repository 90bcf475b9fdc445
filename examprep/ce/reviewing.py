"""Verbs of the reviewer: approve, return, reject, reverse. Each says who, when and why, in the thread and the trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.ce import claim_store as store
from examprep.ce.actions import post, reverse
from examprep.ce.activities import REASONS
from examprep.ce.claim_checking import checks, slot_of
from examprep.ce.claim_models import ClaimRow
from examprep.ce.claiming import Detail, detail, say
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page
from examprep.reminders.actions import queue

REVIEW = Permission.CE_CLAIM_REVIEW
SOURCE = "ce.claim"


def claims(session: Session, actor: Actor, ask: Ask) -> tuple[Page, Mapping[int, Sequence[Any]]]:
    """Claims within bounds, those that wait longest first, and the doubts about those that wait."""
    page = store.claims(
        session,
        ask,
        store.reviewed_by(actor, REVIEW),
        default=[ClaimRow.state != "submitted", ClaimRow.submitted_at, ClaimRow.id],
    )
    return page, doubts(session, [row["id"] for row in page.rows if row["state"] == "claim-submitted"])


def doubts(session: Session, claim_ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
    """The doubts about some claims."""
    return checks(session, session.scalars(select(ClaimRow).where(ClaimRow.id.in_(claim_ids))).all())


def claim_of(session: Session, actor: Actor, claim_id: int) -> Detail:
    """A claim within bounds with the doubts about it.

    Raises:
        NotFound: no such claim there.
    """
    found = detail(session, claim_id, store.reviewed_by(actor, REVIEW))
    warned = checks(session, [found.claim])[claim_id] if found.claim.state == "submitted" else []
    return Detail(**{**vars(found), "warnings": warned})


def approve(
    session: Session, actor: Actor, claim_id: int, *, minutes: int | None = None, words: str = "", now: datetime
) -> int:
    """Approve a claim, in whole or in part, and post its minutes; the line's id.

    The person's row is locked first: two claims of one person are decided one after the other, so that of two that
    overlap one at most is approved.

    Raises:
        NotFound: no such claim within bounds, or the reviewer's own.
        Conflict: ``ce.claim-decided`` -- it does not wait any more; ``ce.claim-overlap`` -- one at the same time is
            approved.
        RuleViolation: ``ce.claim-minutes`` -- more than claimed; ``ce.claim-day-why`` -- too much for one day, and
            neither side says why; ``ce.claim-part-why`` -- approved in part without a word.
    """
    row = _waiting(session, actor, claim_id)
    granted = row.minutes if minutes is None else minutes
    assert granted is not None
    assert row.minutes is not None  # the table keeps it so of whatever was handed in
    assert row.category is not None
    assert row.last_on is not None
    if not 0 < granted <= row.minutes:
        raise RuleViolation("ce.claim-minutes", "Recognise at least one minute, and no more than was claimed.")
    if granted < row.minutes and not words.strip():
        raise RuleViolation("ce.claim-part-why", "Say why less is recognised than was claimed.")
    if row.timed and store.approved_at(session, row.person_id, slot_of(row), but=row.id) is not None:
        raise Conflict("ce.claim-overlap", "Another claim at the same time is approved. Both cannot count.")
    warned = {warn.code for warn in checks(session, [row])[row.id]}
    if "day-limit" in warned and not (row.day_reason or words.strip()):
        raise RuleViolation("ce.claim-day-why", "That is too much for one day. Say why it is right all the same.")
    line_id = post(
        session,
        person_id=row.person_id,
        minutes=granted,
        category=row.category,
        activity=row.title or "",
        earned_on=row.last_on,
        source_kind=SOURCE,
        source_id=row.id,
        posted_by=actor.person_id,
        now=now,
        **_counted_as(row, granted),
    )
    if line_id is None:
        raise _decided()
    row.granted_minutes, row.line_id = granted, line_id
    _decide(session, actor, row, "approved", now=now, words=words)
    after = {"minutes": granted, "category": row.category, "doubts": "、".join(sorted(warned)) or None}
    record(session, actor, "ce.claim-approved", "ce_claim", row.id, now=now, after=after)
    return line_id


def _counted_as(row: ClaimRow, granted: int) -> dict[str, Any]:
    """The kind and number by which a requirement's table may count it; a part of it counts as its minutes."""
    if row.kind is None or granted != row.minutes:
        return {}
    return {"kind": row.kind, "units": row.units or 1}


def approve_clean(session: Session, actor: Actor, claim_id: int, *, now: datetime) -> bool:
    """Approve a claim about which there is no doubt; ``False`` when there is one, and nothing is done.

    Raises:
        NotFound; Conflict: ``ce.claim-decided``.
    """
    row = _waiting(session, actor, claim_id)
    if checks(session, [row])[row.id]:
        return False
    approve(session, actor, claim_id, now=now)
    return True


def send_back(session: Session, actor: Actor, claim_id: int, reason: str, words: str, *, now: datetime) -> None:
    """Return a claim to its holder, who may correct it and hand it in again.

    Raises:
        NotFound; Conflict: ``ce.claim-decided``; RuleViolation: ``ce.claim-reason``, ``ce.claim-words``.
    """
    _check_reason("return", reason, words, needs_words=True)
    row = _waiting(session, actor, claim_id)
    _decide(session, actor, row, "returned", now=now, reason=reason, words=words)
    record(session, actor, "ce.claim-returned", "ce_claim", row.id, now=now, after={"why": reason, "reason": words})


def reject(session: Session, actor: Actor, claim_id: int, reason: str, words: str, *, now: datetime) -> None:
    """Turn a claim down for good. Raises as `send_back` does."""
    _check_reason("reject", reason, words)
    row = _waiting(session, actor, claim_id)
    _decide(session, actor, row, "rejected", now=now, reason=reason, words=words)
    record(session, actor, "ce.claim-rejected", "ce_claim", row.id, now=now, after={"why": reason, "reason": words})


def take_back(session: Session, actor: Actor, claim_id: int, reason: str, words: str, *, now: datetime) -> int:
    """Reverse an approval: a further line takes the minutes back; that line's id.

    Raises:
        NotFound; RuleViolation: ``ce.claim-reason``, ``ce.claim-words``;
        Conflict: ``ce.claim-not-approved``, ``ce.reversed``.
    """
    _check_reason("reverse", reason, words, needs_words=True)
    row = _locked(session, actor, claim_id)
    if row.line_id is None:
        raise Conflict("ce.claim-not-approved", "This claim is not approved.")
    line_id = reverse(session, row.line_id, reason=words, posted_by=actor.person_id, now=now)
    say(session, row.id, actor, "reversed", now=now, reason=reason, words=words)
    record(session, actor, "ce.claim-reversed", "ce_claim", row.id, now=now, after={"why": reason, "reason": words})
    _tell(session, row, "reversed", words, now)
    return line_id


def waiting(session: Session, actor: Actor) -> tuple[int, datetime | None]:
    """How many claims wait within bounds, and since when the oldest."""
    count, oldest = session.execute(store.waiting(actor, REVIEW)).one()
    return count, oldest


def _waiting(session: Session, actor: Actor, claim_id: int) -> ClaimRow:
    row = _locked(session, actor, claim_id)
    if row.state != "submitted":
        raise _decided()
    return row


def _locked(session: Session, actor: Actor, claim_id: int) -> ClaimRow:
    """The claim, with its person's row locked before it: everybody locks in this order."""
    inside = store.reviewed_by(actor, REVIEW)
    person_id = session.scalar(select(ClaimRow.person_id).where(ClaimRow.id == claim_id, inside))
    if person_id is None:
        raise NotFound("ce.claim", "There is no such claim.")
    session.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update())
    query = select(ClaimRow).where(ClaimRow.id == claim_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _decided() -> Conflict:
    return Conflict("ce.claim-decided", "This claim does not wait any more.")


def _check_reason(act: str, reason: str, words: str, *, needs_words: bool = False) -> None:
    if reason not in REASONS[act]:
        raise RuleViolation("ce.claim-reason", "Choose a reason.")
    if not words.strip() and (needs_words or reason == "other"):
        raise RuleViolation("ce.claim-words", "Say it in a few words: the holder reads them.")


def _decide(
    session: Session,
    actor: Actor,
    row: ClaimRow,
    state: str,
    *,
    now: datetime,
    reason: str | None = None,
    words: str = "",
) -> None:
    row.state, row.decided_at, row.decided_by, row.changed_at = state, now, actor.person_id, now
    session.flush()
    say(session, row.id, actor, state, now=now, reason=reason, words=words)
    _tell(session, row, state, words, now)


def _tell(session: Session, row: ClaimRow, state: str, words: str, now: datetime) -> None:
    queue(
        session,
        key=f"ce.claim.{row.id}.{state}.{now:%Y%m%d%H%M%S%f}",
        person_id=row.person_id,
        template="claim-decided",
        context={"claim_id": row.id, "title": row.title, "state": state, "words": words.strip()},
        now=now,
    )
