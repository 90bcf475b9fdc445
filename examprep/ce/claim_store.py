"""Queries over claims. Values out; decides nothing."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from examprep.ce.claim_models import ClaimEventRow, ClaimRow, EvidenceRow, ProviderRow
from examprep.ce.models import LineRow
from examprep.ce.rules.claim_checks import MIDNIGHT, Slot
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch

CLAIM = ClaimRow
HANDED_IN = ("submitted", "returned", "approved", "rejected")


def taken_back(line_id: Any = CLAIM.line_id) -> ColumnElement[bool]:
    """That the ledger took the line back, by whichever page."""
    reversal = aliased(LineRow)
    return select(reversal.id).where(reversal.reverses_id == line_id).exists()


def state(claim: Any = CLAIM) -> ColumnElement[str]:
    """The state as shown, a name of `plumbing/states.py`."""
    return case(
        (and_(claim.state == "approved", taken_back(claim.line_id)), "claim-reversed"),
        else_=literal("claim-") + claim.state,
    )


def claims(session: Session, ask: Ask, *conditions: ColumnElement[bool], default: Sequence[Any]) -> Page:
    """A list of claims with whose they are; filters ``state``, ``kind``, ``unit``."""
    shown, files = state(), _files()
    query = (
        select(
            CLAIM.id,
            CLAIM.person_id,
            PersonRow.name.label("name"),
            OrganisationRow.name.label("unit"),
            CLAIM.kind,
            CLAIM.title,
            CLAIM.typed,
            CLAIM.first_on,
            CLAIM.last_on,
            CLAIM.category,
            func.coalesce(CLAIM.granted_minutes, CLAIM.minutes).label("minutes"),
            files.label("files"),
            CLAIM.submitted_at,
            CLAIM.decided_at,
            shown.label("state"),
        )
        .join(PersonRow, PersonRow.id == CLAIM.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(*conditions)
    )
    if wanted := ask.filters.get("state"):
        query = query.where(shown == wanted)
    if kind := ask.filters.get("kind"):
        query = query.where(CLAIM.kind == kind)
    if (unit := ask.number("unit")) is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, unit))
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "unit": OrganisationRow.name,
            "first_on": CLAIM.first_on,
            "minutes": func.coalesce(CLAIM.granted_minutes, CLAIM.minutes),
            "submitted_at": CLAIM.submitted_at,
            "decided_at": CLAIM.decided_at,
        },
        searchable=[PersonRow.name, OrganisationRow.name, CLAIM.title, CLAIM.organiser],
        default=default,
    )


def _files() -> Any:
    kept = EvidenceRow.content.is_not(None)
    return select(func.count()).where(EvidenceRow.claim_id == CLAIM.id, kept).scalar_subquery()


def reviewed_by(actor: Actor, permission: str) -> ColumnElement[bool]:
    """Claims that were handed in, of persons whom the actor may review; nobody reviews their own."""
    inside = select(PersonRow.id).where(within(PersonRow.organisation_id, actor, permission))
    found: ColumnElement[bool] = and_(
        CLAIM.person_id.in_(inside), CLAIM.person_id != actor.person_id, CLAIM.state.in_(HANDED_IN)
    )
    return found


def one(session: Session, claim_id: int, *conditions: ColumnElement[bool]) -> tuple[ClaimRow, str, Any] | None:
    """A claim with its state as shown and whose it is."""
    row = session.execute(
        select(CLAIM, state(), PersonRow.name, OrganisationRow.name, ProviderRow.name)
        .join(PersonRow, PersonRow.id == CLAIM.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(ProviderRow, ProviderRow.id == CLAIM.provider_id)
        .where(CLAIM.id == claim_id, *conditions)
    ).first()
    return (row[0], row[1], tuple(row[2:])) if row else None


def thread(session: Session, claim_id: int) -> list[dict[str, Any]]:
    """What happened to a claim, oldest first, with who did it."""
    rows = session.execute(
        select(
            ClaimEventRow.at,
            ClaimEventRow.act,
            ClaimEventRow.reason_code,
            ClaimEventRow.words,
            PersonRow.name.label("who"),
        )
        .outerjoin(PersonRow, PersonRow.id == ClaimEventRow.actor_id)
        .where(ClaimEventRow.claim_id == claim_id)
        .order_by(ClaimEventRow.id)
    )
    return [dict(row) for row in rows.mappings()]


def evidence(session: Session, claim_id: int) -> list[dict[str, Any]]:
    """The files of a claim, without their contents."""
    row = EvidenceRow
    rows = session.execute(
        select(row.id, row.name, row.kind, row.size, row.fingerprint)
        .where(row.claim_id == claim_id, row.content.is_not(None))
        .order_by(row.id)
    )
    return [dict(found) for found in rows.mappings()]


def with_files(session: Session, claim_ids: Iterable[int]) -> set[int]:
    """Those of some claims that some file proves."""
    row = EvidenceRow
    return set(session.scalars(select(row.claim_id).where(row.claim_id.in_(claim_ids), row.content.is_not(None))))


def file_of(session: Session, evidence_id: int, seen_by: ColumnElement[bool]) -> tuple[str, str, bytes] | None:
    """Name, kind and sealed content of a file whose claim satisfies the condition."""
    row = session.execute(
        select(EvidenceRow.name, EvidenceRow.kind, EvidenceRow.content)
        .join(CLAIM, CLAIM.id == EvidenceRow.claim_id)
        .where(EvidenceRow.id == evidence_id, EvidenceRow.content.is_not(None), seen_by)
    ).first()
    return (row[0], row[1], row[2]) if row and row[2] is not None else None


def same_time(one: Any, other: Any) -> ColumnElement[bool]:
    """`Slot.overlaps` between two aliases of the claims' table."""
    found: ColumnElement[bool] = and_(
        one.timed,
        other.timed,
        one.first_on <= other.last_on,
        other.first_on <= one.last_on,
        func.coalesce(one.from_minute, 0) < func.coalesce(other.to_minute, MIDNIGHT),
        func.coalesce(other.from_minute, 0) < func.coalesce(one.to_minute, MIDNIGHT),
    )
    return found


