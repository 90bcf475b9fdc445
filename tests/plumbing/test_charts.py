"""Where a chart's marks stand."""

import pytest

from examprep.plumbing.charts import BOTTOM, LEFT, RIGHT, TOP, Spot, columns, funnel, line, ticks_up_to


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


def bounds(size):
    return [("low", 20 - 100 / size**0.5), ("high", 20 + 100 / size**0.5)]


def test_a_funnel_stands_within_its_drawing_and_narrows():
    plot = funnel([Spot(30, 10, "within"), Spot(400, 35, "very-high"), Spot(90, 0, "low")], 20, bounds)
    assert all(LEFT <= dot.x <= RIGHT and TOP <= dot.y <= BOTTOM for dot in plot.dots)
    assert plot.dots[0].x < plot.dots[2].x < plot.dots[1].x
    (_, low), (_, high) = plot.limits
    ends = [[float(point.split(",")[1]) for point in path.split()] for path in (low, high)]
    assert ends[0][0] - ends[1][0] > ends[0][-1] - ends[1][-1]
    assert ends[1][-1] < plot.common_y < ends[0][-1]
    assert plot.labels


def test_a_funnel_of_one_size():
    plot = funnel([Spot(50, 20, "within"), Spot(50, 22, "within")], 21, bounds)
    assert plot.dots[0].x == plot.dots[1].x


def test_what_changed_is_marked_on_the_axis():
    chart = line(["2024", "2025"], [(10, 5, 20), None], {"2025"})
    assert chart.marks == [chart.labels[1].x]
