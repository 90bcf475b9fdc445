"""What is written into a class: some words, not too many, with their lines as everywhere."""

import pytest

from examprep.kernel.errors import RuleViolation
from examprep.training.actions import checked_words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param(" 好 ", "好", id="trimmed"),
        pytest.param("一\r\n二", "一\n二", id="lines-as-everywhere"),
        pytest.param("12345", "12345", id="the-most"),
        pytest.param("12345\n", "12345", id="counted-when-trimmed"),
    ],
)
def test_words_are_kept(text, kept):
    assert checked_words(text, 5) == kept


@pytest.mark.parametrize("text", [pytest.param(" \r\n", id="nothing"), pytest.param("123456", id="too-much")])
def test_words_are_refused(text):
    with pytest.raises(RuleViolation) as refused:
        checked_words(text, 5)
    assert refused.value.code == "training.words"
