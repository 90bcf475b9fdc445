"""A key was wrong: what changes is seen first, then done, told, and taken back; the log is never touched."""

import pytest
from sqlalchemy import select

from examprep.bank import actions as bank
from examprep.bank import life, ruling
from examprep.bank.types.choices import Choices
from examprep.bank.types.judging import earned
from examprep.bank.values import Draft
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.practice.models import AnswerRow, DayRow, MemoryRow
from examprep.practice.wiring import FEATURE
from examprep.reminders.models import OutboxRow

OLD = ("single-choice", Choices(("甲", "乙", "丙", "丁"), frozenset({1})))
NEW = ("single-choice", Choices(("甲", "乙", "丙", "丁"), frozenset({2})))
TURNED = ("single-choice", Choices(("丁", "丙", "乙", "甲"), frozenset({1})))
BOTH = ("multiple-choice", Choices(("甲", "乙", "丙", "丁"), frozenset({1, 2})))


@pytest.mark.parametrize(
    ("treatment", "new", "ticks", "points"),
    [
        ("remark", NEW, {1}, (0, 2)),
        ("remark", NEW, {2}, (2, 2)),
        ("remark", TURNED, {2}, (2, 2)),
        ("remark", BOTH, {1}, (1, 4)),
        ("accept", NEW, {1}, (2, 2)),
        ("accept", NEW, {2}, (2, 2)),
        ("accept", NEW, {0}, (0, 2)),
        ("accept", BOTH, {1}, (2, 2)),
        ("void", None, {1}, None),
    ],
)
def test_what_an_answer_earns_by_each_treatment(treatment, new, ticks, points):
    assert earned(treatment, OLD, new, frozenset(ticks)) == points


@pytest.fixture
def repair(database, world, clock, questions, chapters):
    """Ann's candidate said B, Bob's C; then the key becomes C. Gives what acts on that question."""

    class Repair:
        question = questions[0]
        trainer = "ann_trainer"

        def correct(self):
            content = Choices(self.question.options, frozenset({2}), self.question.option_notes)
            draft = Draft("single-choice", self.question.stem, content, chapter_ids=frozenset(chapters[:1]))
            with database.write() as session:
                bank.revise(
                    session, world.actor(session, self.trainer), self.question.question_id, draft, now=clock.now()
                )
                second = world.actor(session, "ann_administrator")
                life.approve(session, second, self.question.question_id, number=2, now=clock.now())

        def rule(self, treatment, reason="答案印错"):
            with database.write() as session:
                actor = world.actor(session, self.trainer)
                return ruling.rule(
                    session, actor, self.question.question_id, 1, treatment, reason, FEATURE.dependents, now=clock.now()
                )

        def back(self, ruling_id):
            with database.write() as session:
                ruling.take_back(
                    session, world.actor(session, self.trainer), ruling_id, FEATURE.dependents, now=clock.now()
                )

        def preview(self, treatment):
            with database.read() as session:
                actor = world.actor(session, self.trainer)
                ((_, flips),) = ruling.preview(
                    session, actor, self.question.question_id, 1, treatment, FEATURE.dependents
                )
            return flips

        def rights(self):
            with database.read() as session:
                return {
                    world_name: session.scalar(
                        select(MemoryRow.rights).where(
                            MemoryRow.person_id == world.people[world_name],
                            MemoryRow.question_id == self.question.question_id,
                        )
                    )
                    for world_name in ("ann_candidate", "bob_candidate")
                }

        def log(self):
            with database.read() as session:
                return session.execute(select(AnswerRow.ticked, AnswerRow.half_points).order_by(AnswerRow.id)).all()

        def told(self):
            with database.read() as session:
                return session.execute(select(OutboxRow.person_id, OutboxRow.context).order_by(OutboxRow.id)).all()

        def differences(self):
            with database.write() as session:
                return [line for derived in FEATURE.derived for line in derived.differences(session, False)]

    return Repair()


