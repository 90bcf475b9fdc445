"""The campaign of the coming exam in the generated county: dates, what candidates say, announcements, a round."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.campaign import announcing, chasing, intending
from examprep.campaign.announcing import Entry
from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from examprep.syllabus import actions as syllabus
from examprep.syllabus import editing

PROVINCE, SOURCE = "520000", "贵州省年度报名通知（演示数据）"
# Days from the exam to the first and the last day of what the province announces, and what the notice adds.
PROVINCIAL = {
    "registration": (-73, -63, None),
    "fee": (-73, -59, "17:00"),
    "ticket": (-5, 1, None),
    "scores": (61, 61, None),
}
# What twelve candidates in a row say: of the level, or nothing.
WORDS = (
    ("will", "ASW"), ("will", "ASW"), ("will", "SW"), None, ("undecided", None), ("will", "ASW"),
    ("wont", None), ("will", "SW"), None, ("registered", "ASW"), ("will", "ASW"), None,
)  # fmt: skip


def lead_campaign(session: Session, actors: tuple[Actor, Actor, Actor], learners: Sequence[int], now: datetime) -> None:
    """``actors``: administrator, officer, trainer; ``learners``: persons of the county, the first ones in classes."""
    admin, officer, trainer = actors
    today = office_day(now)
    coming = syllabus.next_exam(session, today)
    if coming is None:
        return
    year, exam = coming
    _announce_dates(session, admin, year, exam, now)
    _speak(session, learners, year, open_=today >= exam + timedelta(days=PROVINCIAL["registration"][0]), now=now)
    _announce(session, officer, year, today, now)
    session.execute(
        update(PersonRow)
        .where(PersonRow.id.in_(learners[:60]), PersonRow.email.is_(None))
        .values(email="learner@example.org")
    )
    asked = Ask(filters={"show": "silent"})
    shown = chasing.preview(session, trainer, asked, year, today=today)
    if shown.to_write:
        note = "请于本周内在首页点选。"
        chasing.send(session, trainer, asked, year, mark=shown.mark, note=note, today=today, now=now)


def _announce_dates(session: Session, admin: Actor, year: int, exam: date, now: datetime) -> None:
    for kind, (first, last, note) in PROVINCIAL.items():
        editing.set_key_date(
            session,
            admin,
            None,
            exam_year=year,
            kind=kind,
            region_code=PROVINCE,
            starts_on=exam + timedelta(days=first),
            ends_on=exam + timedelta(days=last),
            certainty="M",
            source=SOURCE,
            now=now,
            note=note,
        )


def _speak(session: Session, learners: Sequence[int], year: int, *, open_: bool, now: datetime) -> None:
    """Each candidate's own word, over the last days; nobody has registered before the window opens."""
    for number, person_id in enumerate(learners):
        word = WORDS[number % len(WORDS)]
        if word is None:
            continue
        says, level = word
        if says == "registered" and not open_:
            says = "will"
        said_at = now - timedelta(days=number % 14, hours=number % 9)
        actor = candidate_actor(session, person_id)
        intending.say(session, actor, person_id, year=year, says=says, level=level, now=said_at)


def _announce(session: Session, officer: Actor, year: int, today: date, now: datetime) -> None:
    place = officer.organisation_id
    notices = (
        Entry(
            place,
            {
                "zh": f"关于做好{year}年度社会工作者职业资格考试报名工作的通知",
                "en": f"Registration for the exam of {year}",
            },
            {
                "zh": f"各单位：\n{year}年度考试报名实行网上报名、告知承诺制。请有意报考的同志先在本系统首页表明打算，"
                "并于报名期内在中国人事考试网完成报名和缴费。\n逾期不再补报。",
                "en": "Say on your home what you mean to do, and register and pay on the authority's website in time.",
            },
            today - timedelta(days=6),
            today + timedelta(days=150),
            link="https://www.cpta.com.cn/",
            pinned=True,
            by_mail=True,
        ),
        Entry(
            place,
            {"zh": "考前培训班招生"},
            {"zh": "周末班、晚间班均可报名，线上线下同步授课，请在“培训班”中报名。"},
            today - timedelta(days=2),
            today + timedelta(days=30),
            file_name="课程安排.txt",
            file_content="周末班：周六 9:00—16:15\n晚间班：周二、周四 19:00—21:00\n".encode(),
        ),
    )
    for entry in notices:
        announcing.write(session, officer, entry, now=now - timedelta(days=2))
    wrong = Entry(place, {"zh": "报名时间更正"}, {"zh": "报名时间有误。"}, today, today + timedelta(days=9))
    number = announcing.write(session, officer, wrong, now=now - timedelta(hours=3))
    announcing.withdraw(session, officer, number, "以省里通知为准，本条撤回。", now=now - timedelta(hours=2))
