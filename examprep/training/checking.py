"""Learners check in and out by the codes on the screen; what is refused is noted once and changes nothing else."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.kernel.errors import Refusal, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.training import presence, store
from examprep.training.actions import check_planned
from examprep.training.models import ClassRow, EnrolmentRow, SessionRow
from examprep.training.presence_models import RefusedCodeRow
from examprep.training.rules.checking import (
    IN,
    MARGIN,
    check_hours,
    check_turn,
    judged,
    opened,
    own_code,
    typed,
    written,
)

NO_SEAT = "training.no-seat"


@dataclass(frozen=True)
class Checked:
    """How it stands with one person at a session: what they did last (``in``, ``out``, or nothing), and when."""

    session_id: int
    class_name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    act: str | None
    at: datetime | None


def check(
    session: Session,
    vault: Vault,
    actor: Actor,
    session_id: int,
    code: str,
    *,
    opened_at: datetime | None = None,
    device: str | None = None,
    now: datetime,
) -> None:
    """Check the actor in or out, as the code says.

    ``opened_at``: when the code was opened on the device, for who had to sign in first. ``device``: what tells the
    device from others; only a keyed hash of it is kept, another one for each session.

    Raises:
        RuleViolation: ``training.no-seat``; ``training.code-old``, ``training.code-future``, ``training.code-wrong``;
            ``training.check-closed``, ``training.check-early``, ``training.check-late``; ``training.code-used``,
            ``training.not-in``.
    """
    row = _session_of(session, actor, session_id, lock=True)
    at = opened(now, opened_at)
    valid = judged(vault.fingerprint, row.id, typed(code), at)
    if row.state != "planned":
        raise RuleViolation("training.check-closed", "This session is closed or cancelled. Ask your trainer.")
    check_hours(valid.act, at, row.starts_at, row.ends_at)
    check_turn(valid.act, presence.last_move(session, row.id, actor.person_id))
    if any(
        line.kind == valid.act and line.code_window == valid.window
        for line in presence.lines_of(session, row.id, actor.person_id)
    ):
        raise RuleViolation("training.code-used", "You have used this code already. One code serves you once.")
    presence.log(
        session,
        row,
        actor.person_id,
        valid.act,
        how="code",
        by_id=actor.person_id,
        at=at,
        noted_at=now,
        code_window=valid.window,
        device=vault.fingerprint(f"training.device:{row.id}:{device}") if device else None,
    )


def going_on(session: Session, actor: Actor, now: datetime) -> list[Checked]:
    """The sessions at which the actor could check in or out now, by start."""
    row = SessionRow
    query = (
        select(row, ClassRow.name)
        .join(ClassRow, ClassRow.id == row.class_id)
        .join(EnrolmentRow, EnrolmentRow.class_id == row.class_id)
        .where(
            EnrolmentRow.person_id == actor.person_id,
            EnrolmentRow.state == "enrolled",
            row.state == "planned",
            row.starts_at <= now + MARGIN,
            row.ends_at > now - MARGIN,
        )
        .order_by(row.starts_at, row.id)
    )
    return [_checked(session, actor, each, name) for each, name in session.execute(query)]


def standing(session: Session, actor: Actor, session_id: int) -> Checked:
    """How it stands with the actor at a session. Raises RuleViolation: ``training.no-seat``."""
    row = _session_of(session, actor, session_id)
    return _checked(session, actor, row, session.get_one(ClassRow, row.class_id).name)


def meant(session: Session, vault: Vault, actor: Actor, code: str, now: datetime) -> int | None:
    """Which of the actor's sessions a typed code is of: the one that takes it now, else the next one that is on."""
    on = going_on(session, actor, now)
    for each in on:
        try:
            judged(vault.fingerprint, each.session_id, typed(code), now)
        except RuleViolation:
            continue
        return each.session_id
    return on[0].session_id if on else None


