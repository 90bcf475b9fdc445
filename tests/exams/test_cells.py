"""Cells and heads as centres write them."""

import pytest

from examprep.exams.rules.cells import (
    is_subject_head,
    read_approved,
    read_mark,
    read_subject,
    read_subjects,
)
from examprep.kernel.errors import RuleViolation
from examprep.syllabus.rules.levels import read_level


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60", ("scored", 120)), ("59.5", ("scored", 119)), ("０", ("scored", 0)), ("100", ("scored", 200)),
        ("-1", ("absent", None)), ("−1", ("absent", None)), ("缺考", ("absent", None)), ("-2", ("violation", None)),
        ("-4", ("void", None)), ("成绩无效", ("void", None)), ("-1.0", ("absent", None)), ("60.0", ("scored", 120)),
        ("59.5分", ("scored", 119)), ("缺", ("absent", None)), ("作废", ("void", None)), (" － 1 ", ("absent", None)),
    ],
)  # fmt: skip
def test_marks_and_codes(text, expected):
    assert read_mark(text) == expected


@pytest.mark.parametrize("dash", "-‐‑‒–—―−﹣－")
@pytest.mark.parametrize(("digit", "code"), [("1", "absent"), ("2", "violation"), ("4", "void")])
def test_codes_with_every_dash(dash, digit, code):
    assert read_mark(dash + digit) == (code, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("100.25", "above 100"), ("60.25", "half a point"), ("101", "above 100"), ("-3", "not a known code"),
        ("-0.5", "not a known code"), ("nan", "not a mark"), ("Infinity", "not a mark"), ("", "not a mark"),
        ("六十", "not a mark"), ("1e400", "above 100"),
    ],
)  # fmt: skip
def test_what_is_no_mark(text, says):
    with pytest.raises(RuleViolation, match=says):
        read_mark(text)


@pytest.mark.parametrize(
    ("text", "level"),
    [("初级", "ASW"), ("助理社工师", "ASW"), ("助理社会工作师", "ASW"), ("社工师", "SW"), ("社会工作师", "SW"),
     (" 中级 ", "SW"), ("高级社会工作师", "SSW"), ("初级社会工作师", "ASW")],
)  # fmt: skip
def test_levels(text, level):
    assert read_level(text) == level


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("综合能力", "ASW", "asw-comprehensive"), ("综合", "SW", "sw-comprehensive"),
        ("社会工作实务（中级）", None, "sw-practice"), ("实务", "SSW", "ssw-practice"),
        ("社会工作法规与政策", None, "sw-law-policy"), ("法规与政策成绩", "SW", "sw-law-policy"),
        ("初级实务", None, "asw-practice"), ("sw-practice", "SW", "sw-practice"),
        ("综合能力", None, None), ("法规", "ASW", None), ("综合能力", "SSW", None), ("体育", "ASW", None),
        ("社会工作实务（中级）", "ASW", None),
    ],
)  # fmt: skip
def test_subjects(text, level, code):
    assert read_subject(text, level) == code


def test_what_is_no_level():
    with pytest.raises(RuleViolation, match="missing"):
        read_level(" ")
    with pytest.raises(RuleViolation, match="特级"):
        read_level("特级")


def test_subject_heads_and_lists():
    assert is_subject_head("实务成绩")
    assert not is_subject_head("备注")
    assert read_subjects("综合能力、实务", "SW") == ("sw-comprehensive", "sw-practice")
    assert read_subjects("全科", "SW") is None
    with pytest.raises(RuleViolation, match="体育"):
        read_subjects("综合能力,体育", "SW")


def test_approval():
    assert read_approved("审核通过") is True
    assert read_approved("待审核") is False
    with pytest.raises(RuleViolation, match="也许"):
        read_approved("也许")
