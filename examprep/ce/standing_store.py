"""Standings as they are kept: read where they are stale, written where they are judged otherwise."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from examprep.ce.cuts import Cut
from examprep.ce.judging import judged
from examprep.ce.models import StandingRow
from examprep.ce.owing import day, owing
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing import bulk
from examprep.plumbing.prepared import Prepared
from examprep.plumbing.sql_words import Among


def in_range(column: Any) -> ColumnElement[bool]:
    """The persons from ``first`` to ``last``, both ends in."""
    found: ColumnElement[bool] = column.between(bindparam("first", type_=Integer()), bindparam("last", type_=Integer()))
    return found


def among_ids(dialect: str) -> Among:
    """The persons in ``ids``, as `bulk.as_list` puts them for the dialect."""
    return lambda column: bulk.listed(dialect, column, bindparam("ids"))


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


def _changed(cut: Cut, who: Any, among: Among) -> Select[*tuple[Any, ...]]:
    """What is judged otherwise than it is kept."""
    new, old = judged(cut, who, among).cte("judged"), aliased(StandingRow)
    # What is kept is bounded by itself too, so that it is read as one range.
    same = and_(old.person_id == new.c.person_id, *_of_period(cut, old, new), among(old.person_id))
    differs = or_(old.person_id.is_(None), *(getattr(old, name) != new.c[name] for name in _FACTS))
    found = select(*(new.c[column.name] for column in _TABLE.columns))
    return found.select_from(new.outerjoin(old, same)).where(differs)


_STATEMENTS: dict[tuple[object, ...], Any] = {}  # built once: building takes longer than the database does
MOST_STATEMENTS = 256


def stale(session: Session, cut: Cut, first: int, last: int, *, lines_too: bool = False) -> tuple[list[int], list[int]]:
    """The persons of a range of whom something else is kept than what they owe; and who owe something no more.

    ``lines_too`` holds what is kept against all lines: that it always agrees is what `examprep verify` asks.
    """
    dialect = session.get_bind().dialect.name
    values = {**cut.values, "first": first, "last": last}
    query = _kept_query(cut, f"stale-{lines_too}-{dialect}", lambda: _build_stale(cut, dialect, lines_too=lines_too))
    changed, still_owed, kept = session.execute(query, values).one()
    gone: list[int] = []
    if kept > still_owed and not cut.frozen:
        query = _kept_query(cut, "gone", lambda: _gone(cut, owing(cut, in_range), in_range))
        gone = sorted({person_id for person_id, _ in session.execute(query, values)})
    return sorted({int(person_id) for person_id in (changed or "").split(",") if person_id}), gone


def _build_stale(cut: Cut, dialect: str, *, lines_too: bool) -> Select[str | None, int, int]:
    """One row: whose periods are kept otherwise than owed, joined by commas; how many are kept that may go, and are
    owed still; how many are kept that may go. Where the two are equal nothing is owed no more: nobody is looked for.

    What lines come to is left aside, unless ``lines_too``: each line sees to that itself.
    """
    who = owing(cut, in_range, asked_once=not lines_too)
    new: Any = judged(cut, who, in_range).cte("judged") if lines_too else who
    facts = _FACTS if lines_too else ("level", "period_end", "owed_days", "closes_on")
    if dialect == "postgresql":
        # A full join it can do only by a table of hashes. Else it would look everybody up, expecting a few.
        names = dict.fromkeys(("person_id", "period_start", "requirement_id", "period_end", *facts))
        columns = [getattr(StandingRow, name) for name in names]
        old: Any = select(*columns).where(*_kept(cut, StandingRow, in_range)).subquery("kept").c
        same = and_(old.person_id == new.c.person_id, old.period_start == new.c.period_start)
        joined = new.outerjoin(old.person_id.table, same, full=True)
        kept: Any = func.count(old.person_id).filter(*_running(cut, old))
    else:
        row, old = StandingRow, aliased(StandingRow)
        joined = new.outerjoin(old, and_(old.person_id == new.c.person_id, *_of_period(cut, old, new)))
        counted = select(func.count()).select_from(row).where(*_kept(cut, row, in_range), *_running(cut, row))
        kept = counted.scalar_subquery()
    differs = or_(
        old.person_id.is_(None),
        old.requirement_id != literal(cut.requirement.id, Integer),
        *(getattr(old, name) != new.c[name] for name in facts),
    )
    owed = new.c.person_id.is_not(None)
    changed = func.aggregate_strings(cast(new.c.person_id, Text), ",").filter(owed, differs)
    still_owed = func.count(old.person_id).filter(owed, *_running(cut, old))
    return select(changed, still_owed, kept).select_from(joined)


def _kept_query(cut: Cut, kind: str, build: Callable[[], Any]) -> Any:
    """A statement, built once for its shape."""
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
    first, last = person_ids[0], person_ids[-1]
    kind = "one" if first == last else "range" if last - first + 1 == len(person_ids) else "ids"
    ids = bulk.as_list(session.get_bind().dialect.name, person_ids)
    values = {**cut.values, "person": first, "first": first, "last": last, "ids": ids}
    connection = session.connection()
    _keeping(cut, kind).run(connection, values)
    if prune and not cut.frozen:
        _pruning(cut).run(connection, values)


def ready(session: Session, cut: Cut, *, prune: bool) -> None:
    """Put the statements of `keep` into words before anything is locked: that takes as long as a part's writing."""
    statements = [_keeping(cut, "range"), _keeping(cut, "ids"), *([_pruning(cut)] if prune else [])]
    for statement in statements:
        statement.ready(session.connection().dialect)


