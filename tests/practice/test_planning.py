"""Days until the exam, the plan of today and what to cram: pure rules, no database."""

from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from examprep.practice.rules import cram
from examprep.practice.rules.calendar import PEAK, Held, calendar
from examprep.practice.rules.planning import Fresh, Today, capacity, choose_fresh, reviews, today, weakness_of

HELD = st.builds(
    Held,
    question_id=st.integers(1, 10_000),
    stability=st.floats(0.01, 2_000),
    difficulty=st.floats(1, 10),
    last=st.integers(-400, -1),
    due=st.integers(-200, 900),
    missed=st.booleans(),
    unseen=st.booleans(),
)
MANY = st.lists(HELD, max_size=80, unique_by=lambda each: each.question_id)


def held(number, *, stability=5.0, last=-5, due=0, missed=False):
    return Held(number, stability, 5.0, last, due, missed)


@given(MANY, st.integers(1, 120))
def test_no_interval_reaches_beyond_the_exam(many, days_left):
    found = calendar(many, days_left=days_left, cap=None)
    assert len(found.days) == days_left
    planned = {question for day in found.days for question in day}
    assert planned == {each.question_id for each in many}
    assert found.left_out == 0


# Two wishes for the second question meet on the first day.
@example([held(2, stability=1.0, last=-2), *(held(n, stability=1.0, last=-1, due=9) for n in (1, 3, 4, 5, 6))], 2, None)
@given(MANY, st.integers(1, 60), st.none() | st.integers(1, 40))
def test_the_busiest_day_is_at_most_one_and_a_half_times_the_mean(many, days_left, cap):
    loads = calendar(many, days_left=days_left, cap=cap).loads
    mean = sum(loads) / len(loads)
    wishes = calendar(many, days_left=days_left, cap=None).loads
    # A day holds whole reviews: below a mean of two, the whole number above the mean may be more than that.
    assert max(loads) <= max(1, PEAK * max(mean, sum(wishes) / len(wishes)), ceil(sum(wishes) / len(wishes)) + 1)
    assert cap is None or max(loads) <= cap


@given(MANY, st.integers(61, 400), st.integers(1, 5))
def test_a_far_exam_leaves_none_out_that_a_near_one_would_not(many, days_left, cap):
    dealt = calendar(many, days_left=days_left, cap=cap)
    assert len(dealt.days) == days_left
    assert max(dealt.loads) <= cap
    assert {q for day in dealt.days for q in day} == {each.question_id for each in many}


def test_half_a_year_before_the_exam_what_is_overdue_is_caught_up_in_weeks():
    days = calendar([held(n, due=-3) for n in range(60)], days_left=180, cap=None).days
    begun = {question for day in days[:21] for question in day}
    assert len(begun) == 60


def test_a_heap_of_overdue_reviews_is_levelled():
    loads = calendar([held(n, due=-3) for n in range(600)], days_left=60, cap=None).loads
    assert max(loads) <= PEAK * sum(loads) / len(loads)
    assert loads[0] > 0


@given(MANY, st.integers(1, 60), st.integers(1, 10))
def test_every_open_mistake_is_seen_before_the_exam_while_there_is_room_for_them(many, days_left, cap):
    missed = {each.question_id for each in many if each.missed}
    planned = {question for day in calendar(many, days_left=days_left, cap=cap).days for question in day}
    if len(missed) <= cap * days_left:
        assert missed <= planned


@given(MANY, st.integers(1, 10))
def test_every_mistake_is_seen_again_when_the_plan_is_followed_to_the_exam(many, days_left):
    missed = {each.question_id for each in many if each.unseen}
    most = max(1, ceil(len(missed) / days_left))
    left, seen = {each.question_id: each for each in many}, set()
    for day in range(days_left):
        done = reviews(list(left.values()), days_left=days_left - day, most=most)
        assert len(done) <= most
        seen.update(done)
        # What was asked is right, and known for years.
        for number in done:
            left[number] = held(number, stability=2_000, last=-1, due=900)
    assert missed <= seen


def test_without_an_exam_the_days_are_those_that_fsrs_wants():
    days = calendar([held(1, due=0), held(2, due=7), held(3, due=500)], days_left=None, cap=None).days
    assert (1 in days[0], 2 in days[7], any(3 in day for day in days)) == (True, True, False)


