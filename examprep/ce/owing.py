"""Who owes what, as SQL for many at once: `rules/duty.py` says the same for one person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, literal, not_, or_, select, type_coerce

from examprep.ce.cuts import Cut
from examprep.ce.models import ExemptionRow, StandingRow
from examprep.ce.rules.duty import span_end
from examprep.ce.rules.requirement import CALENDAR, Requirement
from examprep.people.bounds import in_subtree
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.sql_words import Among, Days, Greatest, Least, MonthsLater, is_any
from examprep.register import actions as register
from examprep.register.rules.windows import region_prefix
from examprep.syllabus.rules.levels import LEVELS


def day(name: str) -> Any:
    """A day that the statement is bound to; see `Cut.values`."""
    return bindparam(name, type_=Date())


def owing(cut: Cut, among: Among, *, asked_once: bool = False) -> Any:
    """``person_id, level, period_start, period_end, owed_days, closes_on`` of whoever owes something.

    ``asked_once``: each of them is mentioned but once, so that they need not be kept on the way.
    """
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
    exempt = select(
        func.coalesce(func.sum(Greatest(Days(Least(row.until, who.c.period_end), Greatest(row.since, begins)), 0)), 0)
    ).where(_decided(asked, who.c.person_id), row.kind == "exempt")
    spared = _of_some(who.c.person_id, "exempt", among, exempt, 0)
    postponed = _of_some(
        who.c.person_id, "postponed", among, granted(asked, who.c.person_id, who.c.period_end), literal(None, Date)
    )
    closes: Any = who.c.period_end
    if asked.grace_months:
        closes = MonthsLater(who.c.period_end, literal(asked.grace_months))
    found = select(
        who.c.person_id,
        who.c.level,
        who.c.period_start,
        who.c.period_end,
        Greatest(Days(who.c.period_end, begins) - spared, 0).label("owed_days"),
        type_coerce(Greatest(closes, func.coalesce(postponed, closes)), Date).label("closes_on"),
    ).where(*conditions)
    if asked_once:
        return found.subquery("owing")
    return found.cte("owing").prefix_with("MATERIALIZED")  # else each mention of its columns looks for decisions anew


def _holding(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Holders of certificates in a calendar period, where the requirement is made."""
    assert cut.period is not None
    held = register.holder_spans(day("as_of"), _within(cut.requirement, among)).subquery()
    return select(
        held.c.person_id,
        held.c.level,
        held.c.first_issued_on,
        day("period_start").label("period_start"),
        day("period_end").label("period_end"),
    ).where(
        *_of_level(held.c.level, LEVELS, cut.requirement),
        *_not_replaced(cut, held.c.person_id, day("base_start"), among),
    )


def _registered(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Registrations that the version governs and that are not settled; of two from one day on, the higher level."""
    asked = cut.requirement
    terms = register.registration_terms(_within(asked, among), day("unsettled")).subquery()
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
            terms.c.registered_on <= day("today"),
            terms.c.registered_until > day("unsettled"),
            *_of_level(terms.c.rank, range(1, len(LEVELS) + 1), asked),
            *_not_replaced(cut, terms.c.person_id, terms.c.registered_on, among),
        )
        .group_by(terms.c.person_id, terms.c.registered_on)
    )
    until = span_end(cut.versions, asked)
    return query.where(terms.c.registered_on < until) if until else query


def _kept(cut: Cut, among: Among) -> Select[*tuple[Any, ...]]:
    """Closed periods as they are kept: whatever happened later, they are judged as they were."""
    row = StandingRow
    query = select(row.person_id, row.level).where(
        row.code == cut.requirement.code, row.requirement_id == cut.requirement.id, among(row.person_id)
    )
    if cut.requirement.first_year == "full":
        query = query.add_columns(literal(None, Date).label("first_issued_on"))
    else:
        spans = register.holder_spans(day("today"), among).subquery()
        query = query.add_columns(spans.c.first_issued_on).outerjoin(spans, spans.c.person_id == row.person_id)
    query = query.add_columns(row.period_start, row.period_end)
    if cut.period:
        return query.where(row.period_start == day("period_start"))
    return query.where(row.period_end <= day("unsettled"))


def _of_some(
    person_id: Any, kind: str, among: Among, asked: Select[*tuple[Any, ...]], nothing: Any
) -> ColumnElement[Any]:
    """What decisions of a kind come to; looked for only of the few of whom there are any, who are read at once."""
    row = ExemptionRow
    any_of = select(row.person_id).where(row.kind == kind, row.withdrawn_at.is_(None), among(row.person_id))
    return case((person_id.in_(any_of), asked.scalar_subquery()), else_=nothing)


def _of_level(column: Any, values: Sequence[Any], asked: Requirement) -> list[ColumnElement[bool]]:
    """That a column, which says a level by the values in the levels' order, says one of those asked.

    Where all are asked nothing is: what PostgreSQL guesses of a condition on a group made it choose loops over it.
    """
    wanted = [value for level, value in zip(LEVELS, values, strict=True) if level in asked.total_minutes]
    return [] if len(wanted) == len(LEVELS) else [is_any(column, wanted)]


def _within(asked: Requirement, among: Among) -> Among:
    """Those of the persons who belong to where the requirement is made.

    They are asked for at once: mostly it is everybody, or nobody, and then nobody is looked at any further.
    """
    place = _place(asked)
    return (lambda column: and_(among(column), _belongs(column, place, among))) if place else among


def _not_replaced(cut: Cut, person_id: Any, begins: Any, among: Among) -> list[ColumnElement[bool]]:
    """That no other requirement stands in for it where a person belongs, for a period that begins on a day."""
    conditions = []
    for other in cut.versions:
        if other.replaces == cut.requirement.code and other.period_kind == cut.requirement.period_kind:
            until = span_end(cut.versions, other)
            days = [begins >= other.since, *([begins < until] if until else [])]
            conditions.append(not_(and_(*days, _belongs(person_id, _place(other), among))))
    return conditions


def _belongs(person_id: Any, place: list[ColumnElement[bool]], among: Among) -> ColumnElement[bool]:
    persons = select(PersonRow.id).join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
    found: ColumnElement[bool] = person_id.in_(persons.where(among(PersonRow.id), *place))
    return found


def _place(asked: Requirement) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.region_code:
        conditions.append(OrganisationRow.region_code.startswith(region_prefix(asked.region_code), autoescape=True))
    if asked.organisation_id is not None:
        conditions.append(in_subtree(OrganisationRow.id, asked.organisation_id))
    return conditions


def granted(asked: Requirement, person_id: Any, period_end: Any) -> Select[*tuple[Any, ...]]:
    """The latest day to which a period that ends on a day was postponed for a person."""
    row = ExemptionRow
    return select(func.max(row.postponed_to)).where(
        _decided(asked, person_id), row.kind == "postponed", row.since < period_end, row.until >= period_end
    )


def _decided(asked: Requirement, person_id: Any) -> ColumnElement[bool]:
    row = ExemptionRow
    return and_(row.person_id == person_id, row.withdrawn_at.is_(None), row.code.is_(None) | (row.code == asked.code))
