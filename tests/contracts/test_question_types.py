"""What holds for every question type, by each one's own example."""

from itertools import combinations

import pytest

from examprep.bank.types.registry import QUESTION_TYPES


@pytest.fixture(params=list(QUESTION_TYPES), ids=QUESTION_TYPES.names)
def kind(request):
    return request.param


def test_key_earns_everything_and_silence_nothing(kind):
    content = kind.read(kind.example())
    assert kind.grade(content, kind.key(content)) == kind.full_half_points > 0
    assert kind.grade(content, None) == 0
    assert kind.grade(content, frozenset()) == 0


def test_writing_and_reading_are_each_others_inverse(kind):
    content = kind.read(kind.example())
    assert kind.read(kind.write(content)) == content


def test_only_the_key_earns_everything_and_marks_are_whole_half_points(kind):
    content = kind.read(kind.example())
    places = range(len(content.options))
    for size in range(len(content.options) + 1):
        for ticks in map(frozenset, combinations(places, size)):
            earned = kind.grade(content, ticks)
            assert type(earned) is int
            assert 0 <= earned <= kind.full_half_points
            assert (earned == kind.full_half_points) == (ticks == kind.key(content))


def test_an_option_that_does_not_exist_earns_nothing(kind):
    content = kind.read(kind.example())
    assert kind.grade(content, kind.key(content) | {99}) == 0
