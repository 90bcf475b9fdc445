"""The ledger of awards (奖补): what was paid, month by month, and what was taken back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register import schemes
from examprep.register.models import AwardLineRow, AwardRunLineRow, AwardSchemeRow
from examprep.register.paid import lock, paid_to, post

LINE, SCHEME, RUN_LINE = AwardLineRow, AwardSchemeRow, AwardRunLineRow


def take_back(session: Session, actor: Actor, line_id: int, *, reason: str, now: datetime) -> int:
    """Take a payment back by a negative line, which the next run takes along; returns whose it was.

    Raises:
        NotFound: no such payment within the actor's bounds.
        Conflict: ``register.award-taken-back`` -- it was taken back already, or is itself a taking back.
    """
    line = _line(session, actor, line_id)
    if line.fen < 0 or line.why == "moved":
        raise Conflict("register.award-taken-back", "This payment was taken back already.")
    _follow(session, actor, line, "clawback", reason, now)
    record(session, actor, "register.award-taken-back", "award_line", line_id, now=now, after={"reason": reason})
    return line.person_id


def reinstate(session: Session, actor: Actor, line_id: int, *, reason: str, now: datetime) -> int:
    """Let a payment count again that was taken back by mistake: ``line_id`` is the negative line; returns whose.

    Raises:
        NotFound: no such line within the actor's bounds.
        Conflict: ``register.award-reinstated`` -- it is no taking back, or counts again already;
            ``register.award-elsewhere`` -- only the highest pays, and another scheme has paid it since.
    """
    line = _line(session, actor, line_id)
    if line.why != "clawback":
        raise Conflict("register.award-reinstated", "Only what was taken back can count again.")
    lock(session, [line.person_id])
    paid = paid_to(session, [line.person_id])
    if line.scheme_id in paid.highest and paid.elsewhere(line.scheme_id, line.person_id, line.entitlement) > 0:
        raise Conflict(
            "register.award-elsewhere",
            "Another scheme has paid this since, and only the highest pays. Take that payment back first.",
        )
    _follow(session, actor, line, "reinstated", reason, now)
    record(session, actor, "register.award-reinstated", "award_line", line_id, now=now, after={"reason": reason})
    return line.person_id


def _line(session: Session, actor: Actor, line_id: int) -> AwardLineRow:
    line = session.get(LINE, line_id)
    if line is None:
        raise NotFound("register.award-line", "There is no such payment.")
    seen(session, actor, Permission.REGISTER_AWARD_PAY, line.person_id)
    schemes.mine(session, actor, line.scheme_id, Permission.REGISTER_AWARD_PAY)
    return line


def _follow(session: Session, actor: Actor, line: AwardLineRow, why: str, reason: str, now: datetime) -> None:
    names = ("scheme_id", "claim_id", "person_id", "level", "entitlement", "month")
    values = {name: getattr(line, name) for name in names}
    values |= {"fen": -line.fen, "why": why, "reverses_id": line.id, "reason": reason, "posted_by": actor.person_id}
    post(session, values, now=now)


def paid_totals(
    session: Session,
    actor: Actor,
    organisation_id: int | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
) -> tuple[int, int]:
    """(persons paid, fen in all) within the actor's bounds, and within an organisation and all below it if given.

    ``since`` and ``until`` (half-open) bound the months that were paid for. A person whose payments were all taken
    back is not counted.
    """
    below = [in_subtree(PersonRow.organisation_id, organisation_id)] if organisation_id else []
    if since is not None:
        below.append(LINE.month >= since)
    if until is not None:
        below.append(LINE.month < until)
    per_person = (
        select(LINE.person_id, func.sum(LINE.fen).label("fen"))
        .join(PersonRow, PersonRow.id == LINE.person_id)
        .where(within(PersonRow.organisation_id, actor, Permission.REGISTER_HOLDER_SEE), *below)
        .group_by(LINE.person_id)
        .subquery()
    )
    people, fen = session.execute(
        select(func.count(), func.coalesce(func.sum(per_person.c.fen), 0)).where(per_person.c.fen != 0)
    ).one()
    return people, fen


def paid_people(session: Session, actor: Actor, ask: Ask) -> Page:
    """Each person paid, with months and sum, within the actor's bounds; filters ``level``, ``organisation``."""
    months = func.sum(case((LINE.fen > 0, 1), else_=-1)).label("months")
    fen = func.sum(LINE.fen).label("fen")
    query = (
        select(
            PersonRow.id.label("id"),
            PersonRow.name,
            OrganisationRow.name.label("organisation"),
            SCHEME.name.label("scheme"),
            LINE.level,
            func.min(LINE.month).label("first"),
            func.max(LINE.month).label("last"),
            months,
            fen,
        )
        .join(PersonRow, PersonRow.id == LINE.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .join(SCHEME, SCHEME.id == LINE.scheme_id)
        .where(within(PersonRow.organisation_id, actor, Permission.REGISTER_HOLDER_SEE))
        .group_by(PersonRow.id, PersonRow.name, OrganisationRow.name, SCHEME.name, LINE.level)
    )
    if "level" in ask.filters:
        query = query.where(LINE.level == ask.filters["level"])
    if (organisation_id := ask.number("organisation")) is not None:
        query = query.where(in_subtree(PersonRow.organisation_id, organisation_id))
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "fen": fen, "months": months},
        searchable=[PersonRow.name, OrganisationRow.name, SCHEME.name],
        default=[PersonRow.name, PersonRow.id],
        totals=("months", "fen"),
    )


def ledger(session: Session, actor: Actor, person_id: int) -> tuple[str, list[dict[str, Any]]]:
    """A person's name and every line of theirs, newest month first.

    Raises:
        NotFound: no such person within the actor's bounds.
    """
    person = seen(session, actor, Permission.REGISTER_HOLDER_SEE, person_id)
    taken_back = select(LINE.reverses_id).where(LINE.reverses_id.is_not(None))
    rows = session.execute(
        select(
            LINE.id,
            LINE.month,
            SCHEME.name.label("scheme"),
            LINE.level,
            LINE.fen,
            LINE.reason,
            LINE.posted_at,
            LINE.why,
            LINE.reverses_id,
            LINE.id.in_(taken_back).label("taken_back"),
            RUN_LINE.run_id,
        )
        .join(SCHEME, SCHEME.id == LINE.scheme_id)
        .outerjoin(RUN_LINE, RUN_LINE.line_id == LINE.id)
        .where(LINE.person_id == person_id)
        .order_by(LINE.month.desc(), LINE.id.desc())
    )
    return person.name, [dict(row) for row in rows.mappings()]
