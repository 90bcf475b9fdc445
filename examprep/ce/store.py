"""Queries over requirements, the ledger, exemptions and the kept standings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, extract, func, select
from sqlalchemy.orm import Session, aliased

from examprep.ce.models import BalanceRow, ExemptionRow, LineRow, RequirementRow, StandingRow
from examprep.ce.rules.credit import Credit
from examprep.ce.rules.duty import Duty, Exemption
from examprep.ce.rules.requirement import CATEGORIES, Conversion, Requirement, Share
from examprep.kernel.period import Period
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.prepared import Prepared
from examprep.plumbing.sql_words import Days

STANDING = StandingRow


@dataclass(frozen=True)
class Line:
    """One line of the ledger with who posted it and which line reverses it."""

    id: int
    minutes: int
    category: str
    activity: str
    kind: str
    units: int
    earned_on: date
    counts_on: date
    source_kind: str
    source_id: int
    reverses_id: int | None
    reason: str | None
    posted_by: str | None
    posted_at: datetime
    reversed_by: int | None

    @property
    def credit(self) -> Credit:
        made_up_on = self.counts_on if self.counts_on != self.earned_on else None
        return Credit(
            self.id, self.minutes, self.category, self.earned_on, self.reverses_id, self.kind, self.units, made_up_on
        )


def versions(session: Session) -> list[Requirement]:
    """Every version of every requirement, by code, the earliest first."""
    row = RequirementRow
    return [requirement_of(each) for each in session.scalars(select(row).order_by(row.code, row.since))]


def requirement_of(row: RequirementRow | Mapping[str, Any]) -> Requirement:
    """A row, or the same as a mapping, as the rules know it. Raises ValueError: it cannot be judged."""
    data = row if isinstance(row, Mapping) else {c.name: getattr(row, c.name) for c in RequirementRow.__table__.columns}
    terms = dict(data.get("terms") or {})
    conversions = {kind: Conversion(**how) for kind, how in terms.pop("conversions", {}).items()}
    if "counts" in terms:
        terms["counts"] = tuple(terms["counts"])
    return Requirement(
        code=data["code"],
        total_minutes=data["minutes"],
        minimums=_shares(data["minimums"]),
        caps=_shares(data["caps"]),
        minutes_per_hour=data["minutes_per_hour"],
        since=data["since"],
        until=data["until"],
        source=data["source"],
        id=data.get("id"),
        names=data["names"],
        period_kind=data["period_kind"],
        certainty=data["certainty"],
        region_code=data["region_code"],
        organisation_id=data.get("organisation_id"),
        replaces=data["replaces"],
        conversions=conversions,
        **terms,
    )


def _shares(data: Iterable[Mapping[str, Any]]) -> tuple[Share, ...]:
    return tuple(
        Share(tuple(s["categories"]), s.get("minutes", 0), tuple(s["part"]) if s.get("part") else None) for s in data
    )


_POSTER, _REVERSAL = aliased(PersonRow), aliased(LineRow)  # making them anew cost more than the query


def lines(session: Session, person_id: int) -> list[Line]:
    """A person's lines, oldest first."""
    rows = session.execute(
        select(
            LineRow.id,
            LineRow.minutes,
            LineRow.category,
            LineRow.activity,
            LineRow.kind,
            LineRow.units,
            LineRow.earned_on,
            LineRow.counts_on,
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
        .where(LineRow.person_id == person_id)
        .order_by(LineRow.earned_on, LineRow.id)
    )
    return [Line(**row) for row in rows.mappings()]


def place_of(session: Session, person_id: int) -> tuple[str, list[int]]:
    """Where a person works: the region's code, and the organisation with all above it."""
    rows = session.execute(
        select(OrganisationRow.region_code, OrganisationTreeRow.ancestor_id)
        .join(PersonRow, PersonRow.organisation_id == OrganisationRow.id)
        .join(OrganisationTreeRow, OrganisationTreeRow.descendant_id == OrganisationRow.id)
        .where(PersonRow.id == person_id)
    ).all()
    return (rows[0][0] if rows else ""), [unit for _, unit in rows]


def exemptions(session: Session, person_id: int) -> list[ExemptionRow]:
    """All that were ever decided for a person, those withdrawn among them, the latest first."""
    row = ExemptionRow
    return list(session.scalars(select(row).where(row.person_id == person_id).order_by(row.since.desc(), row.id)))


def exemption_of(row: ExemptionRow) -> Exemption:
    return Exemption(row.code, Period(row.since, row.until), row.postponed_to)


def kept(session: Session, person_id: int) -> dict[tuple[str, date], StandingRow]:
    """A person's kept standings by requirement and first day."""
    rows = session.scalars(select(STANDING).where(STANDING.person_id == person_id))
    return {(row.code, row.period_start): row for row in rows}


def kept_before(session: Session, person_ids: Sequence[int], today: date) -> list[tuple[int, int, date, date]]:
    """Person, requirement's id, first day and end of the kept standings of periods that are over."""
    row = STANDING
    query = select(row.person_id, row.requirement_id, row.period_start, row.period_end)
    query = query.where(row.person_id.in_(person_ids), row.period_end <= today)
    return [(person, asked, start, end) for person, asked, start, end in session.execute(query)]


_KEPT_ON = Prepared(
    lambda _: (
        select(*StandingRow.__table__.columns)
        .where(
            STANDING.person_id == bindparam("person_id"),
            STANDING.period_start <= bindparam("day", type_=Date),
            STANDING.period_end > bindparam("day", type_=Date),
        )
        .order_by(STANDING.code)
    ),
    tuple(StandingRow.__table__.columns),
)


def kept_on(session: Session, person_id: int, day: date) -> list[tuple[Duty, dict[str, int], int]]:
    """The duties of the periods that hold a day as they are kept, the converted and the recorded minutes.

    One statement for whoever owes nothing, as most who practise; two for a holder.
    """
    found = _KEPT_ON.run(session.connection(), {"person_id": person_id, "day": day})
    if not found:
        return []
    rows = [StandingRow(**dict(zip(StandingRow.__table__.columns.keys(), each, strict=True))) for each in found]
    asked = {v.id: v for v in versions(session)}
    kept = [(duty_of(row, asked[row.requirement_id]), row) for row in rows]
    return [
        (duty, {c: getattr(row, c) for c in CATEGORIES}, row.recorded_minutes)
        for duty, row in sorted(kept, key=lambda each: each[0].requirement.period_kind)
    ]


def duty_of(row: StandingRow, asked: Requirement) -> Duty:
    return Duty(
        asked,
        row.level,
        Period(row.period_start, row.period_end),
        row.owed_days,
        row.closes_on,
        row.carried_minutes,
    )


def state() -> ColumnElement[str]:
    """`rules.standing.Standing.state` as a column."""
    return case((STANDING.owed_days == 0, "ce-exempt"), (STANDING.missing_minutes > 0, "ce-short"), else_="ce-met")


def on_pace(today: date) -> ColumnElement[bool]:
    """That whoever goes on earning as until ``today``, where it is asked, meets the requirement by the period's end.

    What is missing is held against what was counted, in the proportion of the days left to the days gone.
    """
    gone, left = Days(today, STANDING.period_start) + 1, Days(STANDING.period_end, today) - 1
    return (STANDING.missing_minutes == 0) | (STANDING.missing_minutes * gone <= STANDING.counted_minutes * left)


@dataclass(frozen=True)
class Chosen:
    """Which standings a page is about: one requirement's, of a calendar period or of the periods that run on a day."""

    code: str
    period_start: date | None
    day: date

    def conditions(self) -> list[ColumnElement[bool]]:
        row = STANDING
        if self.period_start is not None:
            return [row.code == self.code, row.period_start == self.period_start]
        return [row.code == self.code, row.period_start <= self.day, row.period_end > self.day]


def _within(query: Select[*tuple[Any, ...]], actor: Actor, permission: str, ask: Ask, chosen: Chosen) -> Any:
    """Joined to persons and their organisations, bounded by the actor and by the ask's unit and level."""
    query = (
        query.select_from(STANDING)
        .join(PersonRow, PersonRow.id == STANDING.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(within(PersonRow.organisation_id, actor, permission), *chosen.conditions())
    )
    if (unit := ask.number("unit")) is not None:
        query = query.where(in_subtree(OrganisationRow.id, unit))
    if level := ask.filters.get("level"):
        query = query.where(STANDING.level == level)
    return query


def standings(session: Session, actor: Actor, permission: str, ask: Ask, chosen: Chosen, today: date) -> Page:
    """Holders within bounds with their hours of a period and whether these suffice.

    The filter ``state`` takes a state, ``ce-behind`` (short, and not on pace) and ``ce-none`` (nothing recorded).
    """
    found = state()
    query = select(
        PersonRow.id,
        PersonRow.name,
        OrganisationRow.name.label("unit"),
        STANDING.level,
        STANDING.professional,
        STANDING.general,
        STANDING.elective,
        STANDING.counted_minutes.label("counted"),
        STANDING.missing_minutes.label("missing"),
        STANDING.period_end,
        found.label("state"),
    )
    query = _within(query, actor, permission, ask, chosen)
    wanted = ask.filters.get("state")
    if wanted == "ce-behind":
        query = query.where(found == "ce-short", ~on_pace(today))
    elif wanted == "ce-none":
        query = query.where(STANDING.recorded_minutes == 0)
    elif wanted:
        query = query.where(found == wanted)
    return fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "unit": OrganisationRow.name,
            "level": STANDING.level,
            "professional": STANDING.professional,
            "general": STANDING.general,
            "elective": STANDING.elective,
            "counted": STANDING.counted_minutes,
            "missing": STANDING.missing_minutes,
            "period_end": STANDING.period_end,
        },
        searchable=[PersonRow.name, OrganisationRow.name],
        default=[STANDING.missing_minutes.desc(), PersonRow.name, PersonRow.id],
        totals=("professional", "general", "elective", "counted", "missing"),
    )


