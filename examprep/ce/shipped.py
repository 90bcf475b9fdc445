"""The requirements that the package ships, put into rows."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from examprep.ce.models import RequirementRow
from examprep.ce.policies import load_policies


def load_requirements(session: Session, _today: date) -> None:
    """Add the versions that are not there yet; those that are stay as an administrator left them."""
    known = {(code, since) for code, since in session.execute(select(RequirementRow.code, RequirementRow.since))}
    fresh = [row for row in shipped_requirements() if (row["code"], row["since"]) not in known]
    if fresh:
        session.execute(insert(RequirementRow), fresh)
    load_policies(session)


def shipped_requirements() -> list[dict[str, Any]]:
    text = files("examprep.ce").joinpath("data", "requirements.json").read_text(encoding="utf-8")
    return [
        {**row, "since": _day(row["since"]), "until": _day(row["until"]) if row["until"] else None}
        for row in json.loads(text)
    ]


def _day(text: str) -> date:
    return date.fromisoformat(text)
