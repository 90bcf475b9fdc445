"""Ratings, spacing, the notebook and the order: pure rules, no database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fsrs import Rating

from examprep.practice.rules.learning import learn
from examprep.practice.rules.notebook import Entry, noted
from examprep.practice.rules.order import Scope, first_listed, following, read_scope
from examprep.practice.rules.spacing import rate, review

AT = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)  # half past eleven at night in the office
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("right", "sure", "rating"),
    [
        pytest.param(False, None, Rating.Again, id="wrong"),
        pytest.param(False, "sure", Rating.Again, id="wrong-though-sure"),
        pytest.param(True, "guessing", Rating.Hard, id="a-lucky-guess-is-half-known"),
        pytest.param(True, None, Rating.Good, id="right"),
        pytest.param(True, "sure", Rating.Easy, id="right-and-sure"),
    ],
)
def test_rating(right, sure, rating):
    assert rate(right=right, sure=sure) == rating


def test_stability_and_difficulty_are_the_published_ones_of_fsrs_6():
    # The library's own published example (its README and tests): ratings given at each due instant.
    memory, stability, difficulty = None, [], []
    for rating in (Rating.Again, Rating.Good, Rating.Good, Rating.Good, Rating.Good, Rating.Good):
        memory = review(memory, rating, memory.due_at if memory else AT)
        stability.append(memory.stability)
        difficulty.append(memory.difficulty)
    assert stability[0] == pytest.approx(0.212, abs=1e-5)
    assert difficulty[0] == pytest.approx(6.4133, abs=1e-5)
    assert stability == sorted(stability)
    assert all(1 <= d <= 10 for d in difficulty)


def test_a_miss_comes_back_in_ten_minutes_and_a_hit_after_days():
    assert review(None, Rating.Again, AT).due_at == AT + timedelta(minutes=10)
    assert review(None, Rating.Good, AT).due_at == AT + 2 * DAY
    assert review(None, Rating.Easy, AT).due_at == AT + 8 * DAY


def test_reviewing_is_a_function():
    once = review(review(None, Rating.Good, AT), Rating.Hard, AT + 3 * DAY)
    again = review(review(None, Rating.Good, AT), Rating.Hard, AT + 3 * DAY)
    assert once == again


def test_an_earlier_instant_counts_as_the_same_moment():
    memory = review(None, Rating.Good, AT)
    assert review(memory, Rating.Good, AT - DAY) == review(memory, Rating.Good, AT)


def test_a_lapse_is_a_miss_after_it_was_learnt():
    kept = None
    for days, right in ((0, False), (1, True), (4, False), (5, False)):
        kept = learn(kept, right=right, sure=None, at=AT + days * DAY)
    assert (kept.reps, kept.rights, kept.lapses) == (4, 1, 1)


def in_notebook(*answers):
    entry = Entry()
    for hours, right, sure in answers:
        entry = noted(entry, right=right, sure=sure, at=AT + timedelta(hours=hours))
    return entry.mistaken_at is not None


@pytest.mark.parametrize(
    ("answers", "inside"),
    [
        pytest.param([(0, True, None)], False, id="never-missed"),
        pytest.param([(0, False, None)], True, id="missed"),
        pytest.param([(0, False, None), (1, True, None)], True, id="right-once"),
        pytest.param([(0, False, None), (1, True, None), (2, True, None)], True, id="right-twice-on-one-day"),
        pytest.param([(0, False, None), (0, True, None), (1, True, None)], False, id="midnight-of-the-office-between"),
        pytest.param([(0, False, None), (1, True, None), (30, True, None)], False, id="right-on-two-days"),
        pytest.param([(0, False, None), (1, True, "guessing"), (30, True, None)], True, id="a-guess-does-not-count"),
        pytest.param(
            [(0, False, None), (1, True, None), (2, False, None), (30, True, None)], True, id="a-mistake-starts-anew"
        ),
        pytest.param(
            [(0, False, None), (1, True, None), (30, True, None), (60, False, None)], True, id="back-at-one-mistake"
        ),
    ],
)
def test_notebook(answers, inside):
    assert in_notebook(*answers) is inside


def test_the_day_of_the_count_is_the_offices():
    entry = noted(Entry(mistaken_at=AT), right=True, sure=None, at=AT + timedelta(hours=1))
    assert entry.righted_on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("all", Scope("all")),
        ("due", Scope("due")),
        ("notebook", Scope("notebook")),
        ("chapter-12", Scope("chapter", 12)),
        ("chapter-", None),
        ("chapter--1", None),
        ("chapter-１", None),
        ("chapter-99999999999", None),
        ("chapter", None),
        ("everything", None),
        ("", None),
    ],
)
def test_scope(text, scope):
    assert read_scope(text) == scope
    assert scope is None or str(scope) == text


@pytest.mark.parametrize(
    ("current", "next_id"),
    [
        pytest.param(None, 2, id="from-the-start"),
        pytest.param(2, 5, id="the-one-after"),
        pytest.param(3, 5, id="standing-on-one-that-is-gone"),
        pytest.param(9, None, id="at-the-end"),
    ],
)
def test_following(current, next_id):
    assert following((2, 5, 9), current) == next_id


def test_first_listed_leaves_out_what_is_gone_and_what_was_just_answered():
    assert first_listed([4, 7, 9], {7: 1, 9: 1}, but=7) == 9
    assert first_listed([4], {7: 1}) is None
