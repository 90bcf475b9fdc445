"""Payment runs as they are shown: the list, one with its lines for finance, and what was paid by months."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, stands_for, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import AwardLineRow, AwardRunLineRow, AwardRunRow, AwardSchemeRow

LINE, RUN, RUN_LINE, SCHEME = AwardLineRow, AwardRunRow, AwardRunLineRow, AwardSchemeRow


def payers(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the actor's organisations that have schemes."""
    rows = session.execute(
        select(OrganisationRow.id, OrganisationRow.name)
        .where(
            OrganisationRow.id.in_(select(SCHEME.organisation_id)),
            within(OrganisationRow.id, actor, Permission.REGISTER_AWARD_PAY),
        )
        .order_by(OrganisationRow.name)
    )
    return [(id_, name) for id_, name in rows]


def listed(session: Session, actor: Actor, ask: Ask) -> Page:
    """The runs of the actor's organisations, the newest first; filters ``state`` (prefixed), ``organisation``."""
    query = (
        select(
            RUN.id, RUN.month, OrganisationRow.name.label("organisation"), ("run-" + RUN.state).label("state"),
            RUN.persons, RUN.lines, RUN.fen, RUN.made_at, PersonRow.name.label("maker"),
        )
        .join(OrganisationRow, OrganisationRow.id == RUN.organisation_id)
        .join(PersonRow, PersonRow.id == RUN.made_by)
        .where(within(RUN.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
    )  # fmt: skip
    if state := ask.filters.get("state"):
        query = query.where(RUN.state == state.removeprefix("run-"))
    if (organisation := ask.number("organisation")) is not None:
        query = query.where(RUN.organisation_id == organisation)
    sortable = {"month": RUN.month, "fen": RUN.fen, "organisation": OrganisationRow.name}
    return fetch(session, query, ask, sortable=sortable, searchable=[OrganisationRow.name],
                 default=[RUN.month.desc(), RUN.id.desc()], totals=("fen",))  # fmt: skip


def run(session: Session, actor: Actor, run_id: int, ask: Ask) -> tuple[Mapping[str, Any], Page]:
    """One run, and its lines with the sealed ID numbers of their persons.

    Raises:
        NotFound: no such run of the actor's organisations.
    """
    row = session.execute(
        select(RUN.__table__, OrganisationRow.name.label("organisation"))
        .join(OrganisationRow, OrganisationRow.id == RUN.organisation_id)
        .where(RUN.id == run_id, within(RUN.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
    ).mappings().first()  # fmt: skip
    if row is None:
        raise NotFound("register.run", "There is no such run.")
    query = (
        select(
            LINE.id, LINE.person_id, PersonRow.name, PersonRow.id_number_sealed, OrganisationRow.name.label("unit"),
            SCHEME.name.label("scheme"), LINE.level, LINE.month, LINE.fen, LINE.why,
        )
        .join(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .join(PersonRow, PersonRow.id == stands_for(LINE.person_id))
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(SCHEME, SCHEME.id == LINE.scheme_id)
        .where(RUN_LINE.run_id == run_id)
    )  # fmt: skip
    sortable = {"name": PersonRow.name, "fen": LINE.fen, "month": LINE.month}
    searchable = [PersonRow.name, OrganisationRow.name]
    page = fetch(session, query, ask, sortable=sortable, searchable=searchable,
                 default=[PersonRow.name, LINE.id], totals=("fen",))  # fmt: skip
    return dict(row), page


def by_month(session: Session, actor: Actor, organisation_id: int | None = None) -> list[dict[str, Any]]:
    """Each month for which something was paid, with persons, lines and fen, net, within the actor's bounds."""
    query = (
        select(LINE.month, func.count(LINE.person_id.distinct()).label("persons"), func.sum(LINE.fen).label("fen"))
        .join(PersonRow, PersonRow.id == LINE.person_id)
        .where(within(PersonRow.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
        .group_by(LINE.month)
        .order_by(LINE.month)
    )
    if organisation_id is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, organisation_id))
    return [dict(row) for row in session.execute(query).mappings()]
