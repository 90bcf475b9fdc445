"""Saved cohorts: a filter or a list of persons under a name, shared within the organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from examprep.exams.cuts import seen_cohort
from examprep.exams.models import CohortPersonRow, CohortRow, OutcomeRow
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.bulk import chunks, find_by_fingerprint
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import read_resident_id
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.vault import Vault

UNDO = timedelta(days=30)  # for so long a deleted cohort is offered to be brought back


@dataclass(frozen=True)
class Listed:
    """What became of a list of ID numbers: how many are in the cohort, and the lines that are not."""

    persons: int
    wrong: Sequence[str]
    unknown: Sequence[str]


def page(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """The cohorts of the actor's organisations, and those deleted lately by the actor."""
    row = CohortRow
    persons = (
        select(func.count())
        .where(CohortPersonRow.cohort_id == row.id)
        .correlate(row)
        .scalar_subquery()
        .label("persons")
    )
    mine = (row.owner_id == actor.person_id) & (row.deleted_at > now - UNDO)
    query = (
        select(
            row.id, row.name, row.remark, row.filters, row.made_at, row.deleted_at, row.owner_id,
            PersonRow.name.label("owner"), OrganisationRow.name.label("organisation"), persons,
        )
        .join(PersonRow, PersonRow.id == row.owner_id)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .where(within(row.organisation_id, actor, Permission.EXAMS_RATE_SEE), row.deleted_at.is_(None) | mine)
    )  # fmt: skip
    found = fetch(
        session,
        query,
        ask,
        sortable={"name": row.name, "owner": PersonRow.name, "made_at": row.made_at},
        searchable=[row.name, row.remark],
        default=[row.deleted_at.is_not(None), row.name, row.id],
    )
    rows = [
        {
            **found_row,
            "kind": "cohort-list" if found_row["filters"] is None else "cohort-filter",
            "persons": found_row["persons"] if found_row["filters"] is None else None,
        }
        for found_row in found.rows
    ]
    return Page(rows, found.total, found.ask)


def save_filter(
    session: Session, actor: Actor, name: str, remark: str, filters: Mapping[str, str], *, now: datetime
) -> int:
    """Keep a filter under a name; returns the cohort's id.

    Raises:
        RuleViolation: ``exams.cohort-empty`` -- no filter is set; ``exams.cohort-nested`` -- it rests on another one.
    """
    if "cohort" in filters:
        raise RuleViolation("exams.cohort-nested", "A saved cohort cannot rest on another one. Set its filters anew.")
    if not filters:
        raise RuleViolation("exams.cohort-empty", "Set at least one filter first; without one it would be everybody.")
    return _made(session, actor, name, remark, dict(filters), now=now).id


def save_persons(
    session: Session,
    actor: Actor,
    name: str,
    remark: str,
    conditions: Sequence[ColumnElement[bool]],
    *,
    now: datetime,
) -> int:
    """Keep the persons of a figure as a list; later results change nothing in it. Returns the cohort's id."""
    row = _made(session, actor, name, remark, None, now=now)
    persons = select(literal(row.id), OutcomeRow.person_id).where(*conditions).distinct()
    session.execute(insert(CohortPersonRow).from_select(["cohort_id", "person_id"], persons))
    return row.id


def save_numbers(
    session: Session, vault: Vault, actor: Actor, name: str, remark: str, lines: Sequence[str], *, now: datetime
) -> tuple[int, Listed]:
    """Keep the persons of some ID numbers (one a line) as a list; says which lines are of nobody within bounds.

    Raises:
        RuleViolation: ``exams.cohort-nobody`` -- no line is of anybody.
    """
    reach, listed = _read(session, vault, actor, lines, now=now)
    row = _made(session, actor, name, remark, None, now=now)
    session.execute(insert(CohortPersonRow), [{"cohort_id": row.id, "person_id": each} for each in sorted(reach)])
    return row.id, listed


