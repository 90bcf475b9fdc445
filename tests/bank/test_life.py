"""Draft, review, publication, retirement; and a changed key that waits for a second person."""

import pytest

from examprep.bank import actions, browsing, life
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from tests.conftest import NOW

SUBJECT = "sw-law-policy"


@pytest.fixture
def write(database, world, draft):
    def go(*, publish=True, **more):
        with database.write() as session:
            ann = world.actor(session, "ann_trainer")
            return actions.write(session, ann, SUBJECT, draft(**more), publish=publish, now=NOW)

    return go


@pytest.fixture
def do(database, world):
    def go(verb, *args, by="ann_trainer", **more):
        with database.write() as session:
            return verb(session, world.actor(session, by), *args, now=NOW, **more)

    return go


@pytest.fixture
def look(database, world):
    def go(question_id, by="ann_trainer"):
        with database.read() as session:
            return browsing.details(session, world.actor(session, by), question_id)

    return go


def served(database):
    with database.read() as session:
        return [
            sorted(actions.question(session, one.version_id).answer)
            for one in actions.catalogue(session, SUBJECT, "2025")
        ]


def test_a_draft_is_reviewed_sent_back_and_published(write, do, look):
    question_id = write(publish=False)
    do(life.submit, question_id)
    assert look(question_id).state == "review"
    with pytest.raises(RuleViolation, match="reason"):
        do(life.send_back, question_id, reason=" ")
    do(life.send_back, question_id, reason="题干不清楚", by="ann_administrator")
    do(life.submit, question_id)
    do(life.publish, question_id)
    found = look(question_id)
    assert found.state == "published"
    assert [(act.removeprefix("bank.question-"), reason) for _, _, act, reason in found.events] == [
        ("published", ""),
        ("submitted", ""),
        ("sent-back", "题干不清楚"),
        ("submitted", ""),
        ("written", ""),
    ]


@pytest.mark.parametrize("verb", [life.submit, life.publish])
def test_what_is_published_is_not_submitted_or_published_again(write, do, verb):
    question_id = write()
    with pytest.raises(Conflict):
        do(verb, question_id)
    with pytest.raises(Conflict):
        do(life.send_back, question_id, reason="为何")


def test_a_changed_key_waits_and_practice_keeps_the_old_one(database, write, do, look, draft):
    question_id = write()
    number = do(actions.revise, question_id, draft("改了答案", correct=(0, 2)))
    found = look(question_id)
    assert (found.number, found.proposed_number, found.current.stem) == (1, number, "哪些属于社会救助？")
    assert served(database) == [[0, 1]]
    with pytest.raises(RuleViolation, match="own-proposal"):
        do(life.approve, question_id, number=number)
    with pytest.raises(Conflict):
        do(actions.revise, question_id, draft("又改"))
    with pytest.raises(NotFound):
        do(life.approve, question_id, number=number, by="bob_trainer")
    do(life.approve, question_id, number=number, by="ann_administrator")
    assert served(database) == [[0, 2]]
    assert look(question_id).proposed is None
    assert look(question_id).editions[0].approver
    with pytest.raises(Conflict):
        do(life.approve, question_id, number=number, by="ann_administrator")


def test_a_declined_key_leaves_the_question_and_its_number_is_not_used_again(database, write, do, look, draft):
    question_id = write()
    number = do(actions.revise, question_id, draft(correct=(0, 2)))
    with pytest.raises(RuleViolation, match="reason"):
        do(life.decline, question_id, number=number, reason="", by="ann_administrator")
    do(life.decline, question_id, number=number, reason="原答案正确", by="ann_administrator")
    assert (served(database), look(question_id).proposed_number) == ([[0, 1]], None)
    assert do(actions.revise, question_id, draft("只改题干")) == number + 1
    with pytest.raises(Conflict):
        do(life.decline, question_id, number=number, reason="迟了", by="ann_administrator")


def test_whoever_proposed_a_key_may_withdraw_it(write, do, look, draft):
    question_id = write()
    number = do(actions.revise, question_id, draft(correct=(0, 2)))
    do(life.decline, question_id, number=number, reason="弄错了")
    assert look(question_id).proposed_number is None


@pytest.mark.parametrize(
    ("options", "correct", "waits"),
    [
        pytest.param("甲乙丙丁戊", (0, 1), False, id="same"),
        pytest.param("己乙丙丁戊", (0, 1), False, id="a-word-mended"),
        pytest.param("甲乙丙丁", (0, 1), False, id="a-wrong-option-gone"),
        pytest.param("丙乙甲丁戊", (0, 1), True, id="right-and-wrong-swapped"),
        pytest.param("甲乙丙丁戊", (0, 3), True, id="other-letters"),
        pytest.param("甲乙丙丁戊", (0, 1, 2), True, id="one-more"),
    ],
)
def test_what_changes_a_key(write, do, look, draft, options, correct, waits):
    question_id = write()
    plain = draft()
    content = Choices(tuple(options), frozenset(correct))
    do(actions.revise, question_id, Draft(**{**vars(plain), "content": content}))
    assert (look(question_id).proposed_number is not None) is waits


def test_a_draft_changes_its_key_freely(write, do, look, draft):
    question_id = write(publish=False)
    do(actions.revise, question_id, draft(correct=(0, 2)))
    assert (look(question_id).number, look(question_id).proposed_number) == (1, None)


def test_only_keepers_see_what_waits(write, do, look, draft):
    question_id = write()
    do(actions.revise, question_id, draft("改了答案", correct=(0, 2)))
    assert look(question_id, by="bob_trainer").proposed is None
    assert look(question_id, by="bob_trainer").events == ()


def test_a_draft_that_was_retired_comes_back_as_a_draft(write, do, look):
    question_id = write(publish=False)
    do(life.retire, question_id)
    do(life.restore, question_id)
    assert look(question_id).state == "draft"


def test_the_page_shows_both_versions_and_takes_the_consent(sign_in, write, do, look, draft):
    question_id = write(explanation="原解析")
    do(actions.revise, question_id, draft(correct=(0, 2), explanation="新解析"))
    path = f"/bank/questions/{question_id}"
    own = sign_in("ann_trainer")
    page = own.get(path).text
    assert "原解析" in page
    assert "新解析" in page
    assert f"{path}/key/2/approve" not in page
    assert own.post(f"{path}/key/2/approve").status_code == 422
    other = sign_in("ann_administrator")
    assert f"{path}/key/2/approve" in other.get(path).text
    assert other.post(f"{path}/key/2/approve").status_code == 303
    assert other.post(f"{path}/key/2/approve").status_code == 409
    assert look(question_id).number == 2
