"""The notebook: causes, one's own tags and notes, narrowing, the rule of leaving, and the sheet for paper."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.practice import aside, notebook, overview
from examprep.practice.aside import Remarks
from examprep.practice.models import TagRow
from examprep.practice.notebook import Narrowing
from examprep.practice.rebuild import memory_differences
from tests.practice.conftest import SUBJECT, contents, right, wrong


@pytest.fixture
def missed(give, questions):
    """Ann missed the first three questions and the last."""
    some = [*questions[:3], questions[9]]
    for question in some:
        give(question, wrong(question))
    return some


@pytest.fixture
def remark(database, world, clock):
    def go(question, words="", causes=(), tags="", by="ann_candidate"):
        with database.write() as session:
            aside.write_note(
                session,
                world.actor(session, by),
                question_id=question.question_id,
                remarks=Remarks(words, causes, tags),
                today=clock.today(),
                now=clock.now(),
            )

    return go


@pytest.fixture
def book(database, world):
    def go(by="ann_candidate", **narrowing):
        with database.read() as session:
            return notebook.read(session, world.actor(session, by), Narrowing(**narrowing))

    return go


def ids(found):
    return {leaf.question.question_id for leaf in found.leaves}


def one(database, name):
    with database.read() as session:
        return session.scalar(select(TagRow.id).where(TagRow.name == name))


def test_a_note_keeps_its_lines(sign_in, missed, remark, book):
    ann = sign_in("ann_candidate")
    address = f"/practice/question/{missed[0].question_id}"
    ann.post(f"{address}/note", data={"words": "先看题干\r\n再看选项\r\n", "cause": ["misread"], "tags": "考前，法条"})
    leaf = next(leaf for leaf in book().leaves if leaf.question == missed[0])
    assert (leaf.note, leaf.causes, leaf.tags) == ("先看题干\n再看选项", ["misread"], ["法条", "考前"])
    page = ann.get(address).text
    assert re.search(r'class="note-words">先看题干\n再看选项<', page)
    assert re.search(r'class="lines[^>]*>先看题干\n再看选项<', ann.get("/practice/notebook").text)


def test_causes_and_tags_are_replaced_and_an_empty_tag_goes(database, missed, remark, book):
    remark(missed[0], causes=["misread", "careless"], tags="甲 乙")
    remark(missed[1], tags="乙")
    remark(missed[0], causes=["careless"], tags="丙 乙 丙")
    found = book()
    leaf = next(leaf for leaf in found.leaves if leaf.question == missed[0])
    assert (leaf.causes, leaf.tags) == (["careless"], ["丙", "乙"])
    assert sorted(found.tags.values()) == ["丙", "乙"]
    remark(missed[0])
    remark(missed[1])
    assert book().tags == {}
    assert one(database, "乙") is None


def test_tags_are_ones_own(database, missed, remark, book, give, world, clock):
    remark(missed[0], tags="共同")
    give(missed[0], wrong(missed[0]), by="bob_candidate")
    remark(missed[0], tags="共同", by="bob_candidate")
    remark(missed[0], tags="", by="bob_candidate")
    assert [leaf.tags for leaf in book().leaves if leaf.question == missed[0]] == [["共同"]]
    assert [leaf.tags for leaf in book(by="bob_candidate").leaves] == [[]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"causes": ["laziness"]}, "practice.cause", id="no-such-cause"),
        pytest.param({"tags": "长" * 21}, "practice.tags", id="tag-too-long"),
        pytest.param({"tags": " ".join("一二三四五六七八九")}, "practice.tags", id="too-many-tags"),
        pytest.param({"words": "字" * 4001}, "practice.note", id="note-too-long"),
    ],
)
def test_what_is_refused_changes_nothing(database, missed, remark, change, code):
    remark(missed[0], "笔记", ["misread"], "甲")
    before = contents(database)
    with pytest.raises(RuleViolation, match=code.replace(".", r"\.")):
        remark(missed[0], **{"words": "新", "causes": [], "tags": "乙", **change})
    assert contents(database) == before


def test_the_notebook_is_narrowed(database, missed, remark, book, chapters):
    remark(missed[0], causes=["misread"], tags="甲")
    remark(missed[1], causes=["misread", "careless"])
    remark(missed[3], causes=["careless"], tags="甲")
    assert ids(book()) == {question.question_id for question in missed}
    assert ids(book(cause="misread")) == {missed[0].question_id, missed[1].question_id}
    assert ids(book(tag_id=one(database, "甲"))) == {missed[0].question_id, missed[3].question_id}
    assert ids(book(chapter_id=chapters[1])) == {missed[3].question_id}
    assert ids(book(chapter_id=chapters[1], cause="careless")) == {missed[3].question_id}
    assert ids(book(subject_code="asw-comprehensive")) == set()


def test_just_those_are_practised(database, missed, remark, book, give, chapters, world, clock):
    for question in missed[1:]:
        remark(question, causes=["careless"])
    remark(missed[2], causes=["careless"], tags="甲")
    narrowed = [
        ({"cause": "careless"}, missed[1:]),
        ({"cause": "careless", "tag_id": one(database, "甲")}, [missed[2]]),
        ({"chapter_id": chapters[0]}, missed[:3]),
        ({"chapter_id": chapters[1], "cause": "careless"}, [missed[3]]),
        ({}, missed),
    ]
    for narrowing, wanted in narrowed:
        subject, scope = book(**narrowing).practise
        assert subject == SUBJECT
        came, question = [], None
        with database.read() as session:
            question = overview.standing(
                session,
                world.actor(session, "ann_candidate"),
                subject_code=subject,
                scope=scope,
                today=clock.today(),
                now=clock.now(),
            ).question
        while question is not None:
            came.append(question)
            question = give(question, wrong(question), scope=scope).upcoming
        assert came == wanted


def test_anothers_tag_is_no_way(database, missed, remark, sign_in, give):
    remark(missed[0], tags="甲")
    tag = one(database, "甲")
    give(missed[0], wrong(missed[0]), by="bob_candidate")
    assert sign_in("ann_candidate").get(f"/practice/{SUBJECT}/notebook-tag-{tag}").status_code == 200
    bob = sign_in("bob_candidate")
    assert bob.get(f"/practice/{SUBJECT}/notebook-tag-{tag}").status_code == 404
    assert bob.get(f"/practice/{SUBJECT}/notebook-cause-laziness").status_code == 404
    assert "第 1 道自编题" not in bob.get(f"/practice/notebook?tag={tag}").text


def test_the_rule_is_a_choice_that_holds_at_once_and_verify_agrees(database, world, missed, give, clock, book, sign_in):
    for _ in range(2):
        clock.advance(timedelta(days=1))
        give(missed[0], right(missed[0]))
    assert missed[0].question_id not in ids(book())
    ann = sign_in("ann_candidate")
    assert ann.post("/practice/notebook/rule", data={"days": "3"}).status_code == 303
    assert missed[0].question_id in ids(book())
    assert "第 1 道自编题" in ann.get(f"/practice/{SUBJECT}/notebook").text
    clock.advance(timedelta(days=1))
    give(missed[0], right(missed[0]))
    assert missed[0].question_id not in ids(book())
    ann.post("/practice/notebook/rule", data={"days": "1"})
    give(missed[1], right(missed[1]))
    assert missed[1].question_id not in ids(book())
    give(missed[1], wrong(missed[1]))
    assert missed[1].question_id in ids(book()), "one mistake brings it back"
    with database.read() as session:
        assert list(memory_differences(session, False)) == []


@pytest.mark.parametrize("days", ["0", "6", "-1", "x", ""])
def test_a_rule_out_of_range_is_refused(database, missed, sign_in, days):
    before = contents(database)
    assert sign_in("ann_candidate").post("/practice/notebook/rule", data={"days": days}).status_code == 422
    assert contents(database) == before


def test_the_rule_of_one_is_not_that_of_another(database, missed, give, sign_in, book, clock):
    give(missed[0], wrong(missed[0]), by="bob_candidate")
    sign_in("bob_candidate").post("/practice/notebook/rule", data={"days": "1"})
    clock.advance(timedelta(days=1))
    for name in ("ann_candidate", "bob_candidate"):
        give(missed[0], right(missed[0]), by=name)
    assert missed[0].question_id in ids(book())
    assert ids(book(by="bob_candidate")) == set()


def test_the_sheet_is_with_keys_or_without(sign_in, missed, remark):
    remark(missed[0], "记住这条", ["misread"])
    ann = sign_in("ann_candidate")
    whole = ann.get(f"/practice/notebook/sheet?subject={SUBJECT}").text
    assert all(words in whole for words in ("第 1 道自编题", "解析 1", "记住这条", "审题失误"))
    bare = ann.get(f"/practice/notebook/sheet?subject={SUBJECT}&answers=no").text
    assert "第 1 道自编题" in bare
    assert not any(words in bare for words in ("解析 1", "记住这条", "sheet-answer"))
    assert "第 1 道自编题" not in ann.get("/practice/notebook/sheet?q=第 3 道").text
    assert "第 1 道自编题" not in sign_in("bob_candidate").get("/practice/notebook/sheet").text


def test_a_file_holds_the_whole_question(sign_in, missed, remark):
    remark(missed[0], "=1+1", ["misread"], "甲")
    text = sign_in("ann_candidate").get("/practice/notebook?export=csv&q=第 1 道").text
    assert all(words in text for words in ("第 1 道自编题", "A. 甲", "解析 1", "理由乙", "审题失误", "'=1+1"))
    assert "第 3 道" not in text


def test_search_looks_into_options_explanations_and_notes(sign_in, missed, remark):
    remark(missed[1], "区分赡养与抚养")
    ann = sign_in("ann_candidate")
    page = ann.get("/practice/notebook?q=赡养").text
    assert "第 2 道自编题" in page
    assert "第 1 道自编题" not in page
    assert "第 3 道自编题" in ann.get("/practice/notebook?q=解析 3").text


def test_a_question_one_may_not_open_takes_no_remarks(database, remark, missed):
    class Nowhere:
        question_id = 999_999

    before = contents(database)
    with pytest.raises(NotFound):
        remark(Nowhere, "x", ["misread"], "甲")
    assert contents(database) == before
