"""The last session of a class of the generated county: its learners checked in and out by the code on the screen."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.training import checking, scanning
from examprep.training.rules.checking import IN, OUT, code_of, own_code, window_of
from examprep.training.scan_models import ScanRow


def by_code(
    session: Session,
    vault: Vault,
    session_id: int,
    learners: Sequence[Actor],
    draw: random.Random,
    *,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """Most come and check out, some leave early or forget to; two share a phone, one sends an old code."""

    def at(minutes: float, since: datetime = starts_at) -> datetime:
        return since + timedelta(minutes=minutes)

    last = len(learners) - 1
    for number, learner in enumerate(learners):
        if number % 9 == 5:
            continue  # did not come
        come = at(draw.uniform(-12, 6))
        device = f"phone {number - 1 if number == 1 else number}"
        if number == last:
            _try(session, vault, learner, session_id, IN, come - timedelta(minutes=3), come, device)
        _try(session, vault, learner, session_id, IN, come, come, device)
        gone = at(draw.uniform(1, 9), ends_at) if number % 11 else at(40)
        if number % 8 != 7:
            _try(session, vault, learner, session_id, OUT, gone, gone, device)


def by_scanner(
    session: Session,
    vault: Vault,
    session_id: int,
    trainer: Actor,
    learners: Sequence[Actor],
    *,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """The trainer scans two whose phones have no connection, and sends it all at the end.

    Of one the device's clock said something else by then. A code that is nobody's here was set aside.
    """
    sent_at, named = ends_at + timedelta(minutes=4), random.Random(session_id)  # noqa: S311 -- names of scans

    def scan(number: int, act: str, at: datetime, **other: Any) -> scanning.Scan:
        code = own_code(vault.fingerprint, session_id, learners[number].person_id)
        made = {"client_id": str(UUID(int=named.getrandbits(128))), "code": code, "kind": act}
        return scanning.Scan(**{**made, "said_ms": round(at.timestamp() * 1000), "offset_ms": 0, **other})

    come, gone = starts_at - timedelta(minutes=4), ends_at + timedelta(minutes=2)
    # Those whom the codes did not see: see `by_code`.
    missing = [number for number in range(len(learners)) if number % 9 == 5]
    scans = [scan(missing[0], IN, come), scan(missing[0], OUT, gone)]
    if len(missing) > 1:
        scans.append(scan(missing[1], IN, come + timedelta(minutes=1), offset_ms=-540_000))
    scans.append(scan(0, IN, come + timedelta(minutes=2), code="8K3W-6TQA"))
    clock_ms = round(sent_at.timestamp() * 1000)
    scanning.take(session, vault, trainer, session_id, scans, clock_ms=clock_ms, now=sent_at)
    nobodys = select(ScanRow.id).where(ScanRow.session_id == session_id, ScanRow.why == "training.own-code")
    scanning.settle(session, trainer, session_id, session.scalars(nobodys).one(), settled=True, now=sent_at)


def _try(
    session: Session,
    vault: Vault,
    learner: Actor,
    session_id: int,
    act: str,
    shown_at: datetime,
    now: datetime,
    device: str,
) -> None:
    code = code_of(vault.fingerprint, session_id, act, window_of(shown_at))
    try:
        checking.check(session, vault, learner, session_id, code, device=device, now=now)
    except RuleViolation as refusal:
        checking.note_refusal(session, learner, session_id, code, refusal, now=now)
