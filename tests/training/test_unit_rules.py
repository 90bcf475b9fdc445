"""The rules of on-line units: drawing, passing, when one may confirm. No database."""

from datetime import UTC, datetime, timedelta

import pytest

from examprep.plumbing.prose import prose
from examprep.training.rules.units import drawn, minutes_left, passes, reachable

AT = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earned", "full", "needed", "passed"),
    [
        pytest.param(12, 20, 12, True, id="exactly-the-mark"),
        pytest.param(11, 20, 12, False, id="half-a-point-short"),
        pytest.param(8, 8, 12, True, id="all-of-a-smaller-whole"),
        pytest.param(7, 8, 12, False, id="not-all-of-a-smaller-whole"),
        pytest.param(0, 0, 12, False, id="nothing-asked"),
    ],
)
def test_passing(earned, full, needed, passed):
    assert passes(earned, full, needed) is passed


@pytest.mark.parametrize(
    ("half_points", "count", "most"),
    [
        pytest.param([4, 2, 2, 4], 2, 4, id="the-cheapest-could-be-drawn"),
        pytest.param([2, 4], 5, 6, id="fewer-than-asked"),
        pytest.param([], 3, 0, id="none"),
    ],
)
def test_what_every_draw_reaches(half_points, count, most):
    assert reachable(half_points, count) == most


@pytest.mark.parametrize(
    ("gone", "least", "left"),
    [
        pytest.param(0, 10, 10, id="just-opened"),
        pytest.param(599, 10, 1, id="a-second-early-is-a-minute"),
        pytest.param(600, 10, 0, id="on-time"),
        pytest.param(99_999, 10, 0, id="long-ago"),
        pytest.param(0, 0, 0, id="no-wait-set"),
    ],
)
def test_waiting_to_confirm(gone, least, left):
    assert minutes_left(AT, AT + timedelta(seconds=gone), least) == left


def test_a_try_is_drawn_the_same_again_and_the_next_one_otherwise():
    first = drawn(range(40), 5, unit_id=1, person_id=2, number=1)
    assert first == drawn(reversed(range(40)), 5, unit_id=1, person_id=2, number=1)
    assert len(set(first)) == 5
    assert first != drawn(range(40), 5, unit_id=1, person_id=2, number=2)
    assert first != drawn(range(40), 5, unit_id=1, person_id=3, number=1)


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        pytest.param("# 一\n\n**重点**", "<h3>一</h3>", "<h1", id="headings-below-the-page's"),
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;", "<script", id="tags-are-words"),
        pytest.param("[看](javascript:alert(1))", "看", "href", id="no-script-address"),
        pytest.param("![x](https://example.org/x.png)", "", "<img", id="no-pictures-from-elsewhere"),
        pytest.param("[看](https://example.org/a)", 'rel="noopener noreferrer"', "<script", id="links-to-the-web"),
        pytest.param("a | b\n--|--\n1 | 2", "<td>1</td>", "style", id="tables"),
    ],
)
def test_markdown(text, has, lacks):
    assert has in prose(text)
    assert lacks not in prose(text)
