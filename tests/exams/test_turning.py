"""What changed between years: lines and syllabuses, and no change where a line is only not known."""

import pytest

from examprep.exams.rules.lines import PassLine
from examprep.exams.rules.turning import turns

YEARS = range(2019, 2027)
NATIONAL = [PassLine(year, year, None, "ASW", None, 120) for year in YEARS]
SEPARATE = [
    PassLine(101, 2020, "520526", "ASW", "asw-comprehensive", 110),
    PassLine(102, 2020, "520526", "ASW", "asw-practice", 112),
    PassLine(103, 2024, "520526", "ASW", None, 106),
    PassLine(104, 2025, "520526", "ASW", None, 106),
    PassLine(105, 2024, "540000", "ASW", None, 100),
]


def told(*regions, lines=(*NATIONAL, *SEPARATE), years=YEARS, syllabuses=None):
    return [(turn.year, str(turn.what)) for turn in turns(years, lines, ["ASW"], regions, syllabuses or {})]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        pytest.param(
            "520526",
            [
                (2020, "Separate pass line, Assistant social worker: 55/56"),
                (2024, "Separate pass line, Assistant social worker: 53"),
            ],
            id="there",
        ),
        pytest.param(
            "520000",
            [
                (2020, "Separate pass lines in 1 places here, Assistant social worker: 55/56"),
                (2024, "Separate pass lines in 1 places here, Assistant social worker: 53"),
            ],
            id="above",
        ),
        pytest.param("520502", [], id="a-neighbour"),
        pytest.param(
            "540102", [(2024, "Separate pass line, Assistant social worker: 50")], id="within-a-region-of-lines"
        ),
    ],
)
def test_separate_lines(region, expected):
    assert told(region) == expected


def test_separate_lines_of_several_regions():
    """Whoever looks after three provinces is told of the lines of each."""
    assert told("520000", "540102") == [
        (2020, "Separate pass lines in 1 places here, Assistant social worker: 55/56"),
        (2024, "Separate pass lines in 2 places here, Assistant social worker: 50/53"),
        (2025, "Separate pass lines in 1 places here, Assistant social worker: 53"),
    ]
    assert told("540102", "540103") == [(2024, "Separate pass line, Assistant social worker: 50")]
    assert told() == []


def test_a_new_national_line():
    lines = [*NATIONAL, PassLine(9_000, 2023, None, "ASW", None, 116)]
    found = told(lines=lines)
    assert found[0] == (2023, "National pass line, Assistant social worker: 58 (before 60)")
    assert found[1] == (2024, "National pass line, Assistant social worker: 60 (before 58)")


def test_syllabuses_of_the_axis():
    assert told(syllabuses={2019: "old", 2026: "new"}) == [(2026, "New syllabus: new")]
    assert told(years=[2022, 2023], syllabuses={2019: "old", 2026: "new"}) == []


def test_the_later_of_two_lines_holds():
    lines = [
        *NATIONAL,
        PassLine(103, 2024, "520526", "ASW", None, 106),
        PassLine(9_000, 2024, "520526", "ASW", None, 108),
    ]
    assert told("520526", lines=lines) == [(2024, "Separate pass line, Assistant social worker: 54")]
