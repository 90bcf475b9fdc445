"""How many came to the classes of a time, for subjects above: classes, person-times (培训人次) and persons."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from examprep.kernel.clock import start_of_day
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, organisation_seen
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.training.models import ClassRow, CourseRow, SessionRow
from examprep.training.presence_models import AttendanceRow


@dataclass(frozen=True)
class ClassTurnout:
    """One class in a time. ``persons`` came to at least one of its closed ``sessions``; ``presences`` counts each."""

    class_id: int
    name: str
    organisation: str
    kind: str
    mode: str
    sessions: int
    persons: int
    presences: int


@dataclass(frozen=True)
class Turnout:
    """The classes of a unit and below with a closed session in a time. ``persons`` counts each once."""

    classes: tuple[ClassTurnout, ...]
    persons: int

    @property
    def person_times(self) -> int:
        """培训人次: everybody who came, once for each class."""
        return sum(each.persons for each in self.classes)


def turnout(session: Session, actor: Actor, permission: str, unit: int, since: date, until: date) -> Turnout:
    """Of the classes that ``unit`` and those below it hold, whoever came: sessions from a day up to another.

    Raises:
        NotFound: the unit lies where the actor may not do the act.
    """
    organisation_seen(session, actor, permission, unit)
    here = _here(unit, since, until)
    return Turnout(tuple(_classes(session, here)), _persons(session, here))


def who_came(session: Session, actor: Actor, permission: str, unit: int, since: date, until: date, ask: Ask) -> Page:
    """The persons behind a turnout, once for each class, or with the filter ``each=person`` once; filter ``class``.

    Raises:
        NotFound: the unit lies where the actor may not do the act.
    """
    organisation_seen(session, actor, permission, unit)
    here, one = _here(unit, since, until), ask.number("class")
    came = (
        select(
            AttendanceRow.person_id,
            func.min(ClassRow.name).label("class_name"),
            func.count(ClassRow.id.distinct()).label("classes"),
            func.count(SessionRow.id.distinct()).label("sessions"),
        )
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .join(ClassRow, ClassRow.id == SessionRow.class_id)
        .where(AttendanceRow.present, *here, *([ClassRow.id == one] if one is not None else ()))
        .group_by(AttendanceRow.person_id, *(() if ask.filters.get("each") == "person" else (ClassRow.id,)))
        .subquery()
    )
    query = (
        select(PersonRow.name, OrganisationRow.name.label("unit"), came.c.class_name, came.c.classes, came.c.sessions)
        .join(PersonRow, PersonRow.id == came.c.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
    )
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "unit": OrganisationRow.name, "class_name": came.c.class_name,
                  "classes": came.c.classes, "sessions": came.c.sessions},
        default=[PersonRow.name, PersonRow.id, came.c.class_name],
    )  # fmt: skip


def _here(unit: int, since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    return (
        SessionRow.state == "closed",
        SessionRow.starts_at >= start_of_day(since),
        SessionRow.starts_at < start_of_day(until),
        in_subtree(ClassRow.organisation_id, unit),
    )


def _classes(session: Session, here: tuple[ColumnElement[bool], ...]) -> list[ClassTurnout]:
    came = AttendanceRow.person_id
    rows = session.execute(
        select(
            ClassRow.id,
            ClassRow.name,
            OrganisationRow.name,
            CourseRow.kind,
            ClassRow.mode,
            func.count(SessionRow.id.distinct()),
            func.count(came.distinct()),
            func.count(came),
        )
        .join(SessionRow, SessionRow.class_id == ClassRow.id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(OrganisationRow, OrganisationRow.id == ClassRow.organisation_id)
        .outerjoin(AttendanceRow, (AttendanceRow.session_id == SessionRow.id) & AttendanceRow.present)
        .where(*here)
        .group_by(ClassRow.id, ClassRow.name, OrganisationRow.name, CourseRow.kind, ClassRow.mode)
        .order_by(ClassRow.name, ClassRow.id)
    )
    return [ClassTurnout(*row) for row in rows]


def _persons(session: Session, here: tuple[ColumnElement[bool], ...]) -> int:
    query = (
        select(func.count(AttendanceRow.person_id.distinct()))
        .join(SessionRow, SessionRow.id == AttendanceRow.session_id)
        .join(ClassRow, ClassRow.id == SessionRow.class_id)
        .where(AttendanceRow.present, *here)
    )
    return session.scalar(query) or 0
