"""Mails of announcements: queued once for each person addressed, and sent only to who has not read it meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from examprep.campaign.models import AnnouncementRow, ReadRow
from examprep.campaign.notices import shown_on
from examprep.kernel.clock import office_day
from examprep.people.bulk import chunks
from examprep.people.models import OrganisationTreeRow, PersonRow
from examprep.plumbing.jobs import JobTurn
from examprep.reminders.actions import Reminder, queue_many

TEMPLATE, CONDITION = "campaign-announcement", "campaign.announcement-unread"
ROW = AnnouncementRow


def mail_due(turn: JobTurn) -> int:
    """Queue the mails of announcements that are shown from today and asked for mails; returns how many were new."""
    today, database = office_day(turn.now), turn.runtime.database
    with database.read() as session:
        waiting = session.scalars(
            select(ROW.id).where(ROW.by_mail, ROW.mailed_at.is_(None), shown_on(today)).order_by(ROW.id)
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
    shown = session.scalar(select(ROW.id).where(ROW.id == number, shown_on(today)))
    return shown is not None and session.get(ReadRow, (number, person_id)) is None
