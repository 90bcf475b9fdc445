"""Beside a question: note, earlier answers, reports; and the size of letters."""

import re

import pytest

from tests.practice.conftest import contents
from tests.practice.test_views import ALL, sent

FRAGMENT = {"X-Fragment": "yes"}


@pytest.fixture
def ann(sign_in, questions):
    return sign_in("ann_candidate")


@pytest.fixture
def address(questions):
    return f"/practice/question/{questions[0].question_id}"


def test_the_question_leads_beside_itself_without_giving_the_key(ann, address):
    assert f'href="{address}/aside"' in ann.get(ALL).text
    page = ann.get(f"{address}/aside").text
    assert "第 1 道自编题" in page
    assert "解析 1" not in page
    assert "王老师" not in page


def test_the_answer_leads_there_too(ann, address, questions):
    told = ann.post(ALL, data=sent(questions[0], 1), headers=FRAGMENT).text
    assert f'href="{address}/aside"' in told.partition("<template")[0]


def test_a_note_is_kept_changed_and_taken_away_by_its_owner_alone(ann, sign_in, address):
    assert "要点甲" in ann.post(f"{address}/note", data={"words": " 要点甲 "}).text
    assert "要点甲" in ann.get(f"{address}/aside").text
    assert "要点甲" not in sign_in("bob_candidate").get(f"{address}/aside").text
    ann.post(f"{address}/note", data={"words": "要点乙"})
    page = ann.get(f"{address}/aside").text
    assert "要点乙" in page
    assert "要点甲" not in page
    ann.post(f"{address}/note", data={"words": ""})
    assert "要点乙" not in ann.get(f"{address}/aside").text


def test_too_long_a_note_is_refused(ann, address, database):
    before = contents(database)
    assert ann.post(f"{address}/note", data={"words": "长" * 4001}).status_code == 422
    assert contents(database) == before


def test_the_script_gets_the_part_alone(ann, address):
    for page in (ann.get(f"{address}/aside", headers=FRAGMENT), ann.post(f"{address}/note", headers=FRAGMENT)):
        assert page.status_code == 200
        assert "<html" not in page.text
        assert "data-aside-part" in page.text


def test_earlier_answers_stand_there(ann, address, questions):
    ann.post(ALL, data=sent(questions[0], 0))
    assert "✗" in ann.get(f"{address}/aside").text


def test_a_report_reaches_the_keeper_and_the_reply_comes_back(ann, sign_in, address):
    assert ann.post(f"{address}/report", data={"kind": "law", "words": "办法已修订"}).status_code == 200
    assert ann.post(f"{address}/report", data={"kind": "law", "words": "办法已修订"}).status_code == 422
    assert "办法已修订" in ann.get(f"{address}/aside").text
    assert "办法已修订" not in sign_in("bob_candidate").get(f"{address}/aside").text
    trainer = sign_in("ann_trainer")
    reports = trainer.get("/bank/reports").text
    assert "办法已修订" in reports
    report = re.search(r"/bank/reports/\d+", reports)[0]
    assert trainer.post(report, data={"state": "mended", "reply": "谢谢，已更新"}).status_code == 303
    assert "谢谢，已更新" in ann.get(f"{address}/aside").text


def test_a_report_of_no_kind_is_refused(ann, address):
    assert ann.post(f"{address}/report", data={"kind": "", "words": "字"}).status_code == 422


def test_a_draft_is_not_shown_beside_anything(ann, sign_in, questions):
    assert ann.get("/practice/question/999999/aside").status_code == 404
    trainer = sign_in("ann_trainer")
    assert trainer.post(f"/bank/questions/{questions[0].question_id}/retire").status_code == 303
    address = f"/practice/question/{questions[0].question_id}"
    assert ann.get(f"{address}/aside").status_code == 404
    assert ann.post(f"{address}/note", data={"words": "字"}).status_code == 404
    assert ann.post(f"{address}/report", data={"kind": "key"}).status_code == 404


def test_the_size_of_letters_is_kept_on_the_device(ann):
    assert 'data-type=""' in ann.get(ALL).text
    answer = ann.post("/practice/type-size", data={"size": "larger", "next": ALL})
    assert (answer.status_code, answer.location) == (303, ALL)
    assert 'data-type="larger"' in ann.get(ALL).text
    ann.post("/practice/type-size", data={"size": '"><x', "next": "https://elsewhere.example/"})
    assert 'data-type=""' in ann.get(ALL).text


def test_others_have_nothing_beside(sign_in, client, address):
    trainer = sign_in("ann_trainer")
    assert trainer.get(f"{address}/aside").status_code == 403
    assert trainer.post(f"{address}/note", data={"words": "字"}).status_code == 403
    assert client.get(f"{address}/aside").status_code == 303
    assert client.post(f"{address}/report", data={"kind": "key"}).status_code == 303
