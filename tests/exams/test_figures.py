"""Figures: three sources that say the same, groups that part the whole, and every figure the rows of its list."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from examprep.exams import candidates, figures, groups, surroundings, tallies
from examprep.exams.actions import mark_trained
from examprep.exams.cuts import Cut
from examprep.exams.models import OutcomeRow, RegistrationRow, TallyRow, TrendRow
from examprep.exams.recompute import recompute
from examprep.exams.rules.rates import Counts
from examprep.exams.rules.stratified import compare_arms
from examprep.exams.surroundings import Places
from examprep.people.access import Role
from examprep.people.actions import grant_role
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from tests.exams.files import Office
from tests.factories import resident_id

YEARS = (2023, 2024, 2025)
WEINING, QIXINGGUAN = "威宁彝族回族苗族自治县", "七星关区"


@pytest.fixture
def county(office, again):
    """Three years of two levels in ann's county and agency, some trained, some of other years of birth."""
    again(office.runtime, "three years", lambda: three_years(office))
    return office


def three_years(office):
    office.register(*range(201, 221), year=2023, unit="ann 社工机构")
    office.mark({n: (62, "", 63) if n < 206 else (40, "", 61) for n in range(201, 218)}, year=2023)
    office.register(*range(206, 231), year=2024)
    office.mark({n: (60, "", 60) if n % 3 == 0 else (-1, "", 45) for n in range(206, 228)}, year=2024)
    office.register(*range(301, 313), level="中级", year=2024)
    office.mark(dict.fromkeys(range(301, 310), (70, 65, 40)), year=2024)
    office.register(*range(301, 308), level="中级", year=2025)
    office.mark({n: ("", "", 60 + n % 2) for n in range(301, 306)}, year=2025)
    with office.runtime.database.write() as session:
        for order in (201, 202, 203, 206, 207, 208, 209, 301, 302):
            for year in YEARS:
                mark_trained(session, office.person_id(order), year)
        # The same people as if their numbers said otherwise: what is kept of a registration decides.
        for order in range(201, 231):
            person = office.person_id(order)
            facts = {"age": 20 + order % 40, "sex": ("female", "male", None)[order % 3], "education": "bachelor"}
            session.execute(update(RegistrationRow).where(RegistrationRow.person_id == person).values(**facts))
            recompute(session, [person])


def ask_all(session, actor, cut):
    """The cut's counts from the trend (for whoever sees everything), the tally and the outcomes."""
    everybody = select(OutcomeRow.person_id)
    personal = replace(cut, persons=((everybody, None),))
    tally = replace(cut, organisation=cut.organisation or None, kind=cut.kind)
    return [
        figures.counts(session, actor, cut),
        [Counts(y, *s) for (y,), s in sorted(figures._counted(session, actor, tally, lambda row: [row.year]).items())],
        figures.counts(session, actor, personal),
    ]


@pytest.mark.parametrize("who", ["province_officer", "ann_officer"])
@pytest.mark.parametrize(
    "cut",
    [
        Cut(), Cut(region="520526"), Cut(region="520500"), Cut(region="520000"), Cut(level="SW"), Cut(trained=True),
        Cut(returning=True), Cut(kind="agency"), Cut(region="520526", level="ASW", returning=False),
    ],
)  # fmt: skip
def test_trend_tally_and_outcomes_say_the_same(county, who, cut):
    with county.runtime.database.read() as session:
        found = ask_all(session, county.world.actor(session, who), cut)
    assert found[0]
    assert found[0] == found[1] == found[2]


def test_the_whole_is_what_was_imported(county):
    with county.runtime.database.read() as session:
        found = figures.counts(session, county.world.actor(session, "ann_officer"), Cut())
    assert found == [Counts(2023, 20, 20, 17, 5), Counts(2024, 37, 37, 31, 7), Counts(2025, 7, 7, 5, 5)]


PARTING = [by for by in groups.BY if by not in groups.OVERLAPPING]


@pytest.mark.parametrize("who", ["province_officer", "ann_officer"])
@pytest.mark.parametrize("by", PARTING)
def test_groups_part_the_whole_and_open_their_rows(county, who, by):
    with county.runtime.database.read() as session:
        actor = county.world.actor(session, who)
        for year in YEARS:
            found = groups.groups(session, actor, Cut(), by, year, {})
            whole = next(c for c in figures.counts(session, actor, Cut()) if c.year == year)
            summed = found[0].now
            for group in found[1:]:
                summed = summed.plus(group.now)
            assert summed == whole, (by, year)
            for group in found:
                for figure in ("registered", "approved", "sat", "passed"):
                    assert rows(session, county, actor, group.filters, year, figure) == getattr(group.now, figure)


