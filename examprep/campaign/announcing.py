"""Announcements: for an organisation and all below it, shown for a span of days, withdrawn but never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.campaign.models import AnnouncementFileRow, AnnouncementRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow

WRITE = Permission.CAMPAIGN_ANNOUNCEMENT_WRITE
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
    row = _standing(session, actor, announcement_id)
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
    row = _standing(session, actor, announcement_id)
    if not reason.strip():
        raise RuleViolation("campaign.reason", "Say why it is withdrawn.")
    row.withdrawn_at, row.reason = now, reason.strip()[:200]
    session.flush()
    after = {"reason": row.reason}
    record(session, actor, "campaign.announcement-withdrawn", "campaign_announcement", row.id, now=now, after=after)


def managed_row(session: Session, actor: Actor, announcement_id: int, *, lock: bool = False) -> AnnouncementRow:
    """Raises NotFound: ``campaign.announcement`` -- none of that number in the actor's organisations."""
    query = select(ROW).where(ROW.id == announcement_id, within(ROW.organisation_id, actor, WRITE))
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("campaign.announcement", "There is no such announcement.")
    return row


def manages(session: Session, actor: Actor, announcement_id: int) -> bool:
    """Whether the actor may mend and withdraw it."""
    mine = select(ROW.id).where(ROW.id == announcement_id, within(ROW.organisation_id, actor, WRITE))
    return session.scalar(mine) is not None


def _standing(session: Session, actor: Actor, announcement_id: int) -> AnnouncementRow:
    """One that may still be mended or withdrawn, held until the end: of two at once, the second sees the first."""
    row = managed_row(session, actor, announcement_id, lock=True)
    if row.withdrawn_at is not None:
        raise Conflict("campaign.withdrawn", "This announcement was withdrawn. Write a new one.")
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
