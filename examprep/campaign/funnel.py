"""The funnel of a year and the lists behind it, within the actor's organisations.

Persons are counted where they belong now, since it is there that somebody can go to them; pass rates count by the
organisation of then. Somebody registered at two levels is two rows, as in the pass rates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from examprep.campaign import store
from examprep.campaign.rules.saying import SAYS
from examprep.campaign.store import Rows
from examprep.exams.rules.papers import SUBJECTS
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, tops, within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow, RegionRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.syllabus import actions as syllabus
from examprep.training.learners import exam_classes, seats

SEE = Permission.CAMPAIGN_FUNNEL_SEE
FILTERS = ("year", "show", "unit", "class", "region", "level", "own")
STAGES: Mapping[str, str] = {
    "intends": N_("Says they will sit"),
    "registered": N_("Registered"),
    "approved": N_("Approved"),
    "sat": N_("Sat"),
    "passed": N_("Passed"),
}
LISTS: Mapping[str, str] = {
    "unregistered": N_("Says will register, not registered"),
    "unapproved": N_("Says registered, not approved"),
    "classless": N_("Registered, in no class"),
    "silent": N_("In a class, has said nothing"),
    "returners": N_("Keeps subjects from last year, not registered"),
    "keeps": N_("Sat, keeps subjects for next year"),
}
EVERYBODY = "everybody"
GROUPS: Mapping[str, str] = {"unit": N_("Organisation"), "class": N_("Class"), "region": N_("Region")}


@dataclass(frozen=True)
class Group:
    """One line of the funnel: a part of the persons, how many stand at each stage, and the filters that cut it out."""

    name: str
    counts: Mapping[str, int]
    link: Mapping[str, Any]


def cut(actor: Actor, ask: Ask, year: int) -> tuple[Rows, list[ColumnElement[bool]]]:
    """The rows of a year, and the conditions of bounds and filters; figures and lists all begin here."""
    found = store.rows(year)
    conditions = [within(PersonRow.organisation_id, actor, SEE)]
    # ``own``: the chosen organisation or region itself, without what lies below it.
    own = bool(ask.filters.get("own"))
    if (unit := ask.number("unit")) is not None:
        at = PersonRow.organisation_id
        conditions.append(at == unit if own else in_subtree(at, unit))
    if (class_id := ask.number("class")) is not None:
        learners = seats(year).subquery()
        conditions.append(PersonRow.id.in_(select(learners.c.person_id).where(learners.c.class_id == class_id)))
    region = ask.filters.get("region", "")
    if len(region) == 6 and region.isascii() and region.isdecimal():
        whole = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
        conditions.append(found.region == region if own else found.region.like(f"{whole}%"))
    if ask.filters.get("level") in SUBJECTS:
        conditions.append(found.level == ask.filters["level"])
    return found, conditions


def _sums(found: Rows) -> list[ColumnElement[Any]]:
    conditions = {**found.stages, **found.lists}
    return [func.coalesce(func.sum(case((each, 1), else_=0)), 0).label(name) for name, each in conditions.items()]


def figures(session: Session, actor: Actor, ask: Ask, year: int) -> dict[str, int]:
    """How many rows each stage and each list has, and all together (``everybody``); one statement."""
    found, conditions = cut(actor, ask, year)
    query = found.query.with_only_columns(func.count().label(EVERYBODY), *_sums(found)).where(*conditions)
    return {name: int(count) for name, count in session.execute(query).mappings().one().items()}


def groups(session: Session, actor: Actor, ask: Ask, year: int, by: str) -> list[Group]:
    """The same by organisation (the chosen one's, or the actor's own, and what is directly below), class or region."""
    found, conditions = cut(actor, ask, year)
    base = found.query.where(*conditions)
    if by == "class":
        learners = seats(year).subquery()
        base = base.join(learners, learners.c.person_id == PersonRow.id)
        key: Any = learners.c.class_id
    elif by == "region":
        key = found.region
    else:
        key = OrganisationTreeRow.ancestor_id
        mine = OrganisationTreeRow.descendant_id == PersonRow.organisation_id
        base = base.join(OrganisationTreeRow, and_(mine, _branches(session, actor, ask)))
    query = base.with_only_columns(key.label("key"), *_sums(found)).group_by(key)
    lines = [dict(line) for line in session.execute(query).mappings()]
    names = _names(session, actor, year, by, [line["key"] for line in lines])
    alone = set() if by != "unit" else set(_parents(session, actor, ask))
    made = [
        Group(names[key], line, {by: key, **({"own": "1"} if by == "region" or key in alone else {})})
        for line in lines
        if (key := line.pop("key")) in names
    ]
    return sorted(made, key=lambda group: (-group.counts["registered"], -group.counts["intends"], group.name))


def _branches(session: Session, actor: Actor, ask: Ask) -> ColumnElement[bool]:
    """That a line of the tree leads from an organisation directly below the chosen one (without one: the actor's own),
    or is that one itself: each person then stands on one line.
    """
    tree, tops = OrganisationTreeRow, _parents(session, actor, ask)
    below = select(OrganisationRow.id).where(OrganisationRow.parent_id.in_(tops))
    return or_(tree.ancestor_id.in_(below), and_(tree.ancestor_id.in_(tops), tree.depth == 0))


def _parents(session: Session, actor: Actor, ask: Ask) -> list[int]:
    """The chosen organisation; without one, those of the actor's that lie below none of the others."""
    if (unit := ask.number("unit")) is not None:
        return [unit]
    return tops(session, actor, SEE)


def _names(session: Session, actor: Actor, year: int, by: str, keys: Sequence[Any]) -> dict[Any, str]:
    if by == "class":
        return dict(exam_classes(session, actor, year))
    row, key = (RegionRow, RegionRow.code) if by == "region" else (OrganisationRow, OrganisationRow.id)
    return dict(session.execute(select(key, row.name).where(key.in_(keys))).all())


def _chosen(actor: Actor, ask: Ask, year: int) -> tuple[Rows, list[ColumnElement[bool]]]:
    """The same of one stage or list; of everybody when none is chosen."""
    found, conditions = cut(actor, ask, year)
    chosen = {**found.stages, **found.lists}.get(ask.filters.get("show", ""))
    return found, conditions if chosen is None else [*conditions, chosen]


def listed(session: Session, actor: Actor, ask: Ask, year: int, today: date) -> Page:
    """The persons of a stage or list, with when registration closes where they are."""
    found, conditions = _chosen(actor, ask, year)
    query = found.query.with_only_columns(
        PersonRow.id.label("id"),
        PersonRow.name.label("name"),
        OrganisationRow.name.label("organisation"),
        PersonRow.phone.label("phone"),
        PersonRow.email.is_not(None).label("mail"),
        found.level.label("level"),
        found.said.c.says.label("says"),
        found.said.c.said_at.label("said_at"),
        found.roll.c.person_id.is_not(None).label("registered"),
        func.coalesce(found.roll.c.approved, False).label("approved"),
        func.coalesce(found.roll.c.sat, False).label("sat"),
        func.coalesce(found.roll.c.passed, False).label("passed"),
        found.seat.c.class_name.label("class_name"),
        found.region.label("region"),
    ).where(*conditions)
    page = fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "organisation": OrganisationRow.name,
            "level": found.level,
            "said_at": found.said.c.said_at,
            "class_name": found.seat.c.class_name,
        },
        searchable=[PersonRow.name, OrganisationRow.name, found.seat.c.class_name],
        default=[OrganisationRow.name, PersonRow.name, PersonRow.id, found.level],
    )
    closing = _closing(session, year, {row["region"] for row in page.rows})
    return Page([_shown(row, closing.get(row["region"]), today) for row in page.rows], page.total, page.ask)


def _closing(session: Session, year: int, regions: set[str]) -> dict[str, date]:
    calendars = syllabus.calendars(session, year, regions)
    return {
        region: entry.last_on for region, dates in calendars.items() for entry in dates if entry.kind == "registration"
    }


def _shown(row: Mapping[str, Any], closes_on: date | None, today: date) -> dict[str, Any]:
    yes_no = {name: "yes" if row[name] else "no" for name in ("registered", "approved", "sat", "passed", "mail")}
    left = (closes_on - today).days if closes_on is not None and closes_on >= today else None
    return {**row, **yes_no, "says": SAYS.get(row["says"]), "closes_on": closes_on, "days_left": left}


def ids(session: Session, actor: Actor, ask: Ask, year: int) -> list[int]:
    """The persons of the list as it is filtered and searched, each once, in order."""
    found, conditions = _chosen(actor, ask, year)
    query = found.query.with_only_columns(PersonRow.id).where(*conditions).distinct()
    everybody = Ask(words=ask.words, export="csv")
    page = fetch(
        session,
        query,
        everybody,
        searchable=[PersonRow.name, OrganisationRow.name, found.seat.c.class_name],
        default=[PersonRow.id],
    )
    return [row["id"] for row in page.rows]
