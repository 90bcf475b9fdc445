"""Standings as they are kept: read where they are stale, written where they are judged otherwise."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from examprep.ce.cuts import Cut
from examprep.ce.judging import judged
from examprep.ce.models import StandingRow
from examprep.ce.owing import day, owing
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.db import Prepared
from examprep.plumbing.sql_words import Among


def in_range(column: Any) -> ColumnElement[bool]:
    """The persons from ``first`` to ``last``, both ends in."""
    found: ColumnElement[bool] = column.between(bindparam("first", type_=Integer()), bindparam("last", type_=Integer()))
    return found


def among_ids(column: Any) -> ColumnElement[bool]:
    """The persons in ``ids``."""
    found: ColumnElement[bool] = column.in_(bindparam("ids", expanding=True, type_=Integer()))
    return found


def everybody(column: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column > 0
    return found


def one(column: Any) -> ColumnElement[bool]:
    """The one person ``person``."""
    found: ColumnElement[bool] = column == bindparam("person", type_=Integer())
    return found


_TABLE: Any = StandingRow.__table__
_KEY = ("person_id", "code", "period_start")
_FACTS = tuple(column.name for column in _TABLE.columns if column.name not in _KEY)


def _changed(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """What is judged otherwise than it is kept."""
    new = judged(cut, among).cte("judged")
    old, joined = _beside_kept(cut, new, among)
    differs = or_(old.person_id.is_(None), *(getattr(old, name) != new.c[name] for name in _FACTS))
    return select(*(new.c[column.name] for column in _TABLE.columns)).select_from(joined).where(differs)


def _owed_otherwise(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Who owes something otherwise than it is kept. What lines come to is left aside: each line sees to that itself."""
    who = owing(cut, among)
    old, joined = _beside_kept(cut, who, among)
    same = ("level", "period_end", "owed_days", "closes_on")
    differs = or_(
        old.person_id.is_(None),
        old.requirement_id != literal(cut.requirement.id, Integer),
        *(getattr(old, name) != who.c[name] for name in same),
    )
    return select(who.c.person_id).select_from(joined).where(differs)


def _beside_kept(cut: Cut, new: Any, among: Among) -> tuple[Any, Any]:
    """What is kept of the same persons and periods, joined; bounded by itself too, so that it is read as one range."""
    old = aliased(StandingRow)
    same = and_(
        old.person_id == new.c.person_id,
        old.code == cut.requirement.code,
        old.period_start == (day("period_start") if cut.period else new.c.period_start),
        among(old.person_id),
    )
    return old, new.outerjoin(old, same)


_STATEMENTS: dict[tuple[object, ...], Any] = {}  # built once: building takes longer than the database does
MOST_STATEMENTS = 256


def stale(session: Session, cut: Cut, first: int, last: int, *, lines_too: bool = False) -> list[int]:
    """The persons of a range of whom something else is kept than what they owe, or who owe nothing any more.

    ``lines_too`` holds what is kept against all lines: that it always agrees is what `examprep verify` asks.
    """
    values = {**cut.values, "first": first, "last": last}
    if lines_too:
        query = _kept_query(cut, "changed", lambda: _person_of(_changed(cut, in_range)))
    else:
        query = _kept_query(cut, "stale", lambda: _owed_otherwise(cut, in_range))
    found = set(session.scalars(query, values))
    if not cut.frozen:
        gone = _kept_query(cut, "gone", lambda: select(StandingRow.person_id).where(*_gone(cut, in_range)))
        found.update(session.scalars(gone, values))
    return sorted(found)


