"""The campaign's pages: one tap, the lists, the round, the plan, the helper; and who may not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.campaign.models import ProfileRow, StatementRow
from examprep.reminders.models import OutboxRow
from tests.campaign.conftest import YEAR

SAY = {"year": "2026", "says": "will", "level": "SW"}


def said(campaign):
    with campaign.runtime.database.read() as session:
        rows = session.scalars(select(StatementRow).order_by(StatementRow.id))
        return [(row.says, row.level, row.subjects, row.by_id == row.person_id) for row in rows]


def test_one_tap_on_the_home(campaign, sign_in, runtime):
    runtime.clock.advance(timedelta(days=-12))  # the window is open
    candidate = sign_in("ann_candidate")
    assert "今年报考吗" in candidate.get("/practice/").text
    answer = candidate.post("/campaign/mine/say", data={**SAY, "back": "home"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert said(campaign) == [("will", "SW", None, True)]
    assert "今年报考吗" not in candidate.get("/practice/").text


def test_a_change_is_a_further_line(campaign, sign_in):
    candidate = sign_in("ann_candidate")
    for more in ({}, {}, {"subject": ["sw-practice", "asw-practice"]}, {"says": "wont", "level": ""}):
        assert candidate.post("/campaign/mine/say", data={**SAY, **more}).status_code == 303
    assert [line[:3] for line in said(campaign)] == [
        ("will", "SW", None),
        ("will", "SW", ["sw-practice"]),
        ("wont", None, None),
    ]
    page = candidate.get("/campaign/mine?year=2026").text
    assert page.count("打算报名") == 3  # the button and twice in the log


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"year": "2031"}, id="unknown-exam"),
        pytest.param({"year": "2024"}, id="past-exam"),
        pytest.param({"year": "x"}, id="no-year"),
        pytest.param({"says": "hm"}, id="says"),
        pytest.param({"level": ""}, id="no-level"),
        pytest.param({"level": "XX"}, id="level"),
    ],
)
def test_what_cannot_be_said_is_refused(campaign, sign_in, wrong):
    assert sign_in("ann_candidate").post("/campaign/mine/say", data={**SAY, **wrong}).status_code == 422
    assert said(campaign) == []


def test_the_lists_and_a_round(told, sign_in, runtime):
    trainer = sign_in("ann_trainer")
    page = trainer.get(f"/campaign/?year={YEAR}").text
    assert f"year={YEAR}&amp;show=unregistered" in page or f"show=unregistered&amp;year={YEAR}" in page
    for by in ("unit", "class", "region"):
        assert trainer.get(f"/campaign/?year={YEAR}&by={by}").status_code == 200
    path = f"year={YEAR}&show=unregistered"
    assert "ann_candidate" in trainer.get(f"/campaign/list?{path}").text
    assert "ann_candidate" in trainer.get(f"/campaign/list?{path}&export=csv").text
    shown = trainer.get(f"/campaign/remind?{path}").text
    mark = shown.partition('name="mark" value="')[2].partition('"')[0]
    assert trainer.post(f"/campaign/remind?{path}", data={"mark": "0" * 32}).status_code == 409
    answer = trainer.post(f"/campaign/remind?{path}", data={"mark": mark, "note": "请尽快"})
    assert answer.status_code == 303
    assert "reminded=1" in answer.headers["Location"]
    with runtime.database.read() as session:
        assert session.scalars(select(OutboxRow.person_id)).all() == [told.world.people["ann_candidate"]]
    assert trainer.post(f"/campaign/remind?{path}", data={"mark": mark}).status_code == 422  # written to today


def test_a_word_by_telephone_is_written_down(campaign, sign_in, world):
    trainer = sign_in("ann_trainer")
    person = world.people["ann_candidate"]
    assert trainer.post(f"/campaign/persons/{person}/say", data=SAY).status_code == 303
    assert said(campaign) == [("will", "SW", None, False)]
    assert "ann_trainer" in trainer.get(f"/campaign/persons/{person}?year=2026").text


def test_who_may_not(campaign, sign_in, client, world):
    person = world.people["ann_candidate"]
    other = sign_in("bob_trainer")
    assert other.get(f"/campaign/persons/{person}").status_code == 404
    assert other.post(f"/campaign/persons/{person}/say", data=SAY).status_code == 404
    candidate = sign_in("ann_candidate")
    for path in ("/campaign/", "/campaign/list", "/campaign/remind", f"/campaign/persons/{person}", "/campaign/plan"):
        assert candidate.get(path).status_code == 403, path
        assert client.get(path).status_code == 303, path
    assert sign_in("ann_officer").post("/campaign/mine/say", data=SAY).status_code == 403
    assert said(campaign) == []


def test_a_forged_word_is_refused(app, campaign, sign_in):
    candidate = sign_in("ann_candidate")
    app.config["WTF_CSRF_ENABLED"] = True
    assert candidate.post("/campaign/mine/say", data=SAY).status_code == 400
    app.config["WTF_CSRF_ENABLED"] = False
    assert said(campaign) == []


def test_the_plan(campaign, sign_in):
    admin = sign_in("ann_administrator")
    assert "7, 3, 1" in admin.get("/campaign/plan").text
    path = "/campaign/plan/registration-closes"
    assert admin.post(path, data={"days": "10, 2", "active": "y"}).status_code == 303
    assert "10, 2" in admin.get("/campaign/plan").text
    assert admin.post(path, data={"days": "soon"}).status_code == 422
    assert admin.get("/campaign/plan/nothing").status_code == 404
    assert sign_in("ann_officer").get(path).status_code == 403


def test_mails_are_chosen(campaign, sign_in):
    candidate = sign_in("ann_candidate")
    assert candidate.get("/reminders/mine").text.count("checked") >= 3
    assert candidate.post("/reminders/mine", data={"kind": ["campaign-date", "ce-short"]}).status_code == 303
    page = candidate.get("/reminders/mine").text
    assert page.count(" checked") == 1


HELPER = {
    "exam_year": "2026",
    "degrees-0-level": "bachelor",
    "degrees-0-gained": "2015-07",
    "employments-0-first": "2023-06",
}


def test_the_helper_works_signed_out(campaign, client):
    assert client.get("/campaign/eligibility").status_code == 200
    page = client.post("/campaign/eligibility", data=HELPER).text
    assert "可以报考" in page
    assert "2028" in page
    assert "仅供参考" in page


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"employments-0-first": "June"}, id="no-month"),
        pytest.param({"degrees-0-gained": ""}, id="no-diploma"),
        pytest.param({"employments-0-last": "2020-01"}, id="ends-before-it-began"),
        pytest.param({"degrees-0-began": "2016-09"}, id="studied-backwards"),
        pytest.param({"exam_year": "1999"}, id="year"),
        pytest.param({"region": "999999"}, id="region"),
        pytest.param({"degrees-0-level": "guru"}, id="degree"),
    ],
)
def test_the_helper_says_what_is_wrong(campaign, client, wrong):
    answer = client.post("/campaign/eligibility", data={**HELPER, **wrong})
    assert answer.status_code == 422
    assert "可以报考" not in answer.text


def test_answers_are_kept_only_when_asked_and_forgotten(campaign, sign_in, client, runtime):
    def kept():
        with runtime.database.read() as session:
            return session.scalars(select(ProfileRow.person_id)).all()

    client.post("/campaign/eligibility", data={**HELPER, "keep": "1"})  # signed out: nothing to keep it by
    candidate = sign_in("ann_candidate")
    candidate.post("/campaign/eligibility", data=HELPER)
    assert kept() == []
    candidate.post("/campaign/eligibility", data={**HELPER, "keep": "1"})
    assert kept() == [campaign.world.people["ann_candidate"]]
    page = candidate.get("/campaign/eligibility").text
    assert "2023-06" in page
    assert "可以报考" in page
    assert "2023-06" not in sign_in("bob_candidate").get("/campaign/eligibility").text
    assert candidate.post("/campaign/eligibility/forget").status_code == 303
    assert kept() == []
