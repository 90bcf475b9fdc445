"""What is going on now in the generated county: classes, hours of this year, awards, practice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.app.demo import checked
from examprep.app.demo.story import Place
from examprep.ce import actions as ce
from examprep.ce import standings
from examprep.kernel.clock import office_day, office_time
from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from examprep.plumbing.vault import Vault
from examprep.register import actions as register
from examprep.register import claims, registering, run_planning, runs, schemes, senior
from examprep.register.claims import Claim
from examprep.register.rules.process import Status
from examprep.syllabus import actions as syllabus
from examprep.training import actions as training
from examprep.training import attending, copying, enrolling, overview, seasons
from examprep.training.actions import ClassEntry, CourseEntry
from examprep.training.rules.recurrence import Series
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


def pay_awards(session: Session, officer: Actor, second: Actor, place: Place, now: datetime) -> None:
    """Let the awarded apply, two officers approve, and one run a month pay them up to last month.

    They are the last of each level to be certified; who is paid for more months applied earlier.
    """
    this_month = date(now.year, now.month, 1)
    scheme_id = schemes.add_scheme(
        session,
        officer,
        organisation_id=officer.organisation_id,
        name=place.award_name,
        kind="monthly",
        since=_months_before(this_month, 36),
        source="培养社会工作人才补贴资金申报发放实施办法（试行）",
        fen_by_level={level: yuan * 100 for level, yuan in place.award_yuan.items()},
        cap_months=36,
        conditions={"registered": True, "registered_at": place.region_code, "full_time": True, "service_months": 12},
        now=now,
    )
    begin: dict[date, list[int]] = {}
    for level, paid in place.award_months.items():
        for certificate_id, months in zip(_newest(session, officer, level, now), paid, strict=False):
            begin.setdefault(_months_before(this_month, months), []).append(certificate_id)
    month, paid_for = min(begin), list[int]()
    while month < this_month:
        on = month + timedelta(days=9)
        at = office_time(on, time(10))
        for certificate_id in begin.get(month, ()):
            paid_for.append(certificate_id)
            _keep_registered(session, officer, certificate_id, on, at)
            _, row = registering.certificate(session, officer, certificate_id)
            claim = Claim(scheme_id, certificate_id, full_time=True, employed_since=_months_before(month, 20))
            holder = candidate_actor(session, row["person_id"])
            claim_id = claims.apply(session, holder, claim, today=on, now=at)
            for hand in (officer, second):
                claims.approve(session, hand, claim_id, today=on, now=at)
        for certificate_id in paid_for:
            _keep_registered(session, officer, certificate_id, on, at)
        plan = run_planning.plan(session, officer, officer.organisation_id, month, today=on)
        run_id = runs.make(session, officer, officer.organisation_id, month, sha256=plan.sha256, today=on, now=at)
        runs.close(session, second, run_id, now=at + timedelta(days=5))
        month = _months_before(month, -1)


def register_some(session: Session, officer: Actor, today: date, now: datetime) -> None:
    """Some applications on their way: made, accepted by the county, returned, and told of by the platform.

    One holder has passed the senior exam and waits for the review.
    """
    rows = register.due(session, officer, Ask(size=25), today=today).rows
    for order, row in enumerate(rows[:8]):
        at = now - timedelta(days=20 - order)

        def step(act: str, reason: str | None, about: int = row["id"], at: datetime = at) -> None:
            registering.take(session, officer, about, act, today=office_day(at), now=at, reason=reason)

        step("applied", "持证人到窗口申请")
        if order >= 2:
            step("accepted", None)
        if order == 5:
            registering.enter_platform(
                session, officer, row["id"], status=Status.FIRST_PASSED, registered_on=None, now=now, today=today
            )
        elif order >= 6:
            step("returned", "照片不清晰，请重新上传证书扫描件")
    year = today.year - 1
    senior.add(
        session,
        officer,
        person_id=rows[-1]["person_id"],
        number=f"G{year}0001",
        passed_year=year,
        issued_on=date(year, 9, 20),
        now=now,
    )


def _newest(session: Session, officer: Actor, level: str, now: datetime) -> list[int]:
    """Certificates of a level within the officer's bounds, the last issued first."""
    ask = Ask(filters={"level": level}, sort="issued_on", descending=True, size=100)
    page = register.holders(session, officer, ask, today=office_day(now))
    return [row["certificate_id"] for row in page.rows]


