"""Moodle XML, in and out."""

import base64
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

from examprep.bank.formats.moodle_out import write_moodle
from examprep.bank.importer import read_file
from examprep.imports.importer import Upload
from examprep.plumbing.unreadable import UnreadableFile
from tests.bank.sent_out import any_exported, drafts, exported, kept, of_each_type, png


def read(text, filename="quiz.xml"):
    return read_file(Upload(filename, text if isinstance(text, bytes) else text.encode()))


def quiz(*questions):
    return f"<?xml version='1.0' encoding='UTF-8'?><quiz>{''.join(questions)}</quiz>"


def question(kind, inside, text="题干", form="html"):
    return (
        f'<question type="{kind}"><name><text>名</text></name>'
        f'<questiontext format="{form}"><text><![CDATA[{text}]]></text></questiontext>{inside}</question>'
    )


def answer(fraction, text, feedback=""):
    return f'<answer fraction="{fraction}"><text>{text}</text><feedback><text>{feedback}</text></feedback></answer>'


CHAPTER = "<tags><tag><text>chapter=03</text></tag></tags>"
SINGLE = "<single>true</single>"
MULTI = "<single>false</single>"


def test_each_type_comes_back_the_same():
    questions = of_each_type()
    file = read(write_moodle(questions).content)
    assert file.skipped == []
    assert file.notes == []
    assert [kept(draft) for draft in drafts(file)] == [kept(one) for one in questions]


@settings(max_examples=30, deadline=None)
@given(any_exported())
def test_any_question_comes_back_the_same(one):
    (draft,) = drafts(read(write_moodle([one]).content))
    assert kept(draft) == kept(one)


def test_a_single_choice_with_remarks_and_an_explanation():
    inside = SINGLE + answer(0, "甲", "不对") + answer(100, "乙", "对") + answer(0, "丙") + CHAPTER
    inside += '<generalfeedback format="html"><text>因为</text></generalfeedback>'
    (draft,) = drafts(read(quiz(question("multichoice", inside))))
    assert (draft.type, draft.content.options, draft.content.correct) == ("single-choice", ("甲", "乙", "丙"), {1})
    assert draft.content.notes == ("不对", "对", "")
    assert draft.explanation == "因为"


@pytest.mark.parametrize(
    ("weights", "right", "noted"),
    [
        pytest.param(["33.33333", "33.33333", "33.33333", "-100"], "ABC", False, id="thirds"),
        pytest.param(["50", "50", "-100", "-100"], "AB", False, id="halves"),
        pytest.param(["50", "50", "0", "0"], "AB", False, id="no-penalty"),
        pytest.param(["50", "50", "-50", "0"], "AB", True, id="half-a-penalty"),
        pytest.param(["70", "30", "-100", "0"], "AB", True, id="uneven"),
    ],
)
def test_weights_of_a_multiple_choice(weights, right, noted):
    inside = MULTI + "".join(answer(weight, f"项{n}") for n, weight in enumerate(weights))
    file = read(quiz(question("multichoice", inside + CHAPTER)))
    assert file.questions[0].answer == right
    assert ["weights or penalties" in str(note) for note in file.notes] == [True] * noted
    assert drafts(file)[0].type == "multiple-choice"


def test_a_statement_and_accepted_words():
    statement = question("truefalse", answer(0, "true", "错了") + answer(100, "false") + CHAPTER)
    words = question("shortanswer", answer(100, "甲") + answer(50, "乙") + answer(100, "a\\*b") + CHAPTER, "二")
    file = read(quiz(statement, words))
    judged, short = drafts(file)
    assert (judged.type, judged.content.correct, judged.content.notes) == ("true-false", {1}, ("错了", ""))
    assert short.content.accepted == ("甲", "a*b")
    assert ["only a part of the marks" in str(note) for note in file.notes] == [True]


def test_an_essay_is_marked_by_what_graders_are_told():
    points = "<ul><li>甲（2分）</li><li>乙 (1.5 points)</li></ul>"
    told = f"<graderinfo format='html'><text><![CDATA[{points}]]></text></graderinfo>"
    whole = "<defaultgrade>4</defaultgrade><graderinfo format='html'><text>看着给</text></graderinfo>"
    file = read(
        quiz(question("essay", told + CHAPTER), question("essay", whole + CHAPTER, "二"), question("essay", ""))
    )
    first, second = drafts(file)
    assert [(point.text, point.half_points) for point in first.content.points] == [("甲", 4), ("乙", 3)]
    assert [(point.text, point.half_points) for point in second.content.points] == [("看着给", 8)]
    assert [(number, "no marking points" in str(reason)) for number, reason in file.skipped] == [(3, True)]


