"""The rules' arithmetic as SQL, for many at once: who owes what, what counts, what is missing.

`rules/` says the same for one person, with reasons; a test holds the two against each other. Everything is one
statement for one version of a requirement, so that a province is swept as sets and one person by an index.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
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
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from examprep.ce.models import ExemptionRow, LineRow, StandingRow
from examprep.ce.rules.duty import judged_on, span_end
from examprep.ce.rules.requirement import CALENDAR, CATEGORIES, Requirement, Share
from examprep.kernel.period import Period
from examprep.people.bounds import in_subtree
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.db import Prepared
from examprep.register import actions as register
from examprep.register.rules.registration import months_after
from examprep.register.rules.windows import region_prefix
from examprep.syllabus.rules.levels import LEVELS

SETTLING_DAYS = 7  # a period is counted for another week after it closed, so that its last day is in it
Among = Callable[[Any], ColumnElement[bool]]


class Greatest(FunctionElement[Any]):
    """The greatest of its arguments; SQLite calls it ``max``."""

    inherit_cache = True
    name = "greatest"


class Least(FunctionElement[Any]):
    """The least of its arguments; SQLite calls it ``min``."""

    inherit_cache = True
    name = "least"


class Days(FunctionElement[int]):
    """Days from the second day to the first."""

    inherit_cache = True
    name = "days"
    type = Integer()


class MonthsLater(FunctionElement[date]):
    """The same day of a later month, or that month's last: `months_after` as a column."""

    inherit_cache = True
    name = "months_later"
    type = Date()


