"""Transcripts (学时证明): what a person's ledger says of a period, numbered, signed, and checked by anybody.

Source: 人社部令第25号 asks for kind, content, time and test result of continuing education. The signature is Ed25519: a
bureau elsewhere can check it with the public key alone, which a keyed hash would not allow without giving the key away.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from examprep.ce import claim_store
from examprep.ce.claim_models import ClaimRow
from examprep.ce.models import LineRow
from examprep.ce.rules.requirement import CATEGORIES
from examprep.ce.transcript_models import TranscriptFileRow, TranscriptRow
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.vault import Vault
from examprep.register import actions as register

ISSUE = Permission.CE_TRANSCRIPT_ISSUE
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read as another
ROW = TranscriptRow


@dataclass(frozen=True)
class Transcript:
    """One transcript. ``content`` is what the signature covers."""

    number: str
    code: str
    person_id: int
    since: date
    until: date
    content: Mapping[str, Any]
    signature: str
    issued_at: datetime
    id: int = 0


@dataclass(frozen=True)
class Checked:
    """What a check finds: whether our signature holds, and what the ledger has changed since."""

    transcript: Transcript
    genuine: bool
    taken_back: Sequence[Mapping[str, Any]]  # the lines of it that were reversed since
    added: int  # lines of its period that were recorded since


def prepare(
    session: Session,
    actor: Actor,
    vault: Vault,
    person_ids: Sequence[int],
    since: date,
    until: date,
    *,
    authority: Mapping[str, str],
    now: datetime,
) -> list[Transcript]:
    """What transcripts of some persons would say; whoever has no hours in the period is left out. Writes nothing.

    Raises:
        NotFound: one of them is neither the actor nor within bounds.
    """
    made = []
    for person_id in person_ids:
        person = _person(session, actor, person_id)
        lines = _lines(session, person_id, since, until)
        if not lines:
            continue
        number = f"{office_day(now):%Y}{secrets.randbelow(10**10):010}"
        content = {
            "number": number,
            "name": person.name,
            "id_number": _masked(vault, person),
            "unit": session.scalar(select(OrganisationRow.name).where(OrganisationRow.id == person.organisation_id)),
            "level": register.highest_level(session, person_id, as_of=office_day(now)),
            "since": since.isoformat(),
            "until": until.isoformat(),
            "issued_on": office_day(now).isoformat(),
            "authority": dict(authority),
            "lines": lines,
            "minutes": {c: sum(line["minutes"] for line in lines if line["category"] == c) for c in CATEGORIES},
        }
        code = "".join(secrets.choice(_LETTERS) for _ in range(10))
        signature = vault.sign(_canonical(content))
        made.append(Transcript(number, code, person_id, since, until, content, signature, now))
    return made


def keep(
    session: Session,
    actor: Actor,
    issued: Sequence[tuple[Transcript, Mapping[str, str]]],
    *,
    now: datetime,
) -> list[int]:
    """Log transcripts as issued, each with the fingerprints of its files by language; their ids."""
    ids = []
    for one, files in issued:
        id_ = session.scalar(
            insert(ROW)
            .values(
                number=one.number,
                code=one.code,
                person_id=one.person_id,
                since=one.since,
                until=one.until,
                content=dict(one.content),
                content_hash=hashlib.sha256(_canonical(one.content)).hexdigest(),
                signature=one.signature,
                issued_by=actor.person_id,
                issued_at=now,
            )
            .returning(ROW.id)
        )
        assert id_ is not None
        keep_files(session, id_, files, now=now)
        after = {"number": one.number, "since": one.since.isoformat(), "until": one.until.isoformat()}
        record(session, actor, "ce.transcript-issued", "ce_transcript", id_, now=now, after=after)
        ids.append(id_)
    return ids


def keep_files(session: Session, transcript_id: int, files: Mapping[str, str], *, now: datetime) -> None:
    """Remember the fingerprints of files by language; a known one is known already."""
    known = set(session.scalars(select(TranscriptFileRow.sha256).where(TranscriptFileRow.sha256.in_(files.values()))))
    rows = [
        {"sha256": sha256, "transcript_id": transcript_id, "language": language, "made_at": now}
        for language, sha256 in files.items()
        if sha256 not in known
    ]
    if rows:
        session.execute(insert(TranscriptFileRow), rows)


def file_known(session: Session, sha256: str) -> bool:
    return session.get(TranscriptFileRow, sha256) is not None


def _person(session: Session, actor: Actor, person_id: int) -> PersonRow:
    if person_id == actor.person_id and actor.may(Permission.CE_OWN_SEE):
        return session.get_one(PersonRow, person_id)
    return seen(session, actor, ISSUE, person_id)


def _masked(vault: Vault, person: PersonRow) -> str:
    return ResidentId(vault.open(person.id_number_sealed)).masked if person.id_number_sealed else ""


def _lines(session: Session, person_id: int, since: date, until: date) -> list[dict[str, Any]]:
    """The lines that stand, oldest first, in the words of the transcript."""
    query = (
        select(
            LineRow.id,
            LineRow.category,
            LineRow.activity,
            LineRow.earned_on,
            LineRow.minutes,
            LineRow.source_kind,
            ClaimRow.first_on,
            ClaimRow.organiser,
            ClaimRow.result,
        )
        .outerjoin(ClaimRow, ClaimRow.line_id == LineRow.id)
        .where(
            LineRow.person_id == person_id,
            LineRow.earned_on >= since,
            LineRow.earned_on < until,
            LineRow.reverses_id.is_(None),
            ~claim_store.taken_back(LineRow.id),
        )
        .order_by(LineRow.earned_on, LineRow.id)
    )
    return [
        {
            "id": row.id,
            "category": row.category,
            "activity": row.activity,
            "organiser": row.organiser or "",
            "first_on": (row.first_on or row.earned_on).isoformat(),
            "last_on": row.earned_on.isoformat(),
            "minutes": row.minutes,
            "result": row.result or "",
        }
        for row in session.execute(query)
    ]


def _canonical(content: Mapping[str, Any]) -> bytes:
    """The same bytes of the same content, for hashing and signing."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _value(row: TranscriptRow) -> Transcript:
    return Transcript(
        row.number,
        row.code,
        row.person_id,
        row.since,
        row.until,
        row.content,
        row.signature,
        row.issued_at,
        row.id,
    )


