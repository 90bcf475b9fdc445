"""Where a chart's marks stand."""

import pytest

from examprep.plumbing.charts import BOTTOM, LEFT, RIGHT, TOP, columns, line, ticks_up_to


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [(0, [0, 1]), (1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (26.1, [0, 10, 20, 30]), (760, [0, 200, 400, 600, 800]),
     (521, [0, 200, 400, 600]), (100, [0, 20, 40, 60, 80, 100])],
)  # fmt: skip
def test_ticks_are_round_and_reach_the_highest(highest, ticks):
    assert ticks_up_to(highest) == pytest.approx(ticks)


def test_columns_stand_on_the_floor_in_their_group_and_missing_ones_are_left_out():
    chart = columns(["2024", "2025"], [[100, 50], [None, 25]])
    assert [(bar.series, bar.y + bar.height) for bar in chart.bars] == [
        (1, pytest.approx(BOTTOM)),
        (1, pytest.approx(BOTTOM)),
        (2, pytest.approx(BOTTOM)),
    ]
    assert chart.bars[0].y == pytest.approx(TOP)
    assert all(bar.x >= LEFT and bar.x + bar.width <= RIGHT for bar in chart.bars)


def test_a_gap_breaks_the_line():
    chart = line(["1", "2", "3", "4", "5"], [(10, 5, 20), (12, 6, 20), None, (9, 4, 20), (8, 4, 20)])
    assert len(chart.points) == 4
    assert len(chart.paths) == 2
    assert chart.points[0].low_y > chart.points[0].y > chart.points[0].high_y


def test_labels_are_thinned_and_the_last_stays():
    chart = columns([str(year) for year in range(2008, 2027)], [[1] * 19])
    assert len(chart.labels) <= 7
    assert chart.labels[-1].text == "2026"


def test_nothing_to_draw():
    assert columns([], [[]]).bars == []
