"""What of the lines counts and what is missing, as SQL for many at once: `rules/standing.py` says it for one person.

A test holds the two against each other. Everything is one statement for one version of a requirement, so that a
province is judged as sets and one person by an index.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Integer, Select, and_, case, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from examprep.ce.cuts import Cut
from examprep.ce.models import ExemptionRow, LineRow, StandingRow
from examprep.ce.owing import day, granted
from examprep.ce.rules.requirement import CATEGORIES, Requirement, Share
from examprep.plumbing.sql_words import Among, Days, Equal, Greatest, Least, is_any, whole


def judged(cut: Cut, who: Any, among: Among) -> Select[*tuple[Any, ...]]:
    """What `StandingRow` holds of ``who``, whoever `owing` says among those owes something in the cut's periods."""
    sums = _sums(cut, who, among)
    asked = cut.requirement
    by_category = {category: func.coalesce(sums.c[category], 0) for category in CATEGORIES}

    def scaled(amount: Any) -> Any:
        return whole(amount * who.c.owed_days, Days(who.c.period_end, who.c.period_start))

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
    return Greatest(whole(short + (of - part - 1), of - part), whole(part * required + (of - 1), of) - earned, 0)


def _together(sums: dict[str, Any], categories: Sequence[str]) -> Any:
    total: Any = sums[categories[0]]
    for category in categories[1:]:
        total = total + sums[category]
    return total


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
            func.sum(case((and_(free, not_(is_any(line.kind, list(capped)))) if capped else free, amount), else_=0)), 0
        )
        for kind, cap in sorted(capped.items()):
            of_kind = func.coalesce(func.sum(case((and_(free, line.kind == kind), amount), else_=0)), 0)
            total = total + Least(of_kind, cap)
        columns.append(total.label(category))
    recorded = func.sum(line.minutes).label("recorded")
    if cut.period:
        # One pass over the index in its order; only what was made up must be asked whether it came in time.
        later = granted(asked, line.person_id, day("period_end")).where(ExemptionRow.postponed_to > line.earned_on)
        in_time = or_(
            line.earned_on == line.counts_on,
            line.earned_on < day("base_closes"),
            later.with_only_columns(literal(1)).exists(),
        )
        query = (
            select(line.person_id, *columns, recorded)
            .where(
                among(line.person_id),
                line.counts_on >= day("period_start"),
                line.counts_on < day("period_end"),
                in_time,
            )
            .group_by(line.person_id)
        )
        return query.cte("sums").prefix_with("MATERIALIZED")
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
        .where(among(Equal(line.person_id, who.c.person_id)))
        .group_by(who.c.person_id, who.c.period_start)
    )
    return query.cte("sums").prefix_with("MATERIALIZED")


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
                else sign * whole(func.abs(line.minutes) * (conversion.percent or 0), 100),
            )
            for kind, conversion in sorted(asked.conversions.items())
        ),
        else_=line.minutes,
    )