@pytest.fixture
def answered(give, repair):
    give(repair.question, {1})
    give(repair.question, {2}, by="bob_candidate")
    repair.correct()
    return repair


def test_the_preview_counts_everybody_and_names_only_ones_own(answered):
    flips = answered.preview("remark")
    assert (flips.answers, flips.persons, flips.better, flips.worse, flips.voided) == (2, 2, 1, 1, 0)
    assert [(row["person"], row["was"], row["becomes"]) for row in flips.rows] == [("ann_candidate", (2, 2), (0, 2))]
    assert answered.told() == []


@pytest.mark.parametrize(
    ("treatment", "rights", "told"),
    [
        ("remark", {"ann_candidate": 0, "bob_candidate": 1}, 2),
        ("accept", {"ann_candidate": 1, "bob_candidate": 1}, 1),
        ("void", {"ann_candidate": None, "bob_candidate": None}, 2),
    ],
)
def test_a_ruling_is_worked_out_told_and_can_be_taken_back(answered, treatment, rights, told):
    before = answered.log()
    number = answered.rule(treatment)
    assert answered.rights() == rights
    assert answered.log() == before, "the log is never edited"
    assert answered.differences() == []
    assert len(answered.told()) == told
    answered.back(number)
    assert answered.rights() == {"ann_candidate": 1, "bob_candidate": 0}
    assert answered.differences() == []
    assert len(answered.told()) == 2 * told
    with pytest.raises(Conflict):
        answered.back(number)


def test_a_voided_day_has_no_answers(answered, database):
    answered.rule("void")
    with database.read() as session:
        assert session.scalars(select(DayRow.answered)).all() == []


def test_the_latest_ruling_counts_and_the_one_before_again_when_it_is_taken_back(answered):
    answered.rule("remark")
    last = answered.rule("accept")
    assert answered.rights() == {"ann_candidate": 1, "bob_candidate": 1}
    answered.back(last)
    assert answered.rights() == {"ann_candidate": 0, "bob_candidate": 1}


def test_what_is_still_answered_cannot_be_ruled_on(give, repair):
    give(repair.question, {1})
    with pytest.raises(RuleViolation, match=r"bank\.ruling-current"):
        repair.rule("void")


@pytest.mark.parametrize(("treatment", "reason"), [("forgive", "x"), ("void", " "), ("void", "字" * 501)])
def test_what_is_no_ruling_is_refused(answered, treatment, reason):
    with pytest.raises(RuleViolation):
        answered.rule(treatment, reason)


def test_a_stranger_rules_on_nothing(answered):
    number = answered.rule("void")
    answered.trainer = "bob_trainer"
    with pytest.raises(NotFound):
        answered.rule("void")
    with pytest.raises(NotFound):
        answered.back(number)


def test_the_page_shows_the_change_before_it_is_done(answered, sign_in):
    address = f"/bank/questions/{answered.question.question_id}/repair"
    trainer = sign_in("ann_trainer")
    assert "第 1 版" in trainer.get(address.removesuffix("/repair")).text
    asked = {"version": "1", "treatment": "remark", "reason": "答案印错", "submit": "1"}
    page = trainer.post(address, data=asked).text
    assert "ann_candidate" in page
    assert "bob_candidate" not in page
    assert answered.rights()["ann_candidate"] == 1
    assert trainer.post(address, data={**asked, "confirm": "1"}).status_code == 303
    assert answered.rights()["ann_candidate"] == 0
    assert "答案印错" in trainer.get(address).text
    answered.back(answered.rule("void"))
    assert "撤回" in trainer.get(address).text
    assert sign_in("ann_officer").get(address).status_code == 403
    assert sign_in("bob_trainer").get(address).status_code == 404


def test_the_candidate_sees_what_no_longer_counts(answered, sign_in):
    answered.rule("void")
    page = sign_in("ann_candidate").get(f"/practice/question/{answered.question.question_id}")
    assert "不计分" in page.text
