"""Education × years of work: every clause at its edge, what counts as work, and what is missing and until when."""

from datetime import date

import pytest

from examprep.campaign.rules.eligibility import (
    ASSOCIATE,
    BACHELOR,
    CLAUSES,
    DOCTOR,
    MASTER,
    SECONDARY,
    Case,
    Degree,
    judge,
    worked,
)
from examprep.campaign.rules.months import read_month
from examprep.kernel.errors import RuleViolation


def m(text):
    return read_month(text)


def degree(level, *, social=False, gained="2010-07", **more):
    return Degree(level, social, m(gained), **more)


def employed(months, *, until="2026-12"):
    """So many months of work that end with a month."""
    last = m(until)
    return ((last - months + 1, last),) if months else ()


def met(case, level, *, year=2026, counted_to=None):
    found = judge(case, exam_year=year, counted_to=counted_to or date(year, 12, 31))
    return {one.level: one for one in found}[level].met


# level, degree, of social work?, years of the clause that such a person needs
EDGES = [
    ("ASW", SECONDARY, False, 4),
    ("ASW", ASSOCIATE, True, 2),
    ("ASW", ASSOCIATE, False, 4),
    ("ASW", BACHELOR, True, 0),
    ("ASW", BACHELOR, False, 2),
    ("ASW", MASTER, True, 0),
    ("ASW", MASTER, False, 2),
    ("ASW", DOCTOR, False, 2),
    ("SW", ASSOCIATE, True, 4),
    ("SW", ASSOCIATE, False, 6),
    ("SW", BACHELOR, True, 3),
    ("SW", BACHELOR, False, 5),
    ("SW", MASTER, True, 1),
    ("SW", MASTER, False, 3),
    ("SW", DOCTOR, True, 0),
    ("SW", DOCTOR, False, 2),
]


@pytest.mark.parametrize(
    ("level", "held", "social", "years"),
    [pytest.param(*edge, id=f"{edge[0]}-{'social' if edge[2] else 'other'}-{edge[1]}") for edge in EDGES],
)
def test_each_clause_at_its_edge(level, held, social, years):
    enough = Case((degree(held, social=social),), employed(years * 12))
    assert met(enough, level)
    if years:
        assert not met(Case(enough.degrees, employed(years * 12 - 1)), level)


@pytest.mark.parametrize(
    ("since", "months", "expected"),
    [
        pytest.param("2020-12", 72, True, id="six-years-after"),
        pytest.param("2020-12", 71, False, id="a-month-short"),
        pytest.param("2021-01", 120, False, id="ten-years-but-certificate-too-late"),
        pytest.param(None, 240, False, id="no-certificate"),
        pytest.param("2027-01", 240, False, id="certificate-only-next-year"),
    ],
)
def test_secondary_school_needs_the_certificate_and_six_years_after_it(since, months, expected):
    case = Case((degree(SECONDARY),), employed(months), assistant_since=m(since) if since else None)
    assert met(case, "SW") is expected


@pytest.mark.parametrize(
    ("held", "since", "months", "expected"),
    [
        pytest.param(BACHELOR, "2021-12", 60, True, id="five-years-after"),
        pytest.param(BACHELOR, "2021-12", 59, False, id="a-month-short"),
        pytest.param(BACHELOR, "2022-01", 120, False, id="certificate-a-month-later"),
        pytest.param(ASSOCIATE, "2010-12", 190, False, id="no-bachelor"),
        pytest.param(DOCTOR, "2021-12", 60, True, id="doctor"),
        pytest.param(BACHELOR, None, 240, False, id="no-certificate"),
    ],
)
def test_senior(held, since, months, expected):
    case = Case((degree(held),), employed(months), intermediate_since=m(since) if since else None)
    assert met(case, "SSW") is expected


