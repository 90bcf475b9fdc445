"""Hours from elsewhere in the generated county: claims in every state, reports of a provider, an audit."""

import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.ce import auditing, claiming, providing, reviewing, transcripts
from examprep.ce.claiming import Filled
from examprep.ce.providing import Provider, Report
from examprep.ce.rules.claim_checks import Slot
from examprep.kernel.clock import office_day, office_time
from examprep.kernel.period import calendar_year
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from examprep.plumbing.runtime import Runtime
from examprep.plumbing.uploads import accept


@dataclass(frozen=True)
class Told:
    """One claim of the story: how many days ago, between which hours, and what became of it."""

    title: str
    kind: str
    days_ago: int
    hours: tuple[int, int]
    becomes: str
    proof: int = 0  # claims with the same number show the same photo
    reason: str = ""


OF_THE_CANDIDATE = (
    Told("老年社会工作实务工作坊", "hours", 70, (9, 12), "approved"),
    Told("社区议事协商观摩", "visit", 55, (14, 17), "returned"),
    Told("督导小组（第三次）", "supervision", 41, (14, 16), "submitted"),
    Told("单位内部例会", "hours", 38, (9, 10), "rejected"),
    Told("儿童保护专题讲座", "hours", 30, (9, 11), "reversed"),
    Told("个案记录写作课", "hours", 12, (19, 21), "draft"),
)
OF_OTHERS = (
    Told("禁毒社会工作培训", "hours", 60, (9, 12), "approved"),
    Told("禁毒社会工作培训", "hours", 60, (9, 12), "approved"),
    Told("家庭治疗入门", "hours", 45, (9, 11), "approved"),
    Told("青少年服务授课", "teaching", 33, (14, 16), "approved"),
    Told("社会救助政策解读", "hours", 25, (9, 11), "submitted"),
    Told("心理急救工作坊", "hours", 24, (9, 12), "submitted", 7),
    Told("心理急救工作坊", "hours", 24, (9, 12), "submitted", 7),
    Told("志愿者管理研讨", "hours", 20, (14, 17), "submitted"),
    Told("项目评估培训", "hours", 15, (8, 20), "submitted", 0, "封闭式集训，早晚均有课"),
    Told("社区矫正交流会", "visit", 11, (9, 11), "submitted"),
    Told("残障服务督导", "supervision", 9, (14, 16), "returned"),
    Told("基层治理公需课", "hours", 6, (9, 11), "submitted"),
)
REASONS = {
    "returned": ("unreadable", "证书照片反光，编号看不清，请重拍。"),
    "rejected": ("not-education", "单位内部会议不属于继续教育。"),
    "reversed": ("mistake", "与另一次讲座重复，先冲回。"),
}


