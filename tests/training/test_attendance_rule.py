"""Who was there and how long, by the log; the hours this gives; who shared a device."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.training.rules.attendance import Seen, Stay, granted, moved, sharing, stay

STARTS = datetime(2026, 4, 10, 11, tzinfo=UTC)  # 19:00 to 21:00 in the office
ENDS = STARTS + timedelta(hours=2)
NIGHT = (datetime(2026, 4, 10, 15, tzinfo=UTC), datetime(2026, 4, 10, 17, tzinfo=UTC))  # 23:00 to 01:00


def at(minutes, seconds=0):
    return STARTS + timedelta(minutes=minutes, seconds=seconds)


def lines(*told):
    """``"in" 5`` is seen at 19:05; a third value is what a judgement grants."""
    return [Seen(kind, at(*(when if isinstance(when, tuple) else (when,))), *more) for kind, when, *more in told]


@pytest.mark.parametrize(
    ("told", "present", "minutes"),
    [
        pytest.param([], False, 0, id="no-line"),
        pytest.param([("unseen", 60)], False, 0, id="list-saved-without"),
        pytest.param([("in", 0)], True, 120, id="in-without-out-stays"),
        pytest.param([("in", 0), ("out", 120)], True, 120, id="all-of-it"),
        pytest.param([("in", -40), ("out", 150)], True, 120, id="before-and-after-do-not-count"),
        pytest.param([("in", -40), ("out", -10)], True, 0, id="left-before-it-began"),
        pytest.param([("in", 120)], False, 0, id="in-at-the-end-is-not-coming"),
        pytest.param([("in", 119)], True, 1, id="in-at-the-last-minute"),
        pytest.param([("out", 30)], False, 0, id="out-alone"),
        pytest.param([("in", 10), ("in", 50), ("out", 60)], True, 50, id="two-ins-are-one"),
        pytest.param([("in", 10), ("out", 40), ("out", 60)], True, 30, id="two-outs-are-one"),
        pytest.param([("in", 10), ("out", 40), ("in", 60)], True, 90, id="a-break-does-not-count"),
        pytest.param([("in", (0, 59)), ("out", (60, 1))], True, 61, id="a-minute-begun-counts"),
        pytest.param([("in", 0), ("out", (9, 10)), ("in", (9, 50)), ("out", 20)], True, 20, id="and-counts-once"),
        pytest.param([("in", 30), ("out", 30)], True, 0, id="in-and-out-at-once"),
        pytest.param([("out", 60), ("in", 10)], True, 50, id="marks-come-in-any-order"),
        pytest.param([("in", 2), ("unseen", 60)], True, 118, id="saving-the-list-takes-nothing"),
        pytest.param([("unseen", 10), ("in", 30)], True, 90, id="came-after-the-list-was-saved"),
        pytest.param([("unseen", 60), ("in", 2)], True, 118, id="a-mark-merged-after-the-list-was-saved"),
        pytest.param([("present", 60)], True, 120, id="ticked"),
        pytest.param([("in", 0), ("out", 30), ("present", 60)], True, 120, id="ticked-overrules"),
        pytest.param([("present", 60), ("out", 70)], True, 120, id="ticked-overrules-what-comes-after"),
        pytest.param([("in", 0), ("present", 60, 45)], True, 45, id="so-many-minutes"),
        pytest.param([("present", 60, 999)], True, 120, id="not-more-than-there-are"),
        pytest.param([("in", 0), ("absent", 60)], False, 0, id="judged-absent"),
        pytest.param([("absent", 60), ("in", 2)], False, 0, id="a-mark-from-before-the-judgement"),
        pytest.param([("in", 0), ("absent", 60), ("in", 90)], True, 30, id="came-after-all"),
        pytest.param([("present", 60), ("absent", 60)], False, 0, id="the-last-judgement-counts"),
        pytest.param([("absent", 60), ("present", 60)], True, 120, id="whichever-it-is"),
    ],
)
def test_a_stay(told, present, minutes):
    assert stay(lines(*told), STARTS, ENDS) == Stay(present, minutes)


def test_over_midnight():
    starts, ends = NIGHT
    told = [Seen("in", starts + timedelta(minutes=30)), Seen("out", ends - timedelta(minutes=15))]
    assert stay(told, starts, ends) == Stay(True, 75)


MARKS = st.lists(st.tuples(st.sampled_from(["in", "out"]), st.integers(-30, 150)), max_size=4)


@given(MARKS, st.none() | st.integers(0, 130))
def test_the_order_in_which_marks_arrive_does_not_matter(marks, absent_at):
    judged = [] if absent_at is None else [("absent", absent_at)]
    found = {stay(lines(*some), STARTS, ENDS) for some in permutations([*marks, *judged])}
    assert len(found) == 1
    assert 0 <= found.pop().minutes <= 120


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ([], None),
        ([("unseen", 1)], None),
        ([("in", 1)], ("in", 1)),
        ([("out", 9), ("in", 1)], ("out", 9)),
        ([("in", 1), ("absent", 5)], None),
        ([("absent", 5), ("in", 7)], ("in", 7)),
        ([("present", 5)], ("in", 5)),
        ([("present", 5), ("out", 7)], ("out", 7)),
    ],
)
def test_what_somebody_did_last(told, last):
    assert moved(lines(*told)) == (last and (last[0], at(last[1])))


@pytest.mark.parametrize(
    ("rule", "percent", "found", "minutes"),
    [
        ("all", 80, Stay(True, 1), 120),
        ("all", 80, Stay(False, 0), 0),
        ("proportional", 80, Stay(True, 45), 45),
        ("proportional", 80, Stay(True, 0), 0),
        ("threshold", 80, Stay(True, 96), 120),
        ("threshold", 80, Stay(True, 95), 0),
        ("threshold", 100, Stay(True, 120), 120),
        ("threshold", 100, Stay(True, 119), 0),
        ("threshold", 1, Stay(False, 0), 0),
    ],
)
def test_hours_by_the_rule_of_the_class(rule, percent, found, minutes):
    assert granted(rule, percent, found, 120) == minutes


@pytest.mark.parametrize(
    ("used", "shared"),
    [
        ([], {}),
        ([(1, "a"), (2, "b")], {}),
        ([(1, "a"), (1, "a")], {}),
        ([(1, None), (2, None)], {}),
        ([(1, "a"), (2, "a"), (3, "b")], {1: {2}, 2: {1}}),
        ([(1, "a"), (2, "a"), (2, "b"), (3, "b")], {1: {2}, 2: {1, 3}, 3: {2}}),
    ],
)
def test_who_shared_a_device(used, shared):
    assert sharing(used) == shared
