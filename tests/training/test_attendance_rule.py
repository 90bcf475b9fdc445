"""Who was there, by the log."""

import pytest

from examprep.training.rules.attendance import attended


@pytest.mark.parametrize(
    ("kinds", "answer"),
    [
        ([], False),
        (["absent"], False),
        (["present"], True),
        (["absent", "present"], True),
        (["present", "absent"], False),
        (["in"], True),
        (["in", "out"], True),
        (["out"], False),
        (["in", "absent", "out"], False),
    ],
)
def test_the_last_line_that_says_something_counts(kinds, answer):
    assert attended(kinds) is answer
