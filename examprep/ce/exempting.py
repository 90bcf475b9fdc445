"""Deciding that days are not owed, or that hours may be made up later: with a reason, a document, and who decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session, aliased

from examprep.ce import counting, documents, store
from examprep.ce.models import DocumentRow, ExemptionRow
from examprep.ce.rules.duty import in_force
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.period import Period
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import seen
from examprep.people.models import PersonRow
from examprep.plumbing.uploads import Accepted
from examprep.plumbing.vault import Vault

KINDS = {"exempt": N_("Exempt: the days are not owed"), "postponed": N_("Postponed: hours can be made up later")}
REASONS = {
    "illness": N_("Long illness"),
    "maternity": N_("Maternity or parental leave"),
    "aid-posting": N_("Aid posting elsewhere"),
    "retired": N_("Retired"),
    "abroad": N_("Abroad"),
    "make-up": N_("Time granted to make up"),
    "other": N_("Another reason"),
}
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Decision:
    """What an officer decides. ``last`` is the last day spared; ``make_up_until`` the last day for making up."""

    kind: str
    code: str | None
    since: date
    last: date
    make_up_until: date | None
    reason_code: str
    note: str


def decide(
    session: Session,
    vault: Vault,
    actor: Actor,
    person_id: int,
    decision: Decision,
    file: Accepted | None,
    *,
    now: datetime,
) -> int:
    """Record a decision and count the person's periods anew; returns its id.

    Raises:
        NotFound: no such person within the actor's bounds.
        RuleViolation: ``ce.exemption-days`` -- the days do not fit; ``ce.exemption-until`` -- no day for making up, or
            an early one; ``ce.document-missing`` -- no document.
        Conflict: ``ce.exemption-overlap`` -- some of the days are decided already.
    """
    seen(session, actor, Permission.CE_LEDGER_CORRECT, person_id)
    until = decision.last + timedelta(days=1)
    if not decision.since < until <= decision.since + LONGEST:
        raise RuleViolation("ce.exemption-days", "The last day lies within three years after the first.")
    postponed_to = None
    if decision.kind == "postponed":
        if decision.make_up_until is None or decision.make_up_until < decision.last:
            raise RuleViolation("ce.exemption-until", "Say until when hours can be made up, after the last day.")
        postponed_to = decision.make_up_until + timedelta(days=1)
    if file is None:
        raise RuleViolation("ce.document-missing", "Add the document that proves the reason.")
    made = ExemptionRow(
        person_id=person_id,
        code=decision.code,
        kind=decision.kind,
        since=decision.since,
        until=until,
        postponed_to=postponed_to,
        reason_code=decision.reason_code,
        note=decision.note.strip(),
        decided_by=actor.person_id,
        decided_at=now,
    )
    _refuse_overlap(session, made)
    made.document_id = documents.add(session, vault, actor, person_id, file, now=now)
    return _keep(session, actor, made, now)


def postpone(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    code: str,
    period: Period,
    last_day: date,
    note: str,
    now: datetime,
) -> int:
    """Let the hours of one period be made up until a day, as an officer decided in its case; returns its id.

    Raises:
        Conflict: ``ce.exemption-overlap`` -- time for the period was granted already.
    """
    made = ExemptionRow(
        person_id=person_id,
        code=code,
        kind="postponed",
        since=period.end - timedelta(days=1),
        until=period.end,
        postponed_to=last_day + timedelta(days=1),
        reason_code="make-up",
        note=note.strip(),
        decided_by=actor.person_id,
        decided_at=now,
    )
    _refuse_overlap(session, made)
    return _keep(session, actor, made, now)


def _refuse_overlap(session: Session, made: ExemptionRow) -> None:
    row = ExemptionRow
    if session.scalar(
        select(row.id).where(
            row.person_id == made.person_id,
            row.kind == made.kind,
            row.withdrawn_at.is_(None),
            row.since < made.until,
            row.until > made.since,
            or_(row.code.is_(None), literal(made.code is None), row.code == made.code),
        )
    ):
        raise Conflict("ce.exemption-overlap", "Some of these days are decided already; withdraw that decision first.")


def _keep(session: Session, actor: Actor, made: ExemptionRow, now: datetime) -> int:
    session.add(made)
    session.flush()
    _recount(session, made, now)
    after = {"kind": made.kind, "since": made.since.isoformat(), "reason": made.reason_code}
    record(session, actor, "ce.exempted", "ce_exemption", made.id, now=now, after=after)
    return made.id


def withdraw(session: Session, actor: Actor, person_id: int, exemption_id: int, *, why: str, now: datetime) -> None:
    """Take a decision back; it stays on file with the reason.

    Raises:
        NotFound: no such decision about a person within the actor's bounds.
        RuleViolation: ``ce.reason`` -- no reason given. Conflict: ``ce.withdrawn`` -- it was taken back already.
    """
    seen(session, actor, Permission.CE_LEDGER_CORRECT, person_id)
    row = session.get(ExemptionRow, exemption_id)
    if row is None or row.person_id != person_id:
        raise NotFound("ce.exemption", "There is no such decision.")
    if not why.strip():
        raise RuleViolation("ce.reason", "Say why, in a few words: the holder reads it beside the line.")
    if row.withdrawn_at is not None:
        raise Conflict("ce.withdrawn", "This decision was withdrawn already.")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = now, actor.person_id, why.strip()
    session.flush()
    _recount(session, row, now)
    record(session, actor, "ce.exemption-withdrawn", "ce_exemption", row.id, now=now, after={"reason": why.strip()})


def _recount(session: Session, row: ExemptionRow, now: datetime) -> None:
    """All periods that hold some of the days: the first and last, and those that lie between."""
    days = {row.since, date.fromordinal(row.until.toordinal() - 1)}
    days |= {date(year, 1, 1) for year in range(row.since.year + 1, row.until.year + 1)}
    today = office_day(now)
    counting.recount_days(session, [row.person_id], [day for day in days if day <= today], today=today)


def choices(session: Session, today: date) -> list[tuple[str, Mapping[str, str]]]:
    """The requirements that a decision can be bound to: code and names."""
    return [(version.code, version.names) for version in in_force(store.versions(session), today)]


def listed(session: Session, person_id: int) -> Sequence[Mapping[str, Any]]:
    """A person's decisions with who decided, the latest first. Whether the actor may see the person is asked before."""
    row, decider, document = ExemptionRow, aliased(PersonRow), aliased(DocumentRow)
    rows = session.execute(
        select(row, decider.name, document.filename)
        .join(decider, decider.id == row.decided_by)
        .outerjoin(document, document.id == row.document_id)
        .where(row.person_id == person_id)
        .order_by(row.since.desc(), row.id.desc())
    )
    return [
        {
            "id": found.id,
            "kind": KINDS[found.kind],
            "reason": REASONS.get(found.reason_code, found.reason_code),
            "note": found.note,
            "code": found.code,
            "since": found.since,
            "last": found.until - timedelta(days=1),
            "make_up_until": found.postponed_to - timedelta(days=1) if found.postponed_to else None,
            "document_id": found.document_id,
            "document": filename,
            "decided_by": name,
            "decided_at": found.decided_at,
            "withdrawn_why": found.withdrawn_why,
        }
        for found, name, filename in rows
    ]
