"""Awards (奖补): schemes, and the ledger of what was paid, month by month."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.register.models import AwardLineRow, AwardSchemeRow, RegisterCertificateRow

LINE, SCHEME = AwardLineRow, AwardSchemeRow


def add_scheme(
    session: Session,
    *,
    organisation_id: int,
    name: str,
    kind: str,
    fen_by_level: Mapping[str, int],
    cap_months: int | None,
    since: date,
    source: str,
) -> int:
    """Put a scheme on file; returns its id."""
    row = SCHEME(
        organisation_id=organisation_id,
        name=name,
        kind=kind,
        fen_by_level=dict(fen_by_level),
        cap_months=cap_months,
        since=since,
        source=source,
    )
    session.add(row)
    session.flush()
    return row.id


def schemes(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the schemes of the actor's organisations."""
    rows = session.execute(
        select(SCHEME.id, SCHEME.name)
        .where(within(SCHEME.organisation_id, actor, Permission.REGISTER_AWARD_PAY))
        .order_by(SCHEME.name, SCHEME.since)
    )
    return [(scheme_id, name) for scheme_id, name in rows]


def pay_month(session: Session, actor: Actor, *, scheme_id: int, person_id: int, month: date, now: datetime) -> int:
    """Pay one person one month (or the one-off award) by the amount of their highest level; returns the line's id.

    Raises:
        NotFound: person or scheme lies outside the actor's bounds.
        RuleViolation: ``register.award-level`` -- no certificate the scheme pays for; ``register.award-cap`` -- the
            months the scheme allows are used up; ``register.award-early`` -- before the scheme began.
        Conflict: ``register.award-paid`` -- the month is paid already.
    """
    seen(session, actor, Permission.REGISTER_AWARD_PAY, person_id)
    scheme = _scheme(session, actor, scheme_id)
    month = month.replace(day=1)
    if month < scheme.since.replace(day=1):
        raise RuleViolation("register.award-early", "The scheme began on %(day)s.", day=scheme.since)
    level = session.scalar(
        select(RegisterCertificateRow.level)
        .where(RegisterCertificateRow.person_id == person_id)
        .order_by(RegisterCertificateRow.rank.desc())
        .limit(1)
    )
    if level is None or level not in scheme.fen_by_level:
        raise RuleViolation("register.award-level", "The person holds no certificate that this scheme pays for.")
    paid = session.scalar(
        select(func.coalesce(func.sum(case((LINE.reverses_id.is_(None), 1), else_=-1)), 0)).where(
            LINE.scheme_id == scheme_id, LINE.person_id == person_id
        )
    )
    if scheme.cap_months is not None and (paid or 0) >= scheme.cap_months:
        raise RuleViolation("register.award-cap", "All %(count)s months are paid already.", count=scheme.cap_months)
    try:
        line_id = session.scalar(
            insert(LINE)
            .values(
                scheme_id=scheme_id,
                person_id=person_id,
                level=level,
                month=month,
                fen=scheme.fen_by_level[level],
                posted_by=actor.person_id,
                posted_at=now,
            )
            .returning(LINE.id)
        )
    except IntegrityError as error:
        raise Conflict("register.award-paid", "This month is paid to this person already.") from error
    assert line_id is not None
    record(session, actor, "register.award-paid", "award_line", line_id, now=now)
    return line_id


def take_back(session: Session, actor: Actor, line_id: int, *, reason: str, now: datetime) -> int:
    """Take a payment back by a negative line; returns whose it was.

    Raises:
        NotFound: no such payment within the actor's bounds.
        Conflict: ``register.award-taken-back`` -- it was taken back already, or is itself a taking back.
    """
    line = session.get(LINE, line_id)
    if line is None:
        raise NotFound("register.award-line", "There is no such payment.")
    seen(session, actor, Permission.REGISTER_AWARD_PAY, line.person_id)
    if line.reverses_id is not None:
        raise Conflict("register.award-taken-back", "This payment was taken back already.")
    try:
        session.execute(
            insert(LINE).values(
                scheme_id=line.scheme_id,
                person_id=line.person_id,
                level=line.level,
                month=line.month,
                fen=-line.fen,
                reverses_id=line.id,
                reason=reason,
                posted_by=actor.person_id,
                posted_at=now,
            )
        )
    except IntegrityError as error:
        raise Conflict("register.award-taken-back", "This payment was taken back already.") from error
    record(session, actor, "register.award-taken-back", "award_line", line_id, now=now)
    return line.person_id


def paid_totals(session: Session, actor: Actor, organisation_id: int | None = None) -> tuple[int, int]:
    """(persons paid, fen in all) within the actor's bounds, and within an organisation and all below it if given.

    A person whose payments were all taken back is not counted.
    """
    below = [in_subtree(PersonRow.organisation_id, organisation_id)] if organisation_id else []
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
    months = func.sum(case((LINE.reverses_id.is_(None), 1), else_=-1)).label("months")
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
            LINE.reverses_id,
            LINE.id.in_(taken_back).label("taken_back"),
        )
        .join(SCHEME, SCHEME.id == LINE.scheme_id)
        .where(LINE.person_id == person_id)
        .order_by(LINE.month.desc(), LINE.id.desc())
    )
    return person.name, [dict(row) for row in rows.mappings()]


def _scheme(session: Session, actor: Actor, scheme_id: int) -> AwardSchemeRow:
    scheme = session.scalar(
        select(SCHEME).where(
            SCHEME.id == scheme_id, within(SCHEME.organisation_id, actor, Permission.REGISTER_AWARD_PAY)
        )
    )
    if scheme is None:
        raise NotFound("register.scheme", "There is no such scheme.")
    return scheme
