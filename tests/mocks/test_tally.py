"""What a mock comes to: sums, and the pass line at its edges."""

import pytest

from examprep.exams.pass_lines import Latest
from examprep.mocks import marking, results
from examprep.mocks.rules.tally import Scored, Sum, by, reaches, total
from tests.mocks.conftest import WRITTEN

SCORED = [
    Scored(1, "single-choice", 7, 2, 2, True),
    Scored(2, "single-choice", 8, 0, 2, True),
    Scored(3, "multiple-choice", 7, 1, 4, True),
    Scored(4, "multiple-choice", None, 0, 4, False),
    Scored(5, "multiple-choice", 8, None, 4, True),
    Scored(6, "single-choice", 7, 0, 0, True),
]


def test_sums_are_of_half_points_and_count_full_marks_only():
    assert total(SCORED) == Sum(questions=6, earned=3, full=16, rights=1, unanswered=1)
    assert by(SCORED, lambda each: each.type) == {
        "single-choice": Sum(3, 2, 4, 1, 0),
        "multiple-choice": Sum(3, 1, 12, 0, 1),
    }
    assert {chapter: each.full for chapter, each in by(SCORED, lambda each: each.chapter_id).items()} == {
        7: 6,
        8: 6,
        None: 4,
    }
    assert total([]) == Sum(0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("earned", "full", "line", "reached"),
    [
        pytest.param(120, 200, 120, True, id="on-the-line"),
        pytest.param(119, 200, 120, False, id="half-a-point-short"),
        pytest.param(17, 28, 120, True, id="shorter-in-proportion"),
        pytest.param(16, 28, 120, False, id="shorter-and-short"),
        pytest.param(0, 0, 0, False, id="all-void"),
        pytest.param(106, 200, 106, True, id="a-regional-line"),
    ],
)
def test_a_line_is_reached_from_itself_on(earned, full, line, reached):
    assert reaches(earned, full, line, 200) is reached


@pytest.mark.parametrize(
    ("latest", "national", "regional"),
    [
        pytest.param(Latest(120, 2025, 106, 2024), (120, 2025, False), (106, 2024, True), id="a-region-of-its-own"),
        pytest.param(Latest(120, 2025, 120, 2024), (120, 2025, False), None, id="the-same-is-said-once"),
        pytest.param(Latest(120, 2025, None, None), (120, 2025, False), None, id="no-line-of-its-own"),
        pytest.param(Latest(None, None, None, None), None, None, id="none-known"),
    ],
)
def test_a_report_holds_the_total_against_each_line(
    monkeypatch, fill, start, look, keep, hand_in, report, latest, national, regional
):
    """Sixteen of 28 half-points: 57 of a hundred, above the regional line and below the national."""
    monkeypatch.setattr(results.pass_lines, "latest", lambda *_, **__: latest)
    fill(8, 3)
    attempt = start(shorter=True)
    singles = [item for item in look(attempt).items if item.type == "single-choice"]
    for item in singles:
        keep(attempt, item.position, {1})
    hand_in(attempt)
    shown = report(attempt)
    assert shown.total.earned == 16

    def told(line):
        return None if line is None else (line.half_points, line.year, line.reached)

    assert (told(shown.national), told(shown.regional)) == (national, regional)


def test_no_line_is_held_against_a_total_before_it_is_marked(
    monkeypatch, database, world, clock, cases, start, keep, hand_in, report
):
    monkeypatch.setattr(results.pass_lines, "latest", lambda *_, **__: Latest(120, 2025, 106, 2024))
    attempt = start(subject=WRITTEN)
    keep(attempt, 1, written=("答",))
    hand_in(attempt)
    assert (report(attempt).national, report(attempt).regional) == (None, None), "it would say that they failed"
    with database.write() as session:
        marking.mark_own(session, world.actor(session, "ann_candidate"), attempt, {}, done=True, now=clock.now())
    shown = report(attempt)
    assert (shown.national.half_points, shown.regional.half_points) == (120, 106)