def claim_hours(
    session: Session, runtime: Runtime, officer: Actor, candidate: int, others: Sequence[int], draw: random.Random
) -> None:
    """The whole story, made by the product's own verbs."""
    now = runtime.clock.now()
    mine = candidate_actor(session, candidate)
    for told in OF_THE_CANDIDATE:
        _claim(session, runtime, officer, mine, told, draw, now)
    for told, person_id in zip(OF_OTHERS, others, strict=False):
        _claim(session, runtime, officer, candidate_actor(session, person_id), told, draw, now)
    _report(session, runtime, officer, others[: len(OF_OTHERS) // 2], now)
    _audit(session, officer, now)
    _transcript(session, runtime, mine, now)


def _claim(
    session: Session, runtime: Runtime, officer: Actor, holder: Actor, told: Told, draw: random.Random, now: datetime
) -> None:
    day = office_day(now) - timedelta(days=told.days_ago)
    at = min(now, office_time(day, time(21)) + timedelta(days=1))
    number = draw.getrandbits(40)
    typed = {"kind": told.kind, "title": told.title, "first_on": day.isoformat(), "amount": "2", "unit": "hours"}
    claim = claiming.keep_draft(session, holder, None, number, typed, now=at)
    photo = accept("证书.jpg", _photo(told.proof or number))
    claiming.add_files(session, runtime.vault, holder, claim, [photo], now=at)
    if told.becomes == "draft":
        return
    begins, ends = told.hours
    filled = Filled(
        kind=told.kind,
        title=told.title,
        organiser="毕节市社会工作协会",
        category="general" if "公需" in told.title else "professional",
        on=day,
        until=day,
        slot=Slot(day, day, begins * 60, ends * 60),
        minutes=(ends - begins) * 45,
        units=1,
        note="",
        day_reason=told.reason,
    )
    claiming.hand_in(session, holder, claim, filled, now=at, today=office_day(now))
    decided = min(now, at + timedelta(days=2))
    if told.becomes in {"approved", "reversed"}:
        reviewing.approve(session, officer, claim, now=decided)
    if told.becomes in REASONS:
        verb = {"returned": reviewing.send_back, "rejected": reviewing.reject, "reversed": reviewing.take_back}
        verb[told.becomes](session, officer, claim, *REASONS[told.becomes], now=decided)


def _photo(seed: int) -> bytes:
    """A sheet with lines and a seal, unlike any other of another seed."""
    draw = random.Random(seed)  # noqa: S311 -- a drawing, no secret
    image = Image.new("RGB", (900, 640), (250, 247, 238))
    pen = ImageDraw.Draw(image)
    pen.rectangle((30, 30, 870, 610), outline=(150, 40, 40), width=6)
    for row in range(9):
        pen.line((110, 130 + row * 42, 300 + draw.randrange(480), 130 + row * 42), fill=(70, 70, 70), width=7)
    left, top = 560 + draw.randrange(120), 400 + draw.randrange(60)
    pen.ellipse((left, top, left + 130, top + 130), outline=(200, 30, 30), width=8)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _report(session: Session, runtime: Runtime, officer: Actor, persons: Sequence[int], now: datetime) -> None:
    """A provider with a key has reported a course of a week ago."""
    name = "贵州省社会工作培训中心（示例）"
    where = officer.organisation_id
    provider_id = providing.add_provider(session, officer, name=name, organisation_id=where, now=now)
    providing.add_key(session, officer, provider_id, "教务系统", now=now)
    day, keyed = office_day(now) - timedelta(days=7), runtime.vault.fingerprint
    for place, person_id in enumerate(persons, 1):
        person = session.get_one(PersonRow, person_id)
        report = Report(
            key=f"{day:%Y%m%d}-{place:03}",
            id_number=runtime.vault.open(person.id_number_sealed or ""),
            name=person.name,
            title="社会工作督导初级班",
            category="professional",
            minutes=270,
            first_on=day,
            last_on=day,
            from_minute=9 * 60,
            to_minute=17 * 60,
            result="合格",
        )
        providing.take(session, Provider(provider_id, name, where), report, keyed, now=now, today=office_day(now))


def _audit(session: Session, officer: Actor, now: datetime) -> None:
    """A third of what was approved lately was drawn; the first was sound, the others wait."""
    today = office_day(now)
    since = today - timedelta(days=100)
    audit = auditing.draw(session, officer, since=since, last=today, percent=33, seed=f"{today.year}-公开抽签", now=now)
    page = auditing.audit_of(session, officer, audit, Ask()).page
    auditing.settle(session, officer, audit, page.rows[0]["id"], sound=True, words="", now=now)


def _transcript(session: Session, runtime: Runtime, holder: Actor, now: datetime) -> None:
    settings, year = runtime.settings, calendar_year(office_day(now).year)
    authority: Mapping[str, str] = {"zh": settings.authority_zh, "en": settings.authority_en}
    made = transcripts.prepare(
        session, holder, runtime.vault, [holder.person_id], year.start, year.end, authority=authority, now=now
    )
    transcripts.keep(session, holder, [(one, {}) for one in made], now=now)
