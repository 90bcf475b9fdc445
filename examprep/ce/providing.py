"""Verbs over providers (施教机构): recognise one, give its system a key, take what it reports into the ledger.

What a provider reports is an approved claim from the start: nobody reviews it, but it takes its hours of the day as any
other, is drawn in audits, and is reversed the same way.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.ce import claim_store
from examprep.ce.actions import post, reverse
from examprep.ce.claim_models import ClaimRow, ProviderRow, ProviderTokenRow
from examprep.ce.claiming import say
from examprep.ce.rules.claim_checks import MIDNIGHT, Slot
from examprep.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch, page_of

MANAGE = Permission.CE_PROVIDER_MANAGE
SOURCE = "ce.report"
KEY_BEGINS = "exp_"  # tells a scanner of leaked secrets what it has found
SEEN_EVERY = timedelta(minutes=5)
Fingerprint = Callable[[str], str]


@dataclass(frozen=True)
class Report:
    """One participant of one activity. ``key`` is the provider's own number of it; times are minutes after midnight."""

    key: str
    id_number: str
    name: str
    title: str
    category: str
    minutes: int
    first_on: date
    last_on: date
    from_minute: int | None = None
    to_minute: int | None = None
    kind: str = "hours"
    result: str = ""

    @property
    def slot(self) -> Slot:
        return Slot(
            self.first_on, self.last_on, self.from_minute or 0, MIDNIGHT if self.to_minute is None else self.to_minute
        )

    def fingerprint(self, keyed: Fingerprint) -> str:
        """The same of the same report; keyed, since it holds an ID number."""
        return keyed(json.dumps({**asdict(self)}, default=str, sort_keys=True, ensure_ascii=False))


@dataclass(frozen=True)
class Provider:
    """A provider that may report, as a key showed."""

    id: int
    name: str
    organisation_id: int


