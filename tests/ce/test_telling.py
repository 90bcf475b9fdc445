"""Hours that somebody posts or takes back are told to the holder at once, each line once, while it is news."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from examprep.ce import actions
from examprep.plumbing.texts import render_text
from examprep.reminders.models import OutboxRow


def told(runtime):
    with runtime.database.read() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.template == "ce-posted").order_by(OutboxRow.id)))


@pytest.fixture
def line(runtime, world, holders):
    entry = actions.Entry(1, 90, "professional", "督导", date(2026, 3, 20), "结业证")
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_officer")
        person, now, today = world.people["ann_candidate"], runtime.clock.now(), runtime.clock.today()
        return actions.record_by_hand(session, actor, person, entry, now=now, today=today)


def test_a_line_by_hand_is_told_and_its_taking_back_too(runtime, world, line):
    with runtime.database.write() as session:
        officer = world.people["ann_officer"]
        actions.reverse(session, line, reason="重复", posted_by=officer, now=runtime.clock.now())
    assert [(row.person_id, row.context["minutes"]) for row in told(runtime)] == [
        (world.people["ann_candidate"], 90),
        (world.people["ann_candidate"], -90),
    ]


def test_what_the_system_brings_by_itself_is_not_told(runtime, holders):
    assert told(runtime) == []


def test_it_is_news_for_a_week_and_until_it_is_taken_back(runtime, world, line):
    context = {"line_id": line, "posted_on": date(2026, 4, 1)}
    person = world.people["ann_candidate"]
    with runtime.database.read() as session:
        assert actions.still_posted(session, person, context, date(2026, 4, 7))
        assert not actions.still_posted(session, person, context, date(2026, 4, 1) + timedelta(days=7))
    with runtime.database.write() as session:
        actions.reverse(session, line, reason="重复", posted_by=None, now=runtime.clock.now())
    with runtime.database.read() as session:
        assert not actions.still_posted(session, person, context, date(2026, 4, 1))


@pytest.mark.parametrize(("minutes", "said"), [(90, "2 credit hours were recorded"), (-90, "taken back")])
def test_the_words(app, minutes, said):
    with app.app_context():
        subject, body = render_text(
            "ce-posted", "en", person_name="张三", base_url="https://x.example", activity="督导", minutes=minutes,
            earned_on=date(2026, 3, 20), reason="重复",
        )  # fmt: skip
    assert said in subject
    assert "督导" in body
