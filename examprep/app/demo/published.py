"""What the generated bureaus have published: one of them took a publication back, one has a draft waiting."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from examprep.bureau import publishing
from examprep.people.actor import Actor

YEARS_BACK = 5


def prepare(session: Session, officer: Actor, bureau: int, today: date, now: datetime) -> int:
    """The tables of the last years, one step deep, as a draft; returns its id."""
    asked = publishing.Asked(bureau, 1, range(today.year - YEARS_BACK, today.year + 1))
    found = publishing.draft(session, officer, asked, today=today)
    return publishing.keep(session, officer, found, now=now)


def publish(session: Session, officer: Actor, bureau: int, now: datetime, today: date) -> int:
    """The same, published a minute later."""
    number = prepare(session, officer, bureau, today, now)
    publishing.publish(session, officer, number, now=now + timedelta(minutes=1))
    return number


def withdraw(session: Session, officer: Actor, number: int, now: datetime) -> None:
    publishing.withdraw(session, officer, number, "漏报一个社工站，更正后重新发布", now=now)
