"""A search finds a piece of Chinese text wherever a question has it, and follows every change of the bank."""

import pytest
from sqlalchemy import delete, update

from examprep.bank import actions, browsing, life, searching
from examprep.bank.markup import HTML
from examprep.bank.models import TextRow
from examprep.plumbing.listing import Ask
from tests.conftest import NOW

SUBJECT = "sw-law-policy"


@pytest.fixture
def write(database, world, draft):
    def go(*, by="ann_trainer", **more):
        with database.write() as session:
            return actions.write(session, world.actor(session, by), SUBJECT, draft(**more), publish=True, now=NOW)

    return go


@pytest.fixture
def found(database, world):
    def go(words):
        with database.read() as session:
            page = browsing.questions(session, world.actor(session, "ann_trainer"), Ask(words=words))
            return [row["id"] for row in page.rows]

    return go


@pytest.mark.parametrize(
    "words",
    ["社区矫正", "儿童", "矫", "儿童 社区", "《社区矫正法》", "第九条", "重点", "入户", "ＮＧＯ", "ngo", "王老师"],
)
def test_every_part_of_a_question_is_searched(write, found, words):
    wanted = write(
        stem="对社区矫正对象的服务，哪些是对的？",
        explanation="见入户探访一节",
        passage="某NGO服务儿童。",
        cites=("《社区矫正法》第九条",),
        tags=frozenset({"重点"}),
        author="王老师",
    )
    write(stem="另一题")
    assert found(words) == [wanted]


def test_options_are_searched_and_a_number_finds_its_question(write, found):
    first, second = write(stem="一"), write(stem="二")
    assert found("丁") == [second, first]
    assert found(str(first)) == [first]
    assert found("%") == found("_") == found("没有") == []


def test_markup_is_not_searched_but_its_words_are(write, found):
    wanted = write(stem="<p>特困<strong>人员</strong></p>", markup=HTML)
    assert found("特困人员") == [wanted]
    assert found("strong") == []


def test_the_search_follows_revisions_and_consent(database, world, write, found, draft):
    question_id = write(stem="旧的题干")
    with database.write() as session:
        ann = world.actor(session, "ann_trainer")
        actions.revise(session, ann, question_id, draft("新的题干"), now=NOW)
    assert (found("旧的"), found("新的")) == ([], [question_id])
    with database.write() as session:
        ann = world.actor(session, "ann_trainer")
        number = actions.revise(session, ann, question_id, draft("再改题干", correct=(0, 2)), now=NOW)
    assert (found("新的"), found("再改")) == ([question_id], [])
    with database.write() as session:
        other = world.actor(session, "ann_administrator")
        life.approve(session, other, question_id, number=number, now=NOW)
    assert (found("新的"), found("再改")) == ([], [question_id])


def test_what_is_missing_or_wrong_is_found_and_repaired(database, write, found):
    first, second = write(stem="第一题干"), write(stem="第二题干")
    with database.write() as session:
        session.execute(delete(TextRow).where(TextRow.question_id == first))
        session.execute(update(TextRow).where(TextRow.question_id == second).values(words="别的"))
    assert found("题干") == []
    with database.write() as session:
        assert len(list(searching.differences(session, True))) == 2
        assert list(searching.differences(session, False)) == []
    assert found("题干") == [second, first]


def test_an_upgrade_fills_what_has_no_words_yet(database, write, found):
    question_id = write(stem="升级之前的题")
    with database.write() as session:
        session.execute(delete(TextRow))
        searching.fill(session)
    assert found("升级之前") == [question_id]


def test_words_do_not_run_from_one_text_into_the_next(write, found):
    write(stem="结尾", explanation="开头")
    assert found("结尾开头") == []
