"""Coverage and targets: counted on a day, within bounds, each figure with the rows behind it."""

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select

from examprep.app.schema import load_data
from examprep.bureau import coverage, stating
from examprep.bureau.models import StatementRow
from examprep.bureau.rules.statements import COMMUNITIES, RESIDENTS, TARGET_HOURS, TARGET_PASSED, TOWNS
from examprep.bureau.statement_importer import HEADS, StatementImporter
from examprep.exams.models import TallyRow
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.models import AuditEventRow, PersonRow
from examprep.plumbing.listing import Ask, csv_bytes
from examprep.register.actions import add_certificate

TODAY = date(2026, 4, 1)


@pytest.fixture
def county(runtime, world):
    """ann's county: two streets, one with a station and two communities; a holder since 2023 lives in one of them."""
    with runtime.database.write() as session:
        load_data(session, TODAY)

        def place(name, kind, above):
            world.organisations[name] = people.add_organisation(
                session, name=name, kind=kind, region_code="520526", parent_id=world.organisations[above]
            ).id

        place("street", "street", "ann_county")
        place("bare_street", "street", "ann_county")
        place("station", "station", "street")
        place("community", "community", "street")
        place("bare_community", "community", "street")
        session.get_one(PersonRow, world.people["ann_candidate"]).organisation_id = world.organisations["community"]
        for name, issued_on in (("ann_candidate", date(2023, 10, 9)), ("ann_trainer", date(2025, 10, 9))):
            add_certificate(
                session, None, person_id=world.people[name], level="ASW", number=name, qualified_year=issued_on.year,
                issued_on=issued_on, now=runtime.clock.now(),
            )  # fmt: skip
        session.get_one(PersonRow, world.people["ann_trainer"]).in_post = False


@pytest.fixture
def state(runtime, world):
    def go(kind, value, day="2025-12-31", unit="ann_county", who="ann_officer", precision="exact") -> int:
        with runtime.database.write() as session:
            return stating.state(
                session, world.actor(session, who), unit=world.organisations[unit], kind=kind,
                holds_from=date.fromisoformat(day), value=value, precision=precision, source="公报",
                now=runtime.clock.now(), today=TODAY,
            )  # fmt: skip

    return go


@pytest.fixture
def covered(runtime, world, county):
    def go(unit="ann_county", day=TODAY, who="ann_officer"):
        with runtime.database.read() as session:
            return coverage.coverage(session, world.actor(session, who), world.organisations[unit], day)

    return go


def test_the_figures_of_a_county(covered, state):
    state(RESIDENTS, 5_000, precision="about")
    own, *below = covered()
    assert (own.holders, own.per_ten_thousand, own.residents.precision) == (2, 4.0, "about")
    assert (own.in_post.part, own.in_post.base) == (1, 2)
    assert (own.certified.part, own.certified.base) == (1, 3)
    assert (own.communities.part, own.communities.base) == (1, 2)
    assert (own.towns.part, own.towns.base, own.stations) == (1, 2, 1)
    street = next(each for each in below if each.name == "street")
    assert (street.holders, street.communities.base, street.stations) == (1, 2, 1)
    assert street.per_ten_thousand is None


def test_as_of_an_earlier_day(covered, state):
    state(RESIDENTS, 1_000, "2020-11-01")
    state(RESIDENTS, 5_000)
    assert (covered(day=date(2025, 10, 8))[0].holders, covered(day=date(2023, 10, 8))[0].holders) == (1, 0)
    assert covered(day=date(2025, 10, 8))[0].per_ten_thousand == 10.0
    assert covered(day=date(2023, 10, 8))[0].communities.part == 0


def test_stated_communities_and_towns_stand_in_for_those_that_are_not_on_file(covered, state):
    state(COMMUNITIES, 5)
    state(TOWNS, 4, unit="bob_county", who="bob_officer")
    assert (covered()[0].communities.part, covered()[0].communities.base) == (1, 5)
    bob = covered("bob_county", who="bob_officer")[0]
    assert (bob.towns, bob.stations_for_towns, bob.communities) == (None, 0.0, None)


def test_nobody_sees_another_bureaus(covered):
    with pytest.raises(NotFound):
        covered("bob_county")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "happiness", "value": 1}, "bureau.kind"),
        ({"kind": RESIDENTS, "value": -1}, "bureau.figure"),
        ({"kind": RESIDENTS, "value": 2_000_000_001}, "bureau.figure"),
        ({"kind": RESIDENTS, "value": 1, "day": "2026-04-02"}, "bureau.future"),
        ({"kind": TARGET_HOURS, "value": 101}, "bureau.share"),
    ],
)
def test_what_cannot_be(state, change, code):
    with pytest.raises(RuleViolation) as refused:
        state(**change)
    assert refused.value.code == code


def test_whose_units_one_may_state_of(state):
    with pytest.raises(NotFound):
        state(RESIDENTS, 5, unit="bob_county")
    with pytest.raises(NotFound):
        state(RESIDENTS, 5, unit="prefecture")


def test_a_figure_taken_back_leaves_its_rows(runtime, world, covered, state):
    state(RESIDENTS, 1_000, "2024-12-31")
    wrong = state(RESIDENTS, 9)
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        with pytest.raises(NotFound):
            stating.take_back(session, world.actor(session, "bob_officer"), wrong, now=runtime.clock.now())
        stating.take_back(session, officer, wrong, now=runtime.clock.now())
        with pytest.raises(RuleViolation):
            stating.take_back(session, officer, wrong, now=runtime.clock.now())
        assert stating.history(session, officer, Ask()).total == 3
        acts = session.scalars(select(AuditEventRow.act).where(AuditEventRow.act.like("bureau.%"))).all()
    assert sorted(acts) == ["bureau.figure-stated", "bureau.figure-stated", "bureau.figure-taken-back"]
    assert covered()[0].residents.value == 1_000


