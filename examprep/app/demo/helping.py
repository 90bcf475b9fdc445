"""Help around the classes of the generated county: what learners say of them, and what they ask in them."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.syllabus import actions as syllabus
from examprep.training import asking, feedback, feedback_store

SAID = (
    "案例讲得很透，希望多一些分组讨论。",
    "教室偏小，后排听不清，下次换大一点的教室。",
    "讲义能提前一天发就更好了。",
    "老师讲得清楚，回去就能用上。",
    "周末上课照顾了在职的人，谢谢。",
    "建议把真题再多讲几道。",
)

ASKED = (
    ("介入阶段的目标要写到多细？", "写到能看出做没做到：谁、做什么、到什么程度、什么时候。"),
    ("周四的课可以在线上听吗？", "可以，课表里有链接，签到码会在屏幕上。"),
    ("个案记录用本机构的表格行不行？", "行，但预估、计划、评估三部分要齐。"),
    ("案例题的答案要写多少字合适？", ""),
)


def say_of_classes(
    session: Session, vault: Vault, person_ids: Sequence[int], draw: random.Random, now: datetime
) -> None:
    """Most who came say what they think of their class soon after it; the first, whose account is printed, not yet."""
    for order, person_id in enumerate(person_ids[1:]):
        actor = candidate_actor(session, person_id)
        for class_id, at in feedback_store.held_for(session, person_id):
            if (order < 60 and draw.random() > 0.08) or draw.random() > 0.7:
                continue
            useful, clear = draw.choices((5, 5, 4, 4, 4, 3), k=2)
            suited = draw.choice((5, 4, 3, 3, 2))
            words = draw.choice(SAID) if draw.random() < 0.3 else ""
            entry = feedback.Entry(useful, clear, suited, words)
            feedback.give(session, vault, actor, class_id, entry, now=min(now, at + timedelta(hours=20)))
    feedback.cut(session, today=office_day(now))


def ask_in_class(session: Session, trainer: Actor, class_id: int, person_ids: Sequence[int], now: datetime) -> None:
    """What learners asked in their class in the last days: most of it is answered, the latest waits."""
    for order, (words, answer) in enumerate(ASKED):
        at = now - timedelta(days=len(ASKED) - order, hours=2)
        asker, neighbour = (candidate_actor(session, person_ids[order + step]) for step in (0, 1))
        about = _chapter_named(session, "通用过程") if "介入" in words else ""
        question = asking.ask(session, asker, class_id, words, about=about, now=at)
        if order % 2:
            said = asking.reply(
                session, neighbour, question, "我也想知到。", staff=False, now=at + timedelta(minutes=40)
            )
            later = at + timedelta(minutes=42)
            asking.reword(session, neighbour, question, said, "我也想知道。", staff=False, now=later)
        if answer:
            asking.reply(session, trainer, question, answer, staff=True, now=at + timedelta(hours=5))


def _chapter_named(session: Session, word: str) -> str:
    """The code of the first chapter with a word in its name; nothing where there is none."""
    for subject in syllabus.subjects(session):
        for version in syllabus.versions(session):
            for chapter in syllabus.chapters(session, subject.code, version.code):
                if word in chapter.names["zh"]:
                    return f"{asking.CHAPTER}-{chapter.id}"
    return ""
