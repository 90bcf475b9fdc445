"""Marking by the official rule, and what is not a question."""

import pytest

from examprep.bank.types.choices import LETTERS, ContentError, letters
from examprep.bank.types.multiple_choice import MultipleChoice
from examprep.bank.types.single_choice import SingleChoice
from examprep.kernel.marks import format_marks

FIVE = ["甲", "乙", "丙", "丁", "戊"]


def places(text):
    return frozenset(LETTERS.index(letter) for letter in text)


@pytest.mark.parametrize(
    ("right", "answer", "points"),
    [
        ("AB", "AB", "2"),
        ("AB", "A", "0.5"),
        ("AB", "ABC", "0"),
        ("ABC", "AB", "1"),
        ("ABC", "ABC", "2"),
        ("ABCD", "ABC", "1.5"),
        ("ABCD", "ABCD", "2"),
        ("ABCD", "ABE", "0"),
        ("ABC", "", "0"),
    ],
)
def test_multiple_choice_marks(right, answer, points):
    kind = MultipleChoice()
    content = kind.read({"options": FIVE, "correct": places(right)})
    assert format_marks(kind.grade(content, places(answer))) == points


@pytest.mark.parametrize(("answer", "points"), [("C", "1"), ("B", "0"), ("BC", "0"), ("", "0")])
def test_single_choice_marks(answer, points):
    kind = SingleChoice()
    content = kind.read({"options": FIVE[:4], "correct": [2]})
    assert format_marks(kind.grade(content, places(answer))) == points


@pytest.mark.parametrize(
    ("kind", "options", "correct", "field", "says"),
    [
        pytest.param(SingleChoice(), ["甲"], [0], "options", "at least two", id="one-option"),
        pytest.param(SingleChoice(), [*FIVE, "己", "庚", "辛", "壬"], [0], "options", "At most 8", id="nine-options"),
        pytest.param(SingleChoice(), ["甲", "", "丙"], [0], "options", "Option B is empty", id="a-gap"),
        pytest.param(SingleChoice(), ["甲", "乙", "甲"], [0], "options", "A and C are the same", id="alike"),
        pytest.param(SingleChoice(), FIVE, [], "correct", "Name the right option", id="no-key"),
        pytest.param(SingleChoice(), FIVE[:4], [4], "correct", "names E", id="key-without-option"),
        pytest.param(SingleChoice(), FIVE, [0, 1], "correct", "one right option", id="two-keys"),
        pytest.param(MultipleChoice(), FIVE, [0], "correct", "at least two right", id="one-key"),
        pytest.param(MultipleChoice(), FIVE, range(5), "correct", "Every option", id="all-right"),
    ],
)
def test_what_is_not_a_question(kind, options, correct, field, says):
    with pytest.raises(ContentError) as refusal:
        kind.read({"options": options, "correct": correct})
    assert refusal.value.field == field
    assert says in str(refusal.value)


def test_remarks_stand_on_every_option_or_on_none():
    kind = SingleChoice()
    assert kind.read({"options": ["甲", "乙"], "correct": [0], "notes": ["对", "错"]}).notes == ("对", "错")
    with pytest.raises(ContentError):
        kind.read({"options": ["甲", "乙"], "correct": [0], "notes": ["对"]})


def test_letters():
    assert letters({2, 0}) == "AC"
