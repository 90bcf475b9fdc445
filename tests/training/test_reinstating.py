"""A cancellation taken back: what fell out with it takes place again, unless its hours are taken meanwhile."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.plumbing.texts import render_text
from examprep.reminders.models import OutboxRow
from examprep.training import actions, enrolling, overview, reinstating
from examprep.training.models import SessionRow
from examprep.training.rules.schedule import slot
from tests.training.conftest import EVENING, NEXT_EVENING

AT_THAT_TIME = slot(date(2026, 4, 17), time(20), time(22), "四楼")


@pytest.fixture
def class_id(season):
    return season.class_(capacity=1)


@pytest.fixture
def who(season, class_id):
    found = season.learners(2)
    for each in found:
        season.do(enrolling.enrol, each, class_id)
    return found


def states(season, class_id):
    query = select(SessionRow.state).where(SessionRow.class_id == class_id).order_by(SessionRow.starts_at)
    return season.ask(lambda s: list(s.scalars(query)))


def card(season, class_id):
    trainer = season.actor("ann_trainer")
    return season.ask(lambda s: overview.class_card(s, trainer, class_id, now=season.clock.now()))


def mails(season):
    return season.ask(lambda s: [row.context for row in s.scalars(select(OutboxRow).order_by(OutboxRow.id))])


def test_a_class_takes_place_with_what_fell_out_with_it(season, class_id, who):
    trainer, (first, _) = season.actor("ann_trainer"), season.sessions(class_id)
    season.do(actions.cancel_session, trainer, first, reason="停电")
    season.go_to(season.clock.now(), timedelta(hours=1))
    season.do(actions.cancel_class, trainer, class_id, reason="人数不足")
    assert season.do(reinstating.reinstate_class, trainer, class_id) == 1
    assert states(season, class_id) == ["cancelled", "planned"]  # the first fell out by itself
    assert [season.seat(class_id, each) for each in who] == ["enrolled", "waiting"]
    assert (card(season, class_id).state, card(season, class_id).reason) == ("open", None)
    assert [(each["cancelled"], each["again"]) for each in mails(season)][-2:] == [(True, False), (False, True)]
    assert mails(season)[-1]["starts_at"] == NEXT_EVENING.starts_at.isoformat()
    season.do(reinstating.reinstate_session, trainer, first)
    assert states(season, class_id) == ["planned", "planned"]
    for act, of in ((reinstating.reinstate_class, class_id), (reinstating.reinstate_session, first)):
        with pytest.raises(RuleViolation, match=r"training\.not-cancelled"):
            season.do(act, trainer, of)


def test_nobody_is_in_it_then_it_is_planned_only(season, class_id):
    trainer = season.actor("ann_trainer")
    season.do(actions.cancel_class, trainer, class_id, reason="人数不足")
    with pytest.raises(RuleViolation, match=r"training\.cancelled"):
        season.do(reinstating.reinstate_session, trainer, season.sessions(class_id)[0])
    season.do(reinstating.reinstate_class, trainer, class_id)
    assert card(season, class_id).state == "planned"


def test_hours_that_are_taken_meanwhile_stay_taken(season, class_id, who, second_trainer):
    trainer = season.actor("ann_trainer")
    season.do(actions.cancel_class, trainer, class_id, reason="人数不足")
    season.class_(name="占用", slots=(EVENING,))
    with pytest.raises(Conflict, match=r"training\.trainer-busy"):
        season.do(reinstating.reinstate_class, trainer, class_id)
    season.do(actions.cancel_session, trainer, season.sessions(class_id + 1)[0], reason="让出")
    other = season.class_(name="另一", slots=(AT_THAT_TIME,), trainer_id=second_trainer)
    season.do(enrolling.enrol, who[0], other)
    with pytest.raises(Conflict, match=r"training\.learners-busy"):
        season.do(reinstating.reinstate_class, trainer, class_id)
    assert states(season, class_id) == ["cancelled", "cancelled"]
    season.do(reinstating.reinstate_class, trainer, class_id, release=True)
    assert [season.seat(class_id, each) for each in who] == ["left", "enrolled"]


def test_its_name_may_be_taken(season, class_id):
    trainer = season.actor("ann_trainer")
    season.do(actions.cancel_class, trainer, class_id, reason="重做")
    there = card(season, class_id)
    again = actions.ClassEntry(
        there.course_id, there.name, trainer.person_id, 9, "on-site", there.opens_on, there.closes_on
    )
    season.do(actions.plan_class, trainer, again, ())
    with pytest.raises(Conflict, match=r"training\.class-name"):
        season.do(reinstating.reinstate_class, trainer, class_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_pages(season, class_id, who, second_trainer, sign_in, client):
    trainer, session_id = sign_in("ann_trainer"), season.sessions(class_id)[0]
    at = {f"/training/sessions/{session_id}": "停电", f"/training/all/{class_id}": "人数不足"}
    for page, why in at.items():
        assert trainer.post(f"{page}/reinstate").status_code == 422  # is not cancelled
        assert trainer.post(f"{page}/cancel", data={"reason": why}).status_code == 303
        assert f'action="{page}/reinstate"' in trainer.get(page).text
        assert sign_in("bob_trainer").post(f"{page}/reinstate").status_code == 404
        assert sign_in("ann_candidate").post(f"{page}/reinstate").status_code == 403
        assert client.post(f"{page}/reinstate").status_code == 303
        assert trainer.post(f"{page}/reinstate").status_code == 303
        assert why not in trainer.get(page).text
    trainer.post(f"{page}/cancel", data={"reason": "停课"})
    season.do(enrolling.enrol, who[0], season.class_(name="另一", slots=(AT_THAT_TIME,), trainer_id=second_trainer))
    refused = trainer.post(f"{page}/reinstate")
    assert refused.status_code == 422
    assert 'name="release"' in refused.text
    assert trainer.post(f"{page}/reinstate", data={"release": "1"}).status_code == 303


def test_another_county_takes_nothing_back(season, class_id):
    season.do(actions.cancel_class, season.actor("ann_trainer"), class_id, reason="人数不足")
    with pytest.raises(NotFound):
        season.do(reinstating.reinstate_class, season.actor("bob_trainer"), class_id)


@pytest.mark.parametrize(("language", "words"), [("zh", "照常"), ("en", "after all")])
def test_the_words(app, language, words):
    with app.app_context():
        told = render_text(
            "class-changed", language, person_name="学员", base_url="https://sw.example.org", title="晚班", reason="",
            place="四楼", link="", cancelled=False, again=True, class_id=1, before_at=EVENING.starts_at,
            starts_at=EVENING.starts_at, ends_at=EVENING.ends_at,
        )  # fmt: skip
    assert all(words in part and "晚班" in part for part in told)
    assert "四楼" in told[1]