def add_provider(session: Session, actor: Actor, *, name: str, organisation_id: int, now: datetime) -> int:
    """Recognise a provider for the persons of an organisation and below; its id.

    Raises:
        NotFound: no such organisation within bounds. Conflict: ``ce.provider`` -- it has one of that name.
    """
    inside = select(OrganisationRow.id).where(
        OrganisationRow.id == organisation_id, within(OrganisationRow.id, actor, MANAGE)
    )
    if session.scalar(inside) is None:
        raise NotFound("people.organisation", "There is no such organisation.")
    row = ProviderRow(
        name=name.strip(), organisation_id=organisation_id, created_by=actor.person_id, created_at=now, closed_at=None
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("ce.provider", "There is a provider of this name already.") from error
    record(session, actor, "ce.provider-added", "ce_provider", row.id, now=now, after={"name": row.name})
    return row.id


def set_closed(session: Session, actor: Actor, provider_id: int, closed: bool, *, now: datetime) -> None:
    """Let a provider report no more, or again; its keys rest meanwhile.

    Raises:
        NotFound: no such provider within bounds.
    """
    row = provider_of(session, actor, provider_id)
    if closed:
        row.closed_at = now
        record(session, actor, "ce.provider-closed", "ce_provider", row.id, now=now)
    else:
        row.closed_at = None
        record(session, actor, "ce.provider-opened", "ce_provider", row.id, now=now)
    session.flush()


def provider_of(session: Session, actor: Actor, provider_id: int) -> ProviderRow:
    """Raises NotFound: no such provider within bounds."""
    row = session.scalar(
        select(ProviderRow).where(ProviderRow.id == provider_id, within(ProviderRow.organisation_id, actor, MANAGE))
    )
    if row is None:
        raise NotFound("ce.provider", "There is no such provider.")
    return row


def providers(session: Session, actor: Actor, ask: Ask) -> Page:
    """Providers within bounds with how many records and open keys each has."""
    counted = select(func.count()).where(ClaimRow.provider_id == ProviderRow.id).scalar_subquery()
    token = ProviderTokenRow
    keys = select(func.count()).where(token.provider_id == ProviderRow.id, token.revoked_at.is_(None)).scalar_subquery()
    query = (
        select(
            ProviderRow.id,
            ProviderRow.name,
            OrganisationRow.name.label("organisation"),
            counted.label("records"),
            keys.label("keys"),
            ProviderRow.closed_at,
        )
        .join(OrganisationRow, OrganisationRow.id == ProviderRow.organisation_id)
        .where(within(ProviderRow.organisation_id, actor, MANAGE))
    )
    return fetch(
        session,
        query,
        ask,
        sortable={"name": ProviderRow.name, "organisation": OrganisationRow.name},
        searchable=[ProviderRow.name, OrganisationRow.name],
        default=[ProviderRow.closed_at.is_not(None), ProviderRow.name, ProviderRow.id],
    )


def provider_choices(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Open providers within bounds, for a select field."""
    rows = session.execute(
        select(ProviderRow.id, ProviderRow.name)
        .where(within(ProviderRow.organisation_id, actor, MANAGE), ProviderRow.closed_at.is_(None))
        .order_by(ProviderRow.name, ProviderRow.id)
    )
    return [(str(id_), name) for id_, name in rows]


def records(session: Session, provider_id: int, ask: Ask) -> Page:
    """What a provider reported, newest first; that the actor may see the provider is asked before."""
    return claim_store.claims(session, ask, ClaimRow.provider_id == provider_id, default=[ClaimRow.id.desc()])


def add_key(session: Session, actor: Actor, provider_id: int, label: str, *, now: datetime) -> str:
    """Make a key for a provider's system. It is given once: only its hash is kept.

    Raises:
        NotFound: no such provider within bounds.
    """
    row = provider_of(session, actor, provider_id)
    token = KEY_BEGINS + secrets.token_urlsafe(32)
    session.execute(
        insert(ProviderTokenRow).values(
            provider_id=row.id,
            label=label.strip(),
            begins=token[:8],
            token_hash=_hash(token),
            created_by=actor.person_id,
            created_at=now,
        )
    )
    after = {"label": label.strip(), "begins": token[:8]}
    record(session, actor, "ce.key-made", "ce_provider", row.id, now=now, after=after)
    return token


def revoke_key(session: Session, actor: Actor, provider_id: int, key_id: int, *, now: datetime) -> None:
    """End a key at once.

    Raises:
        NotFound: no such key of a provider within bounds. Conflict: ``ce.key-revoked``.
    """
    row = provider_of(session, actor, provider_id)
    token = session.get(ProviderTokenRow, key_id, with_for_update=True)
    if token is None or token.provider_id != row.id:
        raise NotFound("ce.key", "There is no such key.")
    if token.revoked_at is not None:
        raise Conflict("ce.key-revoked", "This key is revoked already.")
    token.revoked_at = now
    session.flush()
    record(session, actor, "ce.key-revoked", "ce_provider", row.id, now=now, before={"begins": token.begins})


def keys(session: Session, provider_id: int) -> Page:
    """A provider's keys, the open ones first."""
    row = ProviderTokenRow
    found = session.execute(
        select(row.id, row.label, row.begins, row.created_at, row.last_used_at, row.revoked_at)
        .where(row.provider_id == provider_id)
        .order_by(row.revoked_at.is_not(None), row.id.desc())
    )
    return page_of([dict(one) for one in found.mappings()], Ask(size=200))


def by_key(session: Session, token: str, *, now: datetime) -> Provider:
    """Whose key it is; asked in a transaction that may write, as it notes the use.

    Raises:
        Forbidden: ``ce.key`` -- nobody's, revoked, or the provider is closed; which of them is not told.
    """
    found = session.execute(
        select(ProviderTokenRow, ProviderRow)
        .join(ProviderRow, ProviderRow.id == ProviderTokenRow.provider_id)
        .where(
            ProviderTokenRow.token_hash == _hash(token),
            ProviderTokenRow.revoked_at.is_(None),
            ProviderRow.closed_at.is_(None),
        )
    ).first()
    if found is None:
        raise Forbidden("ce.key", "This key is not valid.")
    key, provider = found
    if key.last_used_at is None or now - key.last_used_at >= SEEN_EVERY:
        session.execute(update(ProviderTokenRow).where(ProviderTokenRow.id == key.id).values(last_used_at=now))
    return Provider(provider.id, provider.name, provider.organisation_id)


def _hash(token: str) -> str:
    # A key has 256 random bits, so a plain hash cannot be searched; a slow one would only slow each request.
    return hashlib.sha256(token.encode()).hexdigest()


def take(
    session: Session,
    provider: Provider,
    report: Report,
    keyed: Fingerprint,
    *,
    actor: Actor | None = None,
    batch_id: int | None = None,
    now: datetime,
    today: date,
) -> ClaimRow:
    """Take one report into the ledger, once for each key; a replay gives the record of the first time.

    Raises:
        Conflict: ``ce.report-key`` -- the key was used for something else; ``ce.claim-overlap`` -- the person has an
            approved claim or another report at the same time.
        NotFound: ``ce.report-person`` -- nobody of that number and name where the provider reports.
        RuleViolation: ``ce.future``, ``ce.claim-longer``.
    """
    print_ = report.fingerprint(keyed)
    known = _known(session, provider, report.key, print_)
    if known is not None:
        return known
    if report.last_on > today:
        raise RuleViolation("ce.future", "Training cannot be recorded before it takes place.")
    if report.minutes > report.slot.minutes:
        raise RuleViolation("ce.claim-longer", "That is more time than lies between beginning and end.")
    person_id = session.scalar(
        select(PersonRow.id)
        .where(
            PersonRow.id_number_hash == keyed(report.id_number),
            PersonRow.name == report.name,
            in_subtree(PersonRow.organisation_id, provider.organisation_id),
        )
        .with_for_update()
    )
    if person_id is None:
        raise NotFound("ce.report-person", "There is nobody of this ID number and name whom you may report.")
    # While waiting for the person's row the same report may have come in another way.
    known = _known(session, provider, report.key, print_)
    if known is not None:
        return known
    if claim_store.approved_at(session, person_id, report.slot) is not None:
        raise Conflict("ce.claim-overlap", "Another claim at the same time is approved. Both cannot count.")
    return _write(session, provider, report, print_, person_id, actor, batch_id, now)


def _known(session: Session, provider: Provider, key: str, print_: str) -> ClaimRow | None:
    row = record_of(session, provider, key)
    if row is not None and row.request_hash != print_:
        raise Conflict("ce.report-key", "This key was used for another record.")
    return row


def record_of(session: Session, provider: Provider, key: str) -> ClaimRow | None:
    """What became of a key of the provider's."""
    return session.scalar(select(ClaimRow).where(ClaimRow.provider_id == provider.id, ClaimRow.provider_key == key))


def stands(session: Session, row: ClaimRow) -> bool:
    """Whether a record's minutes still stand in the ledger."""
    gone = select(claim_store.taken_back(ClaimRow.line_id)).where(ClaimRow.id == row.id)
    return not session.scalar(gone)


def _write(
    session: Session,
    provider: Provider,
    report: Report,
    print_: str,
    person_id: int,
    actor: Actor | None,
    batch_id: int | None,
    now: datetime,
) -> ClaimRow:
    row = ClaimRow(
        person_id=person_id,
        state="submitted",
        typed={},
        kind=report.kind,
        title=report.title,
        organiser=provider.name,
        category=report.category,
        timed=True,
        first_on=report.first_on,
        last_on=report.last_on,
        from_minute=report.from_minute,
        to_minute=report.to_minute,
        minutes=report.minutes,
        units=1,
        result=report.result or None,
        provider_id=provider.id,
        provider_key=report.key,
        request_hash=print_,
        batch_id=batch_id,
        created_at=now,
        changed_at=now,
        submitted_at=now,
    )
    session.add(row)
    session.flush()
    row.line_id = post(
        session,
        person_id=person_id,
        minutes=report.minutes,
        category=report.category,
        activity=report.title,
        earned_on=report.last_on,
        source_kind=SOURCE,
        source_id=row.id,
        posted_by=actor.person_id if actor else None,
        now=now,
        kind=report.kind,
    )
    row.state, row.granted_minutes, row.decided_at = "approved", report.minutes, now
    row.decided_by = actor.person_id if actor else None
    session.flush()
    say(session, row.id, actor, "reported", now=now, words=provider.name)
    return row


def undo_batch(session: Session, actor: Actor, batch_id: int, *, reason: str, now: datetime) -> int:
    """Take a batch of reports back by reversing lines, and set their keys free; how many were taken back."""
    rows: Sequence[ClaimRow] = session.scalars(
        select(ClaimRow).where(ClaimRow.batch_id == batch_id).order_by(ClaimRow.person_id, ClaimRow.id)
    ).all()
    taken_back = 0
    for row in rows:
        assert row.line_id is not None
        assert row.provider_key is not None
        try:
            reverse(session, row.line_id, reason=reason, posted_by=actor.person_id, now=now)
        except Conflict:  # an officer has taken it back already
            continue
        finally:
            row.provider_key = f"{row.provider_key[:80]}~{batch_id}"
        say(session, row.id, actor, "reversed", now=now, reason="provider", words=reason)
        taken_back += 1
    session.flush()
    return taken_back


def known_keys(session: Session, provider_id: int, found: Sequence[str]) -> Mapping[str, str]:
    """Those of some keys that are used, with what for."""
    rows: Any = session.execute(
        select(ClaimRow.provider_key, ClaimRow.request_hash).where(
            ClaimRow.provider_id == provider_id, ClaimRow.provider_key.in_(found)
        )
    )
    return dict(rows.all())
