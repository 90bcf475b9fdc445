"""Every writer's file, read again, gives the same questions; what a format cannot carry is named."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.bank.formats.aiken import AIKEN
from examprep.bank.formats.checking import Rules, check_file
from examprep.bank.formats.docx import read_docx
from examprep.bank.formats.docx_out import write_docx
from examprep.bank.formats.gift_out import GIFT
from examprep.bank.formats.jsonlines_out import JSON_LINES
from examprep.bank.formats.plain_out import PLAIN_TEXT
from examprep.bank.formats.sheet import read_sheet
from examprep.bank.formats.sheet_out import CSV, XLSX, write_xlsx
from examprep.bank.formats.writing import Exported, same, without, worded, write_all
from examprep.bank.values import Picture
from examprep.plumbing.sheets import read_table
from tests.bank.exported import NASTY, PLAIN_LINES, exported, question

PICTURE = Picture("x", "image/png", 1, 1, b"")
FORMS = [PLAIN_TEXT, AIKEN, GIFT, JSON_LINES, CSV, XLSX]
ALL = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


def came_back(content, form):
    file = form.read(content)
    bare = replace(
        file,
        questions=tuple(replace(raw, chapters={}, source=f"{raw.source}§{n}") for n, raw in enumerate(file.questions)),
    )
    checked = check_file(bare, Rules({}, "", 0, {}, date.max))
    assert checked.problems == []
    assert not file.skipped
    return [replace(draft, source=draft.source.partition("§")[0]) for draft in checked.drafts]


def numbered(questions):
    return [replace(one, question=replace(one.question, question_id=n)) for n, one in enumerate(questions, 1)]


def gone(result):
    return {number for number, reason in result.left_out if reason.text.startswith("Left out")}


def check(questions, form):
    given = numbered(questions)
    result = write_all(given, form)
    kept = [without(worded(one)[0], form.carries) for one in given if one.question.question_id not in gone(result)]
    if not kept:
        return result
    drafts = came_back(result.content, form)
    assert len(drafts) == len(kept)
    for one, draft in zip(kept, drafts, strict=True):
        assert same(one, draft)
    return result


@ALL
@given(data=st.data())
@settings(max_examples=8)
def test_questions_with_odd_characters_come_back_the_same_or_are_named(form, data):
    check(data.draw(st.lists(exported(NASTY), min_size=1, max_size=4)), form)


@pytest.mark.parametrize("form", [PLAIN_TEXT, JSON_LINES, CSV, XLSX], ids=lambda form: form.name)
@given(data=st.data())
@settings(max_examples=8)
def test_ordinary_questions_all_come_back(form, data):
    result = check(data.draw(st.lists(exported(PLAIN_LINES), min_size=1, max_size=4)), form)
    assert gone(result) == set()


@given(questions=st.lists(exported(NASTY), min_size=1, max_size=3))
@settings(max_examples=8)
def test_questions_come_back_from_word(questions):
    given = numbered(questions)
    result = write_docx(given)
    kept = [worded(one)[0] for one in given if one.question.question_id not in gone(result)]
    if kept:
        drafts = came_back(result.content, replace(PLAIN_TEXT, read=read_docx))
        assert [same(one, draft) for one, draft in zip(kept, drafts, strict=True)] == [True] * len(kept)


def test_what_a_format_has_no_place_for_is_named():
    choice = {"options": ["一", "二{~=#:\\}", "三"], "correct": [0], "letters": "ABD", "notes": ["", "错", ""]}
    one = Exported(
        question("single-choice", "甲{题}\n二行", choice, 4, explanation="因为", passage="材料"),
        {"2025": ["03"]},
        ("签",),
    )
    shown = Exported(
        replace(question("true-false", "看图", {"correct": [0]}, 5), markup="html"), pictures={"x": PICTURE}
    )
    case = Exported(
        question("case-analysis", "案", {"parts": [{"prompt": "", "points": [{"text": "甲", "half_points": 2}]}]}, 6)
    )
    said = {
        form.name: [(number, str(reason)) for number, reason in write_all([one, shown, case], form).left_out]
        for form in (GIFT, AIKEN)
    }
    assert said == {
        "GIFT": [
            (4, "GIFT has no place for: 章、标签、选项字母"),
            (5, "Left out: it shows pictures, and GIFT carries none."),
            (6, "Left out: GIFT has no marking points."),
        ],
        "Aiken": [
            (4, "Aiken has no place for: 解析、章、标签、选项说明"),
            (5, "Left out: it shows pictures, and Aiken carries none."),
            (6, "Left out: Aiken has only questions with one right option."),
        ],
    }


def test_the_filled_template_is_a_workbook_that_reads_back():
    one = Exported(
        question("multiple-choice", "甲", {"options": ["一", "二", "三"], "correct": [0, 2]}), {"2025": ["03"]}
    )
    file = read_sheet(read_table(write_xlsx([one]).content, "a.xlsx"))
    assert [(q.stem, q.options, q.answer, q.chapters) for q in file.questions] == [
        ("甲", ["一", "二", "三"], "AC", {"2025": ("03",)})
    ]