def rows(session, office, actor, filters, year, figure):
    cut = figures.read(session, actor, filters)
    behind = candidates.behind(session, actor, cut, year, figure)
    page, heads = candidates.persons(session, office.runtime.vault, actor, behind, Ask())
    assert heads == page.total, "a person has one row in a year and level"
    return page.total


def test_subjects_from_the_tally_and_from_the_outcomes(county):
    with county.runtime.database.read() as session:
        actor = county.world.actor(session, "ann_officer")
        kept = figures.subject_counts(session, actor, Cut())
        personal = replace(Cut(), persons=((select(PersonRow.id), None),))
        assert sorted(map(repr, kept)) == sorted(map(repr, figures.subject_counts(session, actor, personal)))
        by_key = {(c.year, c.subject): (c.sat, c.passed) for c in kept}
        assert by_key[2023, "asw-comprehensive"] == (17, 5)
        assert by_key[2023, "asw-practice"] == (17, 17)
        assert by_key[2024, "asw-comprehensive"] == (7, 7)  # the rest were absent from it
        assert by_key[2025, "sw-practice"] == (5, 5)
        for (year, subject), (sat, passed) in by_key.items():
            filters = {"subject": subject}
            assert rows(session, county, actor, filters, year, "sat") == sat
            assert rows(session, county, actor, filters, year, "passed") == passed
            counts = figures.counts(session, actor, Cut(subject=subject))
            assert (sat, passed) in [(c.sat, c.passed) for c in counts if c.year == year]


def test_in_the_end(county):
    with county.runtime.database.read() as session:
        actor = county.world.actor(session, "ann_officer")
        found = {s.year: s for s in figures.eventual(session, actor, Cut())}
        assert (found[2023].registered, dict(found[2023].qualified)) == (20, {1: 5, 2: 5})
        assert (found[2024].registered, dict(found[2024].qualified)) == (22, {1: 2, 2: 5})
        assert found[2024].within(1).part == 2
        assert str(found[2023].ever.percent) == "50.0"
        assert rows(session, county, actor, {"returning": "no"}, 2023, "eventual") == 10
        for year, needed in ((2023, 1), (2023, 2), (2024, 1), (2024, 2), (2024, 3)):
            behind = candidates.behind(session, actor, Cut(), year, "eventual", needed)
            listed = candidates.persons(session, county.runtime.vault, actor, behind, Ask())[0].total
            assert listed == found[year].within(needed).part


def test_strata_hold_everybody_once(county):
    with county.runtime.database.read() as session:
        actor = county.world.actor(session, "ann_officer")
        strata = figures.strata(session, actor, Cut(), "sat", YEARS)
        found = compare_arms(strata)
    assert found.trained.base + found.untrained.base == 17 + 31 + 5
    assert found.trained.part + found.untrained.part == 5 + 7 + 5
    assert {stratum.key[:3] for stratum in strata} == {
        (2023, "ASW", False), (2024, "ASW", False), (2024, "ASW", True), (2024, "SW", False), (2025, "SW", True),
    }  # fmt: skip


def test_regions_at_every_depth_from_trend_and_tally(county):
    with county.runtime.database.read() as session:
        province, officer = (county.world.actor(session, who) for who in ("province_officer", "ann_officer"))
        for depth in (1, 2, 3):
            both = [figures.regions(session, actor, Cut(), depth) for actor in (province, officer)]
            assert both[0] == both[1]
            assert {code for code, _ in both[0]} == {tallies.regions_above("520526")[3 - depth]}


def test_who_registered_in_a_larger_division_stands_under_it_alone(county):
    with county.runtime.database.write() as session:
        person = county.person_id(201)
        session.execute(update(RegistrationRow).where(RegistrationRow.person_id == person).values(region_code="520500"))
        recompute(session, [person])
        actor = county.world.actor(session, "province_officer")
        found = {g.filters["region"]: g for g in groups.groups(session, actor, Cut(), "county", 2023, {})}
        assert {code: group.now.registered for code, group in found.items()} == {"520500": 1, "520526": 19}
        assert found["520500"].filters["own"] == "region"
        assert "in no division below it" in str(found["520500"].label)
        assert rows(session, county, actor, found["520500"].filters, 2023, "registered") == 1
        assert rows(session, county, actor, {"region": "520500"}, 2023, "registered") == 20