def test_on_the_day_of_the_exam_nothing_is_planned():
    assert calendar([held(1)], days_left=0, cap=None).days == ()
    assert today([held(1)], [], {}, days_left=0, whole=90, most=30) == Today((), ())


def test_the_longest_overdue_comes_first_and_nothing_on_the_day_after_it_was_answered():
    many = [held(1, last=-1, due=-1), held(2, last=-9, due=-6), held(3, last=-4, due=0)]
    assert reviews(many, days_left=90, most=3) == [2, 3, 1]


def test_what_was_answered_today_does_not_come_ahead_of_time():
    assert reviews([held(1, last=0, due=5), held(2)], days_left=90, most=10) == [2]


def fresh(number, chapter, weight=10.0, worth=2):
    return Fresh(number, chapter, weight, worth)


def test_new_questions_come_from_where_one_is_weak_and_the_exam_weighs_most():
    pool = [fresh(n, n // 100, weight={1: 10.0, 2: 20.0, 3: 10.0}[n // 100]) for n in range(100, 400)]
    chosen = choose_fresh(pool, {1: 0.5, 2: 0.5, 3: 0.1}, 31)
    by_chapter = [sum(n // 100 == chapter for n in chosen) for chapter in (1, 2, 3)]
    assert by_chapter == [10, 20, 1]
    assert chosen[0] == 200


def test_new_questions_keep_their_order_within_a_chapter_and_end():
    assert choose_fresh([fresh(3, 1), fresh(5, 1), fresh(4, 1)], {}, 9) == [3, 5, 4]


def test_a_part_of_the_day_is_kept_for_new_questions():
    plan = today(
        [held(n, due=-1) for n in range(500)],
        [fresh(n, 1) for n in range(1000, 1400)],
        {},
        days_left=60,
        whole=90,
        most=30,
    )
    assert (len(plan.reviews), len(plan.fresh)) == (21, 9)  # 400 new ones in the 45 days until the last sixth


def test_in_the_last_sixth_nothing_new_is_forced_in():
    many = [held(n, due=-1) for n in range(500)]
    plan = today(many, [fresh(1000, 1)], {}, days_left=14, whole=90, most=30)
    assert (len(plan.reviews), len(plan.fresh)) == (30, 0)


def test_what_reviews_leave_goes_to_new_questions_and_then_to_reviews_ahead():
    many = [held(1, due=-1), held(2, stability=40, last=-30, due=10), held(3, stability=40, last=-1, due=39)]
    plan = today(many, [fresh(10, 1), fresh(11, 1)], {}, days_left=200, whole=200, most=9)
    assert (plan.reviews, plan.fresh) == ((1, 2), [10, 11])  # 3 is well known
    assert today(many, [], {}, days_left=14, whole=200, most=9).reviews == (1, 2, 3)


@pytest.mark.parametrize(
    ("minutes", "seconds", "cap", "answers"),
    [(30, 45, None, 40), (30, 45, 25, 25), (5, 600, None, 1), (30, 1, None, 120)],
    ids=["by-minutes", "by-the-cap", "never-none", "never-absurd"],
)
def test_capacity(minutes, seconds, cap, answers):
    assert capacity(minutes, seconds, cap) == answers


def test_weakness_begins_at_one_half_and_goes_to_the_share_of_misses():
    assert weakness_of(0, 0) == 0.5
    assert weakness_of(98, 49) == 0.5
    assert weakness_of(998, 998) == pytest.approx(0.001)


def test_the_heap_has_mistakes_first_and_then_what_will_be_known_least():
    many = [held(1, stability=1), held(2, stability=50), held(3, stability=80, missed=True)]
    assert cram.heap(many, days_left=3) == [3, 1, 2]


def test_cramming_goes_round_until_each_was_right():
    heap, crammed, asked = [1, 2, 3], {}, []
    while (question := cram.turn(heap, crammed)) is not None:
        asked.append(question)
        times = crammed.get(question, (0, False))[0] + 1
        crammed[question] = (times, question != 2 or times == 2)
    assert asked == [1, 2, 3, 2]
