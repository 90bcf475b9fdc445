"""Discussion of questions: hidden until a trainer answers, shown without the asker, hidden again with a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AuditEventRow
from examprep.plumbing.listing import Ask
from examprep.practice import discussing
from examprep.practice.models import PostRow
from examprep.reminders.models import OutboxRow
from tests.practice.conftest import contents, right


@pytest.fixture
def ask(database, world, clock, questions):
    def go(words="为什么不选丙？\n题干没有说", by="ann_candidate", question=None):
        with database.write() as session:
            return discussing.ask(
                session,
                world.actor(session, by),
                question_id=question or questions[0].question_id,
                words=words,
                today=clock.today(),
                now=clock.now(),
            )

    return go


@pytest.fixture
def settle(database, world, clock):
    def go(what, post_id, words, by="ann_trainer"):
        with database.write() as session:
            getattr(discussing, what)(session, world.actor(session, by), post_id, words, now=clock.now())

    return go


@pytest.fixture
def beside(sign_in, give, questions):
    """The part beside the first question, as somebody who has answered it sees it."""

    def go(by):
        give(questions[0], right(questions[0]), by=by)
        return sign_in(by).get(f"/practice/question/{questions[0].question_id}/aside").text

    return go


def rows(database, row):
    with database.read() as session:
        return session.scalars(select(row)).all()


def test_what_is_asked_waits_hidden(ask, beside):
    ask()
    assert "为什么不选丙？\n题干没有说" in beside("ann_candidate")
    assert "为什么不选丙" not in beside("bob_candidate")


def test_answered_it_is_shown_to_all_who_have_answered_without_the_askers_name(ask, settle, beside, sign_in, questions):
    settle("answer", ask(), "看题干第二句\n那里有限定")
    page = beside("bob_candidate")
    assert "为什么不选丙" in page
    assert "看题干第二句\n那里有限定" in page
    assert "ann_candidate" not in page
    unseen = sign_in("bob_candidate").get(f"/practice/question/{questions[1].question_id}/aside").text
    assert "看题干第二句" not in unseen


def test_before_one_has_answered_nothing_of_it_is_told(ask, settle, sign_in, questions):
    settle("answer", ask(), "因为选乙")
    page = sign_in("bob_candidate").get(f"/practice/question/{questions[0].question_id}/aside").text
    assert "因为选乙" not in page


def test_the_asker_is_told_once_and_the_trail_knows(database, world, ask, settle):
    number = ask()
    settle("answer", number, "第一次")
    settle("answer", number, "改过的")
    (mail,) = rows(database, OutboxRow)
    assert (mail.person_id, mail.context["answer"]) == (world.people["ann_candidate"], "第一次")
    acts = [row.act for row in rows(database, AuditEventRow) if row.act.startswith("practice.")]
    assert acts == ["practice.post-answered"] * 2
    assert [row.answer for row in rows(database, PostRow)] == ["改过的"]


def test_hidden_only_the_asker_reads_it_and_why(ask, settle, beside):
    number = ask()
    settle("answer", number, "答案")
    settle("hide", number, "与题目无关")
    page = beside("ann_candidate")
    assert "为什么不选丙" in page
    assert "与题目无关" in page
    assert "为什么不选丙" not in beside("bob_candidate")


@pytest.mark.parametrize("words", ["", " \r\n ", "长" * 1001])
def test_no_words_or_too_many_are_refused(database, ask, words):
    before = contents(database)
    with pytest.raises(RuleViolation, match=r"practice\.post"):
        ask(words)
    assert contents(database) == before


@pytest.mark.parametrize("what", ["answer", "hide"])
@pytest.mark.parametrize("words", ["", "长" * 2001])
def test_settling_needs_words(database, ask, settle, what, words):
    number, before = ask(), contents(database)
    with pytest.raises(RuleViolation, match=r"practice\.post-answer"):
        settle(what, number, words)
    assert contents(database) == before


def test_nobody_floods_the_trainers(ask, settle):
    numbers = [ask(f"第 {n} 问") for n in range(10)]
    with pytest.raises(Conflict, match=r"practice\.posts"):
        ask("再问")
    settle("answer", numbers[0], "好")
    ask("再问")


def test_a_question_one_may_not_open_takes_no_question(database, ask):
    before = contents(database)
    with pytest.raises(NotFound):
        ask(question=999_999)
    assert contents(database) == before


def test_another_county_answers_and_hides_nothing(database, world, ask, settle, sign_in):
    number = ask()
    for what in ("answer", "hide"):
        with pytest.raises(NotFound, match=r"practice\.post"):
            settle(what, number, "x", by="bob_trainer")
    bob = sign_in("bob_trainer")
    assert bob.get(f"/practice/discussion/{number}").status_code == 404
    assert bob.post(f"/practice/discussion/{number}/answer", data={"words": "x"}).status_code == 404
    assert "为什么不选丙" not in bob.get("/practice/discussion").text
    with database.read() as session:
        assert discussing.asked(session, world.actor(session, "bob_trainer"), Ask()).total == 0
    assert rows(database, PostRow)[0].state == "waiting"


def test_candidates_settle_nothing(ask, sign_in):
    number, ann = ask(), sign_in("ann_candidate")
    for address in ("/practice/discussion", f"/practice/discussion/{number}"):
        assert ann.get(address).status_code == 403
    for act in ("answer", "hide"):
        assert ann.post(f"/practice/discussion/{number}/{act}", data={"words": "x"}).status_code == 403


def test_the_pages(ask, sign_in, questions, give, database):
    give(questions[0], right(questions[0]))
    ann = sign_in("ann_candidate")
    address = f"/practice/question/{questions[0].question_id}/ask"
    assert ann.post(address, data={"words": ""}).status_code == 422
    sent = ann.post(address, data={"words": "<b>为什么</b>"}, headers={"X-Fragment": "yes"})
    assert "&lt;b&gt;为什么&lt;/b&gt;" in sent.text
    trainer = sign_in("ann_trainer")
    assert "为什么" in trainer.get("/practice/discussion?state=waiting").text
    (row,) = rows(database, PostRow)
    page = trainer.get(f"/practice/discussion/{row.id}").text
    assert "ann_candidate" in page
    assert "解析 1" in page
    assert trainer.post(f"/practice/discussion/{row.id}/answer", data={"words": ""}).status_code == 422
    assert trainer.post(f"/practice/discussion/{row.id}/answer", data={"words": "见解析"}).status_code == 303
    assert "见解析" in ann.get(f"/practice/question/{questions[0].question_id}/aside").text
    assert trainer.post(f"/practice/discussion/{row.id}/hide", data={"words": "重复"}).status_code == 303
    assert "为什么" not in trainer.get("/practice/discussion?state=shown").text


def acts(database):
    told = sorted(rows(database, AuditEventRow), key=lambda row: row.id)
    return [row.act for row in told if row.act.startswith("practice.post")]


@pytest.mark.parametrize("answered", [False, True], ids=["waiting", "answered"])
def test_unhidden_it_stands_as_before(database, ask, settle, beside, sign_in, answered):
    number = ask()
    if answered:
        settle("answer", number, "看第二句")
    settle("hide", number, "重复")
    trainer = sign_in("ann_trainer")
    assert "重复" in trainer.get(f"/practice/discussion/{number}").text
    for _ in range(2):
        assert trainer.post(f"/practice/discussion/{number}/unhide").status_code == 303
    assert acts(database).count("practice.post-unhidden") == 1
    (row,) = rows(database, PostRow)
    assert (row.state, row.reason) == ("shown" if answered else "waiting", None)
    assert ("看第二句" in beside("bob_candidate")) is answered


def test_the_asker_alone_says_that_it_helped_and_takes_it_back(database, ask, settle, beside, sign_in, questions):
    number = ask()
    address = f"/practice/question/{questions[0].question_id}/asked/{number}/helped"
    ann, bob = sign_in("ann_candidate"), sign_in("bob_candidate")
    assert ann.post(address, data={"helped": "yes"}).status_code == 404  # nobody has answered it
    settle("answer", number, "看第二句")
    assert bob.post(address, data={"helped": "yes"}).status_code == 404
    elsewhere = f"/practice/question/{questions[1].question_id}/asked/{number}/helped"
    assert ann.post(elsewhere, data={"helped": "yes"}).status_code == 404
    assert sign_in("ann_trainer").post(address, data={"helped": "yes"}).status_code in (403, 404)
    assert rows(database, PostRow)[0].helped_at is None
    ann.post(address, data={"helped": "yes"})
    assert rows(database, PostRow)[0].helped_at is not None
    assert "这个回答帮到了提问人" in beside("bob_candidate")
    ann.post(address, data={"helped": "no"})
    assert rows(database, PostRow)[0].helped_at is None
    assert acts(database) == ["practice.post-answered", "practice.post-helped", "practice.post-not-helped"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("abc方案", True, id="width-and-case"),
        pytest.param("ａｂＣ", True, id="asked-in-wide-letters"),
        pytest.param("第二句", True, id="in-the-answer"),
        pytest.param("%", False, id="no-joker"),
        pytest.param("别的", False, id="elsewhere"),
    ],
)
def test_the_trainers_search(ask, settle, sign_in, words, found):
    settle("answer", ask("ＡＢＣ方案怎么选？"), "看第二句")
    page = sign_in("ann_trainer").get("/practice/discussion", query_string={"q": words, "helped": "no"}).text
    assert ("ＡＢＣ方案" in page) is found


def test_what_waits_longest_comes_first_with_its_age(ask, clock, sign_in, database, world):
    ask("先问的")
    clock.instant += timedelta(days=3)
    ask("后问的")
    page = sign_in("ann_trainer").get("/practice/discussion").text
    assert page.index("先问的") < page.index("后问的")
    assert "最早的一条已等了 3 天" in page
    assert "最早的一条" not in sign_in("bob_trainer").get("/practice/discussion").text


def test_no_mail_goes_out_for_what_was_hidden_meanwhile(database, ask, settle, clock):
    number = ask()
    settle("answer", number, "看第二句")
    (mail,) = rows(database, OutboxRow)

    def due():
        with database.read() as session:
            return discussing.still_shown(session, mail.person_id, mail.context, clock.today())

    assert mail.condition == discussing.CONDITION
    assert due()
    settle("hide", number, "答错了")
    assert not due()


def test_another_county_and_candidates_unhide_nothing(database, ask, settle, sign_in, app):
    number = ask()
    settle("hide", number, "重复")
    address = f"/practice/discussion/{number}/unhide"
    assert sign_in("bob_trainer").post(address).status_code == 404
    assert sign_in("ann_candidate").post(address).status_code == 403
    assert app.test_client().post(address).status_code in (302, 303, 400, 401)
    assert rows(database, PostRow)[0].state == "hidden"


def test_what_waits_is_reworded_by_its_asker_and_trainers_see_what_stood_there(
    database, world, clock, ask, settle, questions, sign_in, give
):
    post_id = ask("为什么不选丙")
    page = f"/practice/question/{questions[0].question_id}/asked/{post_id}/words"
    give(questions[0], right(questions[0]))
    learner = sign_in("ann_candidate")
    for words, status in (("", 422), ("为什么不选丁", 200), ("为什么不选丁", 200)):
        assert learner.post(page, data={"words": words}).status_code == status
    assert sign_in("bob_candidate").post(page, data={"words": "别的"}).status_code == 404
    assert sign_in("ann_trainer").post(page, data={"words": "别的"}).status_code == 403
    settle("answer", post_id, "因为甲。")
    settle("answer", post_id, "因为乙。")
    assert learner.post(page, data={"words": "又改"}).status_code == 422
    with database.read() as session:
        trainer = world.actor(session, "ann_trainer")
        shown = discussing.post(session, trainer, post_id)
        assert (shown.words, [each.words for each in shown.earlier]) == ("为什么不选丁", ["为什么不选丙"])
        assert [each.words for each in shown.earlier_answers] == ["因为甲。"]
        found = {word: discussing.asked(session, trainer, Ask(words=word)).total for word in ("选丁", "选丙", "因为乙")}
    assert found == {"选丁": 1, "选丙": 0, "因为乙": 1}
    text = sign_in("ann_trainer").get(f"/practice/discussion/{post_id}").text
    assert "为什么不选丙" in text