def test_sex_and_age_are_kept_at_import_as_of_the_exam_day(office):
    office.register(201, year=2024)
    office.register(201, year=2025)
    with office.runtime.database.read() as session:
        row = OutcomeRow
        kept = session.execute(select(row.year, row.sex, row.age, row.education).order_by(row.year)).all()
    number = resident_id(201)  # born on 7 March 1990; the exams were on 15 June 2024 and 24 May 2025
    assert [tuple(found) for found in kept] == [(2024, number.sex, 34, None), (2025, number.sex, 35, None)]


def test_nobody_sees_past_their_bounds(county):
    with county.runtime.database.read() as session:
        bob = county.world.actor(session, "bob_officer")
        for cut in (Cut(), Cut(sex="female"), Cut(organisation=county.world.organisations["ann_county"])):
            assert figures.counts(session, bob, cut) == []
            assert figures.subject_counts(session, bob, cut) == []
            assert figures.eventual(session, bob, cut) == []
        assert groups.groups(session, bob, Cut(), "county", 2024, {}) == []


def test_one_of_two_trees_is_not_everywhere(county):
    """An officer above one tree sees that tree alone, though the trend holds both."""
    from examprep.people.actions import add_organisation

    with county.runtime.database.write() as session:
        add_organisation(session, name="another province", kind="bureau", region_code="520000")
        actor = county.world.actor(session, "province_officer")
        session.execute(update(TrendRow).values(registered=TrendRow.registered + 1000))
        assert figures.counts(session, actor, Cut())[0].registered == 20
        session.execute(update(TrendRow).values(registered=TrendRow.registered - 1000))


def test_verify_mends_every_tally(county):
    with county.runtime.database.write() as session:
        session.execute(update(TrendRow).where(TrendRow.year == 2024).values(passed=99))
        session.execute(update(TallyRow).where(TallyRow.year == 2023).values(sat=0))
        session.execute(update(OutcomeRow).where(OutcomeRow.year == 2025).values(sat_bits=0, trained=True, age=3))
    found = county.differences(repair=True)
    assert any("trained is True, should be False" in line for line in found)
    assert any("age is 3, should be" in line for line in found)
    assert any(line.startswith("trend") for line in found)
    assert county.differences() == []


def test_many_cells_are_counted_by_the_whole_year(county, monkeypatch):
    monkeypatch.setattr(tallies, "MANY", 0)
    with county.runtime.database.write() as session:
        tallies.recount(session, [(2024, county.world.organisations["ann_county"])])
    assert county.differences() == []


@pytest.mark.parametrize(
    ("further", "places"),
    [
        pytest.param((), Places(WEINING), id="one"),
        pytest.param(("ann_agency",), Places(WEINING), id="one-within-another"),
        pytest.param(("bob_county",), Places(WEINING, QIXINGGUAN), id="one-of-two"),
        pytest.param(("bob_county", "prefecture"), Places("毕节市"), id="all"),
    ],
)
def test_figures_are_of_all_places_that_are_named(county, further, places):
    """Whoever looks after several places reads no sum under the name of one; nobody is in two groups side by side."""
    world = county.world
    with county.runtime.database.write() as session:
        for organisation in further:
            grant_role(
                session, person_id=world.people["ann_officer"], organisation_id=world.organisations[organisation],
                role=Role.OFFICER, since=date(2020, 1, 1),
            )  # fmt: skip
        officer = world.actor(session, "ann_officer")
        assert surroundings.places_of(session, officer, Cut(), 2024) == places
        found = groups.groups(session, officer, Cut(), "organisation", 2024, {})
        assert sum(group.now.registered for group in found) == 37
        assert surroundings.turns_of(session, officer, Cut(), YEARS) is not None


def test_a_place_is_named_with_the_years_of_which_it_has_anything(county):
    """Nothing on file is not nobody; and a filter that finds nobody there leaves the place named."""
    Office(county.runtime, county.world, "bob_officer").register(401, year=2024)
    world, middle = county.world, Cut(level="SW")
    with county.runtime.database.write() as session:
        grant_role(
            session, person_id=world.people["ann_officer"], organisation_id=world.organisations["bob_county"],
            role=Role.OFFICER, since=date(2020, 1, 1),
        )  # fmt: skip
        officer = world.actor(session, "ann_officer")
        both = f"{QIXINGGUAN}、{WEINING}"
        assert surroundings.places_of(session, officer, middle, 2023) == Places(WEINING, QIXINGGUAN)
        assert surroundings.places_of(session, officer, middle, 2024) == Places(both, "", QIXINGGUAN)
        assert surroundings.places_of(session, officer, middle, 2025) == Places(WEINING, QIXINGGUAN, QIXINGGUAN)