def _keep_registered(session: Session, officer: Actor, certificate_id: int, day: date, now: datetime) -> None:
    """Renew a certificate's registration without a gap until it holds for the month of a day and the next."""
    _, row = registering.certificate(session, officer, certificate_id)
    if row["registered_until"] <= day + timedelta(days=31):
        register.register_again(session, officer, certificate_id, registered_on=row["registered_until"], now=now)
        _keep_registered(session, officer, certificate_id, day, now)


def _months_before(month: date, count: int) -> date:
    years, months = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, months + 1, 1)


def post_hours(session: Session, holders: Sequence[int], draw: random.Random, today: date, now: datetime) -> None:
    """Hours of this year and the two before from providers: some have all, some a part, some none.

    Of the earlier years, since registrations run for three; a few training days are converted by the table.
    """
    postings = []
    for person_id in holders:
        kind = draw.random()
        share = 1.0 if kind < 0.46 else draw.uniform(0.2, 0.9) if kind < 0.85 else 0.0
        for year in (today.year, today.year - 1, today.year - 2):
            first_day = date(year, 1, 1)
            days = (min(today, date(year, 12, 31)) - first_day).days + 1
            for number, (name, category, credit_hours) in enumerate(PROVIDER_COURSES):
                if draw.random() < (share if year == today.year else share * 0.8):
                    earned_on = first_day + timedelta(days=draw.randrange(days))
                    postings.append(
                        ce.Posting(
                            person_id=person_id,
                            minutes=credit_hours * 45,
                            category=category,
                            activity=name,
                            earned_on=earned_on,
                            source_kind="provider.course",
                            source_id=year * 100 + number,
                        )
                    )
    ce.post_many(session, postings, posted_by=None, now=now)


CLASSROOM, MEETING = "县委党校二楼教室", "https://meeting.example.org/weining"


@dataclass(frozen=True)
class Planned:
    """One class of the story: its course, when it meets, and who asks for a seat."""

    course_id: int
    name: str
    capacity: int
    mode: str
    days: Sequence[date]
    times: Sequence[tuple[time, time]]
    learners: Sequence[int]
    exam_year: int | None = None
    series: Series | None = None
    hours_rule: str = "all"


def hold_classes(
    session: Session, vault: Vault, trainer: Actor, learners: Sequence[int], draw: random.Random, now: datetime
) -> list[int]:
    """An exam class that has begun, one that is open, and a continuing-education class with closed sessions.

    Returns their ids in this order.
    """
    today = office_day(now)
    upcoming = syllabus.next_exam(session, today)
    exam_year = upcoming[0] if upcoming else today.year + 1
    founded = now - timedelta(days=60)
    exam_course = CourseEntry(
        "考前培训（初级）", "exam", "professional", "ASW", None, "晚间授课，讲练结合，线上线下同步。"
    )
    exam = training.add_course(session, trainer, exam_course, now=founded)
    study_course = CourseEntry("个案工作实务研修", "continuing", "professional", None, None, "以本地案例研讨为主。")
    study = training.add_course(session, trainer, study_course, now=founded)
    first = next(day for day in days_from(today, -21, 0) if day.weekday() in (1, 3))
    evenings = Series(frozenset({1, 3}), first, time(19), time(21), 20, True, CLASSROOM, MEETING)
    weekends = [day for day in days_from(today, 14, 60) if day.weekday() == 5]
    past = [today - timedelta(days=n) for n in (40, 33, 26)]
    planned = (
        Planned(exam, f"{exam_year}年考前晚间班", 45, "both", [first], (), learners[:48], exam_year, evenings),
        Planned(exam, f"{exam_year}年考前周末班", 30, "on-site", weekends, SLOTS_A_DAY, learners[48:60], exam_year),
        Planned(study, "秋季研修班", 40, "on-site", past, SLOTS_A_DAY, learners[60:96], hours_rule="threshold"),
    )
    return [hold(session, vault, trainer, each, draw, now) for each in planned]


