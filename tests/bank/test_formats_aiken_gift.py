"""Aiken and GIFT, as Moodle's documentation describes them."""

import pytest

from examprep.bank.formats.aiken import read_aiken
from examprep.bank.formats.gift import read_gift
from examprep.bank.importer import read_file
from examprep.imports.importer import Upload


def gift(text):
    return read_gift(text.encode())


def one(text):
    (question,) = gift(text).questions
    return question


def test_aiken_with_both_marks_and_a_skipped_letter():
    file = read_aiken("甲题\nA. 一\nB) 二\nD. 三\nANSWER: D\n\n乙题\n二行\nA. x\nB. y\nANSWER: A".encode())
    assert [(q.number, q.stem, q.options, q.answer, q.letters) for q in file.questions] == [
        (1, "甲题", ["一", "二", "三"], "D", "ABD"),
        (7, "乙题\n二行", ["x", "y"], "A", ""),
    ]


def test_aiken_names_what_is_missing():
    file = read_aiken("甲题\nA. 一\nB. 二\n乙题\nA. x\nB. y\nANSWER: A\nANSWER: B".encode())
    assert [[str(s) for _, s in q.faults] for q in file.questions] == [
        ["The question has no line ANSWER: with a letter."],
        [],
    ]
    assert [number for number, _ in file.skipped] == [8]


def test_gift_choice_with_title_format_escapes_and_feedback():
    question = one("// c\n::t\\:1::[plain]1+1\\=\\{2\\}\\n?{=a\\~b#yes ~c\\#d#no ####general\n}")
    assert (question.stem, question.options, question.answer) == ("1+1={2}\n?", ["a~b", "c#d"], "A")
    assert (question.notes, question.explanation) == (["yes", "no"], "general")


@pytest.mark.parametrize(
    ("inside", "answer", "fault"),
    [
        ("~%50%a ~%50%b ~%-100%c", "AB", ""),
        ("~%33.33333%a ~%33.33333%b ~%33.33333%c ~d", "ABC", ""),
        ("=a =b ~c", "AB", ""),
        ("~%50%a ~%20%b ~c", "AB", "The weights of the right options do not add up to 100%."),
        ("=a ~%50%b ~c", "AB", ""),
    ],
)
def test_gift_weights(inside, answer, fault):
    question = one(f"q {{{inside}}}")
    assert (question.kind, question.answer) == ("multiple-choice", answer)
    assert "".join(str(sentence) for _, sentence in question.faults) == fault


@pytest.mark.parametrize(("inside", "answer"), [("T", "T"), ("TRUE#w#r", "T"), ("F", "F"), (" false ", "F")])
def test_gift_judgements(inside, answer):
    question = one(f"q {{{inside}}}")
    assert (question.kind, question.answer) == ("true-false", answer)


def test_gift_short_answers_and_missing_words():
    assert one("q {=a =b}").accepted == ["a", "b"]
    assert one("q {=a ~b} after").stem == "q____ after"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("q {}", "An essay"),
        ("q {#3:2}", "by a number"),
        ("q {=a -> b =c -> d}", "match one list"),
        ("only words", "a description is no question"),
    ],
)
def test_gift_lists_what_the_bank_has_no_place_for(entry, says):
    file = gift(f"q {{T}}\n\n{entry}")
    ((number, sentence),) = file.skipped
    assert number == 3
    assert says in str(sentence)


def test_gift_categories_markup_and_braces_that_do_not_match():
    html, broken = gift("$CATEGORY: a/b\n\n[html]<b>x</b>{=<i>1</i> ~2}\n\nx { =a").questions
    assert (html.markup, html.stem, html.tags) == ("html", "<b>x</b>", ("a/b",))
    assert "do not match" in str(broken.faults[0][1])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("甲题\nA. 一\nB. 二\nANSWER: B", [""]),
        ("::1::甲题 {=一 ~二}", ["single-choice"]),
        ("是 {T}", ["true-false"]),
        ("一、单选题\n1．甲题{集合}\nA．一\nB．二\n答案：B", ["single-choice"]),
        ("1．甲题\nA．一\nB．二\n参考答案\n1．B", [""]),
    ],
)
def test_a_text_file_is_read_as_what_it_holds(text, kinds):
    file = read_file(Upload("题.txt", text.encode("gb18030")))
    assert [question.kind for question in file.questions] == kinds
    assert file.skipped in ([], ())
    assert all(not question.faults for question in file.questions)