def approved_at(session: Session, person_id: int, slot: Slot, but: int | None = None) -> int | None:
    """An approved claim of the person, not taken back, that takes some of the slot for itself."""
    query = select(CLAIM.id).where(
        CLAIM.person_id == person_id,
        CLAIM.state == "approved",
        CLAIM.timed,
        CLAIM.first_on <= slot.last_on,
        CLAIM.last_on >= slot.first_on,
        func.coalesce(CLAIM.from_minute, 0) < slot.to_minute,
        func.coalesce(CLAIM.to_minute, MIDNIGHT) > slot.from_minute,
        ~taken_back(),
    )
    if but is not None:
        query = query.where(CLAIM.id != but)
    return session.scalar(query.order_by(CLAIM.id).limit(1))


def overlaps(session: Session, claim_ids: Iterable[int]) -> list[tuple[int, int, str]]:
    """Of some claims: (claim, another of the same person at the same time, its state)."""
    one, other = aliased(CLAIM), aliased(CLAIM)
    query = (
        select(one.id, other.id, other.state)
        .join(other, (other.person_id == one.person_id) & (other.id != one.id))
        .where(one.id.in_(claim_ids), other.state.in_(("submitted", "returned", "approved")), same_time(one, other))
        .where(or_(other.line_id.is_(None), ~taken_back(other.line_id)))
        .order_by(one.id, other.id)
    )
    return [(a, b, state) for a, b, state in session.execute(query)]


def same_files(session: Session, claim_ids: Iterable[int]) -> list[tuple[int, int, bool]]:
    """Of some claims: (claim, another that was handed in with the same file, whether of the same person)."""
    mine, others, one, other = aliased(EvidenceRow), aliased(EvidenceRow), aliased(CLAIM), aliased(CLAIM)
    query = (
        select(one.id, other.id, other.person_id == one.person_id)
        .select_from(mine)
        .join(others, (others.fingerprint == mine.fingerprint) & (others.claim_id != mine.claim_id))
        .join(one, one.id == mine.claim_id)
        .join(other, other.id == others.claim_id)
        .where(mine.claim_id.in_(claim_ids), mine.content.is_not(None), others.content.is_not(None))
        .where(other.state.in_(HANDED_IN))
        .distinct()
        .order_by(one.id, other.id)
    )
    return [(a, b, bool(own)) for a, b, own in session.execute(query)]


def days_taken(
    session: Session, person_ids: Sequence[int], first_on: date, last_on: date
) -> list[tuple[int, int | None, date, date, int]]:
    """What persons have on some days: (person, claim or none, first day, last day, minutes).

    Claims that are approved and stand, and the lines of classes of ours that stand.
    """
    given = select(
        CLAIM.person_id,
        CLAIM.id,
        CLAIM.first_on,
        CLAIM.last_on,
        func.coalesce(CLAIM.granted_minutes, CLAIM.minutes),
    ).where(
        CLAIM.person_id.in_(person_ids),
        CLAIM.state == "approved",
        CLAIM.timed,
        CLAIM.first_on <= last_on,
        CLAIM.last_on >= first_on,
        ~taken_back(),
    )
    held = select(LineRow.person_id, literal(None), LineRow.earned_on, LineRow.earned_on, LineRow.minutes).where(
        LineRow.person_id.in_(person_ids),
        LineRow.source_kind.startswith("training."),
        LineRow.earned_on.between(first_on, last_on),
        ~taken_back(LineRow.id),
    )
    return [tuple(row) for query in (given, held) for row in session.execute(query)]


def waiting(actor: Actor, permission: str) -> Select[*tuple[Any, ...]]:
    """How many claims wait for the actor, and since when the oldest."""
    return select(func.count(), func.min(CLAIM.submitted_at)).where(
        reviewed_by(actor, permission), CLAIM.state == "submitted"
    )
