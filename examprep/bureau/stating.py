"""Stating figures, and taking them back: every act a further row."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from examprep.bureau.models import StatementRow
from examprep.bureau.rules.statements import EXACT, KINDS, LARGEST, TARGET_HOURS, TARGETS, Stated
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, organisation_seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch

ROW = StatementRow
STATE = Permission.BUREAU_STATEMENT_MAKE


def state(
    session: Session,
    actor: Actor,
    *,
    unit: int,
    kind: str,
    holds_from: date,
    value: int | None,
    precision: str,
    source: str,
    now: datetime,
    today: date,
) -> int:
    """Write a figure down; ``None`` takes it back. Of a target, ``holds_from`` becomes the first day of its year.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
        RuleViolation: see `check`.
    """
    organisation_seen(session, actor, STATE, unit)
    check(kind, holds_from, value, today=today)
    if kind in TARGETS:
        holds_from = date(holds_from.year, 1, 1)
    row = ROW(
        organisation_id=unit,
        kind=kind,
        holds_from=holds_from,
        value=value,
        precision=precision,
        source=source.strip(),
        stated_at=now,
        stated_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    act = "bureau.figure-stated" if value is not None else "bureau.figure-taken-back"
    record(session, actor, act, "bureau_statement", row.id, now=now, after={"kind": kind, "value": value})
    return row.id


def check(kind: str, holds_from: date, value: int | None, *, today: date) -> None:
    """That a figure can be so.

    Raises:
        RuleViolation: ``bureau.kind``, ``bureau.figure``, ``bureau.share``, ``bureau.future``.
    """
    if kind not in KINDS:
        raise RuleViolation("bureau.kind", "There is no such figure.")
    if value is not None and not 0 <= value <= LARGEST:
        raise RuleViolation("bureau.figure", "The figure lies out of range.")
    if kind == TARGET_HOURS and value is not None and value > 100:
        raise RuleViolation("bureau.share", "A share is at most 100 per cent.")
    if kind not in TARGETS and holds_from > today:
        raise RuleViolation("bureau.future", "Only targets are of days to come.")


def take_back(session: Session, actor: Actor, statement_id: int, *, now: datetime) -> int:
    """Take a figure back by a further row; an earlier one holds again. Returns the unit.

    Raises:
        NotFound: ``bureau.statement``.
        RuleViolation: ``bureau.over`` -- another row about the same was written since.
    """
    row = session.scalar(select(ROW).where(ROW.id == statement_id, within(ROW.organisation_id, actor, STATE)))
    if row is None:
        raise NotFound("bureau.statement", "There is no such figure within your bounds.")
    if row.value is None or _last(session, row) != row.id:
        raise RuleViolation("bureau.over", "Another row stands in its place already.")
    again = ROW(
        organisation_id=row.organisation_id,
        kind=row.kind,
        holds_from=row.holds_from,
        value=None,
        precision=EXACT,
        source="",
        stated_at=now,
        stated_by=actor.person_id,
    )
    session.add(again)
    session.flush()
    record(
        session, actor, "bureau.figure-taken-back", "bureau_statement", again.id, now=now,
        before={"kind": row.kind, "value": row.value},
    )  # fmt: skip
    return row.organisation_id


def _last(session: Session, row: StatementRow) -> int | None:
    found: int | None = session.scalar(
        select(func.max(ROW.id)).where(
            ROW.organisation_id == row.organisation_id, ROW.kind == row.kind, ROW.holds_from == row.holds_from
        )
    )
    return found


def statements(session: Session, units: Sequence[int]) -> list[Stated]:
    """All that was stated of some units, for `rules.statements.in_force`. Whoever shows it has bounded the units."""
    rows = session.execute(
        select(ROW.id, ROW.organisation_id, ROW.kind, ROW.holds_from, ROW.value, ROW.precision, ROW.source).where(
            ROW.organisation_id.in_(units)
        )
    )
    return [Stated(*row) for row in rows]


def history(session: Session, actor: Actor, ask: Ask) -> Page:
    """Every row within the actor's bounds, the newest first; filters ``unit`` (and below) and ``kind``."""
    newest = select(func.max(ROW.id).label("id")).group_by(ROW.organisation_id, ROW.kind, ROW.holds_from).subquery()
    query = (
        select(
            ROW.id,
            OrganisationRow.name.label("unit"),
            ROW.kind,
            ROW.holds_from,
            ROW.value,
            ROW.precision,
            ROW.source,
            PersonRow.name.label("stated_by"),
            ROW.stated_at,
            newest.c.id.label("newest"),
        )
        .join(OrganisationRow, OrganisationRow.id == ROW.organisation_id)
        .join(PersonRow, PersonRow.id == ROW.stated_by)
        .outerjoin(newest, newest.c.id == ROW.id)
        .where(within(ROW.organisation_id, actor, Permission.BUREAU_HOME_SEE))
    )
    if (unit := ask.number("unit")) is not None:
        query = query.where(in_subtree(ROW.organisation_id, unit))
    if kind := ask.filters.get("kind"):
        query = query.where(ROW.kind == kind)
    return fetch(
        session,
        query,
        ask,
        sortable={"unit": OrganisationRow.name, "holds_from": ROW.holds_from, "stated_at": ROW.stated_at},
        searchable=[OrganisationRow.name, ROW.source],
        default=[ROW.id.desc()],
    )


def import_rows(session: Session, actor: Actor, rows: Sequence[dict[str, Any]], batch_id: int, *, now: datetime) -> int:
    """Write the rows of a file, checked before; each bears the batch."""
    about = {"batch_id": batch_id, "stated_at": now, "stated_by": actor.person_id}
    if rows:
        session.execute(insert(ROW), [{**row, **about} for row in rows])
    return len(rows)


def undo_rows(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
    """Take a file's rows back by further rows that restore what held before; what was stated since stays."""
    mine = session.scalars(select(ROW).where(ROW.batch_id == batch_id).order_by(ROW.id)).all()
    done = 0
    for row in {(row.organisation_id, row.kind, row.holds_from): row for row in mine}.values():
        if _last(session, row) != row.id:
            continue
        before = session.scalar(
            select(ROW)
            .where(
                ROW.organisation_id == row.organisation_id,
                ROW.kind == row.kind,
                ROW.holds_from == row.holds_from,
                ROW.batch_id.is_distinct_from(batch_id),
            )
            .order_by(ROW.id.desc())
            .limit(1)
        )
        session.add(
            ROW(
                organisation_id=row.organisation_id,
                kind=row.kind,
                holds_from=row.holds_from,
                value=before.value if before else None,
                precision=before.precision if before else EXACT,
                source=before.source if before else "",
                stated_at=now,
                stated_by=actor.person_id,
            )
        )
        done += 1
    session.flush()
    return done
