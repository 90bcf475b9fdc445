"""A syllabus, ten published questions, and a way to answer them."""

from datetime import date
from uuid import uuid4

import pytest

from examprep.bank import actions as bank
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.practice import actions
from examprep.practice.actions import Sent
from examprep.practice.rules.order import read_scope
from examprep.syllabus import actions as syllabus
from examprep.syllabus.loading import load_data

SUBJECT, SYLLABUS = "sw-law-policy", "2025"


@pytest.fixture
def tree(database, world):
    """The shipped syllabus; the ids of 法规与政策's chapters by number."""
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
    with database.read() as session:
        return {c.number: c.id for c in syllabus.chapters(session, SUBJECT, SYLLABUS)}


@pytest.fixture
def chapters(tree):
    """Two chapters: of the first are the six single-choice questions, of the second the four multiple-choice ones."""
    return sorted(tree.values())[:2]


@pytest.fixture
def questions(database, world, clock, chapters):
    """Ten published questions in order: six with the key B, four with the key ABC of five."""
    notes = ("理由甲", "理由乙", "理由丙", "理由丁")
    single = Choices(("甲", "乙", "丙", "丁"), frozenset({1}), notes)
    multiple = Choices(("甲", "乙", "丙", "丁", "戊"), frozenset({0, 1, 2}))
    drafts = [
        Draft(
            "single-choice" if n < 6 else "multiple-choice",
            f"第 {n + 1} 道自编题",
            single if n < 6 else multiple,
            explanation=f"解析 {n + 1}",
            author="王老师",
            source="原创",
            law_as_of=date(2025, 12, 31),
            chapter_ids=frozenset({chapters[0 if n < 6 else 1]}),
        )
        for n in range(10)
    ]
    with database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        bank.insert_many(session, trainer, drafts, subject_code=SUBJECT, state="published", now=clock.now())
    with database.read() as session:
        return [bank.question(session, one.version_id) for one in bank.catalogue(session, SUBJECT, SYLLABUS)]


@pytest.fixture
def give(database, world, clock, questions):
    """``give(question, {1})`` answers as ann's candidate, in one transaction; says what the candidate is told."""

    def go(question, ticks, *, by="ann_candidate", scope="all", client_id=None, subject=SUBJECT, **more):
        sent = Sent(
            client_id=client_id or str(uuid4()),
            version_id=question if isinstance(question, int) else question.version_id,
            syllabus=SYLLABUS,
            ticks=frozenset(ticks),
            **more,
        )
        with database.write() as session:
            actor = world.actor(session, by)
            return actions.answer(
                session, actor, subject_code=subject, scope=read_scope(scope), sent=sent, now=clock.now()
            )

    return go


RIGHT = {"single-choice": {1}, "multiple-choice": {0, 1, 2}}


def right(question):
    return RIGHT[question.type]


def wrong(question):
    return {0} if question.type == "single-choice" else {4}


def contents(database):
    """Every row of practice, to show that nothing changed."""
    from sqlalchemy import select

    from examprep.plumbing.db import Base

    with database.read() as session:
        return {
            name: sorted(map(str, session.execute(select(table)).all()))
            for name, table in Base.metadata.tables.items()
            if name.startswith("practice_")
        }
