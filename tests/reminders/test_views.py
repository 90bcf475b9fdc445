"""The outbox's pages: administrators see their own people's reminders, nobody else sees any."""

import pytest
from sqlalchemy import select, update

from examprep.people.models import AuditEventRow
from examprep.reminders.actions import queue
from examprep.reminders.models import OutboxRow


@pytest.fixture
def ids(runtime, world):
    """One reminder to the candidate of each county."""
    found = {}
    with runtime.database.write() as session:
        for who in ("ann", "bob"):
            person = world.people[f"{who}_candidate"]
            queue(
                session,
                key=f"ce.short.{who}",
                person_id=person,
                template="short",
                context={"minutes": 450},
                now=runtime.clock.now(),
            )
            found[who] = session.scalar(select(OutboxRow.id).where(OutboxRow.person_id == person))
    return found


def settle(runtime, reminder_id, **values):
    with runtime.database.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == reminder_id).values(**values))


def state(runtime, reminder_id):
    with runtime.database.read() as session:
        return session.get(OutboxRow, reminder_id)


def test_an_administrator_sees_their_own_people(sign_in, ids):
    page = sign_in("ann_administrator").get("/reminders/outbox").text
    assert "ann_candidate" in page
    assert "bob_candidate" not in page


@pytest.mark.parametrize("path", ["/reminders/outbox", "/reminders/outbox/{}"])
@pytest.mark.parametrize("who", ["ann_candidate", "ann_trainer", "ann_officer"])
def test_other_roles_may_not(sign_in, ids, path, who):
    assert sign_in(who).get(path.format(ids["ann"])).status_code == 403


def test_another_countys_administrator_finds_nothing(sign_in, runtime, ids):
    client = sign_in("bob_administrator")
    settle(runtime, ids["ann"], state="failed")
    assert client.get(f"/reminders/outbox/{ids['ann']}").status_code == 404
    assert client.post(f"/reminders/outbox/{ids['ann']}/retry").status_code == 404
    assert state(runtime, ids["ann"]).state == "failed"


def test_signed_out(client, ids):
    for path in ("/reminders/outbox", f"/reminders/outbox/{ids['ann']}"):
        assert client.get(path).status_code == 303


def test_a_preview_reads_as_the_mail_will(sign_in, ids):
    page = sign_in("ann_administrator").get(f"/reminders/outbox/{ids['ann']}").text
    assert "继续教育还差 10 学时" in page
    assert "ann_candidate，您好。" in page
    assert "ce.short.ann" in page


def test_broken_words_are_said_to_be_broken(sign_in, runtime, ids):
    settle(runtime, ids["ann"], template="missing")
    answer = sign_in("ann_administrator").get(f"/reminders/outbox/{ids['ann']}")
    assert answer.status_code == 200
    assert "ce.short.ann" in answer.text


def test_states_are_filtered_searched_and_exported(sign_in, runtime, world, ids):
    client = sign_in("ann_administrator")
    settle(runtime, ids["ann"], state="failed", error="550 no such mailbox")
    assert "550 no such mailbox" in client.get("/reminders/outbox?state=failed").text
    assert "550 no such mailbox" not in client.get("/reminders/outbox?state=sent").text
    assert "550 no such mailbox" in client.get("/reminders/outbox?state=nonsense&sort=-queued_at").text
    assert "550 no such mailbox" not in client.get("/reminders/outbox?q=nobody").text
    assert "ann_candidate" in client.get("/reminders/outbox?q=CE.SHORT").text
    rows = client.get("/reminders/outbox?export=csv&state=failed").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "550 no such mailbox" in rows[1]


def test_a_failed_one_is_tried_again_once_and_audited(sign_in, runtime, ids, turn, mailbox):
    client = sign_in("ann_administrator")
    settle(runtime, ids["ann"], state="failed", tries=5, error="451 busy", settled_at=runtime.clock.now())
    assert "/retry" in client.get(f"/reminders/outbox/{ids['ann']}").text
    assert client.post(f"/reminders/outbox/{ids['ann']}/retry").status_code == 303
    assert client.post(f"/reminders/outbox/{ids['ann']}/retry").status_code == 409
    assert (state(runtime, ids["ann"]).state, state(runtime, ids["ann"]).tries) == ("queued", 0)
    with runtime.database.read() as session:
        event = session.scalars(select(AuditEventRow).where(AuditEventRow.act == "reminders.retried")).one()
    assert event.before == {"tries": 5, "error": "451 busy"}
    turn()
    assert state(runtime, ids["ann"]).state == "sent"
    assert "/retry" not in client.get(f"/reminders/outbox/{ids['ann']}").text


def test_only_a_failed_one_is_tried_again(sign_in, ids):
    assert sign_in("ann_administrator").post(f"/reminders/outbox/{ids['ann']}/retry").status_code == 409


def test_a_test_mail_goes_to_whoever_asks_and_once_a_minute(sign_in, turn, mailbox, world):
    client = sign_in("ann_administrator")
    for _ in range(2):
        assert client.post("/reminders/outbox/test").status_code == 303
    assert turn() == 1
    assert mailbox.recipients == ["ann_administrator@example.org"]


def test_a_forged_retry_is_refused(app, sign_in, runtime, ids):
    client = sign_in("ann_administrator")
    settle(runtime, ids["ann"], state="failed")
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"/reminders/outbox/{ids['ann']}/retry").status_code == 400
    assert state(runtime, ids["ann"]).state == "failed"


class TestWithoutARelay:
    @pytest.fixture
    def app(self, runtime):
        from examprep.app.factory import create_app

        app = create_app(runtime)
        app.testing = True
        return app

    def test_the_page_says_plainly_that_nothing_is_sent(self, sign_in, ids):
        assert "EXAMPREP_SMTP_HOST" in sign_in("ann_administrator").get("/reminders/outbox").text


def test_with_a_relay_it_does_not(sign_in, ids):
    assert "EXAMPREP_SMTP_HOST" not in sign_in("ann_administrator").get("/reminders/outbox").text