def own(session: Session, vault: Vault, actor: Actor, class_id: int, now: datetime) -> tuple[datetime, str] | None:
    """The start of the actor's session in a class that is on or next within a day, and their own code for it."""
    row = SessionRow
    query = (
        select(row.id, row.starts_at)
        .join(EnrolmentRow, EnrolmentRow.class_id == row.class_id)
        .where(
            row.class_id == class_id,
            EnrolmentRow.person_id == actor.person_id,
            EnrolmentRow.state == "enrolled",
            row.state == "planned",
            row.ends_at > now - MARGIN,
            row.starts_at < now + timedelta(days=1),
        )
        .order_by(row.starts_at)
        .limit(1)
    )
    found = session.execute(query).first()
    return (found[1], written(own_code(vault.fingerprint, found[0], actor.person_id))) if found else None


def check_in_by_staff(
    session: Session, vault: Vault, actor: Actor, session_id: int, code: str, *, now: datetime
) -> None:
    """Check somebody in by the code of their own that they show or say, when their phone has no connection.

    Raises:
        NotFound; RuleViolation: ``training.session-closed``, ``training.session-cancelled``, ``training.own-code`` --
            nobody on the list has it; ``training.check-early``, ``training.check-late``; ``training.code-used``.
    """
    row = store.meeting(session, actor, session_id, lock=True)
    check_planned(row)
    check_hours(IN, now, row.starts_at, row.ends_at)
    given = typed(code).encode()
    on_list = {
        own_code(vault.fingerprint, row.id, person_id).encode(): (person_id, name)
        for person_id, name, *_ in store.roster(session, row)
    }
    person_id, name = next((who for own, who in on_list.items() if hmac.compare_digest(own, given)), (None, ""))
    if person_id is None:
        raise RuleViolation("training.own-code", "Nobody in this session has this code. It stands on the class's page.")
    last = presence.last_move(session, row.id, person_id)
    if last is not None and last[0] == IN:
        raise RuleViolation(
            "training.code-used", "%(name)s is checked in already, since %(at)s.", name=name, at=last[1]
        )
    presence.log(session, row, person_id, IN, how="own-code", by_id=actor.person_id, at=now)


def note_refusal(
    session: Session, actor: Actor, session_id: int, code: str, refusal: Refusal, *, now: datetime
) -> None:
    """Keep that somebody's code was refused; the same code refused again for the same is not a second one."""
    row, read = RefusedCodeRow, typed(code)
    if session.scalar(select(SessionRow.id).where(SessionRow.id == session_id).with_for_update()) is None:
        return
    known = select(row.id).where(
        row.session_id == session_id, row.person_id == actor.person_id, row.code == read, row.why == refusal.code
    )
    if session.scalar(known) is not None:
        return
    session.add(row(session_id=session_id, person_id=actor.person_id, code=read, why=refusal.code, at=now))
    people.record(
        session, actor, "training.code-refused", "training_session", session_id, now=now, after={"why": refusal.code}
    )


def _session_of(session: Session, actor: Actor, session_id: int, *, lock: bool = False) -> SessionRow:
    query = (
        select(SessionRow)
        .join(EnrolmentRow, EnrolmentRow.class_id == SessionRow.class_id)
        .where(
            SessionRow.id == session_id,
            EnrolmentRow.person_id == actor.person_id,
            EnrolmentRow.state == "enrolled",
        )
    )
    if lock:
        query = query.with_for_update(of=SessionRow).execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        # The same for a session that is not there: who has no seat learns nothing of it.
        raise RuleViolation(NO_SEAT, "You have no seat in the class of this session. Ask the trainer.")
    return row


def _checked(session: Session, actor: Actor, row: SessionRow, class_name: str) -> Checked:
    act, at = presence.last_move(session, row.id, actor.person_id) or (None, None)
    return Checked(row.id, class_name, row.place, row.starts_at, row.ends_at, act, at)