@compiles(Greatest)
@compiles(Least)
def _by_name(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:
    return f"{element.name}({compiler.process(element.clauses, **options)})"


@compiles(Greatest, "sqlite")
@compiles(Least, "sqlite")
def _on_sqlite(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:
    name = {"greatest": "max", "least": "min"}[element.name]
    return f"{name}({compiler.process(element.clauses, **options)})"


@compiles(Days)
def _days(element: Days, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


@compiles(Days, "sqlite")
def _days_on_sqlite(element: Days, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(MonthsLater)
def _months_later(element: MonthsLater, compiler: Any, **options: Any) -> str:
    day, months = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST({day} + make_interval(months => {months}) AS DATE)"


@compiles(MonthsLater, "sqlite")
def _months_later_on_sqlite(element: MonthsLater, compiler: Any, **options: Any) -> str:
    # SQLite runs over the end of a shorter month; its last day is then the earlier of the two.
    day, months = (compiler.process(clause, **options) for clause in element.clauses)
    over = f"date({day}, '+' || {months} || ' months')"
    last = f"date({day}, 'start of month', '+' || ({months} + 1) || ' months', '-1 day')"
    return f"min({over}, {last})"


@dataclass(frozen=True)
class Cut:
    """One version of a requirement over one set of periods: a calendar period, or all registrations it governs.

    ``versions`` are all that there are: another that applies may replace this one. ``frozen`` takes requirement and
    level of closed periods as they are kept.
    """

    requirement: Requirement
    versions: Sequence[Requirement]
    period: Period | None
    today: date
    frozen: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What the statements are bound to, the persons aside."""
        found: dict[str, Any] = {"today": self.today, "unsettled": unsettled_from(self)}
        if self.period is not None:
            found |= {
                "period_start": self.period.start,
                "period_end": self.period.end,
                "base_start": date(self.period.end.year - 1, 1, 1),
                "base_closes": months_after(self.period.end, self.requirement.grace_months),
                "as_of": judged_on(self.period, self.today),
            }
        return found

    def shape(self) -> tuple[object, ...]:
        """All that decides how the statements read: cuts of one shape share them."""
        near = [v for v in self.versions if self.requirement.code in (v.code, v.replaces)]
        return (repr(self.requirement), repr(near), self.period is None, self.frozen)


def _day(name: str) -> Any:
    return bindparam(name, type_=Date())


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


def judged(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """What `StandingRow` holds, of everybody among those who owes something in the cut's periods."""
    who = _owing(cut, among)
    sums = _sums(cut, who, among)
    asked = cut.requirement
    by_category = {category: func.coalesce(sums.c[category], 0) for category in CATEGORIES}

    def scaled(amount: Any) -> Any:
        return _whole(amount * who.c.owed_days, Days(who.c.period_end, who.c.period_start))

    required = scaled(case(*((who.c.level == level, minutes) for level, minutes in asked.total_minutes.items())))
    own = _counted(asked, by_category, scaled)
    same = sums.c.person_id == who.c.person_id
    source = who.outerjoin(sums, same if cut.period else and_(same, sums.c.period_start == who.c.period_start))
    carried: Any = literal(0)
    if asked.carry_over_minutes:
        before = aliased(StandingRow)
        source = source.outerjoin(
            before,
            and_(
                before.person_id == who.c.person_id,
                before.code == asked.code,
                before.period_end == who.c.period_start,
            ),
        )
        carried = Least(func.coalesce(before.surplus_minutes, 0), asked.carry_over_minutes)
    lacking = _lacking(asked, by_category, required, scaled)
    return select(
        who.c.person_id,
        literal(asked.code).label("code"),
        who.c.period_start,
        who.c.period_end,
        who.c.closes_on,
        literal(asked.id, Integer).label("requirement_id"),
        who.c.level,
        who.c.owed_days,
        required.label("required_minutes"),
        func.coalesce(sums.c.recorded, 0).label("recorded_minutes"),
        *(column.label(category) for category, column in by_category.items()),
        carried.label("carried_minutes"),
        (own + carried).label("counted_minutes"),
        Greatest(required - own - carried, lacking, 0).label("missing_minutes"),
        Greatest(own - required, 0).label("surplus_minutes"),
    ).select_from(source)


def _whole(amount: Any, of: Any) -> Any:
    """Whole division of what is not negative: both databases cut off what is left."""
    return amount.op("/", precedence=8)(of)


def _counted(asked: Requirement, sums: dict[str, Any], scaled: Callable[[Any], Any]) -> Any:
    capped = {category for cap in asked.caps for category in cap.categories}
    counted: Any = literal(0)
    for category, column in sums.items():
        if category not in capped:
            counted = counted + column
    for cap in asked.caps:
        counted = counted + Least(_together(sums, cap.categories), scaled(literal(cap.minutes)))
    return counted


def _lacking(asked: Requirement, sums: dict[str, Any], required: Any, scaled: Callable[[Any], Any]) -> Any:
    """What the minimums lack together; see `rules/minimums.py`."""
    lacking: Any = literal(0)
    for minimum in asked.minimums:
        earned = _together(sums, minimum.categories)
        if minimum.part is None:
            lacking = lacking + Greatest(scaled(literal(minimum.minutes)) - earned, 0)
        else:
            lacking = lacking + _lacking_part(minimum, earned, _together(sums, CATEGORIES), required)
    return lacking


def _lacking_part(minimum: Share, earned: Any, every: Any, required: Any) -> Any:
    assert minimum.part is not None
    part, of = minimum.part
    short = Greatest(part * every - of * earned, 0)  # whole division rounds up from here on
    return Greatest(_whole(short + (of - part - 1), of - part), _whole(part * required + (of - 1), of) - earned, 0)


def _together(sums: dict[str, Any], categories: Sequence[str]) -> Any:
    total: Any = sums[categories[0]]
    for category in categories[1:]:
        total = total + sums[category]
    return total


def _owing(cut: Cut, among: Among) -> Any:
    """``person_id, level, period_start, period_end, owed_days, closes_on`` of whoever owes something."""
    who = (
        _kept(cut, among) if cut.frozen else _holding(cut, among) if cut.period else _registered(cut, among)
    ).subquery()
    asked = cut.requirement
    begins: Any = who.c.period_start
    conditions: list[ColumnElement[bool]] = []
    if asked.period_kind == CALENDAR and asked.first_year == "pro-rata":
        begins = Greatest(begins, Least(func.coalesce(who.c.first_issued_on, begins), who.c.period_end))
    if asked.period_kind == CALENDAR and asked.first_year == "next-year":
        conditions.append(or_(who.c.first_issued_on.is_(None), who.c.first_issued_on < who.c.period_start))
    row = ExemptionRow
    spared = (
        select(
            func.coalesce(
                func.sum(Greatest(Days(Least(row.until, who.c.period_end), Greatest(row.since, begins)), 0)), 0
            )
        )
        .where(_decided(asked, who.c.person_id), row.kind == "exempt")
        .scalar_subquery()
    )
    granted = _granted(asked, who.c.person_id, who.c.period_end).scalar_subquery()
    closes: Any = who.c.period_end
    if asked.grace_months:
        closes = MonthsLater(who.c.period_end, literal(asked.grace_months))
    found = select(
        who.c.person_id,
        who.c.level,
        who.c.period_start,
        who.c.period_end,
        Greatest(Days(who.c.period_end, begins) - spared, 0).label("owed_days"),
        type_coerce(Greatest(closes, func.coalesce(granted, closes)), Date).label("closes_on"),
    ).where(*conditions)
    return found.cte("owing")


def _holding(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Holders of certificates in a calendar period, where the requirement is made."""
    assert cut.period is not None
    held = register.holder_spans(_day("as_of"), among).subquery()
    query = select(
        held.c.person_id,
        held.c.level,
        held.c.first_issued_on,
        _day("period_start").label("period_start"),
        _day("period_end").label("period_end"),
    ).where(_is_any(held.c.level, list(cut.requirement.total_minutes)))
    return _where_made(query, held, cut, _day("base_start"))


def _registered(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Registrations that the version governs and that are not settled; of two from one day on, the higher level."""
    terms = register.registration_terms(among).subquery()
    asked = cut.requirement
    level = case(*((func.max(terms.c.rank) == place, level) for place, level in enumerate(LEVELS, 1)))
    query = (
        select(
            terms.c.person_id,
            level.label("level"),
            literal(None, Date).label("first_issued_on"),
            terms.c.registered_on.label("period_start"),
            func.max(terms.c.registered_until).label("period_end"),
        )
        .where(
            terms.c.registered_on >= asked.since,
            terms.c.registered_on <= _day("today"),
            terms.c.registered_until > _day("unsettled"),
            _is_any(terms.c.rank, [LEVELS.index(level) + 1 for level in asked.total_minutes]),
        )
        .group_by(terms.c.person_id, terms.c.registered_on)
    )
    if until := span_end(cut.versions, asked):
        query = query.where(terms.c.registered_on < until)
    return _where_made(query, terms, cut, terms.c.registered_on)


def _is_any(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """That a column is one of a few values; unlike ``IN``, it can be put into the driver's words beforehand."""
    return or_(*(column == value for value in values))


def unsettled_from(cut: Cut) -> date:
    """Periods that end after this day may still change by more than their lines; a few days early do no harm."""
    return cut.today - timedelta(days=SETTLING_DAYS + 31 * cut.requirement.grace_months)


def _kept(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Closed periods as they are kept: whatever happened later, they are judged as they were."""
    row = StandingRow
    query = select(row.person_id, row.level).where(
        row.code == cut.requirement.code, row.requirement_id == cut.requirement.id, among(row.person_id)
    )
    if cut.requirement.first_year == "full":
        query = query.add_columns(literal(None, Date).label("first_issued_on"))
    else:
        spans = register.holder_spans(_day("today"), among).subquery()
        query = query.add_columns(spans.c.first_issued_on).outerjoin(spans, spans.c.person_id == row.person_id)
    query = query.add_columns(row.period_start, row.period_end)
    if cut.period:
        return query.where(row.period_start == _day("period_start"))
    return query.where(row.period_end <= _day("unsettled"))


def _where_made(query: Any, persons: Any, cut: Cut, begins: Any) -> Any:
    """Bound to where the requirement is made and no other replaces it; without such bounds no table is joined.

    ``begins`` is the first day of the period, bound or a column.
    """
    asked = cut.requirement
    conditions = _place(asked)
    for other in cut.versions:
        if other.replaces == asked.code and other.period_kind == asked.period_kind:
            until = span_end(cut.versions, other)
            days = [begins >= other.since, *([begins < until] if until else [])]
            conditions.append(not_(and_(*days, *_place(other))))
    if not conditions:
        return query
    return (
        query.join(PersonRow, PersonRow.id == persons.c.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(*conditions)
    )


def _place(asked: Requirement) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.region_code:
        conditions.append(OrganisationRow.region_code.startswith(region_prefix(asked.region_code), autoescape=True))
    if asked.organisation_id is not None:
        conditions.append(in_subtree(OrganisationRow.id, asked.organisation_id))
    return conditions


def _sums(cut: Cut, who: Any, among: Among) -> Any:
    """What the lines of each period come to by category, converted, kinds held to their caps; and as recorded."""
    line, asked = LineRow, cut.requirement
    amount = _converted(asked)
    capped = {kind: c.cap for kind, c in asked.conversions.items() if c.cap is not None}
    columns = []
    for category in CATEGORIES:
        if category not in asked.counts:
            columns.append(literal(0).label(category))
            continue
        free = line.category == category
        total: Any = func.coalesce(
            func.sum(case((and_(free, not_(_is_any(line.kind, list(capped)))) if capped else free, amount), else_=0)), 0
        )
        for kind, cap in sorted(capped.items()):
            of_kind = func.coalesce(func.sum(case((and_(free, line.kind == kind), amount), else_=0)), 0)
            total = total + Least(of_kind, cap)
        columns.append(total.label(category))
    recorded = func.sum(line.minutes).label("recorded")
    if cut.period:
        # One pass over the index in its order; only what was made up must be asked whether it came in time.
        later = _granted(asked, line.person_id, _day("period_end")).where(ExemptionRow.postponed_to > line.earned_on)
        in_time = or_(
            line.earned_on == line.counts_on,
            line.earned_on < _day("base_closes"),
            later.with_only_columns(literal(1)).exists(),
        )
        query = (
            select(line.person_id, *columns, recorded)
            .where(
                among(line.person_id),
                line.counts_on >= _day("period_start"),
                line.counts_on < _day("period_end"),
                in_time,
            )
            .group_by(line.person_id)
        )
        return query.cte("sums")
    query = (
        select(who.c.person_id, who.c.period_start, *columns, recorded)
        .join(
            line,
            and_(
                line.person_id == who.c.person_id,
                line.counts_on >= who.c.period_start,
                line.counts_on < who.c.period_end,
                line.earned_on < who.c.closes_on,
            ),
        )
        .where(among(line.person_id))
        .group_by(who.c.person_id, who.c.period_start)
    )
    return query.cte("sums")


def _granted(asked: Requirement, person_id: Any, period_end: Any) -> Select[*tuple[Any, ...]]:
    """The latest day to which a period that ends on a day was postponed for a person."""
    row = ExemptionRow
    return select(func.max(row.postponed_to)).where(
        _decided(asked, person_id), row.kind == "postponed", row.since < period_end, row.until >= period_end
    )


def _decided(asked: Requirement, person_id: Any) -> ColumnElement[bool]:
    row = ExemptionRow
    return and_(row.person_id == person_id, row.withdrawn_at.is_(None), row.code.is_(None) | (row.code == asked.code))


def _converted(asked: Requirement) -> Any:
    line = LineRow
    if not asked.conversions:
        return line.minutes
    sign = case((line.minutes < 0, -1), else_=1)
    return case(
        *(
            (
                line.kind == kind,
                sign * line.units * conversion.minutes
                if conversion.minutes is not None
                else sign * _whole(func.abs(line.minutes) * (conversion.percent or 0), 100),
            )
            for kind, conversion in sorted(asked.conversions.items())
        ),
        else_=line.minutes,
    )


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
    who = _owing(cut, among)
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
        old.period_start == (_day("period_start") if cut.period else new.c.period_start),
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
    who = _owing(cut, among)
    row = StandingRow
    conditions = [row.code == cut.requirement.code, among(row.person_id)]
    if cut.period:
        conditions.append(row.period_start == _day("period_start"))
        conditions.append(row.person_id.not_in(select(who.c.person_id)))
    else:
        conditions.append(row.requirement_id == cut.requirement.id)
        conditions.append(row.period_end > _day("unsettled"))
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
