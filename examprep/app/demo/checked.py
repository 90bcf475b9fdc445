"""The last session of a class of the generated county: its learners checked in and out by the code on the screen."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.training import checking
from examprep.training.rules.checking import IN, OUT, code_of, window_of


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
