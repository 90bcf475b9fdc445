"""Which pass line holds: by year, level, subject and region, the shipped ones included."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.exams.actions import shipped_lines
from examprep.exams.rules.lines import PassLine, Standard, band, covers, standard

SHIPPED = [
    PassLine(n, x["year"], x["region_code"], x["level"], x["subject_code"], x["half_points"])
    for n, x in enumerate(shipped_lines(), 1)
]
SUBJECT = {"ASW": "asw-practice", "SW": "sw-practice", "SSW": "ssw-practice"}


def points(year, region, level, subject=None):
    found = standard(SHIPPED, year=year, level=level, subject_code=subject or SUBJECT[level], region_code=region)
    return tuple(None if x is None else x / 2 for x in (found.national, found.regional))


@pytest.mark.parametrize(
    ("year", "region", "level", "expected"),
    [
        pytest.param(2024, "520526", "ASW", (60, 53), id="weining-2024-assistant"),
        pytest.param(2024, "520526", "SW", (60, 59), id="weining-2024-intermediate"),
        pytest.param(2024, "520526", "SSW", (60, 60), id="weining-2024-senior"),
        pytest.param(2025, "640303", "ASW", (60, 53), id="hongsibu-2025-assistant"),
        pytest.param(2025, "150922", "SW", (60, 58), id="huade-2025-intermediate"),
        pytest.param(2025, "520502", "ASW", (60, None), id="a-neighbour-has-none"),
        pytest.param(2025, "150624", "ASW", (60, None), id="otog-is-not-in-the-list"),
        pytest.param(2020, "540102", "ASW", (60, 53), id="anywhere-in-tibet"),
        pytest.param(2020, "533423", "SW", (60, 56), id="diqing"),
        pytest.param(2020, "653101", "SSW", (60, 58), id="kashgar-senior"),
        pytest.param(2015, "520526", "ASW", (60, None), id="before-there-were-any"),
        pytest.param(2027, "520526", "ASW", (None, None), id="not-known-yet"),
    ],
)
def test_shipped_lines(year, region, level, expected):
    assert points(year, region, level) == expected


def test_lines_by_subject():
    assert points(2020, "540102", "ASW", "asw-comprehensive") == (60, 52)
    assert points(2020, "533423", "SW", "sw-law-policy") == (60, 58)


def test_the_nearer_region_the_subject_and_the_later_line_go_first():
    lines = [
        PassLine(1, 2025, "520000", "ASW", None, 110),
        PassLine(2, 2025, "520526", "ASW", None, 106),
        PassLine(3, 2025, "520526", "ASW", None, 108),
        PassLine(4, 2025, "520000", "ASW", "asw-practice", 114),
    ]

    def regional(subject, region="520526"):
        return standard(lines, year=2025, level="ASW", subject_code=subject, region_code=region).regional

    assert regional("asw-comprehensive") == 108
    assert regional("asw-comprehensive", "520502") == 110
    assert regional("asw-practice") == 114


def test_covers_any_depth():
    assert covers("520000", "520526")
    assert covers("520500", "520526")
    assert not covers("520500", "520626")
    assert not covers("520526", "520500")


def test_a_regional_line_is_asked_only_below_the_national():
    assert Standard(120, 106).met_by(120) == "national"
    assert Standard(120, 106).met_by(106) == "regional"
    assert Standard(120).met_by(119) is None


PLACES = ("520526", "520500", "520000", "640303")
heights = st.integers(100, 125)
some_lines = st.lists(
    st.tuples(st.sampled_from([None, *PLACES]), st.sampled_from([None, "asw-practice", "asw-comprehensive"]), heights),
    max_size=6,
)


@settings(max_examples=1000)
@given(told=some_lines, new=some_lines.filter(len), half_points=st.integers(98, 127))
def test_no_mark_outside_its_band_is_worth_something_else_for_a_new_line(told, new, half_points):
    lines = [PassLine(n, 2025, place, "ASW", subject, height) for n, (place, subject, height) in enumerate(told)]
    place, subject, height = new[0]
    added = PassLine(99, 2025, place, "ASW", subject, height)
    subjects = [subject] if subject else ["asw-comprehensive", "asw-practice"]
    low, high = band(lines, added, subjects, 200)
    if low <= half_points < high:
        return
    for where in ("520526", "640303", "520502"):
        for each in ("asw-comprehensive", "asw-practice"):
            said = [
                (found.met_by(half_points), found.met_by(half_points) is None and found.national is None)
                for found in (
                    standard(known, year=2025, level="ASW", subject_code=each, region_code=where)
                    for known in (lines, [*lines, added])
                )
            ]
            assert said[0] == said[1]
