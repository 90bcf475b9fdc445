"""What the pages show, put together from bounded queries; values out, nothing is changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.orm import Session

from examprep.feature import ExamClass
from examprep.kernel.clock import office_day, start_of_day
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.plumbing.i18n import in_language
from examprep.plumbing.listing import Ask, Page
from examprep.syllabus import actions as syllabus
from examprep.training import materials, page_store, seat_store, seats, store
from examprep.training.materials import Material
from examprep.training.models import ClassRow, CourseRow, SessionRow
from examprep.training.rules.enrolment import takes_enrolments
from examprep.training.rules.seating import STANDING
from examprep.training.values import CLASS_STANDINGS, KINDS, SEATS, ClassCard, Course, Learner, Meeting

AHEAD = 8
OFFERED = 3


@dataclass(frozen=True)
class Home:
    """A trainer's day: today's sessions, past ones still to close, and what comes."""

    today: Sequence[Meeting]
    to_close: Sequence[Meeting]
    ahead: Sequence[Meeting]
    courses: int
    classes: int


@dataclass(frozen=True)
class ClassView:
    """A class with its sessions and people."""

    card: ClassCard
    sessions: Sequence[Meeting]
    learners: Sequence[Learner]
    waiting: Sequence[Learner]
    offered: Sequence[Learner] = ()
    asked: Sequence[Learner] = ()
    shares: Sequence[Mapping[str, Any]] = ()  # as `share_lines` gives them


@dataclass(frozen=True)
class SeatView:
    """A class as a candidate sees it: ``seat`` is theirs, ``ahead`` how many wait before them.

    ``ended`` is how an earlier wish ended (lapsed, refused, or taken away), with ``reason``; ``until`` is the end of
    an offer; ``step`` who is to approve; ``outcome`` what asking now would lead to, or why it cannot be.
    """

    card: ClassCard
    sessions: Sequence[Meeting]
    seat: str | None
    ahead: int
    open: bool
    materials: Sequence[Material] = ()
    ended: str | None = None
    reason: str | None = None
    until: datetime | None = None
    step: str | None = None
    outcome: str | Sentence | None = None


@dataclass(frozen=True)
class MyClass:
    """A class the candidate has a seat in, and its next session."""

    card: ClassCard
    seat: str
    following: Meeting | None


def home(session: Session, actor: Actor, *, now: datetime) -> Home:
    begins = start_of_day(office_day(now))
    ends = begins + timedelta(days=1)
    mine, row = store.managed(actor), SessionRow
    standing = row.state != "cancelled"
    today = _meetings(session, mine, row.starts_at < ends, row.ends_at > begins)
    late = _meetings(session, mine, row.state == "planned", row.ends_at <= begins)
    ahead = _meetings(session, mine, standing, row.starts_at >= ends, limit=AHEAD)
    return Home(
        [replace(each, missing=_missing(session, each)) for each in today],
        late,
        ahead,
        len(store.courses(session, actor)),
        page_store.count_classes(session, mine),
    )


def _missing(session: Session, each: Meeting) -> list[str]:
    """The names of those who have a seat and are not recorded as present."""
    row = session.get_one(SessionRow, each.id)
    return [line[1] for line in store.roster(session, row) if not line[5]]


def classes(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """The classes the actor manages."""
    return _named(page_store.class_page(session, ask, store.managed(actor), now=now))


def open_classes(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """The classes a candidate can ask for a seat in, now or soon."""
    return _named(
        page_store.class_page(
            session,
            ask,
            store.reachable(actor),
            page_store.standing(now).in_(("open", "soon")),
            now=now,
            person_id=actor.person_id,
        )
    )


def week(connection: Connection, actor: Actor, ask: Ask, monday: date, *, managed: bool) -> Page:
    """A week's sessions of the classes that the actor manages, each with how many are enrolled; or else of those in
    which the actor has a seat.
    """
    between = start_of_day(monday), start_of_day(monday + timedelta(days=7))
    return (page_store.managed_week if managed else page_store.attended_week)(connection, actor, ask, *between)


def mending(session: Session, actor: Actor, categories: Collection[str], *, now: datetime) -> list[dict[str, Any]]:
    """The first open classes of some categories, by next session; those in which the actor has a seat are left out."""
    page = page_store.class_page(
        session,
        Ask(sort="next_at", size=OFFERED),
        store.reachable(actor),
        page_store.standing(now) == "open",
        page_store.of_categories(categories),
        ~store.has_seat(actor.person_id),
        now=now,
    )
    return [dict(row) for row in page.rows if row["next_at"] is not None]


def _named(page: Page) -> Page:
    """Codes become the names that the table and the export show."""
    rows = [
        {
            **row,
            "state": CLASS_STANDINGS[row["state"]],
            "kind": KINDS[row["kind"]],
            "seat": SEATS[row["seat"]] if row["seat"] in STANDING else None,
            "last_day": row["closes_on"] - timedelta(days=1),
        }
        for row in page.rows
    ]
    return replace(page, rows=rows)


def course_page(session: Session, actor: Actor, ask: Ask) -> Page:
    page = page_store.course_page(session, actor, ask)
    names = dict(levels(session))
    return replace(
        page, rows=[{**row, "kind": KINDS[row["kind"]], "level": names.get(row["level"])} for row in page.rows]
    )


def course(session: Session, actor: Actor, course_id: int) -> Course:
    return _course(store.course(session, actor, course_id))


def subject_of(session: Session, card: ClassCard) -> str:
    """The subject that a class prepares for: the course's, or else the first of its level, or else the first."""
    of = session.get_one(CourseRow, card.course_id)
    known = syllabus.subjects(session, level=of.level) or syllabus.subjects(session)
    return of.subject_code or known[0].code


