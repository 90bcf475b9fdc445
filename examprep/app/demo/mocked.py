"""Mock exams of the generated county: a candidate's own, one of them under way, and a paper set for a class."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.mocks import marking, setting, sitting
from examprep.people.actor import Actor

SUBJECT, WRITTEN, OF_CLASS = "sw-comprehensive", "sw-practice", "asw-comprehensive"

WORDS = (
    "服务对象面临经济、情绪和家庭关系三方面的问题：收入中断、长期失眠、与家人沟通少。",
    "直接介入：倾听与同理、家庭会谈；间接介入：协助申请救助、链接社区和志愿者资源。",
    "结案阶段：提前告知、回顾成效、巩固改变、安排跟进回访。",
)


def sit(session: Session, person_id: int, draw: random.Random, now: datetime) -> None:
    """Three papers of the last weeks, each better than the one before, and one begun twenty minutes ago."""
    actor = candidate_actor(session, person_id)
    for days, share_right in ((18, 0.5), (10, 0.6), (3, 0.68)):
        at = now - timedelta(days=days)
        attempt_id = _begin(session, actor, draw, at)
        _answer(session, actor, attempt_id, draw, at, share_right, left_open=5)
        sitting.hand_in(session, actor, attempt_id, now=at + timedelta(minutes=100))
    at = now - timedelta(days=1)
    write(session, actor, _begin(session, actor, draw, at, WRITTEN), at)
    at = now - timedelta(minutes=20)
    attempt_id = _begin(session, actor, draw, at)
    _answer(session, actor, attempt_id, draw, at, 0.7, left_open=60)


def set_for_class(
    session: Session, trainer: Actor, person_ids: Sequence[int], draw: random.Random, now: datetime
) -> None:
    """A paper of last weekend that a third of the class sat, and one for the week to come."""
    today, opened = office_day(now), now - timedelta(days=6)
    entry = setting.Entry(
        title="第一次全班模考",
        subject_code=OF_CLASS,
        opens_at=opened,
        closes_at=opened + timedelta(days=2),
        keys="at-once",
        person_ids=person_ids,
        shorter=True,
    )
    paper_id = setting.set_paper(session, trainer, entry, seed=draw.getrandbits(30), today=today, now=opened)
    for person_id in person_ids[1:9]:  # the first is sitting a paper of their own
        actor, at = candidate_actor(session, person_id), opened + timedelta(hours=draw.randrange(24))
        attempt_id = sitting.begin(session, actor, paper_id, now=at)
        _answer(session, actor, attempt_id, draw, at, draw.uniform(0.4, 0.8), left_open=draw.randrange(6))
        sitting.hand_in(session, actor, attempt_id, now=at + timedelta(minutes=draw.randint(90, 119)))
    _set_cases(session, trainer, person_ids, draw, now)
    coming = now + timedelta(days=2)
    entry = setting.Entry(
        title="第二次全班模考",
        subject_code=OF_CLASS,
        opens_at=coming,
        closes_at=coming + timedelta(days=2),
        keys="after",
        person_ids=person_ids,
        shorter=True,
    )
    setting.set_paper(session, trainer, entry, seed=draw.getrandbits(30), today=today, now=now)


def _set_cases(session: Session, trainer: Actor, person_ids: Sequence[int], draw: random.Random, now: datetime) -> None:
    """Cases that two of the class wrote; the trainer has marked one of them."""
    opened = now - timedelta(days=3)
    entry = setting.Entry(
        title="案例与方案模考",
        subject_code=WRITTEN,
        opens_at=opened,
        closes_at=now - timedelta(days=1),
        keys="at-once",
        person_ids=person_ids,
        shorter=True,
    )
    paper_id = setting.set_paper(session, trainer, entry, seed=draw.getrandbits(30), today=office_day(now), now=opened)
    for place, person_id in enumerate(person_ids[9:11]):
        actor = candidate_actor(session, person_id)
        attempt_id = sitting.begin(session, actor, paper_id, now=opened)
        write(session, actor, attempt_id, opened)
        if place == 0:
            sheet = marking.set_sheet(session, trainer, paper_id, attempt_id)
            points = {
                item.position: frozenset(n for n in range(question.content.places) if draw.random() < 0.6)
                for item, question in sheet.written
            }
            marking.mark_set(session, trainer, paper_id, attempt_id, points, done=True, now=opened + timedelta(days=1))


def write(session: Session, actor: Actor, attempt_id: int, at: datetime) -> None:
    """Write something to each question of a paper and hand it in; it waits for marking."""
    for item in sitting.sitting(session, actor, attempt_id, now=at).items:
        at += timedelta(minutes=25)
        words = WORDS[: len(bank.question(session, item.version_id).content.parts)]  # type: ignore[union-attr]
        sitting.keep(session, actor, attempt_id, item.position, ticks=frozenset(), written=words, flagged=False, now=at)
    sitting.hand_in(session, actor, attempt_id, now=at + timedelta(minutes=5))


def _begin(session: Session, actor: Actor, draw: random.Random, at: datetime, subject: str = SUBJECT) -> int:
    return sitting.start_own(
        session, actor, subject, shorter=True, seed=draw.getrandbits(30), today=office_day(at), now=at
    )


def _answer(
    session: Session,
    actor: Actor,
    attempt_id: int,
    draw: random.Random,
    at: datetime,
    share_right: float,
    left_open: int,
) -> None:
    items = sitting.sitting(session, actor, attempt_id, now=at).items
    for item in items[: len(items) - left_open]:
        at += timedelta(seconds=draw.randint(30, 70))
        ticks = _ticks(session, item.version_id, draw, share_right)
        flagged = draw.random() < 0.05
        sitting.keep(session, actor, attempt_id, item.position, ticks=ticks, written=(), flagged=flagged, now=at)


def _ticks(session: Session, version_id: int, draw: random.Random, share_right: float) -> frozenset[int]:
    question = bank.question(session, version_id)
    if draw.random() < share_right:
        return question.answer
    if not question.one_tick and draw.random() < 0.6:
        return frozenset(sorted(question.answer)[:-1])
    return frozenset({draw.choice([n for n in range(len(question.options)) if n not in question.answer])})
