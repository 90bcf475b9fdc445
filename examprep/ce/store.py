"""Queries over the ledger, and the requirement's arithmetic as columns for lists of many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, extract, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from examprep.ce.models import BalanceRow, LineRow, RequirementRow
from examprep.ce.rules.credit import CATEGORIES, Requirement, Share
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.actions import holder_levels, persons_of


class Greatest(FunctionElement[int]):
    """The greatest of its arguments; SQLite calls it ``max``."""

    inherit_cache = True
    name = "greatest"
    type = Integer()


class Least(FunctionElement[int]):
    """The least of its arguments; SQLite calls it ``min``."""

    inherit_cache = True
    name = "least"
    type = Integer()


@compiles(Greatest)
@compiles(Least)
def _by_name(element: FunctionElement[int], compiler: Any, **options: Any) -> str:
    return f"{element.name}({compiler.process(element.clauses, **options)})"


@compiles(Greatest, "sqlite")
@compiles(Least, "sqlite")
def _on_sqlite(element: FunctionElement[int], compiler: Any, **options: Any) -> str:
    name = {"greatest": "max", "least": "min"}[element.name]
    return f"{name}({compiler.process(element.clauses, **options)})"


Among = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True)
class Line:
    """One line of the ledger with who posted it and which line reverses it."""

    id: int
    minutes: int
    category: str
    activity: str
    earned_on: date
    source_kind: str
    source_id: int
    reverses_id: int | None
    reason: str | None
    posted_by: str | None
    posted_at: Any
    reversed_by: int | None


def requirement_in_force(session: Session, day: date) -> RequirementRow | None:
    """The calendar-year requirement of the whole country that governs on a day; of several, the latest."""
    row = RequirementRow
    return session.scalar(
        select(row)
        .where(
            row.period_kind == "calendar_year",
            row.region_code.is_(None),
            row.since <= day,
            row.until.is_(None) | (row.until > day),
        )
        .order_by(row.since.desc(), row.id.desc())
        .limit(1)
    )


def requirement_of(row: RequirementRow) -> Requirement:
    return Requirement(
        row.code,
        row.minutes,
        minimums=_shares(row.minimums),
        caps=_shares(row.caps),
        minutes_per_hour=row.minutes_per_hour,
        since=row.since,
        until=row.until,
        source=row.source,
    )


def _shares(data: list[dict[str, Any]]) -> tuple[Share, ...]:
    return tuple(Share(tuple(share["categories"]), share["minutes"]) for share in data)


_POSTER, _REVERSAL = aliased(PersonRow), aliased(LineRow)  # making them anew cost more than the query


def lines(session: Session, person_id: int, year: int) -> list[Line]:
    """A person's lines of one year, oldest first."""
    rows = session.execute(
        select(
            LineRow.id,
            LineRow.minutes,
            LineRow.category,
            LineRow.activity,
            LineRow.earned_on,
            LineRow.source_kind,
            LineRow.source_id,
            LineRow.reverses_id,
            LineRow.reason,
            _POSTER.name.label("posted_by"),
            LineRow.posted_at,
            _REVERSAL.id.label("reversed_by"),
        )
        .outerjoin(_POSTER, _POSTER.id == LineRow.posted_by)
        .outerjoin(_REVERSAL, _REVERSAL.reverses_id == LineRow.id)
        .where(
            LineRow.person_id == person_id,
            LineRow.earned_on >= date(year, 1, 1),
            LineRow.earned_on < date(year + 1, 1, 1),
        )
        .order_by(LineRow.earned_on, LineRow.id)
    )
    return [Line(**row) for row in rows.mappings()]


def years(session: Session, person_id: int) -> dict[int, dict[str, int]]:
    """Minutes by year and category, the latest year first."""
    found: dict[int, dict[str, int]] = {}
    for year, category, minutes in session.execute(
        select(BalanceRow.year, BalanceRow.category, BalanceRow.minutes)
        .where(BalanceRow.person_id == person_id)
        .order_by(BalanceRow.year.desc())
    ):
        found.setdefault(year, dict.fromkeys(CATEGORIES, 0))[category] = minutes
    return found


@dataclass(frozen=True)
class Columns:
    """The requirement's arithmetic over a person's sums of one year, as columns. `rules/` says the same, and a test
    holds the two against each other."""

    sums: dict[str, Any]
    counted: ColumnElement[int]
    missing: ColumnElement[int]


def judged(requirement: Requirement, sums: dict[str, Any], level: Any) -> Columns:
    capped = {category for cap in requirement.caps for category in cap.categories}
    counted: Any = literal(0)
    for category, column in sums.items():
        if category not in capped:
            counted = counted + column
    for cap in requirement.caps:
        counted = counted + Least(_sum(sums, cap.categories), cap.minutes)
    required = case(*((level == code, minutes) for code, minutes in requirement.total_minutes.items()), else_=0)
    lacking: Any = literal(0)
    for minimum in requirement.minimums:
        lacking = lacking + Greatest(minimum.minutes - _sum(sums, minimum.categories), 0)
    return Columns(sums, counted, Greatest(Greatest(required - counted, 0), lacking))