def test_nothing_told_is_nothing_met():
    assert not any(one.met for one in judge(Case(), exam_year=2026, counted_to=date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("gained", "expected"),
    [
        pytest.param("2026-07", True, id="graduates-in-the-exam-year"),
        pytest.param("2027-07", False, id="graduates-the-year-after"),
        pytest.param("2015-07", True, id="holds-it-already"),
    ],
)
def test_a_bachelor_of_social_work_needs_no_years(gained, expected):
    assert met(Case((degree(BACHELOR, social=True, gained=gained),)), "ASW") is expected


def test_who_graduates_in_the_exam_year_counts_where_work_counts_to_the_year_before():
    case = Case((degree(BACHELOR, social=True, gained="2025-07"),))
    assert met(case, "ASW", year=2025, counted_to=date(2024, 12, 31))


def test_the_day_to_which_work_counts_is_a_setting():
    case = Case((degree(BACHELOR),), ((m("2023-01"), None),))
    assert met(case, "ASW", year=2024)  # 2023-01 to 2024-12: 24 months
    assert not met(case, "ASW", year=2024, counted_to=date(2023, 12, 31))


@pytest.mark.parametrize(
    ("case", "months"),
    [
        pytest.param(Case(), 0, id="none"),
        pytest.param(Case(employments=((m("2026-01"), None),)), 12, id="goes-on"),
        pytest.param(Case(employments=((m("2027-01"), None),)), 0, id="begins-after"),
        pytest.param(Case(employments=((m("2026-03"), m("2026-03")),)), 1, id="a-begun-month"),
        pytest.param(Case(employments=((m("2020-01"), m("2020-12")), (m("2022-01"), m("2022-06")))), 18, id="added"),
        pytest.param(
            Case(employments=((m("2020-01"), m("2020-12")), (m("2020-07"), m("2021-06")))), 18, id="overlap-once"
        ),
        pytest.param(
            Case((degree(MASTER, began=m("2021-09"), gained="2024-06"),), ((m("2019-01"), m("2024-12")),)),
            72 - 34,
            id="full-time-study-is-left-out",
        ),
        pytest.param(
            Case(
                (degree(BACHELOR, began=m("2021-09"), gained="2024-06", full_time=False),),
                ((m("2019-01"), m("2024-12")),),
            ),
            72,
            id="part-time-study-is-added-before-and-after",
        ),
        pytest.param(
            Case((degree(BACHELOR, gained="2024-06"),), ((m("2019-01"), m("2024-12")),)), 72, id="beginning-not-told"
        ),
    ],
)
def test_what_counts_as_work(case, months):
    assert worked(case, m("2026-12")) == months


def test_it_says_when_it_will_be_met():
    case = Case((degree(BACHELOR),), ((m("2023-06"), None),))
    found = {one.level: one for one in judge(case, exam_year=2026, counted_to=date(2026, 12, 31))}
    assert found["ASW"].met
    assert (found["SW"].best.clause.code, found["SW"].best.short, found["SW"].best.year) == ("sw-bachelor", 17, 2028)
    said = " ".join(map(str, found["SW"].sentences))
    assert "1 years and 5 months are missing" in said
    assert "2028" in said


def test_who_stopped_working_is_not_promised_a_year():
    case = Case((degree(BACHELOR),), ((m("2023-06"), m("2024-06")),))
    found = judge(case, exam_year=2026, counted_to=date(2026, 12, 31))
    assert found[0].best.year is None
    assert not any("If you go on" in str(sentence) for sentence in found[0].sentences)


def test_of_several_clauses_the_met_one_is_told():
    case = Case((degree(SECONDARY), degree(ASSOCIATE, social=True, gained="2022-07")), employed(30))
    found = judge(case, exam_year=2026, counted_to=date(2026, 12, 31))[0]
    assert (found.met, found.best.clause.code) == (True, "asw-sw-associate")
    assert len(found.findings) == 5


def test_every_clause_is_reached():
    assert {clause.code for clause in CLAUSES if clause.years} == {c.code for c in CLAUSES} - {
        "asw-sw-bachelor",
        "sw-sw-doctor",
    }
    assert len({clause.code for clause in CLAUSES}) == len(CLAUSES) == 15


@pytest.mark.parametrize("text", ["2024-07", "2024.7", "2024/07", "2024年7月", " 2024-7 "])
def test_months_are_read(text):
    assert read_month(text) == 2024 * 12 + 6


@pytest.mark.parametrize("text", ["", "2024", "2024-13", "2024-00", "24-07", "1850-01", "July 2024"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(RuleViolation):
        read_month(text)
