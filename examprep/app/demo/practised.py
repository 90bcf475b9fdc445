"""How candidates of the generated county practise: answers, reports, notes, questions to peers, assignments."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.kernel.clock import office_day
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.practice import actions as practice
from examprep.practice import aside, assigning, discussing, notebook
from examprep.practice.actions import Sent
from examprep.practice.rules.order import ALL, Scope
from examprep.practice.shelf import way
from examprep.syllabus import actions as syllabus


def practise(
    session: Session, person_id: int, draw: random.Random, now: datetime, *, share_right: float = 0.74
) -> None:
    """Three weeks of one candidate's evenings: some hundred answers, three in four of them right unless said else."""
    actor = candidate_actor(session, person_id)
    upcoming = syllabus.next_exam(session, now.date())
    version = syllabus.version_for(session, upcoming[0] if upcoming else now.year)
    on = way(session, "sw-comprehensive", version, Scope(ALL), person_id)
    for back in range(20, 0, -1):
        if draw.random() < 0.25:
            continue
        at = now - timedelta(days=back, minutes=draw.randrange(90))
        for _ in range(draw.randint(4, 11)):
            question, _ = practice.current(session, actor, on, now=at)
            if question is None:
                practice.restart(session, actor, on, now=at)
                break
            at += timedelta(seconds=draw.randint(20, 75))
            key, every = question.answer, range(len(question.options))
            ticks = (
                frozenset(key)
                if draw.random() < share_right
                else frozenset({draw.choice([n for n in every if n not in key])})
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


def report_errors(session: Session, person_id: int, now: datetime) -> None:
    """Two questions that a candidate stumbled over wait for their keepers' answer."""
    actor, today = candidate_actor(session, person_id), office_day(now)
    leaves = notebook.read(session, actor, notebook.Narrowing()).leaves
    told = (("key", "我觉得另一个选项也说得通，请再看一下题干里的条件。"), ("stem", "题干第二句读起来有歧义。"))
    for leaf, (kind, words) in zip(leaves, told, strict=False):
        asked = leaf.question.question_id
        aside.report(session, actor, question_id=asked, kind=kind, words=words, today=today, now=now)


def keep_notes(session: Session, person_id: int, now: datetime) -> None:
    """Some leaves of one notebook say why the question was missed, and what to look out for."""
    actor, today = candidate_actor(session, person_id), office_day(now)
    leaves = notebook.read(session, actor, notebook.Narrowing()).leaves
    kept = (
        aside.Remarks("先看题干问的是“首先”还是“主要”。\n选项 B、C 都对时，选更直接的那个。", ("misread",), "易错题干"),
        aside.Remarks(
            "个案管理 = 评估 → 计划 → 联结 → 监督 → 倡导\n和个案工作的区别：资源多、时间长。", ("confused",), "方法对比"
        ),
        aside.Remarks("", ("careless",)),
        aside.Remarks("回去再看一遍这一章的定义。", ("concept", "forgotten"), "考前再看"),
    )
    for leaf, remarks in zip(leaves[2:], kept, strict=False):
        asked = leaf.question.question_id
        aside.write_note(session, actor, question_id=asked, remarks=remarks, today=today, now=now)


def discuss(session: Session, trainer: Actor, person_ids: Sequence[int], now: datetime) -> None:
    """What candidates asked about questions they missed; the first was answered, the others wait."""
    words = (
        "题干里哪一句能看出是“首先”要做的？\n我觉得两个选项都成立。",
        "如果换成儿童，答案会不会不一样？",
        "解析里说的“资源链接”和“倡导”怎么区分？",
    )
    posts = []
    for person_id, asked in zip(person_ids, words, strict=False):
        actor = candidate_actor(session, person_id)
        (leaf, *_) = notebook.read(session, actor, notebook.Narrowing()).leaves
        number, today = leaf.question.question_id, office_day(now)
        posted = discussing.ask(session, actor, question_id=number, words=asked, today=today, now=now)
        posts.append((actor, number, posted))
    reply = "看最后一问：问的是顺序，不是对错。\n两个选项都会做，但要先评估，再行动。"
    asker, number, first = posts[0]
    discussing.answer(session, trainer, first, reply, now=now + timedelta(minutes=20))
    later = now + timedelta(minutes=40)
    discussing.mark(session, asker, question_id=number, post_id=first, helped=True, now=later)


def set_assignments(session: Session, trainer: Actor, person_ids: Sequence[int], now: datetime) -> None:
    """Two assignments for those who practise: one under way, and one whose last day is past for some."""
    for person_id in person_ids[1:]:  # the first has the account that is printed, and practises already
        where = session.get_one(PersonRow, person_id).organisation_id
        since = date(2022, 1, 1)
        people.grant_role(session, person_id=person_id, organisation_id=where, role=Role.CANDIDATE, since=since)
    for title, set_days_ago, due_days, count in (("本周小测 6 题", 12, -2, 6), ("考前综合 15 题", 4, 3, 15)):
        set_at = now - timedelta(days=set_days_ago)
        entry = assigning.Entry(
            title=title,
            subject_code="sw-comprehensive",
            due_on=office_day(now) + timedelta(days=due_days),
            count=count,
            person_ids=person_ids,
        )
        assigning.set_assignment(session, trainer, entry, today=office_day(set_at), now=set_at)