def _read(
    session: Session, vault: Vault, actor: Actor, lines: Sequence[str], *, now: datetime
) -> tuple[set[int], Listed]:
    """The persons within bounds whose ID numbers are given, and what became of the lines."""
    read, wrong = {}, []
    for line in lines:
        try:
            number = read_resident_id(line, today=office_day(now))
        except RuleViolation:
            wrong.append(line)
        else:
            read[vault.fingerprint(number.number)] = number.masked
    known = find_by_fingerprint(session, read)
    reach = set[int]()
    for chunk in chunks({found.person_id for found in known.values()}):
        mine = within(PersonRow.organisation_id, actor, Permission.EXAMS_RATE_SEE)
        reach |= set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(chunk), mine)))
    if not reach:
        raise RuleViolation("exams.cohort-nobody", "None of these numbers is of anybody in your organisations.")
    held = {fingerprint for fingerprint, found in known.items() if found.person_id in reach}
    return reach, Listed(len(reach), wrong, [masked for mark, masked in read.items() if mark not in held])


def _made(
    session: Session, actor: Actor, name: str, remark: str, filters: dict[str, str] | None, *, now: datetime
) -> CohortRow:
    row = CohortRow(
        organisation_id=actor.organisation_id,
        owner_id=actor.person_id,
        name=name.strip(),
        remark=remark.strip(),
        filters=filters,
        made_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "exams.cohort-made", "exam_cohort", row.id, now=now, after={"name": row.name})
    return row


def change(session: Session, actor: Actor, cohort_id: int, entry: Mapping[str, Any], *, now: datetime) -> None:
    """Rename one's own cohort, or give it other filters.

    Raises:
        NotFound: ``exams.cohort`` -- none of the actor's organisations.
        RuleViolation: ``exams.cohort-owner`` -- somebody else's.
    """
    row = _own(actor, seen_cohort(session, actor, cohort_id))
    before = {"name": row.name, "filters": row.filters}
    row.name, row.remark = entry["name"].strip(), entry["remark"].strip()
    if row.filters is not None and entry.get("filters"):
        row.filters = dict(entry["filters"])
    after = {"name": row.name, "filters": row.filters}
    if before != after:
        record(session, actor, "exams.cohort-changed", "exam_cohort", row.id, now=now, before=before, after=after)


def remove(session: Session, actor: Actor, cohort_id: int, *, now: datetime) -> None:
    """Delete one's own cohort; it can be brought back for a month. Raises as ``change``."""
    row = _own(actor, seen_cohort(session, actor, cohort_id))
    row.deleted_at = now
    record(session, actor, "exams.cohort-deleted", "exam_cohort", row.id, now=now, before={"name": row.name})


def bring_back(session: Session, actor: Actor, cohort_id: int, *, now: datetime) -> None:
    """Undo the deletion of one's own cohort.

    Raises:
        NotFound: ``exams.cohort`` -- the actor deleted no such cohort within the last month.
    """
    row = session.get(CohortRow, cohort_id)
    if row is None or row.owner_id != actor.person_id or row.deleted_at is None or row.deleted_at <= now - UNDO:
        raise NotFound("exams.cohort", "There is no such cohort in your organisations.")
    row.deleted_at = None
    record(session, actor, "exams.cohort-restored", "exam_cohort", row.id, now=now, after={"name": row.name})


def change_list(
    session: Session, vault: Vault, actor: Actor, cohort_id: int, lines: Sequence[str], *, add: bool, now: datetime
) -> Listed:
    """Add the persons of some ID numbers to one's own list, or take them off.

    Raises:
        NotFound, RuleViolation: as ``change``; ``exams.cohort-nobody``; ``exams.cohort-no-list`` -- it is a filter.
    """
    row = _own(actor, seen_cohort(session, actor, cohort_id))
    if row.filters is not None:
        raise RuleViolation("exams.cohort-no-list", "This cohort is a filter. Its persons follow from it.")
    reach, listed = _read(session, vault, actor, lines, now=now)
    held = CohortPersonRow
    for chunk in chunks(sorted(reach)):
        session.execute(delete(held).where(held.cohort_id == row.id, held.person_id.in_(chunk)))
        if add:
            session.execute(insert(held), [{"cohort_id": row.id, "person_id": each} for each in chunk])
    after = {"added" if add else "taken_off": len(reach)}
    record(session, actor, "exams.cohort-changed", "exam_cohort", row.id, now=now, after=after)
    return listed


def _own(actor: Actor, row: CohortRow) -> CohortRow:
    if row.owner_id != actor.person_id:
        raise RuleViolation("exams.cohort-owner", "Only its owner changes a saved cohort. Save a copy of your own.")
    return row
