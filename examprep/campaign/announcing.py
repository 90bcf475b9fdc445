"""Announcements: for an organisation and all below it, shown for a span of days, withdrawn but never deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.campaign.models import AnnouncementFileRow, AnnouncementRow, ReadRow
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.bulk import chunks
from examprep.people.models import AccountRow, OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.db import Prepared
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.reminders.actions import Reminder, queue_many

WRITE = Permission.CAMPAIGN_ANNOUNCEMENT_WRITE
TEMPLATE, CONDITION = "campaign-announcement", "campaign.announcement-unread"
# What opens on any office PC or phone and runs nothing by itself.
FILE_KINDS = ("pdf", "docx", "xlsx", "jpg", "jpeg", "png", "txt", "csv", "zip")
LARGEST_FILE = 10 * 1024 * 1024
ROW = AnnouncementRow


@dataclass(frozen=True)
class Entry:
    """An announcement as an officer writes it. ``until`` is the first day on which it is no longer shown."""

    organisation_id: int
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    since: date
    until: date
    link: str | None = None
    pinned: bool = False
    by_mail: bool = False
    file_name: str = ""
    file_content: bytes = field(default=b"", repr=False)


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


def write(session: Session, actor: Actor, entry: Entry, *, now: datetime) -> int:
    """Publish an announcement; returns its id.

    Raises:
        NotFound: ``people.organisation`` -- outside the actor's bounds.
        RuleViolation: ``campaign.no-title``, ``campaign.days``, ``campaign.link``, ``campaign.file``.
    """
    _check(session, actor, entry)
    row = ROW(by_id=actor.person_id, written_at=now, **_values(entry))
    session.add(row)
    session.flush()
    _attach(session, row.id, entry)
    record(session, actor, "campaign.announced", "campaign_announcement", row.id, now=now, after=_told(row))
    return row.id


def change(session: Session, actor: Actor, announcement_id: int, entry: Entry, *, now: datetime) -> None:
    """Mend an announcement; without a new file the attached one stays. Read marks stay too.

    Raises:
        NotFound: ``campaign.announcement``, ``people.organisation``.
        RuleViolation: as `write`.
        Conflict: ``campaign.withdrawn``.
    """
    row = managed_row(session, actor, announcement_id)
    if row.withdrawn_at is not None:
        raise Conflict("campaign.withdrawn", "This announcement was withdrawn. Write a new one.")
    _check(session, actor, entry)
    before = _told(row)
    for name, value in _values(entry).items():
        setattr(row, name, value)
    session.flush()
    _attach(session, row.id, entry)
    after = _told(row)
    record(
        session,
        actor,
        "campaign.announcement-changed",
        "campaign_announcement",
        row.id,
        now=now,
        before=before,
        after=after,
    )


def withdraw(session: Session, actor: Actor, announcement_id: int, reason: str, *, now: datetime) -> None:
    """Show it to nobody any more; mails not yet sent are dropped. It stays on file with the reason.

    Raises:
        NotFound: ``campaign.announcement``.
        RuleViolation: ``campaign.reason``.
        Conflict: ``campaign.withdrawn``.
    """
    row = managed_row(session, actor, announcement_id)
    if row.withdrawn_at is not None:
        raise Conflict("campaign.withdrawn", "This announcement was withdrawn. Write a new one.")
    if not reason.strip():
        raise RuleViolation("campaign.reason", "Say why it is withdrawn.")
    row.withdrawn_at, row.reason = now, reason.strip()[:200]
    session.flush()
    after = {"reason": row.reason}
    record(session, actor, "campaign.announcement-withdrawn", "campaign_announcement", row.id, now=now, after=after)


def managed_row(session: Session, actor: Actor, announcement_id: int) -> AnnouncementRow:
    """Raises NotFound: ``campaign.announcement`` -- none of that number in the actor's organisations."""
    row = session.scalar(select(ROW).where(ROW.id == announcement_id, within(ROW.organisation_id, actor, WRITE)))
    if row is None:
        raise NotFound("campaign.announcement", "There is no such announcement.")
    return row


def _check(session: Session, actor: Actor, entry: Entry) -> None:
    mine = select(OrganisationRow.id).where(
        OrganisationRow.id == entry.organisation_id, within(OrganisationRow.id, actor, WRITE)
    )
    if session.scalar(mine) is None:
        raise NotFound("people.organisation", "There is no such organisation within your bounds.")
    if not any(entry.titles.get(name) and entry.bodies.get(name) for name in ("zh", "en")):
        raise RuleViolation("campaign.no-title", "Write a title and a text, in Chinese or in English.")
    if entry.until <= entry.since:
        raise RuleViolation("campaign.days", "The last day cannot be before the first.")
    if entry.link and not entry.link.startswith(("https://", "http://")):
        raise RuleViolation("campaign.link", "A link begins with https:// or http://.")
    if entry.file_name:
        kind = PurePath(entry.file_name).suffix.lower().removeprefix(".")
        if kind not in FILE_KINDS or not 0 < len(entry.file_content) <= LARGEST_FILE:
            raise RuleViolation(
                "campaign.file", "Attach a file of at most 10 MB: %(kinds)s.", kinds=", ".join(FILE_KINDS)
            )


