"""The limits of registration by region: shipped, versioned, added by officers for the regions they answer for."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow, RegionRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import RegistrationLimitsRow
from examprep.register.rules.process import bureau_level
from examprep.register.rules.windows import Limits, limits_for, region_prefix

ROW = RegistrationLimitsRow
COUNTRY = "000000"
DEFAULT_STAGES = {"accept_by": 3, "review_by": 2, "approve_by": 1}


def load_data(session: Session, today: date) -> None:
    """Add and follow the shipped versions; those that officers added stay. ``today`` plays no part."""
    known = {
        (code, since): id_
        for id_, code, since in session.execute(
            select(ROW.id, ROW.region_code, ROW.since).where(ROW.added_by.is_(None))
        )
    }
    for values in shipped():
        id_ = known.get((values["region_code"], values["since"]))
        if id_ is None:
            session.execute(insert(ROW).values(**values))
        else:
            session.execute(update(ROW).where(ROW.id == id_).values(**values))


def known_limits(session: Session) -> list[Limits]:
    """Every version in the order in which they were added; those shipped where none were loaded yet."""
    rows = [row.__dict__ for row in session.scalars(select(ROW).order_by(ROW.id))]
    return [_value(row) for row in rows or shipped()]


def shipped() -> list[dict[str, Any]]:
    """The versions that come with the product, as rows."""
    text = files("examprep.register").joinpath("data/registration.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["limits"]
    return [{"region_code": COUNTRY, "first_months": None, **DEFAULT_STAGES, **entry} for entry in entries]


def _value(row: Mapping[str, Any]) -> Limits:
    values = {name: row[name] for name in Limits.__dataclass_fields__}
    values["region_code"] = None if row["region_code"] == COUNTRY else row["region_code"]
    values["batches"] = tuple((first, last) for first, last in row["batches"])
    return Limits(**values)


def limits_of(session: Session, person_id: int, day: date) -> Limits:
    """Those that govern a person's registrations: of the region in which the person's organisation lies."""
    code = session.scalar(
        select(OrganisationRow.region_code)
        .join(PersonRow, PersonRow.organisation_id == OrganisationRow.id)
        .where(PersonRow.id == person_id)
    )
    return limits_for(known_limits(session), code or COUNTRY, day)


def stands(session: Session, actor: Actor, permission: str, person_id: int) -> int | None:
    """The level (1 province … 3 county) of the actor's highest bureau that stands over a person; ``None``: of none."""
    tree = OrganisationTreeRow
    codes = session.scalars(
        select(OrganisationRow.region_code)
        .join(tree, tree.ancestor_id == OrganisationRow.id)
        .join(PersonRow, PersonRow.organisation_id == tree.descendant_id)
        .where(PersonRow.id == person_id, OrganisationRow.id.in_(actor.roots(permission)))
    )
    return min((bureau_level(code) for code in codes), default=None)


def listed(session: Session, ask: Ask) -> Page:
    """Every version with its region's name, the newest first."""
    query = select(
        ROW.id, ROW.region_code, RegionRow.name.label("region"), ROW.since, ROW.first_months, ROW.term_months,
        ROW.renew_from_months, ROW.renew_to_months, ROW.batches, ROW.accept_by, ROW.review_by, ROW.approve_by,
        ROW.source, ROW.certainty,
    ).outerjoin(RegionRow, RegionRow.code == ROW.region_code)  # fmt: skip
    return fetch(
        session, query, ask, sortable={"since": ROW.since, "region": ROW.region_code},
        searchable=[RegionRow.name, ROW.region_code, ROW.source], default=[ROW.region_code, ROW.since.desc()],
    )  # fmt: skip


def add(session: Session, actor: Actor, entry: Mapping[str, Any], *, now: datetime) -> int:
    """Add a version for a region in which the actor answers for registrations; returns its id.

    Raises:
        NotFound: ``register.region`` -- no such region, or not the actor's.
        RuleViolation: ``register.limits-window`` -- the window to renew would end before it begins.
    """
    if entry["region_code"] not in regions(session, actor):
        raise NotFound("register.region", "That is no region of your organisations.")
    if entry["renew_to_months"] <= entry["renew_from_months"]:
        raise RuleViolation("register.limits-window", "The window to renew ends after it begins.")
    id_ = session.scalar(insert(ROW).values(**entry, added_by=actor.person_id).returning(ROW.id))
    assert id_ is not None
    record(session, actor, "register.limits-added", "register_limits", id_, now=now, after={"source": entry["source"]})
    return id_


def regions(session: Session, actor: Actor) -> dict[str, str]:
    """Code and name of the regions whose limits an actor may set: those their bureaus lie in, and all below."""
    roots = session.scalars(
        select(OrganisationRow.region_code)
        .where(within(OrganisationRow.id, actor, Permission.REGISTER_LIMITS_SET))
        .distinct()
    ).all()
    found = session.execute(select(RegionRow.code, RegionRow.name).order_by(RegionRow.code))
    prefixes = tuple({region_prefix(code) for code in roots})
    return {code: name for code, name in found if code.startswith(prefixes)}


def batches_in_words(batches: Sequence[Sequence[str]]) -> str:
    return "、".join(f"{first}—{last}" for first, last in batches)
