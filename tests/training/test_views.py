"""Pages as their owner, as somebody of another county, in the wrong role, signed out; and the whole road of a class."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from examprep.syllabus.loading import load_data
from examprep.training import actions, enrolling, overview
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, SessionRow
from tests.training.conftest import EVENING

CLASS = {
    "name": "考前冲刺班",
    "capacity": "2",
    "mode": "on-site",
    "opens_on": "2026-04-01",
    "last_day": "2026-04-09",
    "exam_year": "",
    "usual_place": "三楼会议室",
}


def rows(*typed):
    """The fields of sessions typed one by one: (day, from, to[, place])."""
    names = ("day", "start", "end", "place")
    return {
        f"sessions-{n}-{name}": value for n, row in enumerate(typed) for name, value in zip(names, row, strict=False)
    }


@pytest.fixture
def course_id(season, runtime):
    trainer = season.actor("ann_trainer")
    return season.do(actions.add_course, trainer, actions.CourseEntry("社会工作实务", "exam", "professional"))


def typed(world, course_id, *slots, **changes):
    return {
        **CLASS,
        "course_id": str(course_id),
        "trainer_id": str(world.people["ann_trainer"]),
        **rows(*slots),
        **changes,
    }


@pytest.fixture
def class_id(season):
    return season.class_(name="周五晚班")


TRAINER_PAGES = (
    "/training/all/{class_id}",
    "/training/all/{class_id}/edit",
    "/training/all/{class_id}/cancel",
    "/training/all/{class_id}/sessions/new",
    "/training/sessions/{session_id}",
    "/training/sessions/{session_id}/edit",
    "/training/sessions/{session_id}/cancel",
    "/training/sessions/{session_id}/reopen",
    "/training/sessions/{session_id}/roster",
)


@pytest.mark.parametrize("page", TRAINER_PAGES)
def test_who_sees_a_trainers_page(season, sign_in, client, class_id, page):
    address = page.format(class_id=class_id, session_id=season.sessions(class_id)[0])
    found = {name: sign_in(name).get(address).status_code for name in ("ann_trainer", "ann_officer", "bob_trainer")}
    assert found == {"ann_trainer": 200, "ann_officer": 200, "bob_trainer": 404}
    assert sign_in("ann_candidate").get(address).status_code == 403
    assert sign_in("ann_administrator").get(address).status_code == 403
    assert client.get(address).status_code == 303


@pytest.mark.parametrize("act", ["", "/close", "/reopen", "/cancel", "/edit"])
def test_another_county_changes_no_session(season, sign_in, class_id, act):
    session_id = season.sessions(class_id)[0]
    typed = {"reason": "x", "day": "2026-04-11", "start": "19:00", "end": "20:00", "place": "B"}
    answer = sign_in("bob_trainer").post(f"/training/sessions/{session_id}{act}", data=typed)
    assert answer.status_code == 404
    row = season.ask(lambda s: s.get(SessionRow, session_id))
    assert (row.state, row.starts_at) == ("planned", EVENING.starts_at)


def test_who_sees_a_class_to_join(season, sign_in, client, class_id):
    address = f"/training/classes/{class_id}"
    assert "周五晚班" in sign_in("ann_candidate").get(address).text
    assert sign_in("bob_candidate").get(address).status_code == 404
    assert sign_in("bob_candidate").post(f"{address}/enrol").status_code == 404
    assert sign_in("ann_trainer").get(address).status_code == 403
    assert client.get(address).status_code == 303


def test_a_class_being_planned_is_not_there_for_candidates(season, sign_in):
    class_id = season.class_(state="planned")
    assert sign_in("ann_candidate").get(f"/training/classes/{class_id}").status_code == 404
    assert "周五晚班" not in sign_in("ann_candidate").get("/training/classes").text


def test_lists_stay_within_the_county(season, sign_in, class_id):
    assert "周五晚班" in sign_in("ann_trainer").get("/training/all").text
    assert "周五晚班" not in sign_in("bob_trainer").get("/training/all").text
    assert "周五晚班" in sign_in("ann_candidate").get("/training/classes").text
    assert "周五晚班" not in sign_in("bob_candidate").get("/training/classes").text


def test_a_class_above_the_candidates_is_within_reach(season, sign_in, world):
    class_id = season.class_()
    with season.database.write() as session:
        session.get_one(ClassRow, class_id).organisation_id = world.organisations["prefecture"]
    assert sign_in("bob_candidate").get(f"/training/classes/{class_id}").status_code == 200


@pytest.mark.parametrize("address", ["/training/all", "/training/all/courses"])
def test_a_list_searches_filters_sorts_and_exports(season, sign_in, class_id, address):
    client = sign_in("ann_trainer")
    assert "continuing" in client.get(f"{address}?q=continuing&sort=-name&kind=continuing").text
    assert "continuing ann_trainer" not in client.get(f"{address}?kind=exam").text
    exported = client.get(f"{address}?export=csv").data.decode("utf-8-sig")
    assert "continuing ann_trainer" in exported
    assert client.get(f"{address}?export=xlsx").data[:2] == b"PK"


def test_the_class_s_practice_is_shown_to_its_trainer_alone(season, sign_in, class_id):
    with season.database.write() as session:
        load_data(session, season.clock.today())
    learner = season.learners(1)[0]
    season.do(enrolling.enrol, learner, class_id)
    address = f"/training/all/{class_id}/progress"
    trainer = sign_in("ann_trainer")
    page = trainer.get(address).text
    assert learner.name in page
    assert learner.name in trainer.get(f"{address}?export=csv&subject=sw-law-policy").data.decode("utf-8-sig")
    assert trainer.get(f"{address}?subject=nothing").status_code == 404
    assert sign_in("bob_trainer").get(address).status_code == 404
    assert sign_in("ann_candidate").get(address).status_code == 403


def test_a_first_visit_says_what_to_do(sign_in):
    client = sign_in("ann_trainer")
    assert "/training/all/courses/new" in client.get("/training/").text
    assert "/training/all/courses/new" in client.get("/training/all/new").text


def test_a_course_is_made_and_changed(season, sign_in):
    client = sign_in("ann_trainer")
    course = {"name": "社会工作实务", "kind": "exam", "category": "professional", "level": "", "subject_code": ""}
    answer = client.post("/training/all/courses/new", data=course)
    assert answer.status_code == 303
    again = client.post("/training/all/courses/new", data=course)
    assert (again.status_code, "note-wrong" in again.text) == (422, True)
    row = season.ask(lambda s: s.scalar(select(CourseRow)))
    assert client.post(f"/training/all/courses/{row.id}", data={**course, "name": "实务(初级)"}).status_code == 303
    assert season.ask(lambda s: s.scalar(select(CourseRow.name))) == "实务(初级)"
    assert sign_in("bob_trainer").get(f"/training/all/courses/{row.id}").status_code == 404


def test_a_class_with_typed_and_weekly_sessions_in_one_form(season, sign_in, world, course_id):
    weekly = {
        "weekly-weekdays": ["1", "3"],
        "weekly-first": "2026-04-14",
        "weekly-start": "19:00",
        "weekly-end": "21:00",
        "weekly-times": "4",
    }
    form = typed(world, course_id, ("2026-04-11", "09:00", "12:00"), ("2026-04-12", "23:00", "01:00", "夜校"), **weekly)
    answer = sign_in("ann_trainer").post("/training/all/new", data=form)
    assert answer.status_code == 303
    sessions = season.ask(lambda s: s.scalars(select(SessionRow).order_by(SessionRow.starts_at)).all())
    assert [row.place for row in sessions] == ["三楼会议室", "夜校"] + ["三楼会议室"] * 4
    assert [row.starts_at.astimezone().date() for row in sessions][2:] == [
        date(2026, 4, 14),
        date(2026, 4, 16),
        date(2026, 4, 21),
        date(2026, 4, 23),
    ]
    assert sign_in("ann_trainer").get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"capacity": "0"}, id="no-seats"),
        pytest.param({"capacity": "many"}, id="seats-not-a-number"),
        pytest.param({"name": ""}, id="no-name"),
        pytest.param({"last_day": "2026-03-01"}, id="closes-before-it-opens"),
        pytest.param({"last_day": "9999-12-31"}, id="year-mistyped"),
        pytest.param({"sessions-0-end": ""}, id="half-a-session"),
        pytest.param({"sessions-0-end": "18:00"}, id="end-before-start"),
        pytest.param({"sessions-0-link": "javascript:alert(1)"}, id="link-that-is-none"),
        pytest.param({"sessions-0-day": "0001-01-01"}, id="before-all-calendars"),
        pytest.param({"usual_place": ""}, id="no-place"),
        pytest.param({"weekly-first": "2026-04-14"}, id="half-a-repeat"),
        pytest.param({"trainer_id": "999999"}, id="nobody-as-trainer"),
        pytest.param({"mode": "by-post"}, id="unknown-mode"),
    ],
)
def test_what_was_typed_wrong_is_said_and_all_that_was_typed_is_kept(season, sign_in, world, course_id, wrong):
    form = typed(world, course_id, ("2026-04-11", "19:00", "21:00"), **wrong)
    answer = sign_in("ann_trainer").post("/training/all/new", data=form)
    assert answer.status_code == 422
    assert "note-wrong" in answer.text
    if "sessions-0-day" not in wrong:
        assert 'value="2026-04-11"' in answer.text
    assert season.ask(lambda s: s.scalar(select(ClassRow.id))) is None


def test_more_rows_keeps_what_was_typed_and_saves_nothing(season, sign_in, world, course_id):
    form = typed(world, course_id, ("2026-04-11", "19:00", "21:00"), more="1", name="")
    answer = sign_in("ann_trainer").post("/training/all/new", data=form)
    assert answer.status_code == 200
    assert 'value="2026-04-11"' in answer.text
    assert len(re.findall(r'name="sessions-\d+-day"', answer.text)) == 8
    assert season.ask(lambda s: s.scalar(select(ClassRow.id))) is None


def test_the_trainers_road_from_enrolment_to_hours(season, sign_in, world, class_id):
    candidate, trainer = sign_in("ann_candidate"), sign_in("ann_trainer")
    session_id = season.sessions(class_id)[0]
    assert candidate.post(f"/training/classes/{class_id}/enrol").status_code == 303
    person = str(world.people["ann_candidate"])
    season.go_to(EVENING.starts_at)
    assert "ann_candidate" in trainer.get("/training/").text
    page = f"/training/sessions/{session_id}"
    assert trainer.post(page, data={"shown": [person], "all": "1"}).status_code == 303
    assert trainer.post(f"{page}/close").status_code == 422
    season.go_to(EVENING.ends_at)
    assert [trainer.post(f"{page}/close").status_code for _ in range(2)] == [303, 303]
    assert "checked" not in trainer.get(page).text
    assert trainer.post(page, data={"shown": [person], "before": [person]}).status_code == 422
    ledger = season.ask(lambda s: s.get(SessionRow, session_id))
    assert (ledger.state, ledger.closings) == ("closed", 1)
    assert trainer.post(f"{page}/reopen", data={"reason": ""}).status_code == 422
    assert trainer.post(f"{page}/reopen", data={"reason": "登记有误"}).status_code == 303
    assert trainer.post(page, data={"shown": [person], "before": [person]}).status_code == 303
    assert 'class="badge' in trainer.get(page).text


def test_the_candidates_road(season, sign_in, world):
    class_id = season.class_(capacity=1)
    candidate = sign_in("ann_candidate")
    (other,) = season.learners(1)
    season.do(enrolling.enrol, other, class_id)
    address = f"/training/classes/{class_id}"
    assert "/enrol" in candidate.get(address).text
    candidate.post(f"{address}/enrol")
    assert "/leave" in candidate.get(address).text
    season.do(enrolling.leave, other, class_id)
    mine = season.ask(lambda s: overview.my_classes(s, season.actor("ann_candidate"), now=season.clock.now()))
    assert [(each.seat, each.following.starts_at) for each in mine] == [("enrolled", EVENING.starts_at)]
    assert candidate.post(f"{address}/leave").status_code == 303
    assert candidate.post(f"{address}/leave").status_code == 404
    assert season.ask(lambda s: s.scalars(select(EnrolmentRow.state)).all()) == ["left", "left"]


def test_too_late_is_said_on_the_page(season, sign_in, class_id):
    season.go_to(EVENING.starts_at)
    answer = sign_in("ann_candidate").post(f"/training/classes/{class_id}/enrol")
    assert answer.status_code == 422
    assert "周五晚班" in answer.text


def test_a_cancelled_class_says_why_to_those_with_a_seat(season, sign_in, class_id):
    candidate = sign_in("ann_candidate")
    candidate.post(f"/training/classes/{class_id}/enrol")
    assert (
        sign_in("ann_trainer").post(f"/training/all/{class_id}/cancel", data={"reason": "人数不足"}).status_code == 303
    )
    assert "人数不足" in candidate.get(f"/training/classes/{class_id}").text
    assert "人数不足" in sign_in("ann_trainer").get(f"/training/all/{class_id}").text


def test_a_session_is_moved(season, sign_in, class_id):
    session_id = season.sessions(class_id)[0]
    form = {"day": "2026-04-11", "start": "23:00", "end": "00:30", "place": "二楼", "link": ""}
    assert sign_in("ann_trainer").post(f"/training/sessions/{session_id}/edit", data=form).status_code == 303
    row = season.ask(lambda s: s.get(SessionRow, session_id))
    assert (row.place, (row.ends_at - row.starts_at).seconds) == ("二楼", 5400)
    overlapping = {**form, "day": "2026-04-17", "start": "20:00", "end": "22:00"}
    assert sign_in("ann_trainer").post(f"/training/sessions/{session_id}/edit", data=overlapping).status_code == 422


def test_further_sessions_and_more_seats(season, sign_in, class_id, world):
    client = sign_in("ann_trainer")
    assert 'value="三楼会议室"' in client.get(f"/training/all/{class_id}/sessions/new").text
    form = {"usual_place": "三楼会议室", **rows(("2026-05-08", "19:00", "21:00"))}
    assert client.post(f"/training/all/{class_id}/sessions/new", data=form).status_code == 303
    assert client.post(f"/training/all/{class_id}/sessions/new", data={"usual_place": "x"}).status_code == 422
    assert len(season.sessions(class_id)) == 3
    card = season.ask(lambda s: overview.class_card(s, season.actor("ann_trainer"), class_id, now=season.clock.now()))
    changed = {
        "course_id": str(card.course_id),
        "name": "周五班",
        "trainer_id": str(card.trainer_id),
        "capacity": "50",
        "mode": "on-site",
        "opens_on": "2026-04-01",
        "last_day": "2026-04-09",
        "state": "closed",
    }
    assert client.post(f"/training/all/{class_id}/edit", data=changed).status_code == 303
    card = season.ask(lambda s: overview.class_card(s, season.actor("ann_trainer"), class_id, now=season.clock.now()))
    assert (card.name, card.capacity, card.state, card.closes_on) == ("周五班", 50, "closed", date(2026, 4, 10))
