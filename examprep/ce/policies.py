"""Policies: what follows of each requirement when hours are missing, as shipped and as administrators set it."""

import json
from dataclasses import asdict, fields
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from examprep.ce.case_models import PolicyRow
from examprep.ce.rules.consequences import Policy
from examprep.kernel.errors import RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor

NAMES = tuple(field.name for field in fields(Policy))


def load_policies(session: Session) -> None:
    """Add the shipped versions that are not there yet; those that are stay as an administrator left them."""
    known = {(code, since) for code, since in session.execute(select(PolicyRow.code, PolicyRow.since))}
    text = files("examprep.ce").joinpath("data", "policies.json").read_text(encoding="utf-8")
    shipped = [Policy(**{**entry, "since": date.fromisoformat(entry["since"])}) for entry in json.loads(text)]
    fresh = [_values(policy) for policy in shipped if (policy.code, policy.since) not in known]
    if fresh:
        session.execute(insert(PolicyRow), fresh)


def all_policies(session: Session) -> list[Policy]:
    rows = session.scalars(select(PolicyRow).order_by(PolicyRow.code, PolicyRow.since))
    return [
        Policy(
            **{name: getattr(row, name) for name in NAMES if name != "before_days"}, before_days=tuple(row.before_days)
        )
        for row in rows
    ]


def set_policy(session: Session, actor: Actor, policy: Policy, *, now: datetime, today: date) -> None:
    """Let another policy govern from its day on; of one day the later entry holds.

    Raises:
        RuleViolation: ``ce.policy-past`` -- it would begin before today, and so change what was followed already.
    """
    if policy.since < today:
        raise RuleViolation("ce.policy-past", "It begins today or later: what was followed already does not change.")
    row = session.scalar(select(PolicyRow).where(PolicyRow.code == policy.code, PolicyRow.since == policy.since))
    before = _told(row) if row else {}
    if row is None:
        row = PolicyRow(**_values(policy))
        session.add(row)
    for name, value in _values(policy).items():
        setattr(row, name, value)
    row.set_by, row.set_at = actor.person_id, now
    session.flush()
    record(session, actor, "ce.policy-set", "ce_policy", row.id, now=now, before=before, after=_told(row))


def _values(policy: Policy) -> dict[str, Any]:
    return {**asdict(policy), "before_days": list(policy.before_days), "set_by": None, "set_at": None}


def _told(row: PolicyRow) -> dict[str, Any]:
    return {
        "since": row.since.isoformat(),
        "renewal": row.renewal,
        "allowance": row.allowance,
        "public_check": row.public_check,
    }
