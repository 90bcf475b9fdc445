"""What a calendar address answers. Loaded when one is asked for, since the library takes its time to load."""

from collections.abc import Sequence
from datetime import date

from flask_babel import force_locale
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_
from examprep.people.models import AccountRow, PersonRow
from examprep.plumbing.i18n import say
from examprep.plumbing.vault import Vault
from examprep.training import calendars
from examprep.training.models import ClassRow, FeedRow, SeriesRow, SessionRow
from examprep.training.rules import ical


def text_of(session: Session, vault: Vault, key: str, *, base_url: str) -> bytes:
    """The calendar behind an address, in its owner's language. Three statements, however many classes.

    Raises:
        NotFound: the address is unknown, was revoked, or its owner's account is closed; which of them is not said.
    """
    found = session.execute(
        select(FeedRow.person_id, FeedRow.class_id, FeedRow.alarm_minutes, PersonRow.name, PersonRow.language)
        .join(PersonRow, PersonRow.id == FeedRow.person_id)
        .outerjoin(AccountRow, AccountRow.person_id == FeedRow.person_id)
        .where(
            FeedRow.key_hash == calendars.hash_of(key),
            FeedRow.revoked_at.is_(None),
            AccountRow.closed_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("training.feed", "There is no such calendar.")
    which = calendars.of_person(found.person_id)  # also of one class: who left it is told no more
    if found.class_id is not None:
        which &= ClassRow.id == found.class_id
    entries = _entries(session, which, base_url)
    with force_locale(found.language):
        words = ical.Words(say(N_("[Cancelled] ")), say(N_("Soon: ")))
        name = say(N_("My classes")) if found.class_id is None else (entries[0].title if entries else say(N_("Class")))
    return ical.calendar(
        name,
        entries,
        _rules(session, which),
        installation=vault.fingerprint("calendar")[:16] + ".examprep",
        alarm_minutes=found.alarm_minutes,
        words=words,
    )


def _entries(session: Session, which: ColumnElement[bool], base_url: str) -> list[ical.Entry]:
    row = SessionRow
    query = (
        select(
            row.id, row.series_id, row.occurs_on, row.starts_at, row.ends_at, row.place, row.link, row.state,
            row.reason, row.revision, row.changed_at, row.class_id, ClassRow.name,
        )
        .join(ClassRow, ClassRow.id == row.class_id)
        .where(which)
        .order_by(row.starts_at, row.id)
    )  # fmt: skip
    return [
        ical.Entry(
            id=found.id,
            series_id=found.series_id,
            occurs_on=found.occurs_on,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            title=found.name,
            place=found.place,
            link=found.link,
            address=f"{base_url}/training/classes/{found.class_id}",
            cancelled=found.state == "cancelled",
            reason=(found.reason or "") if found.state == "cancelled" else "",
            revision=found.revision,
            changed_at=found.changed_at,
        )
        for found in session.execute(query)
    ]


def _rules(session: Session, which: ColumnElement[bool]) -> dict[int, ical.Rule]:
    rows = session.scalars(select(SeriesRow).join(ClassRow, ClassRow.id == SeriesRow.class_id).where(which))
    return {
        row.id: ical.Rule(row.id, row.weekdays, row.first_on, row.last_on, row.starts, row.ends, _days(row.skipped))
        for row in rows
    }


def _days(skipped: Sequence[dict[str, str]]) -> list[date]:
    return [date.fromisoformat(each["on"]) for each in skipped]
