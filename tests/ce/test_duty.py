"""What a person owes in a period: edges of places, levels, first years, exemptions and registrations."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from examprep.ce.rules.duty import Exemption, Held, Person, Term, duties, in_force
from examprep.kernel.period import Period, calendar_year
from tests.ce.packs import shipped

NATIONAL, REGISTERED, GUANGDONG, WEINING = (
    shipped(code) for code in ("mohrss-25", "mca-123", "guangdong", "weining-mean")
)
EVERY = (NATIONAL, REGISTERED, GUANGDONG, WEINING)
TODAY = date(2026, 11, 27)
SINCE_2020 = (Held("ASW", date(2020, 9, 1)),)
TERM = Term("ASW", Period(date(2023, 9, 1), date(2026, 9, 1)))


def person(region="520502", held=SINCE_2020, terms=(), exemptions=(), units=(1,)) -> Person:
    return Person(region, units, held, terms, exemptions)


def owed(who: Person, day=TODAY, versions=EVERY, today=TODAY) -> dict[str, object]:
    return {duty.requirement.code: duty for duty in duties(versions, who, day, today=today)}


@pytest.mark.parametrize(
    ("region", "codes"),
    [
        pytest.param("520502", {"mohrss-25"}, id="the-national-one"),
        pytest.param("520526", {"mohrss-25", "weining-mean"}, id="a-county's-target-beside-it"),
        pytest.param("440106", {"guangdong"}, id="a-province's-stands-in-for-it"),
        pytest.param("520500", {"mohrss-25"}, id="the-county-is-not-its-prefecture"),
    ],
)
def test_the_place_decides(region, codes):
    assert set(owed(person(region))) == codes


def test_the_registration_of_an_assistant():
    found = owed(person(terms=[TERM]), date(2026, 6, 1), today=date(2026, 6, 1))["mca-123"]
    assert (found.period, found.required_minutes, found.closes_on) == (TERM.days, 4320, date(2026, 9, 1))
    assert set(owed(person(terms=[TERM]), date(2026, 9, 1), today=TODAY)) == {"mohrss-25"}


def test_each_registration_is_judged_by_its_certificate():
    later = Term("SW", Period(date(2025, 3, 1), date(2028, 3, 1)))
    found = [
        d
        for d in duties(EVERY, person(terms=[TERM, later]), date(2026, 1, 1), today=TODAY)
        if d.period != calendar_year(2026)
    ]
    assert [(d.level, d.required_minutes) for d in found] == [("ASW", 4320), ("SW", 5400)]


def test_two_registrations_from_one_day_are_one_of_the_higher_level():
    same = Term("SW", TERM.days)
    for terms in ([TERM, same], [same, TERM]):
        assert owed(person(terms=terms), date(2026, 1, 1))["mca-123"].level == "SW"


def test_the_last_level_of_the_year_decides_for_all_of_it():
    uneven = replace(NATIONAL, total_minutes={"ASW": 3240, "SW": 4050})
    risen = person(held=[*SINCE_2020, Held("SW", date(2026, 10, 1))])
    assert owed(risen, versions=[uneven])["mohrss-25"].required_minutes == 4050
    assert owed(risen, date(2026, 9, 30), [uneven], date(2026, 9, 30))["mohrss-25"].required_minutes == 3240


def test_a_level_that_is_not_named_owes_nothing():
    assert owed(person(), versions=[replace(NATIONAL, total_minutes={"SW": 4050})]) == {}


@pytest.mark.parametrize(
    ("rule", "issued", "required"),
    [
        pytest.param("full", date(2026, 7, 2), 4050, id="in-full"),
        pytest.param("pro-rata", date(2026, 1, 1), 4050, id="on-the-first-day"),
        pytest.param("pro-rata", date(2026, 7, 2), 4050 * 183 // 365, id="half-a-year"),
        pytest.param("pro-rata", date(2026, 11, 27), 4050 * 35 // 365, id="late"),
        pytest.param("pro-rata", date(2025, 12, 31), 4050, id="the-year-before"),
        pytest.param("next-year", date(2026, 1, 1), None, id="from-the-next-year"),
        pytest.param("next-year", date(2025, 12, 31), 4050, id="that-next-year"),
    ],
)
def test_the_first_year(rule, issued, required):
    asked = replace(NATIONAL, first_year=rule)
    found = owed(person(held=[Held("ASW", issued)]), versions=[asked]).get("mohrss-25")
    assert (found.required_minutes if found else None) == required


def test_who_holds_nothing_yet_owes_nothing():
    assert owed(person(held=[Held("ASW", TODAY + timedelta(days=1))])) == {}


def test_spared_days_are_those_within_the_period():
    leave = Exemption(None, Period(date(2025, 12, 1), date(2026, 2, 1)))
    found = owed(person(exemptions=[leave]))["mohrss-25"]
    assert found.owed_days == 365 - 31
    assert found.required_minutes == 4050 * 334 // 365
    whole = Exemption("mohrss-25", calendar_year(2026))
    assert owed(person("520526", exemptions=[whole]))["mohrss-25"].exempt
    assert not owed(person("520526", exemptions=[whole]))["weining-mean"].exempt


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        pytest.param(date(2026, 12, 31), date(2027, 7, 1), id="the-last-day-is-in"),
        pytest.param(date(2026, 12, 30), date(2027, 1, 1), id="the-last-day-is-not"),
    ],
)
def test_a_postponement_is_for_periods_that_end_in_it(day, closes):
    granted = Exemption(None, Period(date(2026, 6, 1), day + timedelta(days=1)), date(2027, 7, 1))
    assert owed(person(exemptions=[granted]))["mohrss-25"].closes_on == closes


def test_guangdong_closes_after_its_grace():
    assert owed(person("440106"))["guangdong"].closes_on == date(2027, 5, 1)


def test_of_versions_the_one_in_force_on_the_first_day_governs():
    lighter = replace(NATIONAL, since=date(2026, 1, 1), total_minutes={"ASW": 900})
    ended = replace(WEINING, until=date(2026, 1, 1))
    assert [v.code for v in in_force([NATIONAL, lighter, ended], date(2026, 1, 1))] == ["mohrss-25"]
    assert owed(person(), versions=[NATIONAL, lighter])["mohrss-25"].required_minutes == 900
    assert owed(person(), date(2025, 12, 31), [NATIONAL, lighter])["mohrss-25"].required_minutes == 4050


def test_years_taken_together_end_with_each():
    three = replace(NATIONAL, years=3)
    assert owed(person(), versions=[three])["mohrss-25"].period == Period(date(2024, 1, 1), date(2027, 1, 1))
