"""The funnel and its lists: who stands where, figures equal to the rows behind them, and within bounds."""

from datetime import date

import pytest

from examprep.campaign import funnel
from examprep.plumbing.listing import Ask
from examprep.training import enrolling
from tests.campaign.conftest import YEAR

TODAY = date(2025, 4, 1)
EVERY = {**funnel.STAGES, **funnel.LISTS}


@pytest.fixture
def figures(told):
    def go(who, **filters):
        with told.runtime.database.read() as session:
            return funnel.figures(session, told.actor(who), Ask(filters=filters), YEAR)

    return go


@pytest.fixture
def listed(told):
    def go(who, ask=None, **filters):
        with told.runtime.database.read() as session:
            return funnel.listed(session, told.actor(who), ask or Ask(filters=filters), YEAR, TODAY)

    return go


def names(page):
    return [row["name"] for row in page.rows]


@pytest.mark.parametrize(
    ("show", "wanted"),
    [
        pytest.param("intends", {"ann_candidate", "考生201", "考生302"}, id="intends"),
        pytest.param("registered", {f"考生{n}" for n in range(201, 206)}, id="registered"),
        pytest.param("approved", {f"考生{n}" for n in range(202, 206)}, id="approved"),
        pytest.param("sat", {"考生203", "考生204", "考生205"}, id="sat"),
        pytest.param("passed", {"考生204"}, id="passed"),
        pytest.param("unregistered", {"ann_candidate", "考生302"}, id="unregistered"),
        pytest.param("unapproved", {"考生201"}, id="unapproved"),
        pytest.param("classless", {f"考生{n}" for n in range(201, 206)}, id="classless"),
        pytest.param("silent", set(), id="silent"),
        pytest.param("returners", {"考生301", "考生302"}, id="returners"),
        pytest.param("keeps", {"考生205"}, id="keeps"),
    ],
)
def test_who_stands_where(listed, show, wanted):
    assert set(names(listed("ann_officer", show=show))) == wanted


def test_whoever_sits_in_a_class_and_said_nothing_is_silent(told, listed):
    learner = told.season.learners(1)[0]
    with told.runtime.database.write() as session:
        enrolling.enrol(session, learner, told.number, now=told.runtime.clock.now())
    assert names(listed("ann_trainer", show="silent")) == ["学员00"]
    told.say("ann_trainer", "undecided", None, person=learner.person_id)
    assert names(listed("ann_trainer", show="silent")) == []


@pytest.mark.parametrize("who", ["ann_officer", "ann_trainer", "bob_officer", "province_officer"])
def test_every_figure_is_the_rows_behind_it(figures, listed, who):
    counted = figures(who)
    for show in EVERY:
        assert listed(who, show=show).total == counted[show], show
    assert listed(who).total == counted[funnel.EVERYBODY]


@pytest.mark.parametrize("by", funnel.GROUPS)
@pytest.mark.parametrize("who", ["ann_trainer", "province_officer"])
def test_every_figure_of_a_group_is_the_rows_behind_it(told, figures, listed, who, by):
    with told.runtime.database.read() as session:
        groups = funnel.groups(session, told.actor(who), Ask(), YEAR, by)
    assert groups or (by, who) == ("class", "province_officer")
    for group in groups:
        for show in EVERY:
            filters = {**{name: str(value) for name, value in group.link.items()}, "show": show}
            assert listed(who, **filters).total == group.counts[show], (group.name, show)
    if by != "class":
        for show in EVERY:
            assert sum(group.counts[show] for group in groups) == figures(who)[show], show


def test_an_organisation_chosen_is_told_with_what_lies_below(told, listed, figures):
    county, agency = (told.world.organisations[name] for name in ("ann_county", "ann_agency"))
    with told.runtime.database.read() as session:
        groups = funnel.groups(
            session, told.actor("province_officer"), Ask(filters={"unit": str(county)}), YEAR, "unit"
        )
    assert {(group.name, group.counts["registered"]) for group in groups} == {
        ("ann 县社会工作部", 5),
        ("ann 社工机构", 0),
    }
    assert names(listed("ann_officer", unit=str(agency))) == ["ann_candidate"]


def test_filters_of_class_level_and_region(told, listed):
    assert names(listed("ann_trainer", **{"class": str(told.number)})) == ["ann_candidate"]
    assert set(names(listed("ann_officer", level="SW", show="registered"))) == {"考生205"}
    assert names(listed("province_officer", region="520502")) == ["bob_candidate"]
    assert len(names(listed("province_officer", region="520500"))) == 10
    assert names(listed("province_officer", region="520500", own="1")) == []


def test_words_order_pages_and_export(listed):
    assert names(listed("ann_officer", Ask(words="考生20", filters={"show": "sat"}))) == [
        "考生203",
        "考生204",
        "考生205",
    ]
    page = listed("ann_officer", Ask(filters={"show": "registered"}, sort="name", descending=True, size=2, page=2))
    assert (names(page), page.total, page.pages) == (["考生203", "考生202"], 5, 3)
    assert len(listed("ann_officer", Ask(filters={"show": "registered"}, size=2, export="csv")).rows) == 5


@pytest.mark.parametrize("who", ["ann_trainer", "ann_officer"])
def test_nobody_sees_another_county(listed, figures, who):
    assert "bob_candidate" not in names(listed(who))
    assert names(listed("bob_officer")) == ["bob_candidate"]
    assert figures("bob_officer")["registered"] == 0


def test_a_list_says_when_the_window_closes_there(told, listed):
    (row,) = [row for row in listed("ann_officer", show="unregistered").rows if row["name"] == "ann_candidate"]
    assert (row["closes_on"], row["days_left"]) == (date(2025, 3, 31), None)
    with told.runtime.database.read() as session:
        page = funnel.listed(
            session, told.actor("ann_officer"), Ask(filters={"show": "unregistered"}), YEAR, date(2025, 3, 27)
        )
    assert {row["days_left"] for row in page.rows} == {4}


def test_statements_do_not_grow_with_the_rows(told, listed, heard):
    with heard() as few:
        listed("ann_officer", show="registered")
    told.office.register(*range(401, 431), year=YEAR)
    with heard() as many:
        listed("ann_officer", Ask(filters={"show": "registered"}, size=100))
    assert few == many != []
