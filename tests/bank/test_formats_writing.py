"""Every writer's file, read again, gives the same questions; what a format cannot carry is named."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.bank.formats.aiken import AIKEN
from examprep.bank.formats.checking import Rules, check_file
from examprep.bank.formats.gift_out import GIFT
from examprep.bank.formats.jsonlines_out import JSON_LINES
from examprep.bank.formats.plain_out import PLAIN_TEXT
from examprep.bank.formats.sheet_out import CSV, XLSX
from examprep.bank.formats.writing import same, without, worded, write_all
from tests.bank.exported import NASTY, PLAIN_LINES, exported

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


def gone(result):
    return {number for number, reason in result.left_out if reason.text.startswith("Left out")}


def check(questions, form):
    numbered = [replace(one, question=replace(one.question, question_id=n)) for n, one in enumerate(questions, 1)]
    result = write_all(numbered, form)
    kept = [without(worded(one)[0], form.carries) for one in numbered if one.question.question_id not in gone(result)]
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
