"""The officer's overview: figures within bounds, each in its own words, whatever is missing."""

from datetime import date

import pytest

from examprep.app.schema import load_data
from examprep.bureau import actions
from examprep.register import actions as register


@pytest.fixture
def holder(runtime, world):
    with runtime.database.write() as session:
        register.add_certificate(
            session,
            world.actor(session, "ann_officer"),
            person_id=world.people["ann_candidate"],
            level="SW",
            number="20230612520526000001",
            qualified_year=2023,
            issued_on=date(2023, 10, 9),
            now=runtime.clock.now(),
        )


@pytest.fixture
def home(runtime, world):
    def go(who: str, unit: str | None = None) -> actions.Home:
        with runtime.database.write() as session:
            load_data(session, runtime.clock.today())
        with runtime.database.read() as session:
            organisation = world.organisations[unit] if unit else None
            return actions.home(session, world.actor(session, who), organisation, today=runtime.clock.today())

    return go


def test_an_empty_county_has_no_rates_and_no_error(home):
    found = home("ann_officer")
    assert found.latest is None
    assert found.holders.total == 0
    assert found.hours.met.percent is None
    assert (found.mentoring.mentors, found.awarded_fen) == (0, 0)


def test_figures_keep_to_the_actors_bounds_and_the_chosen_unit(holder, home):
    assert home("ann_officer").holders.by_level == {"ASW": 0, "SW": 1, "SSW": 0}
    assert home("bob_officer").holders.total == 0
    assert home("province_officer").holders.total == 1
    assert home("province_officer", "bob_county").holders.total == 0
    own = home("ann_officer")
    assert (own.certified.part, own.certified.base) == (1, 4)  # four people of the county, all in post


def test_holders_of_past_years_are_counted_as_of_then(holder, home):
    by_year = {stock.as_of.year: stock.total for stock in home("ann_officer").holders_by_year}
    assert by_year[2022] == 0
    assert by_year[2023] == 1


@pytest.mark.parametrize(
    ("who", "status"), [("ann_officer", 200), ("province_officer", 200), ("ann_trainer", 403), ("ann_candidate", 403)]
)
def test_who_opens_it(sign_in, runtime, who, status):
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    client = sign_in(who)
    assert client.get("/bureau/").status_code == status
    assert client.get("/bureau/?unit=999999999999999&export=csv").status_code == status