def copy_season(session: Session, trainer: Actor, class_ids: Sequence[int], now: datetime) -> None:
    """An exam class and one of further education once more, as a season; candidates do not see it yet."""
    today = office_day(now)
    begins = copying.following_day(copying.sources(session, trainer, class_ids).values(), today=today)
    wishes = [seasons.Wish(class_ids[0]), seasons.Wish(class_ids[1], name="下一期研修班")]
    seasons.copy(session, trainer, wishes, seasons.Whole(begins, draft=True), today=today, now=now)


def days_from(today: date, first: int, last: int) -> list[date]:
    return [today + timedelta(days=n) for n in range(first, last)]


def hold(session: Session, vault: Vault, trainer: Actor, planned: Planned, draw: random.Random, now: datetime) -> int:
    """Plan a class, let learners enrol over a fortnight, hold and close the sessions that are over; the class's id."""
    first = planned.days[0]
    opened = first - timedelta(days=20)
    class_id = training.plan_class(
        session,
        trainer,
        ClassEntry(
            planned.course_id,
            planned.name,
            trainer.person_id,
            planned.capacity,
            planned.mode,
            opened,
            first,
            planned.exam_year,
            hours_rule=planned.hours_rule,
        ),
        [
            Slot(office_time(day, start), office_time(day, end), CLASSROOM)
            for day in planned.days
            for start, end in planned.times
        ],
        series=planned.series,
        now=office_time(opened - timedelta(days=1), time(9)),
    )
    for order, person_id in enumerate(planned.learners):
        asked_at = min(now, office_time(opened + timedelta(days=order % 15), time(12, order % 60)))
        enrolling.enrol(session, candidate_actor(session, person_id), class_id, now=asked_at)
    over = attending.sessions_to_close(session, trainer, class_id, now=now)
    for session_id, ends_at, enrolled in over:
        if session_id == over[-1][0]:
            actors = [candidate_actor(session, person_id) for person_id in enrolled]
            starts_at = overview.meeting(session, trainer, session_id)[0].starts_at
            checked.by_code(session, vault, session_id, actors, draw, starts_at=starts_at, ends_at=ends_at)
            checked.by_scanner(session, vault, session_id, trainer, actors, starts_at=starts_at, ends_at=ends_at)
        else:
            ticks = {person_id: draw.random() < 0.86 for person_id in enrolled}
            attending.take_attendance(session, trainer, session_id, ticks, now=ends_at)
        attending.close_session(session, trainer, session_id, now=ends_at + timedelta(minutes=5))
    return class_id


def somebody_short(session: Session, person_ids: Sequence[int], today: date) -> int:
    """The first who has some of this year's hours and lacks some, on most clocks: their page has most to show."""

    def clocks(person_id: int) -> int:
        found = standings.kept(session, person_id, today=today)
        shown = found and found[0].recorded_minutes and not found[0].met
        return len(found) if shown else 0

    return max(person_ids, key=clocks)


def holder_ids(session: Session, organisation_ids: Sequence[int], today: date) -> dict[str, list[int]]:
    """Person ids of certificate holders by level, in the order in which they came on file."""
    held = register.holder_levels(today).subquery()
    rows = session.execute(
        select(held.c.level, held.c.person_id)
        .join(PersonRow, PersonRow.id == held.c.person_id)
        .where(PersonRow.organisation_id.in_(organisation_ids))
        .order_by(held.c.person_id)
    )
    found: dict[str, list[int]] = {}
    for level, person_id in rows:
        found.setdefault(level, []).append(person_id)
    return found
