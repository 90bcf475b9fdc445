"""Papers in plain text as trainers write them."""

import time
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.bank.formats.plain import read_plain
from examprep.bank.formats.plain_out import write_plain
from examprep.bank.formats.writing import Exported
from examprep.plumbing.unreadable import UnreadableFile
from tests import fuzz_formats
from tests.bank.exported import question


def read(text):
    return read_plain(text.encode())


def one(text):
    (question,) = read(text).questions
    return question


@pytest.mark.parametrize(
    ("options", "letters"),
    [
        ("A．甲\nB．乙\nC．丙", ""),
        ("A、甲  B、乙  C、丙", ""),
        ("(A)甲\n(B) 乙\n（C）丙", ""),
        ("Ａ．甲 Ｂ．乙\nＣ．丙", ""),
        ("A.甲B.乙C.丙", ""),
        ("A. 甲\nB. 乙\nD. 丙", "ABD"),
    ],
)
def test_options_as_people_letter_them(options, letters):
    question = one(f"1．题干（ ）。\n{options}\n答案：B\n解析：因为\n所以")
    assert (list(question.options), question.letters) == (["甲", "乙", "丙"], letters)
    assert (question.stem, question.answer, question.explanation) == ("题干（ ）。", "B", "因为\n所以")


@pytest.mark.parametrize(
    "answer",
    ["答案：AB", "【答案】AB", "参考答案：AB", "正确答案:AB", "[答案] AB", "标准答案：AB 【解析】无", "答案: AB"],
)
def test_answers_as_people_label_them(answer):
    question = one(f"第1题：题干\nA．甲\nB．乙\nC．丙\n{answer}")
    assert question.answer == "AB"


def test_what_is_known_besides_is_read_by_its_label():
    question = one(
        "1、题干\nA.甲\nB.乙\n答案：A\n章节（2018）：第3章\n章节：05、06\n难度：0.7\n来源：原创\n"
        "作者：张\n法规截止日：2025-01-01\n依据：某法\n知识点：甲、乙\n选项说明A：对"
    )
    assert question.chapters == {"2018": ["第3章"], "": ["05、06"]}
    assert (question.difficulty, question.source, question.author) == ("0.7", "原创", "张")
    assert (question.law_as_of, question.cites, question.tags) == ("2025-01-01", ["某法"], ["甲", "乙"])
    assert question.notes == ["对", ""]


def test_heads_give_the_type_and_numbers_may_begin_again():
    file = read(
        "一、单项选择题（共1题，每题1分）\n1．甲\nA．一\nB．二\n答案：A\n"
        "二、多选题\n（1）乙\nA．一\nB．二\nC．三\n答案：AB\n三、判断题\n1．丙（ × ）\n2．丁\n答案：√"
    )
    assert [q.kind for q in file.questions] == ["single-choice", "multiple-choice", "true-false", "true-false"]
    assert [q.answer for q in file.questions] == ["A", "AB", "×", "√"]
    assert [q.number for q in file.questions] == [2, 7, 13, 14]


def test_statements_numbered_within_a_stem_stay_in_it():
    question = one("3．下列正确的有\n1. 甲\n2. 乙\n（1）丙\nA．一\nB．二\n答案：A")
    assert question.stem == "下列正确的有\n1. 甲\n2. 乙\n（1）丙"


def test_points_of_a_short_answer():
    file = read("四、简答题\n1.甲\n答案：接纳，保密\n2.乙\n答案：\n（1）接纳（2分）；\n（2）保密\n尊重（1.5分）。")
    assert [part.points for q in file.questions for part in q.parts] == [
        [("接纳，保密", 2)],
        [("接纳", 4), ("保密\n尊重", 3)],
    ]


def test_a_case_with_questions_points_and_a_sum_that_is_wrong():
    first, second = (
        read(fuzz_formats.PLAIN).questions[1],
        read(fuzz_formats.PLAIN.replace("4分）\n2. 丙", "3分）\n2. 丙")),
    )
    assert first.kind == "case-analysis"
    assert [(part.prompt, part.points) for part in first.parts] == [
        ("甲？", [("甲", 8), ("乙", 8)]),
        ("乙？", [("丙", 8)]),
    ]
    assert first.faults == []
    ((field, sentence),) = second.questions[1].faults
    assert (field, str(sentence)) == ("parts", "The marks of part 1 are not the sum of its points'.")


@pytest.mark.parametrize(
    "key", ["1.A 2.BC 3.√", "1-1 A\n2、BC\n3：√", "1.【答案】A【解析】因为\n2. BC\n3. 对", "1．A\n2．B、C\n3．正确"]
)
def test_answers_after_all_questions(key):
    file = read(f"1.甲\nA.一\nB.二\n2.乙\nA.一\nB.二\nC.三\n3.丙。\n参考答案\n{key}")
    assert [q.answer.replace("、", "") for q in file.questions][:2] == ["A", "BC"]
    assert file.questions[2].answer in {"√", "对", "正确"}
    assert file.skipped == []