def _sum(sums: dict[str, Any], categories: Sequence[str]) -> Any:
    total: Any = sums[categories[0]]
    for category in categories[1:]:
        total = total + sums[category]
    return total


def balances(year: int, among: Among) -> Any:
    """``person_id`` and minutes by category of one year, one row per person who has any."""
    query = (
        select(
            BalanceRow.person_id,
            *(
                func.sum(case((BalanceRow.category == category, BalanceRow.minutes), else_=0)).label(category)
                for category in CATEGORIES
            ),
        )
        .where(BalanceRow.year == year)
        .group_by(BalanceRow.person_id)
    )
    return query.where(among(BalanceRow.person_id)).subquery()


def holders_judged(
    requirement: Requirement, year: int, as_of: date, among: Among
) -> tuple[Select[*tuple[Any, ...]], Any, Columns]:
    """Every holder on ``as_of`` with their sums of ``year``, judged; joined to `PersonRow`.

    ``among`` bounds the persons inside both groupings: a village's list does not group a province.
    """
    held = holder_levels(as_of, among).subquery()
    sums = balances(year, among)
    by_category = {category: func.coalesce(sums.c[category], 0) for category in CATEGORIES}
    columns = judged(requirement, by_category, held.c.level)
    query = (
        select()
        .select_from(PersonRow)
        .join(held, held.c.person_id == PersonRow.id)
        .outerjoin(sums, sums.c.person_id == PersonRow.id)
    )
    return query, held, columns


def standings(
    session: Session, actor: Actor, permission: str, ask: Ask, requirement: Requirement, year: int, as_of: date
) -> Page:
    """Holders within bounds with their hours of a year and whether these suffice."""
    query, held, columns = holders_judged(requirement, year, as_of, persons_of(actor, permission))
    state = case((columns.missing > 0, "ce-short"), else_="ce-met")
    query = query.add_columns(
        PersonRow.id,
        PersonRow.name,
        OrganisationRow.name.label("unit"),
        held.c.level,
        *(column.label(category) for category, column in columns.sums.items()),
        columns.counted.label("counted"),
        columns.missing.label("missing"),
        state.label("state"),
    )
    query = query.join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id).where(
        within(PersonRow.organisation_id, actor, permission), *_asked(ask, held)
    )
    if wanted := ask.filters.get("state"):
        query = query.where(state == wanted)
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "unit": OrganisationRow.name,
            "level": held.c.level,
            **columns.sums,
            "counted": columns.counted,
            "missing": columns.missing,
        },
        searchable=[PersonRow.name, OrganisationRow.name],
        default=[columns.missing.desc(), PersonRow.name, PersonRow.id],
        totals=(*columns.sums, "counted", "missing"),
    )


def summary(
    session: Session, actor: Actor, permission: str, ask: Ask, requirement: Requirement, year: int, as_of: date
) -> tuple[int, int, int]:
    """Holders within bounds and the ask's unit and level: how many, their recorded minutes, how many met."""
    query, held, columns = holders_judged(requirement, year, as_of, persons_of(actor, permission))
    row = session.execute(
        query.add_columns(
            func.count(),
            func.coalesce(func.sum(_sum(columns.sums, CATEGORIES)), 0),
            func.coalesce(func.sum(case((columns.missing > 0, 0), else_=1)), 0),
        )
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission), *_asked(ask, held))
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def _asked(ask: Ask, held: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    unit = ask.filters.get("unit", "")
    if unit.isascii() and unit.isdecimal() and len(unit) < 10:
        conditions.append(in_subtree(OrganisationRow.id, int(unit)))
    if level := ask.filters.get("level"):
        conditions.append(held.c.level == level)
    return conditions


def short_between(
    session: Session, requirement: Requirement, year: int, as_of: date, persons: tuple[int, int]
) -> list[tuple[int, int]]:
    """Person and missing minutes of the holders who are short, of the persons in a range of ids, both ends in."""
    query, _, columns = holders_judged(requirement, year, as_of, lambda column: column.between(*persons))
    query = query.add_columns(PersonRow.id, columns.missing).where(columns.missing > 0)
    return [(person_id, missing) for person_id, missing in session.execute(query)]


def last_person_id(session: Session) -> int:
    return session.scalar(select(func.max(PersonRow.id))) or 0


def sums_of_lines() -> Any:
    """What balances must be: minutes by person, year and category of the lines."""
    year = extract("year", LineRow.earned_on)
    return (
        select(LineRow.person_id, year.label("year"), LineRow.category, func.sum(LineRow.minutes).label("minutes"))
        .group_by(LineRow.person_id, year, LineRow.category)
        .subquery()
    )