def _values(entry: Entry) -> dict[str, Any]:
    names = ("organisation_id", "titles", "bodies", "since", "until", "pinned", "by_mail")
    return {**{name: getattr(entry, name) for name in names}, "link": entry.link or None}


def _attach(session: Session, announcement_id: int, entry: Entry) -> None:
    if entry.file_name:
        name = PurePath(entry.file_name.replace("\\", "/")).name[:120]
        session.merge(AnnouncementFileRow(announcement_id=announcement_id, name=name, content=entry.file_content))
        session.flush()


def _told(row: AnnouncementRow) -> dict[str, Any]:
    days = {"since": row.since.isoformat(), "until": row.until.isoformat()}
    return {"titles": dict(row.titles), "pinned": row.pinned, **days}


def _addressed(organisation_id: Any) -> ColumnElement[bool]:
    """That an announcement is written for an organisation or one above it."""
    tree = OrganisationTreeRow
    return ROW.organisation_id.in_(select(tree.ancestor_id).where(tree.descendant_id == organisation_id))


def _shown_on(today: Any) -> ColumnElement[bool]:
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
        _shown_on(bindparam("today", type_=Date)),
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


def manages(session: Session, actor: Actor, announcement_id: int) -> bool:
    """Whether the actor may mend and withdraw it."""
    mine = select(ROW.id).where(ROW.id == announcement_id, within(ROW.organisation_id, actor, WRITE))
    return session.scalar(mine) is not None


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
    persons = (
        select(func.count())
        .select_from(AccountRow)
        .join(PersonRow, PersonRow.id == AccountRow.person_id)
        .join(tree, tree.descendant_id == PersonRow.organisation_id)
        .where(tree.ancestor_id == ROW.organisation_id, AccountRow.closed_at.is_(None))
        .correlate(ROW)
        .scalar_subquery()
    )
    readers = select(func.count()).where(ReadRow.announcement_id == ROW.id).correlate(ROW).scalar_subquery()
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
            readers.label("readers"),
            persons.label("persons"),
        )
        .join(OrganisationRow, OrganisationRow.id == ROW.organisation_id)
        .where(within(ROW.organisation_id, actor, WRITE))
    )
    state = {"shown": _shown_on(today), "withdrawn": ROW.withdrawn_at.is_not(None)}.get(ask.filters.get("state", ""))
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


def mail_due(turn: JobTurn) -> int:
    """Queue the mails of announcements that are shown from today and asked for mails; returns how many were new."""
    today, database = office_day(turn.now), turn.runtime.database
    with database.read() as session:
        waiting = session.scalars(
            select(ROW.id).where(ROW.by_mail, ROW.mailed_at.is_(None), _shown_on(today)).order_by(ROW.id)
        ).all()
    queued = 0
    for announcement_id in waiting:
        with database.read() as session:
            persons, words = _recipients(session, announcement_id), _words(session, announcement_id)
        for chunk in chunks(persons, 1000):
            if turn.stopping():
                return queued
            with database.write() as session:
                made = (_reminder(announcement_id, person, words) for person in chunk)
                queued += queue_many(session, made, now=turn.now)
        with database.write() as session:
            session.get_one(ROW, announcement_id).mailed_at = turn.now
    return queued


def _recipients(session: Session, announcement_id: int) -> Sequence[int]:
    """Whoever is addressed, has an address and has not opened it yet."""
    where = select(ROW.organisation_id).where(ROW.id == announcement_id).scalar_subquery()
    tree = OrganisationTreeRow
    query = (
        select(PersonRow.id)
        .join(tree, tree.descendant_id == PersonRow.organisation_id)
        .outerjoin(ReadRow, and_(ReadRow.person_id == PersonRow.id, ReadRow.announcement_id == announcement_id))
        .where(tree.ancestor_id == where, PersonRow.email.is_not(None), ReadRow.read_at.is_(None))
        .order_by(PersonRow.id)
    )
    return session.scalars(query).all()


def _words(session: Session, announcement_id: int) -> Mapping[str, Any]:
    row = session.get_one(ROW, announcement_id)
    return {"announcement": announcement_id, "titles": dict(row.titles), "bodies": dict(row.bodies)}


def _reminder(announcement_id: int, person_id: int, words: Mapping[str, Any]) -> Reminder:
    return Reminder(f"campaign.announcement.{announcement_id}.{person_id}", person_id, TEMPLATE, words, CONDITION)


def still_unread(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the notice is still shown and the person has not opened it."""
    number = int(context["announcement"])
    shown = session.scalar(select(ROW.id).where(ROW.id == number, _shown_on(today)))
    return shown is not None and session.get(ReadRow, (number, person_id)) is None
