"""The notebook and the order: pure rules, no database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from examprep.practice.rules.notebook import RIGHT_DAYS_TO_LEAVE, Entry, noted
from examprep.practice.rules.order import Order, Scope, first_listed, read_scope, shuffled

AT = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)  # half past eleven at night in the office


def in_notebook(*answers):
    entry = Entry()
    for hours, right, sure in answers:
        entry = noted(entry, right=right, sure=sure, at=AT + timedelta(hours=hours))
    return entry.listed(RIGHT_DAYS_TO_LEAVE)


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


@pytest.mark.parametrize(("days", "inside"), [(1, False), (2, False), (3, True), (5, True)])
def test_another_rule_holds_at_once_for_what_was_answered_before(days, inside):
    entry = Entry(mistaken_at=AT)
    for day in (1, 2):
        entry = noted(entry, right=True, sure=None, at=AT + timedelta(days=day))
    assert entry.listed(days) is inside
    assert not Entry().listed(days)


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
        ("chapter-012", None),
        ("marked", Scope("marked")),
        ("plan", Scope("plan")),
        ("cram", Scope("cram")),
        ("recite-plan", None),
        ("type-multiple-choice", Scope("type", type="multiple-choice")),
        ("type-", None),
        ("random", Scope("random")),
        ("random-20260401", Scope("random", on=date(2026, 4, 1))),
        ("random-20261341", None),
        ("daily-20260401", Scope("daily", on=date(2026, 4, 1))),
        ("recite-chapter-12", Scope("chapter", 12, reciting=True)),
        ("recite-random-20260401", Scope("random", on=date(2026, 4, 1), reciting=True)),
        ("recite-due", None),
        ("recite-daily", None),
        ("recite-recite-all", None),
        ("notebook-chapter-3", Scope("notebook", 3)),
        ("notebook-cause-careless", Scope("notebook", cause="careless")),
        ("notebook-chapter-3-cause-careless-tag-7", Scope("notebook", 3, cause="careless", tag_id=7)),
        ("notebook-tag-7-cause-careless", None),
        ("notebook-tag-", None),
        ("assignment-3", Scope("assignment", assignment_id=3)),
        ("assignment-", None),
        ("like-5", Scope("like", like_id=5)),
        ("recite-like-5", Scope("like", like_id=5, reciting=True)),
        ("recite-assignment-3", None),
        ("all\n", None),
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
def test_after(current, next_id):
    assert Order((2, 5, 9)).after(current) == next_id


def test_before_and_number():
    order = Order((2, 5, 9))
    assert [order.before(current) for current in (2, 5, 6, 9)] == [None, 2, 5, 5]
    assert [order.number(one) for one in order.ids] == [1, 2, 3]
    assert [order.holds(one) for one in (2, 3, 9, 10)] == [True, False, True, False]


def test_a_shuffled_order_is_stable_and_each_persons_own():
    ids = tuple(range(1, 101))
    mine, yours = shuffled(ids, "1-2026-04-01"), shuffled(ids, "2-2026-04-01")
    assert sorted(mine.ids) == list(ids)
    assert mine.ids not in {ids, yours.ids}
    assert shuffled(tuple(range(1, 101)), "1-2026-04-01").ids == mine.ids
    walked, at = [], None
    while (at := mine.after(at)) is not None:
        walked.append(at)
    assert walked == list(mine.ids)


def test_a_question_that_comes_or_goes_moves_no_other_of_a_shuffled_order():
    ids = tuple(range(1, 101))
    without = tuple(i for i in ids if i != 50)
    assert [i for i in shuffled(ids, "s").ids if i != 50] == list(shuffled(without, "s").ids)
    whole = shuffled(ids, "s")
    assert shuffled(without, "s").after(50) == whole.after(50)


def test_first_listed_leaves_out_what_is_gone_and_what_was_just_answered():
    assert first_listed([4, 7, 9], {7: 1, 9: 1}, but=7) == 9
    assert first_listed([4], {7: 1}) is None