def courses(session: Session, actor: Actor) -> list[Course]:
    return [_course(row) for row in store.courses(session, actor)]


def trainers(session: Session, actor: Actor, today: date) -> list[tuple[int, str]]:
    return store.trainers(session, actor, today)


def class_card(session: Session, actor: Actor, class_id: int, *, now: datetime) -> ClassCard:
    row = store.class_(session, actor, class_id)
    return card_of(page_store.class_cards(session, ClassRow.id == row.id, now=now)[0])


def class_view(session: Session, actor: Actor, class_id: int, *, now: datetime) -> ClassView:
    """Raises NotFound."""
    card = class_card(session, actor, class_id, now=now)
    people: dict[str, list[Learner]] = defaultdict(list)
    for person_id, name, organisation, seat, since, came, until in store.learners(session, class_id):
        people[seat].append(Learner(person_id, name, organisation, seat, since, attended=came, until=until))
    sessions = _meetings(session, SessionRow.class_id == class_id)
    return ClassView(
        card,
        sessions,
        people["enrolled"],
        people["waiting"],
        people["offered"],
        people["asked"],
        seat_store.share_lines(session, class_id, office_day(now)),
    )


def meeting(session: Session, actor: Actor, session_id: int) -> tuple[Meeting, list[Learner]]:
    """A session and its list. Raises NotFound."""
    row = store.meeting(session, actor, session_id)
    learners = [
        Learner(person_id, name, organisation, seat, since, present, minutes=minutes)
        for person_id, name, organisation, seat, since, present, minutes in store.roster(session, row)
    ]
    return _meetings(session, SessionRow.id == row.id)[0], learners


def seat_view(session: Session, actor: Actor, class_id: int, *, now: datetime) -> SeatView:
    """Raises NotFound: no such class that the candidate may know of."""
    row = store.class_open_to(session, actor, class_id)
    seat = store.enrolment(session, row.id, actor.person_id)
    has_seat = seat is not None and seat.state == "enrolled"
    view = SeatView(
        card_of(page_store.class_cards(session, ClassRow.id == row.id, now=now)[0]),
        _meetings(session, SessionRow.class_id == row.id),
        None,
        0,
        takes_enrolments(store.window(session, row), now=now, today=office_day(now)),
        materials.for_learner(session, actor.person_id, row.id) if has_seat else (),
    )
    if seat is not None and seat.state in STANDING:
        ahead = seat_store.ahead(session, seat) if seat.state == "waiting" else 0
        return replace(view, seat=seat.state, ahead=ahead, until=seat.offered_until, step=seat.step)
    if seat is not None and (seat.state != "left" or seat.reason):
        view = replace(view, ended=seat.state, reason=seat.reason)
    if not view.open:
        return view
    outcome = seats.foresee(session, row, [actor.person_id], by_others=False, now=now)[actor.person_id]
    return replace(view, outcome=outcome.sentence if isinstance(outcome, RuleViolation) else outcome)


