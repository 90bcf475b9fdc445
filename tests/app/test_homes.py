"""Homes answer what to do now: cards of several subjects on one page, each within the actor's bounds."""

from datetime import date, timedelta

import pytest

from examprep.ce import counting
from examprep.ce.cards import own_hours, short_holders
from examprep.ce.shipped import load_requirements
from examprep.imports import engine
from examprep.imports.models import ImportBatchRow
from examprep.practice.models import DayRow
from examprep.register.actions import add_certificate
from examprep.register.cards import lapsed, renewable
from examprep.syllabus.loading import load_data
from examprep.training import enrolling, tutoring
from tests.training.conftest import Season

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def certified(runtime, world):
    """Both candidates are holders, ann's registration lapsed, bob's to be renewed now; nobody has an hour."""
    with runtime.database.write() as session:
        load_requirements(session, runtime.clock.today())
        for number, (name, registered_on) in enumerate(
            (("ann_candidate", date(2022, 5, 1)), ("bob_candidate", date(2023, 5, 1)))
        ):
            add_certificate(
                session,
                None,
                person_id=world.people[name],
                level="SW",
                number=f"N{number}",
                qualified_year=2021,
                issued_on=date(2022, 1, 10),
                registered_on=registered_on,
                now=runtime.clock.now(),
            )
        counting.recount(session, list(world.people.values()), today=runtime.clock.today())


def count(found):
    return found["count"] if found else 0


def test_an_officers_cards_count_within_bounds(runtime, database, world, certified, app):
    now = runtime.clock.now()
    counted = {}
    with database.read() as session, app.test_request_context():
        for name in ("ann_officer", "bob_officer", "province_officer"):
            actor = world.actor(session, name)
            counted[name] = [count(card(session, actor, now)) for card in (short_holders, lapsed, renewable)]
    assert counted == {"ann_officer": [1, 1, 0], "bob_officer": [1, 0, 1], "province_officer": [2, 1, 1]}


@SQLITE
def test_an_officer_sees_what_is_to_be_done_and_where(sign_in, certified):
    page = sign_in("ann_officer").get("/bureau/").text
    assert 'href="/ce/standing?state=ce-short&amp;year=2026"' in page
    assert 'href="/register/holders?state=registration-lapsed"' in page
    assert "registration-renewable" not in page


@SQLITE
def test_nothing_to_do_is_said(runtime, sign_in):
    with runtime.database.write() as session:
        load_requirements(session, runtime.clock.today())
    assert "没有逾期事项" in sign_in("ann_officer").get("/bureau/").text


def test_a_file_with_problems_is_stuck_until_a_right_one_came(runtime, database, world, app):
    def stuck(name):
        with database.read() as session:
            importers = app.extensions["examprep.importers"]
            return engine.stuck(session, importers, world.actor(session, name), since=now - timedelta(days=30))

    def send(**more):
        values = {
            "importer": "exam-results",
            "filename": "成绩.xlsx",
            "sha256": "0" * 64,
            "content": b"",
            "options": {},
            "state": "checked",
            "rows": 3,
            "problems": 2,
            "organisation_id": world.organisations["ann_county"],
            "actor_id": world.people["ann_officer"],
            "created_at": now,
        }
        with database.write() as session:
            session.add(ImportBatchRow(**{**values, **more}))

    now = runtime.clock.now()
    send(created_at=now - timedelta(days=31))
    assert stuck("ann_officer") == {}
    send()
    assert stuck("ann_officer") == {"exam-results": 1}
    assert stuck("bob_officer") == {}
    assert stuck("ann_candidate") == {}
    send(state="applied", problems=0)
    assert stuck("ann_officer") == {}


@SQLITE
def test_a_candidates_home_shows_class_and_hours(runtime, world, sign_in, certified, app, database):
    season = Season(runtime, world)
    class_id = season.class_(name="学时补课班")
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    with database.write() as session:
        load_data(session, runtime.clock.today())
    page = sign_in("ann_candidate").get("/practice/").text
    assert f'href="/training/classes/{class_id}"' in page
    assert "年学时" in page.replace(" ", "")
    assert 'class="ring"' in page
    with database.read() as session, app.test_request_context():
        assert own_hours(session, world.actor(session, "ann_officer"), runtime.clock.now()) is None


def test_who_needs_tutoring(runtime, database, world):
    season = Season(runtime, world)
    class_id = season.class_(kind="exam", exam_year=2026, name="考前班")
    learners = season.learners(4)
    for learner in learners:
        season.do(enrolling.enrol, learner, class_id)
    weak, good, idle, few = (learner.person_id for learner in learners)
    today = runtime.clock.today()
    with database.write() as session:
        for person, answered, rights, days in (
            (weak, 20, 11, 14),
            (good, 20, 12, 0),
            (idle, 50, 0, 15),
            (few, 19, 0, 1),
        ):
            session.add(
                DayRow(
                    person_id=person,
                    answered_on=today - timedelta(days=days),
                    answered=answered,
                    rights=rights,
                    took_ms=0,
                )
            )
    with database.read() as session:
        found = tutoring.concerns(session, world.actor(session, "ann_trainer"), today=today)
        stranger = tutoring.concerns(session, world.actor(session, "bob_trainer"), today=today)
    assert [each.person_id for each in found.shown] == [weak, idle]
    assert stranger.total == 0


@SQLITE
def test_a_trainers_home_names_them(runtime, world, sign_in):
    season = Season(runtime, world)
    class_id = season.class_(kind="exam", exam_year=2026, name="考前班")
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    page = sign_in("ann_trainer").get("/training/").text
    assert f'href="/people/{world.people["ann_candidate"]}"' in page
    assert "14 天没有练习" in page
