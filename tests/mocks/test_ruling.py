"""A ruling on a wrong key counts the totals of mocks anew, and its reversal puts them back."""

import pytest
from sqlalchemy import select

from examprep.bank import actions as bank
from examprep.bank import life, ruling
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.mocks import rebuild
from examprep.mocks.models import AttemptRow
from examprep.mocks.wiring import FEATURE as MOCKS
from examprep.practice import rebuild as practice
from examprep.practice.wiring import FEATURE as PRACTICE
from tests.mocks.conftest import key

DEPENDENTS = (PRACTICE.dependents[0], MOCKS.dependents[0])


@pytest.fixture
def wrong_key(database, world, clock, small, look, keep, hand_in):
    """A mock all right but for one question, answered D, whose key will turn out to be D; the question's id."""
    items = look(small).items
    chosen = next(item for item in items if item.type == "single-choice")
    for item in items:
        keep(small, item.position, {3} if item is chosen else key(item))
    hand_in(small)
    with database.write() as session:
        told = bank.question(session, chosen.version_id)
        content = Choices(told.options, frozenset({3}), told.option_notes)
        draft = Draft("single-choice", told.stem, content, chapter_ids=frozenset(told.chapter_ids))
        trainer, second = (world.actor(session, who) for who in ("ann_trainer", "ann_administrator"))
        bank.revise(session, trainer, chosen.question_id, draft, now=clock.now())
        life.approve(session, second, chosen.question_id, number=2, now=clock.now())
    return chosen.question_id


@pytest.mark.parametrize(("treatment", "gains"), [("remark", (2, 0)), ("void", (0, -2))])
def test_totals_follow_a_ruling_and_its_reversal(database, world, clock, wrong_key, treatment, gains):
    def total():
        with database.read() as session:
            return session.execute(select(AttemptRow.half_points, AttemptRow.full_half_points)).one()

    def differing():
        with database.read() as session:
            made = (practice.memory_differences, practice.day_differences, rebuild.differences)
            return [line for find in made for line in find(session, False)]

    before = total()
    assert before.full_half_points - before.half_points == 2
    with database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        asked = (wrong_key, 1, treatment)
        told = dict(ruling.preview(session, trainer, *asked, DEPENDENTS))
        assert (told["Mock exams"].answers, told["Mock exams"].persons) == (1, 1)
        made = ruling.rule(session, trainer, *asked, "答案印错", DEPENDENTS, now=clock.now())
    assert tuple(total()) == (before.half_points + gains[0], before.full_half_points + gains[1])
    assert differing() == []
    with database.write() as session:
        ruling.take_back(session, world.actor(session, "ann_trainer"), made, DEPENDENTS, now=clock.now())
    assert total() == before
    assert differing() == []