def test_answers_by_section_with_explanations():
    file = read(
        "一、单选题\n1.甲\nA.一\nB.二\n二、判断题\n1.乙\n参考答案\n一、单选题\n1.B\n解析：因为\n所以\n二、判断题\n1.×"
    )
    assert [(q.answer, q.explanation) for q in file.questions] == [("B", "因为\n所以"), ("×", "")]


def test_lines_that_fit_nowhere_are_named():
    file = read("模拟卷\n1.甲\nA.一\nB.二\n参考答案\n1.A\n7.B")
    assert [(number, sentence.values["line"]) for number, sentence in file.skipped] == [(1, "模拟卷"), (7, "7. B")]


@pytest.mark.parametrize(("text", "code"), [("", "file.empty"), ("只有一段话", "bank.no-question")])
def test_a_file_without_questions_says_so(text, code):
    with pytest.raises(UnreadableFile) as refusal:
        read(text)
    assert refusal.value.code == code


TWO = "1．甲？\nA．一\nB．二\n答案：A\n解析：因为\n2．乙？\nA．一\nB．二\n答案：B\n"


@pytest.mark.parametrize(
    "above",
    [
        pytest.param("根据以下材料，回答1～2题：\n某社区老人多。\n社工进入社区。\n\n", id="announced"),
        pytest.param("根据下面的材料，回答第1-2题。某社区老人多。\n社工进入社区。\n", id="on-its-line"),
        pytest.param("（一）某社区老人多。\n社工进入社区。\n根据以上材料，回答1～2题。\n", id="below"),
        pytest.param("（一）\n某社区老人多。\n社工进入社区。根据上述资料，完成1至2题\n", id="at-its-end"),
        pytest.param("材料一：某社区老人多。\n社工进入社区。\n阅读材料，回答第1题～第2题。\n", id="material-one"),
        pytest.param("（1～2题共用题干）\n某社区老人多。\n社工进入社区。\n", id="shared-stem"),
        pytest.param("某社区老人多。\n社工进入社区。\n根据以上材料，回答1～2题。\n", id="without-a-mark"),
    ],
)
def test_a_text_that_questions_share(above):
    three = "3．丙？\nA．一\nB．二\n答案：A\n"
    file = read(f"一、单选题\n0．前？\nA．一\nB．二\n答案：A\n解析：前因\n\n{above}{TWO}{three}")
    shared = "某社区老人多。\n社工进入社区。"
    assert [(question.stem, question.passage) for question in file.questions] == [
        ("前？", ""),
        ("甲？", shared),
        ("乙？", shared),
        ("丙？", ""),
    ]
    assert [question.explanation for question in file.questions] == ["前因", "因为", "", ""]
    assert file.skipped == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TWO.replace("甲？", "根据材料，回答1～2题的依据是？"), id="in-a-stem"),
        pytest.param(TWO.replace("一", "根据以下材料，回答1～2题"), id="in-an-option"),
        pytest.param("根据以下材料，回答1～2题：\n" + TWO, id="no-text"),
        pytest.param("根据以下材料，回答2～1题：\n甲\n" + TWO, id="backwards"),
    ],
)
def test_what_only_looks_like_a_shared_text(text):
    assert [question.passage for question in read(text).questions] == ["", ""]


def test_an_answer_numbered_0_is_the_first():
    assert one("1．甲？\nA．一\nB．二\n答案0：A\n").answer == "A"


def test_questions_about_a_case_stay_its_own():
    case = (
        "案例一：故事\n根据以上材料，回答1～2题：\n1. 甲？（8分）\n2. 乙？（4分）\n答案：\n1. 甲（8分）\n2. 乙（4分）\n"
    )
    found = one(case)
    assert found.passage == ""
    assert len(found.parts) == 2


@pytest.mark.parametrize(
    "passage", ["某社区。\n老人多。", "（一）甲\n（二）乙", "1．甲", "答案：甲", "案例一：甲", "甲\n\n乙"]
)
def test_a_shared_text_is_written_once_where_it_comes_back(passage):
    questions = [
        Exported(replace(question("true-false", f"题{n}", {"options": [], "correct": [0]}, n), passage=passage))
        for n in (1, 2)
    ]
    written = write_plain([*questions, Exported(question("true-false", "题3", {"options": [], "correct": [0]}, 3))])
    kept = [] if written.left_out else [passage, passage]
    assert [each.passage for each in read_plain(written.content).questions] == [*kept, ""]
    if passage == "某社区。\n老人多。":
        assert written.content.decode().count("某社区") == 1


@pytest.mark.parametrize("name", list(fuzz_formats.READERS))
def test_damaged_files_are_refused_or_named(name):
    assert fuzz_formats.fuzz(name, 120, 7) > 0


@pytest.mark.parametrize("name", list(fuzz_formats.READERS))
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(max_examples=20)
def test_any_bytes_are_refused_or_named(name, content):
    with suppress(UnreadableFile):
        fuzz_formats.READERS[name][0](content)


@pytest.mark.parametrize(
    "line", ["（" + " " * 19_000, "一" + " " * 19_000 + "x", "答案" + " " * 19_000, "1.A " * 4_900 + "x"]
)
def test_long_lines_take_no_long_time(line):
    started = time.perf_counter()
    read(f"1.甲\n{line}\nA.一\nB.二\n答案：A")
    assert time.perf_counter() - started < 2
