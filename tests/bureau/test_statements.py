"""Which of several stated figures holds: a table of edges, no database."""

from datetime import date

import pytest

from examprep.bureau.rules.statements import (
    RESIDENTS,
    TARGET_PASSED,
    Stated,
    in_force,
    per_ten_thousand,
)


def stated(id_, day, value, kind=RESIDENTS, unit=1):
    return Stated(id_, unit, kind, date.fromisoformat(day), value, "exact", "统计公报")


@pytest.mark.parametrize(
    ("rows", "day", "value"),
    [
        pytest.param([], "2025-06-01", None, id="nothing-stated"),
        pytest.param([stated(1, "2025-06-01", 5)], "2025-06-01", 5, id="on-its-day"),
        pytest.param([stated(1, "2025-06-02", 5)], "2025-06-01", None, id="not-before-its-day"),
        pytest.param([stated(2, "2020-11-01", 7), stated(1, "2024-12-31", 9)], "2025-01-01", 9, id="the-later-day"),
        pytest.param([stated(2, "2020-11-01", 7), stated(1, "2024-12-31", 9)], "2024-12-30", 7, id="as-of-before"),
        pytest.param([stated(1, "2024-12-31", 9), stated(2, "2024-12-31", 8)], "2025-01-01", 8, id="corrected"),
        pytest.param(
            [stated(1, "2020-11-01", 7), stated(2, "2024-12-31", 9), stated(3, "2024-12-31", None)],
            "2025-01-01", 7, id="taken-back-the-earlier-holds-again",
        ),
        pytest.param([stated(1, "2024-12-31", None), stated(2, "2024-12-31", 9)], "2025-01-01", 9, id="stated-again"),
        pytest.param([stated(1, "2024-12-31", 0)], "2025-01-01", 0, id="nought-is-a-figure"),
    ],
)  # fmt: skip
def test_which_holds(rows, day, value):
    found = in_force(rows, date.fromisoformat(day)).get((1, RESIDENTS))
    assert (found.value if found else None) == value


def test_a_target_holds_in_its_year_only():
    rows = [stated(1, "2025-01-01", 90, TARGET_PASSED)]
    assert in_force(rows, date(2025, 12, 31))[1, TARGET_PASSED].value == 90
    assert in_force(rows, date(2026, 1, 1)) == {}


def test_units_and_kinds_stand_apart():
    rows = [stated(1, "2025-01-01", 5), stated(2, "2025-01-01", 6, unit=2), stated(3, "2025-01-01", 7, TARGET_PASSED)]
    found = in_force(rows, date(2025, 5, 5))
    assert {key: one.value for key, one in found.items()} == {
        (1, RESIDENTS): 5, (2, RESIDENTS): 6, (1, TARGET_PASSED): 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("holders", "residents", "figure"),
    [(125, 1_250_000, 1.0), (0, 5, 0.0), (3, 0, None), (87, 10_000, 87.0)],
)
def test_per_ten_thousand(holders, residents, figure):
    assert per_ten_thousand(holders, residents) == figure