@pytest.mark.parametrize(
    "kind", ["cloze", "multianswer", "matching", "numerical", "ddwtos", "calculated", "gapselect", "randomsamatch"]
)
def test_types_that_the_bank_lacks_are_named(kind):
    file = read(quiz(question(kind, "")))
    assert [(number, str(reason)) for number, reason in file.skipped] == [
        (1, f"“名”: the bank has no questions of the type “{kind}”")
    ]


def test_texts_without_a_question_wildcards_and_no_right_answer_are_left_out():
    file = read(
        quiz(
            question("description", ""),
            question("shortanswer", answer(100, "甲*")),
            question("multichoice", SINGLE + answer(50, "甲") + answer(0, "乙")),
            question("truefalse", answer(100, "是")),
        )
    )
    said = [str(reason) for _, reason in file.skipped]
    assert len(said) == 4
    for reason, word in zip(said, ["without a question", "wildcards", "earns all", "not true and false"], strict=True):
        assert word in reason


def test_categories_and_tags():
    category = '<question type="category"><category><text>$course$/top/法规/劳动//合同</text></category></question>'
    tags = "<tags><tag><text>易错</text></tag><tag><text>chapter=2025/03</text></tag></tags>"
    own = '<question type="category"><category><text>$course$/top/Default for 甲</text></category></question>'
    inside = SINGLE + answer(100, "甲") + answer(0, "乙") + tags
    file = read(quiz(category, question("multichoice", inside), own, question("multichoice", inside, "二")))
    first, second = drafts(file)
    assert first.tags == {"易错", "劳动/合同"}
    assert second.tags == {"易错"}
    assert first.chapter_ids == {3}


def test_pictures_of_one_name_are_told_apart():
    def shown(shade):
        data = base64.b64encode(png(shade).content).decode()
        return (
            '<question type="multichoice"><name><text>n</text></name><questiontext format="html">'
            f'<text><![CDATA[图{shade}<img src="@@PLUGINFILE@@/%E5%9B%BE%201.png" alt="x">]]></text>'
            f'<file name="图 1.png" path="/" encoding="base64">{data}</file></questiontext>'
            f"{SINGLE}{answer(100, '甲')}{answer(0, '乙')}{CHAPTER}</question>"
        )

    found = drafts(read(quiz(shown(10), shown(200))))
    assert [draft.pictures[0].sha256 for draft in found] == [png(10).sha256, png(200).sha256]


@pytest.mark.parametrize(
    ("form", "text", "stem"),
    [
        ("html", "<p>甲 <b>乙</b></p>", "<p>甲 <strong>乙</strong></p>"),
        ("plain_text", "a < b\nc", "a < b\nc"),
        ("moodle_auto_format", "甲\n<i>乙</i>", "甲<br><em>乙</em>"),
        ("markdown", "甲 **乙** <", "甲 <strong>乙</strong> &lt;"),
    ],
)
def test_the_forms_of_texts(form, text, stem):
    inside = SINGLE + answer(100, "甲") + answer(0, "乙") + CHAPTER
    (draft,) = drafts(read(quiz(question("multichoice", inside, text, form))))
    assert draft.stem == stem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "gb2312"])
def test_encodings(encoding):
    text = quiz(question("multichoice", SINGLE + answer(100, "甲") + answer(0, "乙") + CHAPTER))
    assert len(drafts(read(text.replace("UTF-8", encoding).encode(encoding)))) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty-xml"),
        (b"<quiz></quiz>", "bank.no-questions"),
        (b"<quiz>", "file.xml"),
        (b"<html></html>", "file.qti"),
        (b"<?xml version='1.0' encoding='idna'?><quiz/>", "bank.no-questions"),
    ],
)
def test_files_that_are_none(content, code):
    with pytest.raises(UnreadableFile) as refusal:
        read(content)
    assert refusal.value.code == code


def test_the_marks_that_moodle_is_told():
    """As Moodle's import reads them: the fractions are of its list of grades, the right ones together are 100."""
    for count in range(2, 8):
        options = [f"项{n}" for n in range(count + 1)]
        one = exported("multiple-choice", {"options": options, "correct": list(range(count))})
        root = ET.fromstring(write_moodle([one]).content)
        fractions = [float(found.get("fraction")) for found in root.iter("answer")]
        assert sum(fractions[:-1]) == pytest.approx(100, abs=0.0001)
        assert fractions[-1] == -100
        assert root.findtext("question/defaultgrade") == "2"
        assert root.findtext("question/single") == "false"
