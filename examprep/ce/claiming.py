"""Verbs of the holder over their own claims: keep a draft, add what proves it, hand it in, take it back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.ce import claim_store as store
from examprep.ce.activities import ACTIVITIES, DAY_LIMIT_MINUTES
from examprep.ce.claim_checking import Warn
from examprep.ce.claim_models import ClaimEventRow, ClaimRow, EvidenceRow
from examprep.ce.rules.claim_checks import Slot, over_limit, spread
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.minutes import credit_hours
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.rules.resident_id import masked
from examprep.plumbing.listing import Ask, Page
from examprep.plumbing.prepared import Prepared
from examprep.plumbing.uploads import Accepted
from examprep.plumbing.vault import Vault

FILES_MOST = 8
FILES_BYTES_MOST = 30 * 1024 * 1024
OPEN = ("draft", "returned")  # can be changed by the holder
DRAFTS_MOST = 20
TYPED_MOST = 20_000  # letters of a form


@dataclass(frozen=True)
class Filled:
    """A claim as handed in. ``slot`` is ``None`` for what takes no hours of a day; then ``on`` is its day."""

    kind: str
    title: str
    organiser: str
    category: str
    on: date
    until: date
    slot: Slot | None
    minutes: int
    units: int
    note: str
    day_reason: str


@dataclass(frozen=True)
class Detail:
    """One claim with all that belongs to it. ``state`` is as shown; ``name`` and ``unit`` are its person's."""

    claim: ClaimRow
    state: str
    name: str
    unit: str
    provider: str | None
    thread: Sequence[Mapping[str, Any]]
    files: Sequence[Mapping[str, Any]]
    warnings: Sequence[Warn] = ()


def own_claims(session: Session, actor: Actor, ask: Ask) -> Page:
    """The actor's claims, newest first; filters ``state``, ``kind``."""
    return store.claims(session, ask, ClaimRow.person_id == actor.person_id, default=[ClaimRow.id.desc()])


def own_claim(session: Session, actor: Actor, claim_id: int) -> Detail:
    """Raises NotFound: no such claim of the actor's."""
    return detail(session, claim_id, ClaimRow.person_id == actor.person_id)


def detail(session: Session, claim_id: int, *conditions: Any) -> Detail:
    """A claim that satisfies the conditions, with thread and files.

    Raises:
        NotFound: no such claim.
    """
    found = store.one(session, claim_id, *conditions)
    if found is None:
        raise NotFound("ce.claim", "There is no such claim.")
    claim, state, (name, unit, provider) = found
    thread, files = store.thread(session, claim_id), store.evidence(session, claim_id)
    return Detail(claim, state, name, unit, provider, thread, files)


