"""Scans that staff's devices kept without a connection: each counts once, however often and in whatever order it comes.

Every scan of somebody on the list is a line of the log, and attendance follows from the lines by their time. So two
devices' scans, sent in any order, give the same attendance.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.vault import Vault
from examprep.training import presence, store
from examprep.training.actions import check_planned
from examprep.training.models import EnrolmentRow, SessionRow
from examprep.training.rules.attendance import Seen, moved
from examprep.training.rules.checking import check_hours, own_code, typed
from examprep.training.rules.scanning import check_clock, instant
from examprep.training.scan_models import ScanRow

ACCEPTED, PRESENT, REFUSED = "accepted", "present", "refused"


@dataclass(frozen=True)
class Scan:
    """What a device kept. ``said_ms``: its clock then; ``offset_ms``: how far that was behind the server's."""

    client_id: str
    code: str
    kind: str
    said_ms: int
    offset_ms: int


@dataclass(frozen=True)
class Outcome:
    """What became of a scan. ``name``: whose code it was, if anybody's; ``why``: the refusal's code."""

    client_id: str
    state: str
    name: str
    why: str


@dataclass(frozen=True)
class _Owner:
    person_id: int
    name: str
    on_list: bool


def take(
    session: Session,
    vault: Vault,
    actor: Actor,
    session_id: int,
    scans: Iterable[Scan],
    *,
    clock_ms: int,
    now: datetime,
) -> list[Outcome]:
    """Work a batch in; a scan whose name is known is told what became of it the first time.

    ``clock_ms``: what the device's clock says as it sends. What is refused is kept, to be judged by hand.

    Raises:
        NotFound: no such session in the actor's organisations.
    """
    row = store.meeting(session, actor, session_id, lock=True)
    scans = list(scans)
    kept = _kept(session, actor, scans)
    owners = _owners(session, vault, row)
    seen: dict[int, list[Seen]] = defaultdict(list)
    for line in presence.lines_of(session, row.id):
        seen[line.person_id].append(Seen(line.kind, line.at, line.minutes))
    fresh = []
    for scan in scans:
        if scan.client_id in kept:
            continue
        owner = owners.get(typed(scan.code))
        made = ScanRow(
            session_id=row.id,
            by_id=actor.person_id,
            client_id=scan.client_id,
            code=typed(scan.code),
            kind=scan.kind,
            at=instant(scan.said_ms, scan.offset_ms),
            noted_at=now,
            person_id=owner.person_id if owner else None,
            state=ACCEPTED,
            why="",
        )
        try:
            who = _judged(row, made, owner, scan, clock_ms, now)
        except RuleViolation as refusal:
            made.state, made.why = REFUSED, refusal.code
        else:
            last = moved(seen[who])
            made.state = PRESENT if last is not None and last[0] == scan.kind else ACCEPTED
            seen[who].append(Seen(scan.kind, made.at))
        kept[scan.client_id] = made
        fresh.append(made)
    _note(session, actor, row, fresh, now)
    names = {owner.person_id: owner.name for owner in owners.values()}
    return [_outcome(kept[scan.client_id], names) for scan in scans]


def settle(session: Session, actor: Actor, session_id: int, scan_id: int, *, settled: bool, now: datetime) -> None:
    """Take a refused scan off the list of those to judge, as nobody can be judged by it; or put it back.

    Raises:
        NotFound: no such session in the actor's organisations, or no such refused scan at it.
    """
    meeting = store.meeting(session, actor, session_id, lock=True)
    row = session.get(ScanRow, scan_id)
    if row is None or row.session_id != meeting.id or row.state != REFUSED:
        raise NotFound("training.scan", "There is no such refused scan at this session.")
    if settled is (row.settled_at is not None):
        return
    row.settled_at, row.settled_by = (now, actor.person_id) if settled else (None, None)
    act = "training.scan-settled" if settled else "training.scan-unsettled"
    people.record(session, actor, act, "training_session", meeting.id, now=now, after={"why": row.why})


def _judged(row: SessionRow, made: ScanRow, owner: _Owner | None, scan: Scan, clock_ms: int, now: datetime) -> int:
    """Whom a scan is of.

    Raises:
        RuleViolation: why it does not count.
    """
    if owner is None:
        raise RuleViolation("training.own-code", "Nobody in this session has this code. It stands on the class's page.")
    if not owner.on_list:
        raise RuleViolation("training.no-seat", "You have no seat in the class of this session. Ask the trainer.")
    check_planned(row)
    check_clock(made.at, offset_ms=scan.offset_ms, clock_ms=clock_ms, now=now)
    check_hours(scan.kind, made.at, row.starts_at, row.ends_at)
    return owner.person_id


def _kept(session: Session, actor: Actor, scans: Sequence[Scan]) -> dict[str, ScanRow]:
    row = ScanRow
    query = select(row).where(row.by_id == actor.person_id, row.client_id.in_([scan.client_id for scan in scans]))
    return {each.client_id: each for each in session.scalars(query)}


def _owners(session: Session, vault: Vault, row: SessionRow) -> dict[str, _Owner]:
    """By own code, everybody who ever asked for a seat in the session's class."""
    on_list = {person_id for person_id, *_ in store.roster(session, row)}
    query = (
        select(PersonRow.id, PersonRow.name)
        .join(EnrolmentRow, EnrolmentRow.person_id == PersonRow.id)
        .where(EnrolmentRow.class_id == row.class_id)
    )
    return {
        own_code(vault.fingerprint, row.id, person_id): _Owner(person_id, name, person_id in on_list)
        for person_id, name in session.execute(query)
    }


def _note(session: Session, actor: Actor, row: SessionRow, fresh: Sequence[ScanRow], now: datetime) -> None:
    if not fresh:
        return
    session.add_all(fresh)
    lines = [
        {
            "session_id": row.id, "person_id": each.person_id, "kind": each.kind, "how": "scan",
            "by_id": actor.person_id, "at": each.at, "noted_at": now,
        }
        for each in fresh
        if each.state != REFUSED
    ]  # fmt: skip
    presence.log_many(session, row, lines)
    counted = {state: sum(each.state == state for each in fresh) for state in (ACCEPTED, PRESENT, REFUSED)}
    people.record(session, actor, "training.scans-taken", "training_session", row.id, now=now, after=counted)


def _outcome(row: ScanRow, names: dict[int, str]) -> Outcome:
    return Outcome(row.client_id, row.state, names.get(row.person_id or 0, ""), row.why)