def _person_of(changed: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return changed.with_only_columns(changed.selected_columns.person_id)


def _kept_query(cut: Cut, kind: str, build: Callable[[], Any]) -> Any:
    """A statement for ranges or lists of persons, built once for its shape."""
    key = (kind, *cut.shape())
    if key not in _STATEMENTS:
        if len(_STATEMENTS) >= MOST_STATEMENTS:
            _STATEMENTS.clear()
        _STATEMENTS[key] = build()
    return _STATEMENTS[key]


def keep(session: Session, cut: Cut, person_ids: Sequence[int], *, prune: bool = True) -> None:
    """Write what is judged of some persons (in order) otherwise than it is kept; take away what is owed no more.

    A line more or less changes nothing of who owes what: then there is nothing to ``prune``.
    """
    dialect = session.get_bind().dialect.name
    values = cut.values
    if len(person_ids) == 1:
        writing = _kept_query(cut, "keep-one", lambda: Prepared(lambda name: _build_keep(cut, one, name)))
        writing.run(session.connection(), {**values, "person": person_ids[0]})
    elif person_ids[-1] - person_ids[0] + 1 == len(person_ids):
        writing = _kept_query(cut, f"keep-range-{dialect}", lambda: _build_keep(cut, in_range, dialect))
        session.execute(writing, {**values, "first": person_ids[0], "last": person_ids[-1]})
    else:
        writing = _kept_query(cut, f"keep-{dialect}", lambda: _build_keep(cut, among_ids, dialect))
        session.execute(writing, {**values, "ids": list(person_ids)})
    if prune and not cut.frozen:
        gone = _kept_query(cut, "prune", lambda: delete(StandingRow).where(*_gone(cut, among_ids)))
        session.execute(gone, {**values, "ids": list(person_ids)})


def _build_keep(cut: Cut, among: Among, dialect: str) -> Any:
    changed = _changed(cut, among)
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_TABLE)
    insert = insert.from_select([column.name for column in _TABLE.columns], changed)
    return insert.on_conflict_do_update(
        index_elements=list(_KEY), set_={name: insert.excluded[name] for name in _FACTS}
    )


def _gone(cut: Cut, among: Among) -> list[ColumnElement[bool]]:
    """Kept standings of open periods whose person owes nothing any more."""
    who = owing(cut, among)
    row = StandingRow
    conditions = [row.code == cut.requirement.code, among(row.person_id)]
    if cut.period:
        conditions.append(row.period_start == day("period_start"))
        conditions.append(row.person_id.not_in(select(who.c.person_id)))
    else:
        conditions.append(row.requirement_id == cut.requirement.id)
        conditions.append(row.period_end > day("unsettled"))
        still = select(literal(1)).where(who.c.person_id == row.person_id, who.c.period_start == row.period_start)
        conditions.append(not_(still.exists()))
    return conditions


def changes(session: Session, cut: Cut, limit: int) -> tuple[dict[tuple[str, str], int], list[tuple[Any, ...]]]:
    """What would become of everybody if the cut's requirement governed the running periods.

    Persons by (state kept, state judged), ``none`` where nothing is owed; and the first of those whose state changes:
    person's id, name, unit, the two states, and what would be missing.
    """
    new, old = judged(cut, everybody).subquery(), aliased(StandingRow)
    same = old.period_end == new.c.period_end if cut.period else old.period_start == new.c.period_start
    running = (
        [old.period_end == cut.period.end]
        if cut.period
        else [old.period_start <= cut.today, old.period_end > cut.today]
    )
    was = case(
        (old.person_id.is_(None), "none"),
        (old.owed_days == 0, "ce-exempt"),
        (old.missing_minutes > 0, "ce-short"),
        else_="ce-met",
    )
    becomes = case(
        (new.c.person_id.is_(None), "none"),
        (new.c.owed_days == 0, "ce-exempt"),
        (new.c.missing_minutes > 0, "ce-short"),
        else_="ce-met",
    )
    there = new.outerjoin(old, and_(old.person_id == new.c.person_id, old.code == cut.requirement.code, same))
    counts = {
        (before, after): int(count)
        for before, after, count in session.execute(
            select(was, becomes, func.count()).select_from(there).group_by(was, becomes), cut.values
        )
    }
    kept = select(func.count()).select_from(old).where(old.code == cut.requirement.code, *running)
    gone = int(session.scalar(kept) or 0) - sum(n for (before, _), n in counts.items() if before != "none")
    if gone > 0:
        counts["ce-short", "none"] = gone
    rows = session.execute(
        select(PersonRow.id, PersonRow.name, OrganisationRow.name, was, becomes, new.c.missing_minutes)
        .select_from(there)
        .join(PersonRow, PersonRow.id == new.c.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(was != becomes)
        .order_by(new.c.missing_minutes.desc(), PersonRow.name)
        .limit(limit),
        cut.values,
    )
    return counts, [tuple(row) for row in rows]


def alone(session: Session) -> None:
    """Let this transaction's statements run in one process: to start further ones takes longer than they save."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))


def lock(session: Session, person_ids: Sequence[int], *, passing_over: bool = False) -> list[int]:
    """Take the persons' rows, in order, so that two that count one person's lines do so one after the other.

    ``passing_over`` leaves aside whom another transaction has: that one counts them itself. SQLite has one writer.
    """
    if session.get_bind().dialect.name != "postgresql":
        return list(person_ids)
    query = select(PersonRow.id).where(PersonRow.id.in_(person_ids)).order_by(PersonRow.id)
    return list(session.scalars(query.with_for_update(key_share=True, skip_locked=passing_over)))