def keep_draft(
    session: Session, actor: Actor, claim_id: int | None, form_key: int, typed: Mapping[str, str], *, now: datetime
) -> int:
    """Keep what was typed, right or wrong; the claim's id. A form sent twice is one claim.

    Raises:
        NotFound: no such claim of the actor's.
        RuleViolation: ``ce.claim-closed`` -- it was handed in; ``ce.claim-drafts`` -- too many drafts;
            ``ce.claim-long`` -- too much text.
    """
    if len(json.dumps(dict(typed), ensure_ascii=False)) > TYPED_MOST:
        raise RuleViolation("ce.claim-long", "The form holds too much text.")
    if claim_id is None:
        claim_id = session.scalar(
            select(ClaimRow.id).where(ClaimRow.person_id == actor.person_id, ClaimRow.form_key == form_key)
        )
    if claim_id is not None:
        row = _open(session, actor, claim_id)
        row.typed, row.changed_at = dict(typed), now
        session.flush()
        return row.id
    drafts = session.scalar(
        select(func.count()).where(ClaimRow.person_id == actor.person_id, ClaimRow.state == "draft")
    )
    if (drafts or 0) >= DRAFTS_MOST:
        raise RuleViolation("ce.claim-drafts", "You have %(count)s drafts. Hand in or drop one first.", count=drafts)
    row = ClaimRow(
        person_id=actor.person_id,
        form_key=form_key,
        state="draft",
        typed=dict(typed),
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("ce.claim-twice", "This form was sent already.") from error
    return row.id


def add_files(
    session: Session, vault: Vault, actor: Actor, claim_id: int, files: Sequence[Accepted], *, now: datetime
) -> int:
    """Add what proves a claim, sealed; how many were new (the same file is kept once).

    Raises:
        NotFound; RuleViolation: ``ce.claim-closed``, ``ce.claim-files``.
    """
    _open(session, actor, claim_id)
    kept = store.evidence(session, claim_id)
    known = {file["fingerprint"] for file in kept}
    fresh = list({file.fingerprint: file for file in files if file.fingerprint not in known}.values())
    size = sum(file["size"] for file in kept) + sum(len(file.content) for file in fresh)
    if len(kept) + len(fresh) > FILES_MOST or size > FILES_BYTES_MOST:
        raise RuleViolation(
            "ce.claim-files",
            "A claim has at most %(count)s files of %(size)s MB together.",
            count=FILES_MOST,
            size=FILES_BYTES_MOST >> 20,
        )
    if fresh:
        session.execute(
            insert(EvidenceRow),
            [
                {
                    "claim_id": claim_id,
                    "name": masked(file.name),
                    "kind": file.kind,
                    "size": len(file.content),
                    "fingerprint": file.fingerprint,
                    "content": vault.seal_bytes(file.content),
                    "added_at": now,
                }
                for file in fresh
            ],
        )
    return len(fresh)


def remove_file(session: Session, actor: Actor, claim_id: int, evidence_id: int) -> None:
    """Take a file off a claim that is still open.

    Raises:
        NotFound: no such file of an own claim; RuleViolation: ``ce.claim-closed``.
    """
    row = _open(session, actor, claim_id)
    file = session.get(EvidenceRow, evidence_id)
    if file is None or file.claim_id != row.id:
        raise NotFound("ce.evidence", "There is no such file.")
    if row.state == "draft":
        session.execute(delete(EvidenceRow).where(EvidenceRow.id == evidence_id))
    else:  # a reviewer has seen it: that it was there stays known
        file.content = None
        session.flush()


def hand_in(session: Session, actor: Actor, claim_id: int, filled: Filled, *, now: datetime, today: date) -> None:
    """Hand a claim in, for the first time or corrected.

    Raises:
        NotFound: no such claim of the actor's.
        RuleViolation: ``ce.claim-closed``, ``ce.future``, ``ce.claim-files-none``, ``ce.claim-longer``,
            ``ce.claim-day``.
    """
    row = _open(session, actor, claim_id)
    if filled.until > today:
        raise RuleViolation("ce.future", "Training cannot be recorded before it takes place.")
    activity = ACTIVITIES[filled.kind]
    if activity.evidence == "required" and not store.evidence(session, claim_id):
        raise RuleViolation("ce.claim-files-none", "Add a photo or a PDF that proves it.")
    if filled.slot is not None and filled.minutes > filled.slot.minutes:
        raise RuleViolation("ce.claim-longer", "That is more time than lies between beginning and end.")
    if filled.slot is not None and not filled.day_reason:
        _ask_reason(session, actor.person_id, filled, filled.slot)
    was = row.state
    _fill(row, filled)
    row.state, row.submitted_at, row.changed_at = "submitted", now, now
    session.flush()
    say(session, row.id, actor, "resubmitted" if was == "returned" else "submitted", now=now)
    after = {"minutes": filled.minutes, "category": filled.category}
    record(session, actor, "ce.claim-handed-in", "ce_claim", row.id, now=now, after=after)


def _ask_reason(session: Session, person_id: int, filled: Filled, slot: Slot) -> None:
    taken = store.days_taken(session, [person_id], slot.first_on, slot.last_on)
    own = spread(filled.minutes, slot.first_on, slot.last_on)
    day = over_limit(own, [spread(m, a, b) for _, _, a, b, m in taken], DAY_LIMIT_MINUTES)
    if day is not None:
        raise RuleViolation(
            "ce.claim-day",
            "With what is recorded already that makes more than %(limit)s credit hours on %(day)s. Say why below.",
            limit=credit_hours(DAY_LIMIT_MINUTES),
            day=day,
        )


def _fill(row: ClaimRow, filled: Filled) -> None:
    whole_day = filled.slot is None or (filled.slot.from_minute, filled.slot.to_minute) == (0, 24 * 60)
    row.kind, row.title, row.organiser = filled.kind, filled.title, filled.organiser
    row.category, row.note, row.day_reason = filled.category, filled.note, filled.day_reason or None
    row.first_on, row.last_on, row.timed = filled.on, filled.until, filled.slot is not None
    row.from_minute = None if whole_day else filled.slot.from_minute  # type: ignore[union-attr]
    row.to_minute = None if whole_day else filled.slot.to_minute  # type: ignore[union-attr]
    row.minutes, row.units = filled.minutes, filled.units


def withdraw(session: Session, actor: Actor, claim_id: int, *, now: datetime) -> None:
    """The holder takes a claim back before anybody has decided.

    Raises:
        NotFound; RuleViolation: ``ce.claim-closed``.
    """
    row = _own(session, actor, claim_id)
    if row.state not in (*OPEN, "submitted"):
        raise _closed()
    row.state, row.changed_at = "withdrawn", now
    session.flush()
    say(session, row.id, actor, "withdrawn", now=now)
    record(session, actor, "ce.claim-withdrawn", "ce_claim", row.id, now=now)


def file_of(session: Session, vault: Vault, actor: Actor, evidence_id: int) -> tuple[str, str, bytes]:
    """Name, kind and content of a file, for its holder and those who review it.

    Raises:
        NotFound: no such file there; somebody else's looks the same as none.
    """
    seen_by = ClaimRow.person_id == actor.person_id
    if actor.may(Permission.CE_CLAIM_REVIEW):
        seen_by = seen_by | store.reviewed_by(actor, Permission.CE_CLAIM_REVIEW)
    found = store.file_of(session, evidence_id, seen_by)
    if found is None:
        raise NotFound("ce.evidence", "There is no such file.")
    name, kind, sealed = found
    return name, kind, vault.open_bytes(sealed)


def say(
    session: Session,
    claim_id: int,
    actor: Actor | None,
    act: str,
    *,
    now: datetime,
    reason: str | None = None,
    words: str | None = None,
) -> None:
    """Write a line of a claim's thread."""
    session.execute(
        insert(ClaimEventRow).values(
            claim_id=claim_id,
            at=now,
            actor_id=actor.person_id if actor else None,
            act=act,
            reason_code=reason,
            words=(words or "").strip()[:1000] or None,
        )
    )


def _own(session: Session, actor: Actor, claim_id: int) -> ClaimRow:
    row = session.scalar(
        select(ClaimRow)
        .where(ClaimRow.id == claim_id, ClaimRow.person_id == actor.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("ce.claim", "There is no such claim.")
    return row


def _open(session: Session, actor: Actor, claim_id: int) -> ClaimRow:
    row = _own(session, actor, claim_id)
    if row.state not in OPEN:
        raise _closed()
    return row


def _closed() -> RuleViolation:
    return RuleViolation("ce.claim-closed", "This claim was handed in and cannot be changed now.")


_WAITING = Prepared(
    lambda _: (
        select(ClaimRow.state, func.count())
        .where(
            ClaimRow.person_id == bindparam("person_id"),
            or_(*(ClaimRow.state == state for state in OPEN)),
        )
        .group_by(ClaimRow.state)
    ),
    (ClaimRow.state, func.count()),
)


def waiting_drafts(session: Session, actor: Actor) -> tuple[int, int]:
    """How many claims of the actor's were returned, and how many are drafts."""
    rows = dict(_WAITING.run(session.connection(), {"person_id": actor.person_id}))
    return rows.get("returned", 0), rows.get("draft", 0)
