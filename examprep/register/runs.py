"""Payment runs: made as they were previewed, with control totals, and then closed or cancelled."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow
from examprep.register.models import AwardLineRow, AwardRunLineRow, AwardRunRow
from examprep.register.paid import lock, post
from examprep.register.rules.awarding import month_of
from examprep.register.run_planning import PENDING, Checks, Planned, claimants, digest, plan

LINE, RUN, RUN_LINE = AwardLineRow, AwardRunRow, AwardRunLineRow
PAY = Permission.REGISTER_AWARD_PAY


def make(
    session: Session,
    actor: Actor,
    organisation_id: int,
    month: date,
    *,
    sha256: str,
    today: date,
    now: datetime,
    checks: Checks = (),
) -> int:
    """Make the run that was previewed, known by its ``sha256``; returns its id.

    Raises:
        NotFound: as `plan`.
        Conflict: ``register.run-changed`` -- it would not pay the same any more; ``register.award-paid``.
        RuleViolation: ``register.run-empty``, ``register.run-future`` -- a month that has not begun.
    """
    # One run of an organisation at a time: the second waits here, and then finds everything paid.
    ours = select(OrganisationRow.id).where(OrganisationRow.id == organisation_id)
    session.execute(ours.with_for_update(key_share=True))
    # Runs of two organisations may pay the same persons, and only the highest may count: they wait for each other too.
    # Whose claim is approved after this is not in the preview, so that the run is refused.
    lock(session, claimants(organisation_id))
    if month_of(month) > today:
        raise RuleViolation("register.run-future", "This month has not begun yet.")
    found = plan(session, actor, organisation_id, month, today=today, checks=checks)
    if not found.lines:
        raise RuleViolation("register.run-empty", "There is nothing to pay.")
    if found.sha256 != sha256:
        raise Conflict("register.run-changed", "What is to be paid has changed since the preview. Look at it again.")
    ids = [line.line_id or _post(session, actor, line, now) for line in found.lines]
    values = {"organisation_id": organisation_id, "month": month_of(month), "state": "open"}
    totals = {"persons": found.persons, "lines": len(ids), "fen": found.fen, "sha256": found.sha256}
    run_id = session.scalar(
        insert(RUN).values(**values, **totals, made_by=actor.person_id, made_at=now).returning(RUN.id)
    )
    assert run_id is not None
    session.execute(insert(RUN_LINE), [{"run_id": run_id, "line_id": id_} for id_ in ids])
    after = {"lines": len(ids), "fen": found.fen}
    record(session, actor, "register.run-made", "award_run", run_id, now=now, after=after)
    return run_id


def _post(session: Session, actor: Actor, line: Planned, now: datetime) -> int:
    values = {
        "scheme_id": line.scheme_id,
        "claim_id": line.claim_id,
        "person_id": line.person_id,
        "level": line.level,
        "entitlement": line.entitlement,
        "month": line.month,
        "fen": line.fen,
        "why": "paid",
        "reverses_id": line.reverses_id,
        "posted_by": actor.person_id,
    }
    return post(session, values, now=now)


def close(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Note that finance has paid a run out; then it changes no more.

    Raises:
        NotFound: no such run of the actor's organisations.
        RuleViolation: ``register.run-state`` -- it is not open.
    """
    _settle(session, actor, run_id, "closed", now)
    record(session, actor, "register.run-closed", "award_run", run_id, now=now)


def cancel(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Take back a run that finance did not pay out: each payment by a negative line, in the same run.

    What was cancelled is paid by the next run. Lines that the run only took along wait for the next one again.

    Raises:
        NotFound, RuleViolation: as `close`.
        Conflict: ``register.run-built-on`` -- a payment of it was taken back in a later run; ``register.run-moved`` --
            a person of it was merged since.
    """
    _settle(session, actor, run_id, "cancelled", now)
    session.execute(
        delete(RUN_LINE).where(
            RUN_LINE.run_id == run_id, RUN_LINE.line_id.in_(select(LINE.id).where(LINE.why.in_(PENDING)))
        )
    )
    lines = session.scalars(select(LINE).join(RUN_LINE, RUN_LINE.line_id == LINE.id).where(RUN_LINE.run_id == run_id))
    for line in lines.all():
        later = session.execute(
            select(LINE.id, LINE.why, RUN_LINE.run_id)
            .outerjoin(RUN_LINE, RUN_LINE.line_id == LINE.id)
            .where(LINE.reverses_id == line.id)
        ).first()
        if later is not None and later.run_id is not None:
            raise Conflict("register.run-built-on", "A payment of this run was taken back in a later one.")
        if later is not None and later.why == "moved":
            raise Conflict(
                "register.run-moved", "A person of this run was merged with another. Take the payments back one by one."
            )
        id_ = later.id if later is not None else _reverse(session, actor, line, now)
        session.execute(insert(RUN_LINE).values(run_id=run_id, line_id=id_))
    session.execute(update(RUN).where(RUN.id == run_id).values(**totals(session, run_id)))
    record(session, actor, "register.run-cancelled", "award_run", run_id, now=now)


def _reverse(session: Session, actor: Actor, line: AwardLineRow, now: datetime) -> int:
    names = ("scheme_id", "claim_id", "person_id", "level", "entitlement", "month")
    values = {name: getattr(line, name) for name in names}
    values |= {"fen": -line.fen, "why": "cancelled", "reverses_id": line.id, "posted_by": actor.person_id}
    return post(session, values, now=now)


def note_export(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Leave in the trail that somebody took a run's file, which holds ID numbers.

    Raises:
        NotFound: no such run of the actor's organisations.
    """
    record(session, actor, "register.run-exported", "award_run", _run(session, actor, run_id).id, now=now)


def totals(session: Session, run_id: int) -> dict[str, Any]:
    """A run's control totals, counted from its lines."""
    rows = session.execute(
        select(LINE.scheme_id, LINE.person_id, LINE.entitlement, LINE.fen)
        .join(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .where(RUN_LINE.run_id == run_id)
    ).all()
    return {
        "persons": len({row.person_id for row in rows}),
        "lines": len(rows),
        "fen": sum(row.fen for row in rows),
        "sha256": digest(tuple(row) for row in rows),
    }


def _settle(session: Session, actor: Actor, run_id: int, state: str, now: datetime) -> None:
    row = _run(session, actor, run_id)
    done = session.execute(
        update(RUN)
        .where(RUN.id == row.id, RUN.state == "open")
        .values(state=state, settled_by=actor.person_id, settled_at=now)
        .returning(RUN.id)
    ).first()
    if done is None:
        raise RuleViolation("register.run-state", "This run is closed or cancelled already.")


def _run(session: Session, actor: Actor, run_id: int) -> AwardRunRow:
    row = session.scalar(select(RUN).where(RUN.id == run_id, within(RUN.organisation_id, actor, PAY)))
    if row is None:
        raise NotFound("register.run", "There is no such run.")
    return row
