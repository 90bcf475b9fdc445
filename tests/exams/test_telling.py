"""The report's sentence: base figures and the rate always, a record never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.exams.rules.rates import Counts
from examprep.exams.rules.telling import tell

Y2022 = Counts(2022, 180, 171, 152, 47)
Y2023 = Counts(2023, 521, 503, 447, 90)


def test_weining_2023():
    said = str(tell("Weining", Y2023, Y2022, "registered", {"ASW": 68, "SW": 22}))
    assert said == (
        "In the exam of 2023, 521 persons of Weining registered (up 189.4% from 180 the year before); 447 sat "
        "(up 194.1% from 152 the year before); 90 passed (68 assistant, 22 intermediate, 0 senior) (up 91.5% from 47 "
        "the year before); the pass rate (passed of registered) was 17.3% (90/521), down 8.8 points from 26.1% "
        "(47/180) the year before. More persons passed, but a smaller share."
    )


@pytest.mark.parametrize(
    ("now", "before", "says"),
    [
        pytest.param(Y2023, None, "521 persons of X registered; 447 sat; 90 passed", id="no-year-before"),
        pytest.param(Counts(2023, 180, 171, 152, 47), Y2022, "(as many as the year before)", id="the-same"),
        pytest.param(Counts(2023, 180, 171, 152, 47), Y2022, "hardly changed from 26.1%", id="the-same-rate"),
        pytest.param(Counts(2023, 90, 90, 80, 30), Y2022, "down 50.0% from 180", id="fewer"),
        pytest.param(Counts(2023, 90, 90, 80, 30), Y2022, "up 7.2 points from 26.1% (47/180)", id="rate-rose"),
        pytest.param(Counts(2023, 90, 90, 0, 0), Y2022, "results are not known yet", id="no-results"),
        pytest.param(Y2023, Counts(2022, 180, 171, 0, 0), "90 passed; the pass rate", id="no-results-before"),
    ],
)
def test_said(now, before, says):
    assert says in str(tell("X", now, before, "registered"))


@pytest.mark.parametrize(
    ("without", "differing", "ends"),
    [
        pytest.param("", "", " the year before.", id="all"),
        pytest.param("Y、Z", "", " No registrations of 2024 are on file for Y、Z.", id="some-without"),
        pytest.param("", "X", "the changes are not of the same places.", id="one-year-alone"),
        pytest.param("Y", "Y", " are on file for Y. For Y those of one of the two years alone are on file: the changes "
                     "are not of the same places.", id="both"),
    ],
)  # fmt: skip
def test_what_is_not_on_file_is_said_and_not_summed_silently(without, differing, ends):
    now = Counts(2024, 600, 590, 500, 200)
    assert str(tell("X", now, Y2023, "registered", None, without, differing)).endswith(ends)
    early = str(tell("X", Counts(2024, 600, 590, 0, 0), Y2023, "registered", None, without, differing))
    assert ("on file for Y" in early) == bool(without)
    assert ("two years alone" in early) == bool(differing)


def test_seniors_have_no_title_yet():
    assert "title awaits the review" in str(tell("X", Y2023, Y2022, "sat", {"SSW": 3}))
    assert "title awaits" not in str(tell("X", Y2023, Y2022, "sat", {"SW": 3}))


def counts(year):
    return st.tuples(*[st.integers(0, 500)] * 4).map(lambda four: Counts(year, *sorted(four, reverse=True)))


@given(counts(2022), counts(2023), st.sampled_from(["registered", "approved", "sat"]))
def test_never_a_record_and_never_a_rate_without_its_base(before, now, base):
    said = str(tell("X", now, before, base, {"ASW": now.passed}))
    assert "record" not in said
    if now.sat:
        assert f"({now.passed}/{getattr(now, base)})" in said
    fell = now.sat and before.sat and now.passed > before.passed
    if fell and now.rate(base).share < before.rate(base).share:
        assert "a smaller share" in said
