"""Mock exams of the generated county: a candidate's own, one of them under way, and a paper set for a class."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.mocks import setting, sitting
from examprep.mocks.store import Item
from examprep.people.actor import Actor

SUBJECT = "sw-comprehensive"


def sit(session: Session, person_id: int, draw: random.Random, now: datetime) -> None:
    """Three papers of the last weeks, each better than the one before, and one begun twenty minutes ago."""
    actor = candidate_actor(session, person_id)
    for days, share_right in ((18, 0.5), (10, 0.6), (3, 0.68)):
        at = now - timedelta(days=days)
        attempt_id = _begin(session, actor, draw, at)
        _answer(session, actor, attempt_id, draw, at, share_right, left_open=5)
        sitting.hand_in(session, actor, attempt_id, now=at + timedelta(minutes=100))
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
        subject_code=SUBJECT,
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
    coming = now + timedelta(days=2)
    entry = setting.Entry(
        title="第二次全班模考",
        subject_code=SUBJECT,
        opens_at=coming,
        closes_at=coming + timedelta(days=2),
        keys="after",
        person_ids=person_ids,
        shorter=True,
    )
    setting.set_paper(session, trainer, entry, seed=draw.getrandbits(30), today=today, now=now)


def _begin(session: Session, actor: Actor, draw: random.Random, at: datetime) -> int:
    return sitting.start_own(
        session, actor, SUBJECT, shorter=True, seed=draw.getrandbits(30), today=office_day(at), now=at
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
        ticks = _ticks(session, item, draw, share_right)
        flagged = draw.random() < 0.05
        sitting.keep(session, actor, attempt_id, item.position, ticks=ticks, written=(), flagged=flagged, now=at)


def _ticks(session: Session, item: Item, draw: random.Random, share_right: float) -> frozenset[int]:
    question = bank.question(session, item.version_id)
    if draw.random() < share_right:
        return question.answer
    if not question.one_tick and draw.random() < 0.6:
        return frozenset(sorted(question.answer)[:-1])
    return frozenset({draw.choice([n for n in range(len(question.options)) if n not in question.answer])})
