"""Heads, names and days as files of persons write them."""

from datetime import date

import pytest

from examprep.imports.reading import knows
from examprep.imports.rules.cells import find_columns, find_places, read_day, same_name
from examprep.kernel.errors import RuleViolation


def test_heads_under_other_names():
    aliases = {"name": ("姓名",), "id": ("身份证号", "证件号码"), "level": ("级别",)}
    assert find_columns(["序号", " 证件 号码", "姓名*"], aliases) == {"id": 1, "name": 2}


def test_a_remark_in_brackets_does_not_hide_a_head_nor_outdo_a_plain_one():
    aliases = {"id": ("身份证号", "证件号码"), "score": ("成绩",)}
    assert find_columns(["证件号码（必填）", "成绩(分)"], aliases) == {"id": 0, "score": 1}
    assert find_columns(["证件号码（旧）", "身份证号", "成绩(分)", "成绩"], aliases) == {"id": 1, "score": 3}
    found = find_places(["证件号码（旧）", "身份证号", "成绩(分)", "证件号码"], aliases)
    assert found == {"id": [1, 3, 0], "score": [2]}
    assert knows(aliases)("*证件号码（必填）")
    assert not knows(aliases)("（证件号码）")


def test_days():
    today = date(2026, 4, 1)
    assert read_day("2026年3月9日", today=today) == date(2026, 3, 9)
    assert read_day("2026-04-01 08:30", today=today) == today
    assert read_day("20260309", today=today) == date(2026, 3, 9)
    assert read_day("２０２６－０３－０９", today=today) == date(2026, 3, 9)
    assert read_day("2026 - 3 - 9 08:30", today=today) == date(2026, 3, 9)
    assert read_day("46090", today=today) == read_day("46090.75", today=today) == date(2026, 3, 9)  # Excel's count
    for text, says in (
        ("46114", "future"),
        ("3/9/2026", "not a day"),
        ("609", "not a day"),
        ("2026-04-02", "future"),
        ("2026-02-30", "not a day"),
        ("9 March", "not a day"),
        ("2026030", "not a day"),
    ):
        with pytest.raises(RuleViolation, match=says):
            read_day(text, today=today)


def test_names_that_are_the_same():
    assert same_name("阿卜杜·热合曼", "阿卜杜•热合曼")
    assert same_name("李 明", "李明")
    assert not same_name("李明", "李铭")
