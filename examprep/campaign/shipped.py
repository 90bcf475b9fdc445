"""The plan of reminders the package ships. Safe to run again: what an administrator edited stays."""

import tomllib
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.campaign.models import PlanRow
from examprep.campaign.rules.plan import read_days
from examprep.kernel.errors import NotFound
from examprep.people.actions import record
from examprep.people.actor import Actor


def load_plan(session: Session, _today: date) -> None:
    """Add what is missing and follow what changed in our file."""
    text = files("examprep.campaign").joinpath("data", "plan.toml").read_text(encoding="utf-8")
    known = {row.code: row for row in session.scalars(select(PlanRow))}
    for position, entry in enumerate(tomllib.loads(text)["reminder"], 1):
        row = known.get(entry["code"])
        if row is None:
            session.add(PlanRow(**entry, active=True, position=position))
        elif row.edited_at is None:
            for name, value in {**entry, "position": position}.items():
                setattr(row, name, value)
    session.flush()


def planned(session: Session, code: str) -> PlanRow:
    """Raises NotFound: ``campaign.plan``."""
    row = session.get(PlanRow, code)
    if row is None:
        raise NotFound("campaign.plan", "There is no such reminder.")
    return row


def edit_plan(session: Session, actor: Actor, code: str, *, days: str, active: bool, now: datetime) -> None:
    """Change on which days before a date its reminder goes out, or stop it.

    Raises:
        NotFound: ``campaign.plan``.
        RuleViolation: ``campaign.plan-days``.
    """
    row = planned(session, code)
    before: dict[str, Any] = {"days": row.days, "active": row.active}
    row.days, row.active, row.edited_at = read_days(days), active, now
    session.flush()
    after = {"code": code, "days": row.days, "active": active}
    record(session, actor, "campaign.plan-edited", "campaign_plan", row.position, now=now, before=before, after=after)
