"""After an answer: how everybody answered, the chapter, and questions like it; none of it before one may know."""

from datetime import timedelta

import pytest

from examprep.bank import actions as bank
from examprep.practice import aside
from examprep.practice.rules.likeness import likest
from examprep.practice.shares import share_right
from tests.practice.conftest import SUBJECT, contents, right, wrong
from tests.practice.test_views import sent


@pytest.fixture
def beside(database, world, clock):
    def go(question, by="ann_candidate"):
        with database.read() as session:
            return aside.aside(
                session,
                world.actor(session, by),
                question_id=question.question_id,
                today=clock.today(),
                now=clock.now(),
            )

    return go


def test_the_likest_come_first_and_the_unlike_not_at_all():
    others = {3: "低保金按家庭人均收入差额发放", 1: "家庭人均收入低于低保标准的差额发放", 2: "监护人的确定"}
    assert likest("低保金按家庭人均收入的差额发放", others) == (3, 1)
    assert likest("低保金按家庭人均收入的差额发放", others, most=1) == (3,)
    assert likest("", {1: ""}) == ()


def test_the_share_is_told_above_twenty_answers_only(give, questions, beside, clock):
    for count in range(20):
        give(questions[0], {1} if count % 4 else {0}, by="bob_candidate")
    assert beside(questions[0], by="bob_candidate").share is None
    give(questions[0], {1}, by="bob_candidate")
    clock.advance(timedelta(minutes=10))
    share = beside(questions[0], by="bob_candidate").share
    assert (share.part, share.base) == (16, 21)
    assert beside(questions[0]).share is None, "not before one has answered"
    give(questions[0], {1})
    assert beside(questions[0]).share.base == 21, "kept for some minutes"
    clock.advance(timedelta(minutes=11))
    assert beside(questions[0]).share.base == 22


def test_where_answers_count_otherwise_no_share_is_told(database, give, questions, clock, monkeypatch):
    for _ in range(21):
        give(questions[0], {1})
    with database.read() as session:
        assert share_right(session, questions[0].version_id, clock.now()) is not None
        monkeypatch.setattr(bank, "ruled", lambda _session, versions: dict.fromkeys(versions))
        assert share_right(session, questions[0].version_id, clock.now()) is None


def test_questions_like_it_are_of_its_chapter_and_are_practised(
    give, questions, beside, sign_in, database, world, clock
):
    found = beside(questions[7])
    assert {question.question_id for question in found.similar} <= {question.question_id for question in questions[6:]}
    assert questions[7] not in found.similar
    assert [chapter.id for chapter in found.chapters] == list(questions[7].chapter_ids)
    scope = f"like-{questions[7].question_id}"
    assert sign_in("ann_candidate").get(f"/practice/{SUBJECT}/{scope}").status_code == 200
    came, question = [], found.similar[0]
    while question is not None:
        came.append(question)
        question = give(question, right(question), scope=scope).upcoming
    assert set(came) == {questions[6], questions[8], questions[9]}


def test_a_retired_question_is_like_none(database, world, questions, beside, clock):
    assert questions[8] in beside(questions[7]).similar
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), questions[8].question_id, now=clock.now())
    assert questions[8] not in beside(questions[7]).similar


def test_no_way_leads_along_a_question_that_is_not_there(questions, sign_in, database):
    ann, before = sign_in("ann_candidate"), contents(database)
    assert ann.get(f"/practice/{SUBJECT}/like-999999").status_code == 404
    assert ann.get(f"/practice/asw-comprehensive/like-{questions[0].question_id}").status_code == 404
    data = sent(questions[7], 0)
    assert ann.post(f"/practice/{SUBJECT}/like-{questions[0].question_id}", data=data).status_code == 404
    assert contents(database) == before


def test_the_page_tells_it_after_an_answer(questions, give, sign_in, clock):
    for count in range(21):
        give(questions[0], right(questions[0]) if count else wrong(questions[0]))
    page = sign_in("ann_candidate").get(f"/practice/question/{questions[0].question_id}/aside").text
    assert "全部 21 次作答中，95% 答对" in page
    assert f'href="/practice/{SUBJECT}/like-{questions[0].question_id}"' in page