def _figures(today: date) -> list[Any]:
    found = state()
    return [
        func.count(),
        func.coalesce(func.sum(case((found == "ce-exempt", 0), else_=STANDING.recorded_minutes)), 0),
        func.coalesce(func.sum(case((found == "ce-exempt", 0), else_=STANDING.counted_minutes)), 0),
        func.coalesce(func.sum(case((found == "ce-exempt", 1), else_=0)), 0),
        func.coalesce(func.sum(case((found == "ce-met", 1), else_=0)), 0),
        func.coalesce(func.sum(case((found == "ce-exempt", 0), (on_pace(today), 1), else_=0)), 0),
    ]


def summary(
    session: Session, actor: Actor, permission: str, ask: Ask, chosen: Chosen, today: date
) -> tuple[int, int, int, int, int, int]:
    """Within bounds: persons, their recorded and counted minutes, how many are exempt, met, and on pace or met."""
    query = _within(select(*_figures(today)), actor, permission, ask, chosen)
    persons, recorded, counted, exempt, met, pace = (int(value) for value in session.execute(query).one())
    return persons, recorded, counted, exempt, met, pace


def by_unit_and_level(
    session: Session, actor: Actor, permission: str, ask: Ask, chosen: Chosen, today: date, limit: int
) -> list[tuple[Any, ...]]:
    """Organisation (id, name), level and the figures of `summary`, the units with most who are short first."""
    query = select(OrganisationRow.id, OrganisationRow.name, STANDING.level, *_figures(today))
    query = _within(query, actor, permission, ask, chosen).group_by(
        OrganisationRow.id, OrganisationRow.name, STANDING.level
    )
    short = func.sum(case((STANDING.missing_minutes > 0, 1), else_=0))
    query = query.order_by(short.desc(), OrganisationRow.name, STANDING.level).limit(limit)
    return [tuple(row) for row in session.execute(query)]