def my_classes(session: Session, actor: Actor, *, now: datetime) -> list[MyClass]:
    """The actor's classes that are not over, each with its next session, soonest first."""
    found = []
    for line in page_store.class_cards(session, store.has_seat(actor.person_id), now=now):
        card, seat = card_of(line), store.enrolment(session, line[0].id, actor.person_id)
        sessions = _meetings(session, SessionRow.class_id == card.id, SessionRow.state != "cancelled")
        coming = [each for each in sessions if each.ends_at > now]
        if seat is not None and (coming or not sessions):
            found.append(MyClass(card, seat.state, coming[0] if coming else None))
    return sorted(found, key=lambda each: (each.following is None, each.following and each.following.starts_at))


def _meetings(session: Session, *conditions: Any, limit: int | None = None) -> list[Meeting]:
    return [
        Meeting(
            row.id,
            row.class_id,
            class_name,
            course_name,
            trainer,
            row.starts_at,
            row.ends_at,
            row.place,
            row.link,
            row.state,
            row.reason,
            taken,
            came,
            row.closed_at,
            *rule,
        )
        for row, class_name, course_name, trainer, taken, came, *rule in page_store.meetings(
            session, *conditions, limit=limit
        )
    ]


def _course(row: CourseRow) -> Course:
    return Course(row.id, row.name, row.kind, row.subject_code, row.level, row.category, row.description)


def card_of(line: Any) -> ClassCard:
    """A line of `page_store.class_cards` as pages show it."""
    row, course_row, organisation, trainer, enrolled, waiting, offered, standing = line
    return ClassCard(
        id=row.id,
        course_id=row.course_id,
        course_name=course_row.name,
        kind=course_row.kind,
        category=course_row.category,
        description=course_row.description,
        name=row.name,
        organisation=organisation,
        trainer_id=row.trainer_id,
        trainer_name=trainer,
        capacity=row.capacity,
        mode=row.mode,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        state=row.state,
        exam_year=row.exam_year,
        reason=row.reason,
        enrolled=enrolled,
        waiting=waiting,
        offered=offered,
        standing=standing,
        hours_rule=row.hours_rule,
        hours_percent=row.hours_percent,
    )


def subjects(session: Session) -> list[tuple[str, str]]:
    """(code, name) of the exam's subjects, each name in the reader's language."""
    return [(each.code, in_language(each.names)) for each in syllabus.subjects(session)]


def copyable(session: Session, actor: Actor, class_ids: Sequence[int], course_id: int | None) -> list[int]:
    """Of some classes, or of all of a course, those that the actor manages and that have sessions, the first first."""
    begins = select(func.min(SessionRow.starts_at)).where(SessionRow.class_id == ClassRow.id).scalar_subquery()
    which = ClassRow.course_id == course_id if course_id is not None else ClassRow.id.in_(class_ids)
    standing = or_(ClassRow.state != "cancelled", ClassRow.id.in_(class_ids))
    query = select(ClassRow.id).where(which, standing, begins.is_not(None), store.managed(actor))
    return list(session.scalars(query.order_by(begins, ClassRow.id)))


def next_exam_year(session: Session, day: date) -> int | None:
    """The year of the first exam from a day on, as far as it is announced."""
    found = syllabus.next_exam(session, day)
    return found[0] if found else None


def levels(session: Session) -> list[tuple[str, str]]:
    """(code, name) of the levels."""
    return [(each.code, in_language(each.names)) for each in syllabus.levels(session)]


def exam_classes(session: Session, actor: Actor) -> list[ExamClass]:
    """Classes for an exam within the actor's figures or held above them, the latest exam first."""
    return [ExamClass(*found) for found in store.exam_classes(session, actor)]
