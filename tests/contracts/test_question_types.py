"""What holds for every question type, by each one's own example."""

from itertools import combinations

import pytest

from examprep.bank.types.registry import QUESTION_TYPES


@pytest.fixture(params=list(QUESTION_TYPES), ids=QUESTION_TYPES.names)
def kind(request):
    return request.param


def test_key_earns_everything_and_silence_nothing(kind):
    content = kind.read(kind.example())
    assert kind.grade(content, kind.key(content)) == kind.full(content) > 0
    assert kind.grade(content, None) == 0
    assert kind.grade(content, frozenset()) == 0


def test_writing_and_reading_are_each_others_inverse(kind):
    content = kind.read(kind.example())
    assert kind.read(kind.write(content)) == content


def test_only_the_key_earns_everything_and_marks_are_whole_half_points(kind):
    content = kind.read(kind.example())
    places = range(content.places)
    for size in range(content.places + 1):
        for ticks in map(frozenset, combinations(places, size)):
            earned = kind.grade(content, ticks)
            assert type(earned) is int
            assert 0 <= earned <= kind.full(content)
            assert (earned == kind.full(content)) == (ticks == kind.key(content))


def test_every_text_can_be_changed_and_nothing_else(kind):
    content = kind.read(kind.example())
    changed = content.mapped(lambda text: text and f"<{text}>")
    assert kind.key(changed) == kind.key(content)
    assert kind.full(changed) == kind.full(content)
    assert set(changed.texts()) - {f"<{text}>" for text in content.texts()} <= set(getattr(content, "accepted", ()))


def test_an_option_that_does_not_exist_earns_nothing(kind):
    content = kind.read(kind.example())
    assert kind.grade(content, kind.key(content) | {99}) == 0