def _keeping(cut: Cut, kind: str) -> Prepared:
    def build(dialect: str) -> Any:
        return _build_keep(cut, {"one": one, "range": in_range, "ids": among_ids(dialect)}[kind], dialect)

    return _kept_query(cut, f"keep-{kind}", lambda: Prepared(build))


def _pruning(cut: Cut) -> Prepared:
    return _kept_query(cut, "prune", lambda: Prepared(lambda dialect: _build_prune(cut, among_ids(dialect))))


def _build_keep(cut: Cut, among: Among, dialect: str) -> Any:
    changed = _changed(cut, owing(cut, among), among)
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_TABLE)
    insert = insert.from_select([column.name for column in _TABLE.columns], changed)
    return insert.on_conflict_do_update(
        index_elements=list(_KEY), set_={name: insert.excluded[name] for name in _FACTS}
    )


def _build_prune(cut: Cut, among: Among) -> Any:
    row, gone = StandingRow, _gone(cut, owing(cut, among), among).subquery()
    key = tuple_(row.person_id, row.period_start).in_(select(gone.c.person_id, gone.c.period_start))
    return delete(row).where(row.code == cut.requirement.code, among(row.person_id), key)


def _gone(cut: Cut, who: Any, among: Among) -> CompoundSelect[int, date]:
    """Person and first day of kept standings that are not settled yet, where nothing is owed any more.

    As one set without the other, which both databases always do by a table of hashes or a sort.
    """
    row = StandingRow
    kept = select(row.person_id, row.period_start).where(*_kept(cut, row, among), *_running(cut, row))
    return kept.except_(select(who.c.person_id, who.c.period_start))


def _of_period(cut: Cut, kept: Any, owed: Any) -> list[ColumnElement[bool]]:
    """That what is kept is of the cut's requirement and the period owed."""
    begins = day("period_start") if cut.period else owed.c.period_start
    return [kept.code == cut.requirement.code, kept.period_start == begins]


def _kept(cut: Cut, row: Any, among: Among) -> list[ColumnElement[bool]]:
    """That it is kept of the cut's requirement and period, also under another version of it."""
    of_period = [row.period_start == day("period_start")] if cut.period else []
    return [row.code == cut.requirement.code, among(row.person_id), *of_period]


def _running(cut: Cut, kept: Any) -> list[ColumnElement[bool]]:
    """That what is kept may still go: what another version governs, or is settled, stays as it is."""
    if cut.period:
        return []
    return [kept.requirement_id == cut.requirement.id, kept.period_end > day("unsettled")]


def changes(session: Session, cut: Cut, limit: int) -> tuple[dict[tuple[str, str], int], list[tuple[Any, ...]]]:
    """What would become of everybody if the cut's requirement governed the running periods.

    Persons by (state kept, state judged), ``none`` where nothing is owed; and the first of those whose state changes:
    person's id, name, unit, the two states, and what would be missing.
    """
    new, old = judged(cut, owing(cut, everybody), everybody).subquery(), aliased(StandingRow)
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


def in_bulk(session: Session) -> None:
    """Let this transaction handle many at once: in one process, since to start further ones takes longer than they
    save; with room for a range's joins, by tables of hashes, since it expects few rows behind several conditions and
    would sort them; and planned for what is there now: a table may have been empty at first.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_IN_BULK)


_IN_BULK = select(
    func.set_config("max_parallel_workers_per_gather", "0", True),
    func.set_config("work_mem", "64MB", True),
    func.set_config("enable_mergejoin", "off", True),
    func.set_config("plan_cache_mode", "force_custom_plan", True),
    func.set_config("random_page_cost", "1.1", True),  # or it reads all events for some hundred certificates
)


def lock(session: Session, person_ids: Sequence[int], *, passing_over: bool = False) -> list[int]:
    """Take the persons' rows, in order, so that two that count one person's lines do so one after the other.

    ``passing_over`` leaves aside whom another transaction has: that one counts them itself. SQLite has one writer.
    """
    if session.get_bind().dialect.name != "postgresql":
        return list(person_ids)
    query = select(PersonRow.id).where(bulk.among(session, PersonRow.id, person_ids)).order_by(PersonRow.id)
    return list(session.scalars(query.with_for_update(key_share=True, skip_locked=passing_over)))
