"""The brief's sentences: base figures always, growth in per cent, rates in points, and no record of a fallen rate."""

from datetime import date
from itertools import pairwise

import pytest

from examprep.bureau.rules.brief import Stock, Year, sentences

NO_RECORD = "had more who passed"


def year(number, registered, sat, passed):
    return Year(number, registered, registered, sat, passed)


WEINING = [year(2021, 150, 120, 30), year(2022, 180, 152, 47), year(2023, 521, 447, 90)]


def said(years, number):
    return " ".join(str(sentence) for sentence in sentences(years, number))


def test_the_founding_figures_with_their_caution():
    text = said(WEINING, 2023)
    assert "521 persons registered, against 180 the year before (+189.4%)" in text
    assert "90 passed, against 47 (+91.5%)" in text
    assert "17.3% of those registered (90 of 521), against 26.1% (−8.8 points)" in text
    assert "but the rate (passed of registered) fell by 8.8 points" in text
    assert NO_RECORD not in text


@pytest.mark.parametrize(
    ("years", "record"),
    [
        pytest.param([year(2021, 100, 90, 20), year(2022, 100, 90, 30), year(2023, 100, 90, 40)], True, id="record"),
        pytest.param([year(2022, 100, 90, 30), year(2023, 100, 90, 40)], False, id="one-year-before-is-too-few"),
        pytest.param([year(2021, 100, 90, 50), year(2022, 100, 90, 30), year(2023, 100, 90, 40)], False, id="not-most"),
        pytest.param([year(2021, 100, 90, 40), year(2022, 100, 90, 30), year(2023, 100, 90, 40)], False, id="as-many"),
        pytest.param([year(2020, 100, 90, 20), year(2021, 90, 90, 30), year(2023, 100, 90, 40)], False, id="a-gap"),
        pytest.param(
            [year(2020, 100, 90, 20), year(2021, 100, None, None), year(2022, 100, 90, 30), year(2023, 100, 90, 40)],
            False, id="a-year-is-not-known",
        ),
        pytest.param(
            [year(2020, 100, 90, 90), year(2021, 90, None, None), *(year(y, 100, 90, y - 2000) for y in (2022, 2023))],
            False, id="what-lies-before-a-gap",
        ),
        pytest.param([year(2021, 50, 40, 20), year(2022, 50, 40, 30), year(2023, 100, 90, 40)], False, id="rate-fell"),
    ],
)  # fmt: skip
def test_what_is_a_record(years, record):
    assert (NO_RECORD in said(years, 2023)) is record


def test_a_record_says_since_when():
    """Only the years that are told of bear it out: one of six years ago may have been higher."""
    years = [year(each, 100, 90, each - 2000) for each in range(2019, 2024)]
    assert "No year since 2019 had more who passed" in said(years, 2023)


def test_those_who_passed_are_told_by_level_and_seniors_await_their_title():
    now = Year(2023, 100, 90, 80, 30, {"ASW": 20, "SW": 8, "SSW": 2})
    text = said([now], 2023)
    assert "30 passed (20 assistant, 8 intermediate, 2 senior)." in text
    assert text.endswith("Seniors passed the written exam; their title awaits the review.")


def stock(year, total, *levels):
    return Stock(date(year, 12, 31), *(levels or (total, 0, 0)), total)


@pytest.mark.parametrize(
    ("stocks", "text"),
    [
        pytest.param([], "", id="none"),
        pytest.param([stock(2023, None)], "", id="not-public"),
        pytest.param(
            [stock(2022, 47, 36, 11, 0), stock(2023, 125, 94, 31, 0)],
            "On 2023-12-31 125 persons hold a certificate (94 assistant, 31 intermediate, 0 senior), "
            "against 47 on 2022-12-31 (+166.0%).", id="with-levels-and-growth",
        ),
        pytest.param(
            [stock(2022, 47), stock(2023, 125, 94, None, None)],
            "On 2023-12-31 125 persons hold a certificate, against 47 on 2022-12-31 (+166.0%).", id="a-level-is-hidden",
        ),
        pytest.param(
            [stock(2021, 47), stock(2023, 5)],
            "On 2023-12-31 5 persons hold a certificate (5 assistant, 0 intermediate, 0 senior).", id="a-gap",
        ),
        pytest.param(
            [stock(2022, 0), stock(2023, 5)],
            "On 2023-12-31 5 persons hold a certificate (5 assistant, 0 intermediate, 0 senior).", id="from-nobody",
        ),
    ],
)  # fmt: skip
def test_how_many_hold_a_certificate(stocks, text):
    assert " ".join(str(sentence) for sentence in sentences([], 2023, stocks)) == text


@pytest.mark.parametrize(
    ("years", "number", "text"),
    [
        pytest.param([], 2023, "", id="nothing"),
        pytest.param([year(2023, 5, None, None)], 2023, "In 2023 5 persons registered.", id="no-results-yet"),
        pytest.param([year(2023, None, None, None)], 2023, "", id="not-published"),
        pytest.param(
            [year(2022, None, 10, 5), year(2023, 100, 90, 40)], 2023,
            "In 2023 100 persons registered. 90 sat. 40 passed, against 5 (+700.0%). "
            "That is 40.0% of those registered (40 of 100).", id="the-base-before-is-not-published",
        ),
        pytest.param(
            [year(2023, 100, None, 40)], 2023,
            "In 2023 100 persons registered. 40 passed. That is 40.0% of those registered (40 of 100).",
            id="sat-is-not-published",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_left_out(years, number, text):
    assert said(years, number) == text


def test_no_sentence_calls_a_fallen_rate_a_record():
    """Whatever the counts of three years: the two are never said together."""
    for before, now in pairwise([(50, 10), (80, 15), (100, 20), (100, 30), (300, 31), (301, 90), (900, 91)]):
        years = [year(2021, 40, 40, 5), year(2022, before[0], before[0], before[1]), year(2023, now[0], now[0], now[1])]
        fell = now[1] / now[0] < before[1] / before[0]
        assert not (fell and NO_RECORD in said(years, 2023))
