"""How well a unit and those below it are served on a day: holders among residents, workers, communities and towns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from examprep.bureau import stating, store
from examprep.bureau.rules.statements import (
    COMMUNITIES,
    RESIDENTS,
    TARGET_HOLDERS,
    TARGET_HOURS,
    TARGET_PASSED,
    TARGET_REGISTERED,
    TARGETS,
    TOWNS,
    Stated,
    in_force,
    per_ten_thousand,
)
from examprep.bureau.rules.tables import HOLDERS
from examprep.ce import standings
from examprep.exams import counting
from examprep.kernel.rate import Rate
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, organisation_seen, within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register import actions as register

SEE = Permission.BUREAU_HOME_SEE
TREE, ORGANISATION = OrganisationTreeRow, OrganisationRow
MOST = 500  # units in one table


@dataclass(frozen=True)
class Coverage:
    """One unit, with all below it, on a day. Who is in post is known of today only, whatever the day.

    ``communities`` and ``towns`` are those of the tree; where it has none, those the bureau states. A share is
    ``None`` where nothing is known of its base.
    """

    unit: int
    name: str
    holders: int
    residents: Stated | None
    workers: int
    in_post_holders: int
    certified: Rate
    communities: Rate | None
    communities_stated: bool
    stations: int
    towns: Rate | None  # with a station, of all: of the tree's streets
    towns_stated: Stated | None

    @property
    def per_ten_thousand(self) -> float | None:
        return per_ten_thousand(self.holders, self.residents.value or 0) if self.residents else None

    @property
    def in_post(self) -> Rate:
        """Of the holders those who are in post."""
        return Rate(self.in_post_holders, self.holders)

    @property
    def stations_for_towns(self) -> float | None:
        """Stations for every hundred towns the bureau states; more than a hundred where some have two."""
        return 100 * self.stations / self.towns_stated.value if self.towns_stated and self.towns_stated.value else None


def coverage(session: Session, actor: Actor, unit: int, day: date) -> list[Coverage]:
    """The unit itself, then those directly below it.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
    """
    row = organisation_seen(session, actor, SEE, unit)
    below = session.execute(
        select(ORGANISATION.id, ORGANISATION.name)
        .where(ORGANISATION.parent_id == unit, _open(ORGANISATION.closed_on, day))
        .order_by(ORGANISATION.region_code, ORGANISATION.id)
        .limit(MOST)
    ).all()
    names = {row.id: row.name, **dict(below)}
    units = list(names)
    holders = _holders(session, units, day)
    stated = in_force(stating.statements(session, units), day)
    workers = _workers(session, units, day)
    communities = _places(session, units, day, "community", _has_holder(day))
    towns = _places(session, units, day, "street", _has_station(day))
    stations = _places(session, units, day, "station", None)
    return [
        Coverage(
            unit=each,
            name=names[each],
            holders=holders.get(each, 0),
            residents=stated.get((each, RESIDENTS)),
            workers=workers.get(each, (0, 0))[0],
            in_post_holders=workers.get(each, (0, 0))[1],
            certified=Rate(workers.get(each, (0, 0))[1], workers.get(each, (0, 0))[0]),
            communities=_share(communities.get(each), stated.get((each, COMMUNITIES))),
            communities_stated=(each, COMMUNITIES) in stated,
            stations=stations.get(each, (0, 0))[0],
            towns=Rate(towns[each][1], towns[each][0]) if each in towns else None,
            towns_stated=stated.get((each, TOWNS)),
        )
        for each in units
    ]


def _share(counted: tuple[int, int] | None, stated: Stated | None) -> Rate | None:
    """Of the communities those with a holder; the base is what the bureau states, where the tree lists fewer."""
    if counted is None:
        return None
    base = max(counted[0], (stated.value or 0) if stated else 0)
    return Rate(counted[1], base)


def _open(closed_on: Any, day: date) -> ColumnElement[bool]:
    return or_(closed_on.is_(None), closed_on > day)


def _holders(session: Session, units: Sequence[int], day: date) -> dict[int, int]:
    found: dict[int, int] = {}
    for (unit, _, figure), count in store.holder_counts(session, units, [], day).items():
        assert figure == HOLDERS
        found[int(unit)] = found.get(int(unit), 0) + count
    return found


def _workers(session: Session, units: Sequence[int], day: date) -> dict[int, tuple[int, int]]:
    """By unit: persons in post, and those of them who hold a certificate on the day."""
    held = register.holder_levels(day).subquery()
    rows = session.execute(
        select(TREE.ancestor_id, func.count(PersonRow.id), func.count(held.c.person_id))
        .join(PersonRow, PersonRow.organisation_id == TREE.descendant_id)
        .outerjoin(held, held.c.person_id == PersonRow.id)
        .where(TREE.ancestor_id.in_(units), PersonRow.in_post.is_(True))
        .group_by(TREE.ancestor_id)
    )
    return {unit: (workers, certified) for unit, workers, certified in rows}


def _has_holder(day: date) -> Any:
    """That somebody of the place, or below it, holds a certificate on the day."""
    held, inner = register.holder_levels(day).subquery(), aliased(TREE)
    return (
        select(PersonRow.id)
        .join(held, held.c.person_id == PersonRow.id)
        .join(inner, inner.descendant_id == PersonRow.organisation_id)
        .where(inner.ancestor_id == ORGANISATION.id)
        .exists()
    )


def _has_station(day: date) -> Any:
    """That a station lies below the place."""
    station, inner = aliased(ORGANISATION), aliased(TREE)
    return (
        select(station.id)
        .join(inner, inner.descendant_id == station.id)
        .where(inner.ancestor_id == ORGANISATION.id, station.kind == "station", _open(station.closed_on, day))
        .exists()
    )


def _places(
    session: Session, units: Sequence[int], day: date, kind: str, covered: Any | None
) -> dict[int, tuple[int, int]]:
    """By unit: open places of a kind in or below it, and how many of them are covered."""
    shown = func.sum(case((covered, 1), else_=0)) if covered is not None else func.count()
    rows = session.execute(
        select(TREE.ancestor_id, func.count(), shown)
        .join(ORGANISATION, ORGANISATION.id == TREE.descendant_id)
        .where(TREE.ancestor_id.in_(units), ORGANISATION.kind == kind, _open(ORGANISATION.closed_on, day))
        .group_by(TREE.ancestor_id)
    )
    return {unit: (int(places), int(with_it)) for unit, places, with_it in rows}


PLACE_KINDS = ("community", "station", "street")


def places(session: Session, actor: Actor, unit: int, kind: str, day: date, ask: Ask) -> Page:
    """The communities, stations or streets behind a figure; filter ``covered`` (yes or no)."""
    inner, parent = aliased(TREE), aliased(ORGANISATION)
    held = register.holder_levels(day).subquery()
    holders = (
        select(func.count(PersonRow.id))
        .join(held, held.c.person_id == PersonRow.id)
        .join(inner, inner.descendant_id == PersonRow.organisation_id)
        .where(inner.ancestor_id == ORGANISATION.id)
        .scalar_subquery()
    )
    covered = _has_station(day) if kind == "street" else _has_holder(day)
    query = (
        select(
            ORGANISATION.id,
            ORGANISATION.name,
            parent.name.label("above"),
            holders.label("holders"),
            case((covered, "yes"), else_="no").label("covered"),
        )
        .outerjoin(parent, parent.id == ORGANISATION.parent_id)
        .where(
            in_subtree(ORGANISATION.id, unit),
            within(ORGANISATION.id, actor, SEE),
            ORGANISATION.kind == kind,
            _open(ORGANISATION.closed_on, day),
        )
    )
    if ask.filters.get("covered") in {"yes", "no"}:
        query = query.where(covered if ask.filters["covered"] == "yes" else ~covered)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": ORGANISATION.name, "holders": holders},
        searchable=[ORGANISATION.name, parent.name],
        default=[ORGANISATION.name, ORGANISATION.id],
    )


@dataclass(frozen=True)
class Plan:
    """One target of one unit beside what was reached. ``done`` in per cent may exceed 100; ``None`` of a target of 0.

    Of hours both figures are per cent of the holders, and ``base`` the holders; ``actual`` is ``None`` where nobody
    owes hours of the year.
    """

    unit: int
    name: str
    kind: str
    target: Stated
    actual: int | float | None
    base: Rate | None = None

    @property
    def done(self) -> float | None:
        return None if self.actual is None or not self.target.value else 100 * self.actual / self.target.value


def plans(session: Session, actor: Actor, unit: int, year: int, *, today: date) -> list[Plan]:
    """The targets of a year of the unit and those directly below it, with what was reached by today or its end."""
    organisation_seen(session, actor, SEE, unit)
    day = min(date(year, 12, 31), today)
    names = dict(
        session.execute(
            select(ORGANISATION.id, ORGANISATION.name)
            .where(or_(ORGANISATION.id == unit, ORGANISATION.parent_id == unit))
            .order_by(ORGANISATION.id)
        ).all()
    )
    stated = in_force(stating.statements(session, list(names)), date(year, 12, 31))
    units = [each for each in names if any((each, kind) in stated for kind in TARGETS)]
    fates = counting.below(session, units, [year])
    holders = _holders(session, units, day)
    found = []
    for each in sorted(units, key=lambda number: (number != unit, number)):
        for kind in TARGETS:
            if target := stated.get((each, kind)):
                actual, base = _reached(session, actor, each, kind, year, fates, holders, today)
                found.append(Plan(each, names[each], kind, target, actual, base))
    return found


def _reached(
    session: Session,
    actor: Actor,
    unit: int,
    kind: str,
    year: int,
    fates: Mapping[counting.Place, counting.Fates],
    holders: Mapping[int, int],
    today: date,
) -> tuple[int | float | None, Rate | None]:
    own = [found for (_, organisation, _), found in fates.items() if organisation == unit]
    if kind == TARGET_REGISTERED:
        return sum(found.registered for found in own), None
    if kind == TARGET_PASSED:
        return sum(found.passed for found in own), None
    if kind == TARGET_HOLDERS:
        return holders.get(unit, 0), None
    assert kind == TARGET_HOURS
    found = standings.summary(session, actor, year, today=today, ask=Ask(filters={"unit": str(unit)}))
    return (found.met.percent, found.met) if found.yearly and found.met.base else (None, None)