def test_plans_beside_what_was_reached(runtime, world, county, state):
    with runtime.database.write() as session:
        session.execute(
            insert(TallyRow).values(
                year=2025, organisation_id=world.organisations["community"], region_code="520526", level="ASW",
                again=False, trained=False, registered=40, approved=40, sat=30, passed=12,
            )
        )  # fmt: skip
    state(TARGET_PASSED, 10, "2025-05-05")
    state(TARGET_HOURS, 90, "2025-05-05")
    with runtime.database.read() as session:
        officer = world.actor(session, "ann_officer")
        passed, hours = coverage.plans(session, officer, world.organisations["ann_county"], 2025, today=TODAY)
        assert coverage.plans(session, officer, world.organisations["ann_county"], 2026, today=TODAY) == []
    assert (passed.target.value, passed.actual, passed.done) == (10, 12, 120.0)
    assert (hours.actual, hours.base, hours.done) == (None, None, None)  # nobody owes hours of the year yet


def test_a_file_is_checked_applied_and_taken_back(runtime, world, covered, state):
    state(RESIDENTS, 1_000, "2024-12-31")
    importer, now = StatementImporter(), runtime.clock.now()
    good = [
        ["ann 县社会工作部", "常住人口", "2024-12-31", "1,200", "约", "公报"],
        ["ann 县社会工作部", "通过任务", "2026", "80", "", "工作计划"],
    ]
    bad = [
        ["bob 县社会工作部", "常住人口", "2024-12-31", "5", "", ""],
        ["ann 县社会工作部", "幸福", "2024-12-31", "5", "", ""],
        ["ann 县社会工作部", "常住人口", "明天", "5", "", ""],
        ["ann 县社会工作部", "常住人口", "2024-02-30", "5", "", ""],
        ["ann 县社会工作部", "常住人口", "2024-12-31", "1.52E+17", "", ""],
        ["ann 县社会工作部", "常住人口", "2024-12-31", "5", "大概", ""],
        ["ann 县社会工作部", "学时达标率任务", "2026", "120", "", ""],
    ]
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        plan = importer.plan(session, officer, Upload("a.csv", csv_bytes(HEADS, good + bad)), now=now)
        assert [problem.row for problem in plan.problems] == [4, 5, 6, 7, 8, 9, 10]
        upload = Upload("a.csv", csv_bytes(HEADS, good))
        plan = importer.plan(session, officer, upload, now=now)
        assert engine.import_now(session, runtime.vault, importer, officer, upload, plan, now=now) == 2
    assert covered()[0].residents.value == 1_200
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        number = session.scalar(select(func.max(StatementRow.batch_id)))
        assert importer.undo(session, officer, number, now=now) == 2
        assert importer.undo(session, officer, number, now=now) == 0
    assert covered()[0].residents.value == 1_000


def test_every_figure_opens_its_rows(sign_in, world, county, state):
    state(RESIDENTS, 5_000)
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en"})
    page = officer.get(f"/bureau/coverage?unit={world.organisations['ann_county']}").text
    opened = {}
    for address, label in re.findall(r'figure-label"><a href="([^"]*)">([^<]*)</a>', page):
        answer = officer.get(html.unescape(address))
        assert answer.status_code == 200, address
        found = re.search(r'<span class="count">[\d,]+–[\d,]+ of ([\d,]+)</span>', answer.text)
        opened[label] = found and found[1]
    assert opened == {
        "Certificate holders": "2",
        "Holders per 10,000 residents": "1",
        "In post, of the holders": "2",
        "Certified, of those in post": "3",
        "Communities with a holder": "2",
        "Stations": "1",
    }


def test_the_pages(sign_in, world, county, runtime):
    officer = sign_in("ann_officer")
    unit = world.organisations["ann_county"]
    form = {"unit": unit, "kind": "target-passed", "holds_from": "2026-05-01", "value": "90", "precision": "exact"}
    assert officer.post("/bureau/figures/new", data=form).status_code == 422  # without a source
    assert officer.post("/bureau/figures/new", data=form | {"source": "计划"}).status_code == 303
    assert "90" in officer.get(f"/bureau/targets?unit={unit}&year=2026").text
    number = 1
    with runtime.database.read() as session:
        number = session.scalar(select(StatementRow.id))
    assert sign_in("bob_officer").post(f"/bureau/figures/{number}/take-back").status_code == 404
    assert officer.post(f"/bureau/figures/{number}/take-back").status_code == 303
    assert sign_in("ann_trainer").get("/bureau/coverage").status_code == 403
    for query in ("?unit=x", "?unit=99999999999", "?as_of=2021-02-30", "?year=-1", "?kind=%00", "?as_of=9999-12-31"):
        for address in ("coverage", "coverage/places", "targets", "figures"):
            assert officer.get(f"/bureau/{address}{query}").status_code in {200, 404}, (address, query)
    assert officer.get(f"/bureau/coverage?unit={world.organisations['bob_county']}").status_code == 404
    assert officer.get(f"/bureau/coverage?unit={unit}&export=xlsx").status_code == 200


def test_a_day_to_come_is_today(sign_in, county, runtime):
    later = (runtime.clock.today() + timedelta(days=30)).isoformat()
    assert sign_in("ann_officer").get(f"/bureau/coverage?as_of={later}").status_code == 200