def spread(
    session: Session, actor: Actor, permission: str, ask: Ask, chosen: Chosen, step_minutes: int, steps: int
) -> list[int]:
    """How many persons have counted minutes in each step; the last takes all beyond it."""
    step = STANDING.counted_minutes.op("/", precedence=8)(step_minutes)
    place = case((step >= steps, steps), else_=step)
    query = _within(select(place, func.count()), actor, permission, ask, chosen).group_by(place)
    found = {int(at): int(count) for at, count in session.execute(query)}
    return [found.get(at, 0) for at in range(steps + 1)]


def codes_within(session: Session, actor: Actor, permission: str, day: date, unit: int | None = None) -> dict[str, int]:
    """Which requirements persons within bounds (and a unit) owe in periods that hold a day, and how many each."""
    row = STANDING
    query = (
        select(row.code, func.count())
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(within(PersonRow.organisation_id, actor, permission), row.period_start <= day, row.period_end > day)
        .group_by(row.code)
    )
    if unit is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, unit))
    return dict(session.execute(query).all())


def short_between(session: Session, chosen: Chosen, persons: tuple[int, int]) -> list[tuple[int, int]]:
    """Person and missing minutes of those who are short, of the persons in a range of ids, both ends in."""
    row = STANDING
    query = select(row.person_id, row.missing_minutes).where(
        *chosen.conditions(), row.person_id.between(*persons), row.missing_minutes > 0
    )
    return [(person_id, missing) for person_id, missing in session.execute(query)]


def last_person_id(session: Session) -> int:
    return session.scalar(select(func.max(PersonRow.id))) or 0


def sums_of_lines(*whose: ColumnElement[bool]) -> Any:
    """What balances must be: minutes by person, year and category of the lines, of all or of some."""
    year = extract("year", LineRow.counts_on)
    return (
        select(LineRow.person_id, year.label("year"), LineRow.category, func.sum(LineRow.minutes).label("minutes"))
        .where(*whose)
        .group_by(LineRow.person_id, year, LineRow.category)
        .subquery()
    )


def balance_years(session: Session, person_id: int) -> list[tuple[int, int]]:
    """Year and recorded minutes of each year in which a person has any, the latest first."""
    rows: Sequence[Any] = session.execute(
        select(BalanceRow.year, func.sum(BalanceRow.minutes))
        .where(BalanceRow.person_id == person_id)
        .group_by(BalanceRow.year)
        .order_by(BalanceRow.year.desc())
    ).all()
    return [(year, int(minutes)) for year, minutes in rows]
