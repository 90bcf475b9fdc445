"""The starter bank's tree, a bank large enough for a paper of 法规与政策, and a mock under way."""

from datetime import date, timedelta

import pytest

from examprep.bank import actions as bank
from examprep.bank.types.choices import Choices
from examprep.bank.types.written import Part, Point, Written
from examprep.bank.values import Draft
from examprep.mocks import results, setting, sitting
from examprep.syllabus import actions as syllabus
from examprep.syllabus.loading import load_data

SUBJECT, WRITTEN, SYLLABUS = "sw-law-policy", "sw-practice", "2025"


@pytest.fixture
def tree(database, world):
    """The shipped syllabus; the ids of 法规与政策's chapters in order."""
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
    with database.read() as session:
        return sorted(c.id for c in syllabus.chapters(session, SUBJECT, SYLLABUS))


@pytest.fixture
def fill(database, world, clock, tree):
    """``fill(60, 20)`` publishes so many single- and multiple-choice questions, spread over the chapters."""
    single = Choices(("甲", "乙", "丙", "丁"), frozenset({1}))
    multiple = Choices(("甲", "乙", "丙", "丁", "戊"), frozenset({0, 1, 2}))

    def go(singles, multiples):
        drafts = [
            Draft(
                "single-choice" if n < singles else "multiple-choice",
                f"第 {n + 1} 道模考题",
                single if n < singles else multiple,
                explanation=f"机密解析 {n + 1}",
                source="原创",
                chapter_ids=frozenset({tree[n % len(tree)]}),
            )
            for n in range(singles + multiples)
        ]
        with database.write() as session:
            trainer = world.actor(session, "ann_trainer")
            bank.insert_many(session, trainer, drafts, subject_code=SUBJECT, state="published", now=clock.now())

    return go


@pytest.fixture
def cases(database, world, clock, tree):
    """Four cases and a design of 20 points each, of 实务."""
    content = Written((Part("一", (Point("要点一", 20), Point("要点二", 10))), Part("二", (Point("要点三", 10),))))
    with database.write() as session:
        chapters = sorted(c.id for c in syllabus.chapters(session, WRITTEN, SYLLABUS))
        drafts = [
            Draft(
                "case-analysis" if n < 4 else "programme-design",
                f"案例 {n + 1}",
                content,
                explanation="机密解析",
                source="原创",
                chapter_ids=frozenset({chapters[n]}),
            )
            for n in range(5)
        ]
        trainer = world.actor(session, "ann_trainer")
        bank.insert_many(session, trainer, drafts, subject_code=WRITTEN, state="published", now=clock.now())


@pytest.fixture
def start(database, world, clock):
    """Begin an own paper; gives the attempt's id."""

    def go(by="ann_candidate", *, subject=SUBJECT, shorter=False, seed=7):
        with database.write() as session:
            return sitting.start_own(
                session,
                world.actor(session, by),
                subject,
                shorter=shorter,
                seed=seed,
                today=clock.today(),
                now=clock.now(),
            )

    return go


@pytest.fixture
def small(fill, start):
    """A paper of ten questions under way: three of four in proportion are single choice."""
    fill(8, 3)
    return start(shorter=True)


@pytest.fixture
def keep(database, world, clock):
    def go(attempt_id, position, ticks=(), *, by="ann_candidate", written=(), flagged=False):
        with database.write() as session:
            sitting.keep(
                session,
                world.actor(session, by),
                attempt_id,
                position,
                ticks=frozenset(ticks),
                written=written,
                flagged=flagged,
                now=clock.now(),
            )

    return go


@pytest.fixture
def hand_in(database, world, clock):
    def go(attempt_id, by="ann_candidate"):
        with database.write() as session:
            return sitting.hand_in(session, world.actor(session, by), attempt_id, now=clock.now())

    return go


@pytest.fixture
def look(database, world, clock):
    def go(attempt_id, by="ann_candidate"):
        with database.read() as session:
            return sitting.sitting(session, world.actor(session, by), attempt_id, now=clock.now())

    return go


@pytest.fixture
def report(database, world, clock):
    def go(attempt_id, by="ann_candidate"):
        with database.read() as session:
            return results.report(session, world.actor(session, by), attempt_id, now=clock.now())

    return go


@pytest.fixture
def assign(database, world, clock):
    """Ann's trainer sets a paper to Ann's county for two hours from now; gives its id."""

    def go(by="ann_trainer", **more):
        given = {
            "title": "全班模考",
            "subject_code": SUBJECT,
            "opens_at": clock.now(),
            "closes_at": clock.now() + timedelta(hours=2),
            "keys": "after",
            "organisation_id": world.organisations["ann_county"],
            "shorter": True,
            **more,
        }
        with database.write() as session:
            return setting.set_paper(
                session, world.actor(session, by), setting.Entry(**given), seed=3, today=clock.today(), now=clock.now()
            )

    return go


@pytest.fixture
def begin(database, world, clock):
    def go(paper_id, by="ann_candidate"):
        with database.write() as session:
            return sitting.begin(session, world.actor(session, by), paper_id, now=clock.now())

    return go


@pytest.fixture
def outcome(database, world, clock):
    def go(paper_id, by="ann_trainer"):
        with database.read() as session:
            return setting.outcome(session, world.actor(session, by), paper_id, now=clock.now())

    return go


@pytest.fixture
def take_back(database, world, clock):
    def go(paper_id, reason="试题有误", by="ann_trainer"):
        with database.write() as session:
            setting.take_back(session, world.actor(session, by), paper_id, reason, now=clock.now())

    return go


def key(item):
    return {1} if item.type == "single-choice" else {0, 1, 2}