def transcript_of(session: Session, actor: Actor, transcript_id: int) -> Transcript:
    """Raises NotFound: no such transcript of the actor's own or within bounds."""
    row = session.get(ROW, transcript_id)
    if row is None:
        raise NotFound("ce.transcript", "There is no such transcript.")
    try:
        _person(session, actor, row.person_id)
    except NotFound:
        raise NotFound("ce.transcript", "There is no such transcript.") from None
    return _value(row)


def own_transcripts(session: Session, actor: Actor, ask: Ask) -> Page:
    return _list(session, ask, ROW.person_id == actor.person_id)


def issued_transcripts(session: Session, actor: Actor, ask: Ask) -> Page:
    """The log of transcripts of persons within bounds, newest first."""
    return _list(session, ask, within(PersonRow.organisation_id, actor, ISSUE))


def _list(session: Session, ask: Ask, condition: Any) -> Page:
    query = (
        select(ROW.id, ROW.number, PersonRow.name, ROW.since, ROW.until, ROW.issued_at)
        .join(PersonRow, PersonRow.id == ROW.person_id)
        .where(condition)
    )
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "issued_at": ROW.issued_at},
        searchable=[ROW.number, PersonRow.name],
        default=[ROW.id.desc()],
    )


def persons_of_unit(session: Session, actor: Actor, unit: int, since: date, until: date) -> list[int]:
    """Who of a unit and below, within bounds, has lines in a period, by name."""
    has_lines = (
        select(LineRow.id)
        .where(LineRow.person_id == PersonRow.id, LineRow.earned_on >= since, LineRow.earned_on < until)
        .exists()
    )
    return list(
        session.scalars(
            select(PersonRow.id)
            .where(
                in_subtree(PersonRow.organisation_id, unit),
                within(PersonRow.organisation_id, actor, ISSUE),
                has_lines,
            )
            .order_by(PersonRow.name, PersonRow.id)
        )
    )


def check(session: Session, vault: Vault, number: str, code: str) -> Checked:
    """What stands behind a number and its code; asked by anybody.

    Raises:
        NotFound: ``ce.check`` -- no transcript of that number, or the code is another's.
    """
    row = session.scalar(select(ROW).where(ROW.number == number.strip()))
    if row is None or not secrets.compare_digest(row.code.encode(), code.strip().upper().encode()):
        raise NotFound("ce.check", "There is no transcript of this number and code. It may be forged, or mistyped.")
    return _checked(session, vault, row)


def check_file(session: Session, vault: Vault, content: bytes) -> Checked:
    """What stands behind a PDF; it must be, byte for byte, one that was handed out.

    Raises:
        RuleViolation: ``ce.check-file`` -- it is not.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    row = session.scalar(
        select(ROW)
        .join(TranscriptFileRow, TranscriptFileRow.transcript_id == ROW.id)
        .where(TranscriptFileRow.sha256 == sha256)
    )
    if row is None:
        raise RuleViolation("ce.check-file", "This file was not issued here, or it was altered afterwards.")
    return _checked(session, vault, row)


def _checked(session: Session, vault: Vault, row: TranscriptRow) -> Checked:
    content = row.content
    genuine = vault.signed(_canonical(content), row.signature)
    standing = {line["id"] for line in _lines(session, row.person_id, row.since, row.until)}
    told = {line["id"] for line in content["lines"]}
    gone = [line for line in content["lines"] if line["id"] not in standing]
    return Checked(replace(_value(row)), genuine, gone, len(standing - told))
