"""Administrators' versions of requirements: a new one since a day, and what it would change before it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.ce import standing_store, store
from examprep.ce.cuts import Cut
from examprep.ce.models import RequirementRow
from examprep.ce.rules.duty import window
from examprep.ce.rules.requirement import CALENDAR, Requirement
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.period import calendar_year
from examprep.people.actions import record
from examprep.people.actor import Actor

LISTED = 100
ALWAYS = date(1900, 1, 1)


@dataclass(frozen=True)
class Preview:
    """Who would change if a draft governed the periods that run now. ``rows`` are the first of those who would."""

    becomes_short: int
    becomes_met: int
    begins: int  # owing something
    ends: int  # owing anything
    unchanged: int
    rows: Sequence[Mapping[str, Any]]

    @property
    def changed(self) -> int:
        return self.becomes_short + self.becomes_met + self.begins + self.ends


def read(row: Mapping[str, Any]) -> Requirement:
    """A draft as the rules know it.

    Raises:
        RuleViolation: ``ce.terms`` -- what it says cannot be judged.
    """
    try:
        return store.requirement_of(row)
    except (ValueError, TypeError) as error:
        raise RuleViolation(
            "ce.terms",
            "This cannot be judged: a category stands in two minimums or two caps, nothing is asked of anybody, "
            "or an amount is out of range.",
        ) from error


def preview(session: Session, row: Mapping[str, Any], *, today: date) -> Preview:
    """What the draft would change today, as if it governed the running periods already. Raises as `read` does."""
    draft = replace(read(row), since=ALWAYS, until=None)
    versions = [*(v for v in store.versions(session) if v.code != draft.code), draft]
    period = window(draft, calendar_year(today.year)) if draft.period_kind == CALENDAR else None
    counts, rows = standing_store.changes(session, Cut(draft, versions, period, today), LISTED)

    def persons(before: Sequence[str], after: Sequence[str]) -> int:
        return sum(n for (was, becomes), n in counts.items() if was in before and becomes in after and was != becomes)

    fine = ("ce-met", "ce-exempt")
    return Preview(
        persons(fine, ("ce-short",)),
        persons(("ce-short",), fine),
        persons(("none",), (*fine, "ce-short")),
        persons((*fine, "ce-short"), ("none",)),
        sum(n for (was, becomes), n in counts.items() if was == becomes or {was, becomes} <= set(fine)),
        [
            {
                "id": id_,
                "name": name,
                "unit": unit,
                "was": was if was != "none" else None,
                "becomes": becomes,
                "missing": draft.shown_missing(missing),
            }
            for id_, name, unit, was, becomes, missing in rows
        ],
    )


def save(session: Session, actor: Actor, row: Mapping[str, Any], *, now: datetime, today: date) -> int:
    """Keep a version; returns its id. What governed a closed period is never touched.

    A version of the same first day is corrected, which is only possible while no period it governs is closed.

    Raises:
        RuleViolation: ``ce.since`` -- it would govern closed periods; ``ce.period-kind`` -- earlier versions of the
            requirement have another kind of period; and what `read` refuses.
    """
    draft = read(row)
    if draft.since < date(today.year, 1, 1):
        raise RuleViolation(
            "ce.since",
            "A version begins on %(day)s at the earliest: years that are over stay under what governed them.",
            day=date(today.year, 1, 1),
        )
    versions = [v for v in store.versions(session) if v.code == draft.code]
    if any(v.period_kind != draft.period_kind for v in versions):
        raise RuleViolation("ce.period-kind", "A requirement keeps its kind of period; enter another one instead.")
    values = {**row, "entered_at": now}
    same = next((v for v in versions if v.since == draft.since), None)
    before: dict[str, Any] | None = None
    if same is not None and same.id is not None:
        before = told(same)
        session.execute(update(RequirementRow).where(RequirementRow.id == same.id).values(**values))
        id_ = same.id
    else:
        id_ = session.execute(insert(RequirementRow).values(**values).returning(RequirementRow.id)).scalar_one()
    record(session, actor, "ce.requirement-saved", "ce_requirement", id_, now=now, before=before, after=told(draft))
    return id_


def end(session: Session, actor: Actor, code: str, day: date | None, *, now: datetime, today: date) -> None:
    """Ask nothing more for periods that begin from a day on; with ``None``, take back an end that is still to come.

    Raises:
        NotFound: no such requirement. RuleViolation: ``ce.until`` -- periods have begun that it governs, or that it
            governs no more.
    """
    versions = [v for v in store.versions(session) if v.code == code]
    if not versions:
        raise NotFound("ce.requirement", "No requirement is known for %(year)s.", year=today.year)
    last = versions[-1]
    if day is None and (last.until is None or last.until <= today):
        raise RuleViolation("ce.until", "It has no end that is still to come. Add a version to ask it anew.")
    if day is not None and day <= max(today, last.since):
        raise RuleViolation("ce.until", "It ends on a day to come, after its last version has begun.")
    session.execute(update(RequirementRow).where(RequirementRow.id == last.id).values(until=day, entered_at=now))
    assert last.id is not None
    before, after = ({"until": each.isoformat() if each else None} for each in (last.until, day))
    record(session, actor, "ce.requirement-ended", "ce_requirement", last.id, now=now, before=before, after=after)


def told(asked: Requirement) -> dict[str, Any]:
    """A version in short, for the trail."""
    return {
        "name": asked.names.get("zh", asked.code),
        "since": asked.since.isoformat(),
        "hours": "/".join(asked.hours(minutes) for minutes in asked.total_minutes.values()),
    }


def changed_since(session: Session, at: datetime) -> bool:
    """Whether a requirement was entered or ended from an instant on."""
    return session.scalar(select(RequirementRow.id).where(RequirementRow.entered_at >= at).limit(1)) is not None


def known(session: Session) -> dict[str, list[Requirement]]:
    """Every requirement with its versions, the latest first."""
    found: dict[str, list[Requirement]] = {}
    for version in store.versions(session):
        found.setdefault(version.code, []).insert(0, version)
    return found
