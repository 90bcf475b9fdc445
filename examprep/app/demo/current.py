"""What is going on now in the generated county: classes, hours of this year, mentors, awards, practice."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.app.demo.story import Place
from examprep.ce import actions as ce
from examprep.kernel.clock import office_time
from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.people.models import PersonRow
from examprep.practice import actions as practice
from examprep.practice.actions import Sent
from examprep.practice.rules.order import ALL, Scope
from examprep.practice.shelf import way
from examprep.register import awards
from examprep.register.models import RegisterCertificateRow
from examprep.syllabus import actions as syllabus
from examprep.training import actions as training
from examprep.training import attending, enrolling, mentoring
from examprep.training.actions import ClassEntry, CourseEntry
from examprep.training.models import EnrolmentRow, SessionRow
from examprep.training.rules.schedule import Slot

PROVIDER_COURSES = (
    ("社会工作伦理网络课程", "professional", 12),
    ("个案管理进阶培训班", "professional", 18),
    ("社区治理专题研修", "professional", 16),
    ("督导能力工作坊", "professional", 14),
    ("公共法律知识公需课", "general", 15),
    ("数字素养公需课", "general", 15),
)
SLOTS_A_DAY = ((time(9), time(11, 15)), (time(14), time(16, 15)))


def candidate_actor(session: Session, person_id: int) -> Actor:
    """A person acting as a candidate of their own unit, without signing in."""
    person = session.get_one(PersonRow, person_id)
    grant = Grant(Role.CANDIDATE, person.organisation_id)
    return Actor(0, person.id, person.name, person.organisation_id, person.language, (grant,))


def pay_awards(
    session: Session, officer: Actor, place: Place, holders: Mapping[str, Sequence[int]], now: datetime
) -> None:
    """Pay each awarded person month by month up to last month; ``holders`` are person ids by level."""
    this_month = date(now.year, now.month, 1)
    scheme = awards.add_scheme(
        session,
        organisation_id=officer.organisation_id,
        name=place.award_name,
        kind="monthly",
        fen_by_level={level: yuan * 100 for level, yuan in place.award_yuan.items()},
        cap_months=36,
        since=_months_before(this_month, 36),
        source="申报发放实施办法（试行）",
    )
    for level, paid in place.award_months.items():
        for person_id, months in zip(holders[level], paid, strict=False):
            for back in range(months, 0, -1):
                awards.pay_month(
                    session,
                    officer,
                    scheme_id=scheme,
                    person_id=person_id,
                    month=_months_before(this_month, back),
                    now=now,
                )


def _months_before(month: date, count: int) -> date:
    years, months = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, months + 1, 1)


def pair_mentors(
    session: Session, actor: Actor, mentors: Sequence[int], mentees: Sequence[int], today: date, now: datetime
) -> None:
    """Give every mentee one mentor, the mentors in turn."""
    for order, mentee in enumerate(mentees):
        since = today - timedelta(days=30 + order % 300)
        mentoring.pair(session, actor, mentor_id=mentors[order % len(mentors)], mentee_id=mentee, since=since, now=now)


def post_hours(session: Session, holders: Sequence[int], draw: random.Random, today: date, now: datetime) -> None:
    """Hours of this year from providers: some have all, some a part, some none."""
    first_day = date(today.year, 1, 1)
    for person_id in holders:
        kind = draw.random()
        share = 1.0 if kind < 0.46 else draw.uniform(0.2, 0.9) if kind < 0.85 else 0.0
        for number, (name, category, credit_hours) in enumerate(PROVIDER_COURSES):
            if draw.random() >= share:
                continue
            ce.post(
                session,
                person_id=person_id,
                minutes=credit_hours * 45,
                category=category,
                activity=name,
                earned_on=first_day + timedelta(days=draw.randrange((today - first_day).days + 1)),
                source_kind="provider.course",
                source_id=today.year * 100 + number,
                posted_by=None,
                now=now,
            )


def hold_classes(session: Session, trainer: Actor, learners: Sequence[int], draw: random.Random, now: datetime) -> None:
    """An exam class that has begun, one that is open, and a continuing-education class with closed sessions."""
    today = now.astimezone(office_time(date(now.year, 1, 1), time()).tzinfo).date()
    upcoming = syllabus.next_exam(session, today)
    exam_year = upcoming[0] if upcoming else today.year + 1
    exam = training.add_course(
        session,
        trainer,
        CourseEntry("考前培训（初级）", "exam", "professional", "ASW", None, "晚间授课，讲练结合，线上线下同步。"),
        now=now - timedelta(days=60),
    )
    continuing = training.add_course(
        session,
        trainer,
        CourseEntry("个案工作实务研修", "continuing", "professional", None, None, "以本地案例研讨为主。"),
        now=now - timedelta(days=60),
    )
    began = today - timedelta(days=21)
    evenings = [began + timedelta(days=n) for n in range(70) if (began + timedelta(days=n)).weekday() in (1, 3)]
    _class(
        session,
        trainer,
        exam,
        f"{exam_year}年考前晚间班",
        45,
        "both",
        began,
        evenings,
        ((time(19), time(21)),),
        exam_year,
        learners[:48],
        draw,
        now,
    )
    weekends = [today + timedelta(days=n) for n in range(14, 60) if (today + timedelta(days=n)).weekday() == 5]
    _class(
        session,
        trainer,
        exam,
        f"{exam_year}年考前周末班",
        30,
        "on-site",
        weekends[0],
        weekends,
        SLOTS_A_DAY,
        exam_year,
        learners[48:60],
        draw,
        now,
    )
    days = [today - timedelta(days=n) for n in (40, 33, 26)]
    _class(
        session,
        trainer,
        continuing,
        "秋季研修班",
        40,
        "on-site",
        days[0],
        days,
        SLOTS_A_DAY,
        None,
        learners[60:96],
        draw,
        now,
    )


def _class(
    session, trainer, course_id, name, capacity, mode, first, days, times, exam_year, learners, draw, now
) -> None:  # type: ignore[no-untyped-def]
    place, link = "县委党校二楼教室", "https://meeting.example.org/weining" if mode == "both" else ""
    slots = [Slot(office_time(day, start), office_time(day, end), place, link) for day in days for start, end in times]
    opened = first - timedelta(days=20)
    planned_at = office_time(opened - timedelta(days=1), time(9))
    class_id = training.plan_class(
        session,
        trainer,
        ClassEntry(course_id, name, trainer.person_id, capacity, mode, opened, first, exam_year),
        slots,
        now=planned_at,
    )
    for order, person_id in enumerate(learners):
        asked_at = min(now, office_time(opened + timedelta(days=order % 15), time(12, order % 60)))
        if asked_at > planned_at:
            enrolling.enrol(session, candidate_actor(session, person_id), class_id, now=asked_at)
    for session_id, ends_at, roster in training_sessions(session, trainer, class_id, now):
        ticks = {person_id: draw.random() < 0.86 for person_id in roster}
        attending.take_attendance(session, trainer, session_id, ticks, now=ends_at)
        attending.close_session(session, trainer, session_id, now=ends_at + timedelta(minutes=5))


def training_sessions(
    session: Session, trainer: Actor, class_id: int, now: datetime
) -> list[tuple[int, datetime, list[int]]]:
    """The sessions of a class that are over, with the people on their lists."""
    roster = list(
        session.scalars(
            select(EnrolmentRow.person_id).where(EnrolmentRow.class_id == class_id, EnrolmentRow.state == "enrolled")
        )
    )
    over = session.execute(
        select(SessionRow.id, SessionRow.ends_at)
        .where(SessionRow.class_id == class_id, SessionRow.ends_at < now)
        .order_by(SessionRow.starts_at)
    )
    return [(session_id, ends_at, roster) for session_id, ends_at in over]


def practise(session: Session, person_id: int, draw: random.Random, now: datetime) -> None:
    """Three weeks of one candidate's evenings: some hundred answers, three in four of them right."""
    actor = candidate_actor(session, person_id)
    upcoming = syllabus.next_exam(session, now.date())
    version = syllabus.version_for(session, upcoming[0] if upcoming else now.year)
    on = way(session, "asw-comprehensive", version, Scope(ALL))
    for back in range(20, 0, -1):
        if draw.random() < 0.25:
            continue
        at = now - timedelta(days=back, minutes=draw.randrange(90))
        for _ in range(draw.randint(4, 11)):
            question = practice.current(session, actor, on, now=at)
            if question is None:
                practice.restart(session, actor, on, now=at)
                break
            at += timedelta(seconds=draw.randint(20, 75))
            key, every = question.answer, range(len(question.options))
            ticks = (
                frozenset(key) if draw.random() < 0.74 else frozenset({draw.choice([n for n in every if n not in key])})
            )
            sent = Sent(
                client_id=str(UUID(int=draw.getrandbits(128), version=4)),
                version_id=question.version_id,
                syllabus=version,
                ticks=ticks,
                sure=draw.choice(("sure", "sure", "guessing")),
                took_ms=draw.randint(8_000, 60_000),
            )
            practice.answer(session, actor, subject_code=on.subject_code, scope=on.scope, sent=sent, now=at)


def holder_ids(session: Session, organisation_ids: Sequence[int]) -> dict[str, list[int]]:
    """Person ids of certificate holders by level, oldest certificate first."""
    rows = session.execute(
        select(RegisterCertificateRow.level, RegisterCertificateRow.person_id)
        .join(PersonRow, PersonRow.id == RegisterCertificateRow.person_id)
        .where(PersonRow.organisation_id.in_(organisation_ids))
        .order_by(RegisterCertificateRow.issued_on, RegisterCertificateRow.person_id)
    )
    found: dict[str, list[int]] = {}
    for level, person_id in rows:
        found.setdefault(level, []).append(person_id)
    return found
