"""Announcements as they are read: what is shown to whom, and who of those addressed has opened it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.campaign.announcing import WRITE, managed_row
from examprep.campaign.models import AnnouncementFileRow, AnnouncementRow, ReadRow
from examprep.kernel.errors import NotFound
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import AccountRow, OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.prepared import Prepared

ROW = AnnouncementRow


@dataclass(frozen=True)
class Notice:
    """An announcement as a reader sees it."""

    id: int
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    link: str | None
    organisation: str
    since: date
    until: date
    pinned: bool
    by_mail: bool
    withdrawn_at: datetime | None
    reason: str | None
    file_name: str | None
    read: bool


def _addressed(organisation_id: Any) -> ColumnElement[bool]:
    """That an announcement is written for an organisation or one above it."""
    tree = OrganisationTreeRow
    return ROW.organisation_id.in_(select(tree.ancestor_id).where(tree.descendant_id == organisation_id))


def shown_on(today: Any) -> ColumnElement[bool]:
    """That an announcement is shown on a day."""
    return and_(ROW.withdrawn_at.is_(None), ROW.since <= today, ROW.until > today)


def _notices(person_id: Any, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    mine = and_(ReadRow.announcement_id == ROW.id, ReadRow.person_id == person_id)
    return (
        select(
            ROW.id,
            ROW.titles,
            ROW.bodies,
            ROW.link,
            OrganisationRow.name.label("organisation"),
            ROW.since,
            ROW.until,
            ROW.pinned,
            ROW.by_mail,
            ROW.withdrawn_at,
            ROW.reason,
            AnnouncementFileRow.name.label("file_name"),
            ReadRow.read_at.is_not(None).label("read"),
        )
        .join(OrganisationRow, OrganisationRow.id == ROW.organisation_id)
        .outerjoin(AnnouncementFileRow, AnnouncementFileRow.announcement_id == ROW.id)
        .outerjoin(ReadRow, mine)
        .where(*conditions)
    )


def _unread() -> Select[*tuple[Any, ...]]:
    query = _notices(
        bindparam("person_id", type_=Integer),
        _addressed(bindparam("organisation_id", type_=Integer)),
        shown_on(bindparam("today", type_=Date)),
        ReadRow.read_at.is_(None),
    )
    return query.order_by(ROW.pinned.desc(), ROW.since.desc(), ROW.id.desc()).limit(bindparam("limit", type_=Integer))


_UNREAD = Prepared(lambda _: _unread(), list(_unread().selected_columns))


def unread(session: Session, actor: Actor, today: date, *, limit: int = 3) -> list[Notice]:
    """What is shown to the actor and not yet opened, pinned ones first; one statement, for cards."""
    asked = {
        "person_id": actor.person_id,
        "organisation_id": actor.organisation_id,
        "today": today,
        "limit": limit,
    }
    return [Notice(*row) for row in _UNREAD.run(session.connection(), asked)]


def mine(session: Session, actor: Actor, ask: Ask, today: date) -> Page:
    """All that is or was shown to the actor, pinned ones first; withdrawn ones are not shown."""
    query = _notices(actor.person_id, _addressed(actor.organisation_id), ROW.withdrawn_at.is_(None), ROW.since <= today)
    return fetch(session, query, ask, default=[ROW.pinned.desc(), ROW.since.desc(), ROW.id.desc()])


def read(session: Session, actor: Actor, announcement_id: int, today: date) -> Notice:
    """One announcement addressed to the actor, or within what they manage.

    Raises:
        NotFound: ``campaign.announcement``.
    """
    readable = and_(_addressed(actor.organisation_id), ROW.withdrawn_at.is_(None), ROW.since <= today)
    if actor.may(WRITE):
        readable = readable | within(ROW.organisation_id, actor, WRITE)
    row = session.execute(_notices(actor.person_id, ROW.id == announcement_id, readable)).one_or_none()
    if row is None:
        raise NotFound("campaign.announcement", "There is no such announcement.")
    return Notice(*row)


def mark_read(session: Session, actor: Actor, announcement_id: int, *, now: datetime) -> None:
    """Note that the actor has opened an announcement that is addressed to them; again is nothing."""
    addressed = session.scalar(select(ROW.id).where(ROW.id == announcement_id, _addressed(actor.organisation_id)))
    if addressed is None or session.get(ReadRow, (announcement_id, actor.person_id)) is not None:
        return
    try:
        with session.begin_nested():
            session.add(ReadRow(announcement_id=announcement_id, person_id=actor.person_id, read_at=now))
    except IntegrityError:
        return  # opened twice at once


def attached(session: Session, actor: Actor, announcement_id: int, today: date) -> tuple[str, bytes]:
    """Name and content of the attached file.

    Raises:
        NotFound: ``campaign.announcement``, ``campaign.file-missing``.
    """
    read(session, actor, announcement_id, today)
    row = session.get(AnnouncementFileRow, announcement_id)
    if row is None:
        raise NotFound("campaign.file-missing", "There is no file.")
    return row.name, row.content


def managed(session: Session, actor: Actor, ask: Ask, today: date) -> Page:
    """All announcements of the actor's organisations with how many have seen them, of how many."""
    tree = OrganisationTreeRow
    accounts = (
        select(func.count())
        .select_from(AccountRow)
        .join(PersonRow, PersonRow.id == AccountRow.person_id)
        .join(tree, tree.descendant_id == PersonRow.organisation_id)
        .where(tree.ancestor_id == ROW.organisation_id, AccountRow.closed_at.is_(None))
    )
    # Both count the same persons as `readers` lists: who left since or has no account any more is in neither.
    mark = and_(ReadRow.person_id == PersonRow.id, ReadRow.announcement_id == ROW.id)
    seen_by = accounts.join(ReadRow, mark).correlate(ROW).scalar_subquery()
    persons = accounts.correlate(ROW).scalar_subquery()
    query = (
        select(
            ROW.id,
            ROW.titles,
            OrganisationRow.name.label("organisation"),
            ROW.since,
            ROW.until,
            ROW.pinned,
            ROW.by_mail,
            ROW.withdrawn_at,
            seen_by.label("readers"),
            persons.label("persons"),
        )
        .join(OrganisationRow, OrganisationRow.id == ROW.organisation_id)
        .where(within(ROW.organisation_id, actor, WRITE))
    )
    state = {"shown": shown_on(today), "withdrawn": ROW.withdrawn_at.is_not(None)}.get(ask.filters.get("state", ""))
    if state is not None:
        query = query.where(state)
    return fetch(
        session,
        query,
        ask,
        sortable={"since": ROW.since, "until": ROW.until, "organisation": OrganisationRow.name},
        searchable=[OrganisationRow.name, ROW.titles["zh"].as_string(), ROW.titles["en"].as_string()],
        default=[ROW.id.desc()],
    )


def readers(session: Session, actor: Actor, announcement_id: int, ask: Ask) -> Page:
    """Everybody with an account to whom it is addressed, with when they opened it; ``read=no``: who has not.

    Raises:
        NotFound: ``campaign.announcement``.
    """
    row = managed_row(session, actor, announcement_id)
    mark = and_(ReadRow.person_id == PersonRow.id, ReadRow.announcement_id == row.id)
    query = (
        select(PersonRow.id, PersonRow.name, OrganisationRow.name.label("organisation"), ReadRow.read_at)
        .join(AccountRow, and_(AccountRow.person_id == PersonRow.id, AccountRow.closed_at.is_(None)))
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(ReadRow, mark)
        .where(in_subtree(PersonRow.organisation_id, row.organisation_id))
    )
    seen = {"yes": ReadRow.read_at.is_not(None), "no": ReadRow.read_at.is_(None)}.get(ask.filters.get("read", ""))
    if seen is not None:
        query = query.where(seen)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "organisation": OrganisationRow.name, "read_at": ReadRow.read_at},
        searchable=[PersonRow.name, OrganisationRow.name],
        default=[OrganisationRow.name, PersonRow.name, PersonRow.id],
    )
