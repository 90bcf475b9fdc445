"""Questions answered in words: written first, then marked by oneself against the points."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from examprep.bank import actions as bank
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import Draft
from examprep.practice.models import AnswerRow
from tests.practice.conftest import SUBJECT, SYLLABUS

ALL = f"/practice/{SUBJECT}/all"
CASE = {
    "parts": [
        {"prompt": "分析需要", "points": [{"text": "经济", "half_points": 4}, {"text": "情绪", "half_points": 3}]},
        {"prompt": "提出对策", "points": [{"text": "救助", "half_points": 8}], "answer": "协助申请救助。"},
    ]
}
SHORT = {"accepted": ["尊重自决", "自决"]}


@pytest.fixture
def ask(database, world, clock, chapters):
    """``ask(type, raw)`` publishes one question and gives it."""

    def make(kind, raw, **more):
        content = QUESTION_TYPES[kind].read(raw)
        draft = Draft(kind, "某社区个案", content, chapter_ids=frozenset(chapters[:1]), **more)
        with database.write() as session:
            trainer = world.actor(session, "ann_trainer")
            bank.insert_many(session, trainer, [draft], subject_code=SUBJECT, state="published", now=clock.now())
        with database.read() as session:
            (listed,) = bank.catalogue(session, SUBJECT, SYLLABUS)
            return bank.question(session, listed.version_id)

    return make


def sent(question, ticks=(), written=()):
    return {
        "answer": str(uuid4()),
        "version": question.version_id,
        "syllabus": SYLLABUS,
        "tick": [str(tick) for tick in ticks],
        "written": list(written),
    }


def logged(database):
    with database.read() as session:
        return session.execute(
            select(AnswerRow.ticked, AnswerRow.written, AnswerRow.half_points, AnswerRow.full_half_points)
        ).all()


def test_a_case_is_asked_part_by_part_with_its_points_to_tick(sign_in, ask):
    ask("case-analysis", CASE)
    page = sign_in("ann_candidate").get(ALL).text
    assert (page.count('name="written"'), page.count('name="tick"')) == (2, 3)
    assert "协助申请救助" not in page, "the answer written out comes after"


def test_ticked_points_earn_their_marks_and_the_words_are_kept(sign_in, ask, database):
    question = ask("case-analysis", CASE)
    page = sign_in("ann_candidate").post(ALL, data=sent(question, [0, 2], ["没有收入", "申请\n救助"])).text
    assert "verdict-partly" in page
    assert "协助申请救助" in page
    assert logged(database) == [([0, 2], ["没有收入", "申请\n救助"], 12, 15)]


def test_an_accepted_text_earns_everything_however_it_is_spaced(sign_in, ask, database):
    question = ask("short-answer", SHORT)
    assert "verdict-right" in sign_in("ann_candidate").post(ALL, data=sent(question, (), [" 自 决 "])).text
    assert logged(database) == [([0], ["自 决"], 2, 2)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"tick": [], "written": ["", " "]}, id="nothing"),
        pytest.param({"tick": ["3"]}, id="no-such-point"),
        pytest.param({"tick": [], "written": ["字" * 20_001]}, id="too-long"),
        pytest.param({"tick": [], "written": ["字"] * 13}, id="too-many-parts"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_kept(sign_in, ask, database, change):
    question = ask("case-analysis", CASE)
    assert sign_in("ann_candidate").post(ALL, data={**sent(question), **change}).status_code == 422
    assert logged(database) == []


def test_a_marked_up_question_shows_its_table_and_picture_and_nothing_else(sign_in, ask):
    raw = {"options": ["<table><tbody><tr><td>甲</td></tr></tbody></table>", "<p>乙</p>"], "correct": [0]}
    ask("single-choice", raw, markup="html", explanation="<strong>因为</strong>")
    page = sign_in("ann_candidate").get(ALL).text
    assert "<td>甲</td>" in page
    assert "option-rich" in page


def test_plain_texts_are_never_markup(sign_in, ask):
    raw = {"options": ["<b>甲</b>", "乙"], "correct": [0]}
    ask("single-choice", raw)
    page = sign_in("ann_candidate").get(ALL).text
    assert "&lt;b&gt;甲" in page


def test_words_that_a_device_kept_are_taken_and_marked(sign_in, ask, world, database):
    question = ask("short-answer", SHORT)
    answer = {
        "id": str(uuid4()),
        "subject": SUBJECT,
        "scope": "all",
        "syllabus": SYLLABUS,
        "version": question.version_id,
        "ticks": [],
        "written": [" 自决 "],
        "at": 1000,
    }
    body = {"person": world.people["ann_candidate"], "clock": 61_000, "answers": [answer]}
    sent = sign_in("ann_candidate").post("/practice/sync", json=body)
    assert [each["state"] for each in sent.json["answers"]] == ["accepted"]
    with database.read() as session:
        row = session.scalars(select(AnswerRow)).one()
    assert (row.written, row.half_points) == (["自决"], question.half_points)
