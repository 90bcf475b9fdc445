"""What waits is sent once, to a real SMTP server; errors are told apart; nothing is lost."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from examprep.people.models import PersonRow
from examprep.reminders import sending
from examprep.reminders.actions import queue
from examprep.reminders.models import OutboxRow


@pytest.fixture
def put(runtime, world):
    """Queue a reminder to the candidate of Ann's county (or somebody else)."""

    def go(key="k", who="ann_candidate", **more):
        more = {"template": "short", "context": {"minutes": 450}, **more}
        with runtime.database.write() as session:
            return queue(session, key=key, person_id=world.people[who], now=runtime.clock.now(), **more)

    return go


def rows(runtime):
    with runtime.database.read() as session:
        return session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()


def only(runtime):
    (row,) = rows(runtime)
    return row


def test_the_chinese_mail_arrives(runtime, put, turn, mailbox):
    put("ce.short.1")
    assert turn() == 1
    (mail,) = mailbox.mails
    assert mail["Subject"] == "继续教育还差 10 学时"
    assert mail.get_content().strip() == "ann_candidate，您好。"
    assert mail["To"] == "ann_candidate@example.org"
    assert mail["From"].addresses[0].display_name == "社工"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == runtime.clock.now()
    assert mail["Message-ID"].endswith("@example.org>")
    row = only(runtime)
    assert (row.state, row.subject, row.tries) == ("sent", "继续教育还差 10 学时", 1)
    assert row.settled_at == runtime.clock.now()


def test_words_are_in_the_recipients_language_and_know_the_installation(runtime, put, turn, mailbox, world):
    with runtime.database.write() as session:
        session.execute(update(PersonRow).where(PersonRow.name == "ann_candidate").values(language="en"))
    put(template="test", context={"asked_at": runtime.clock.now()})
    assert turn() == 1
    assert mailbox.mails[0]["Subject"] == "Test mail of Social work authority"
    assert "You asked for it on 1 Apr 2026, 01:30" in mailbox.mails[0].get_content()


def test_the_message_id_is_the_keys_at_every_try(runtime, put, turn, mailbox, clock):
    put("a")
    put("b")
    turn()
    with runtime.database.write() as session:
        session.execute(update(OutboxRow).values(state="claimed", claimed_at=clock.now(), claimed_by="dead"))
    clock.advance(timedelta(minutes=16))
    assert turn() == 2
    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2


def test_ten_turns_at_once_send_each_mail_once(runtime, put, turn, mailbox):
    for n in range(120):
        put(f"k{n}", context={"minutes": 45 * n})
    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(lambda _: turn(), range(10))) == 120
    assert len(mailbox.mails) == 120
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 120
    assert {row.state for row in rows(runtime)} == {"sent"}


def test_not_before_its_time(runtime, put, turn, clock):
    put(not_before=clock.now() + timedelta(hours=1))
    assert turn() == 0
    clock.advance(timedelta(hours=1))
    assert turn() == 1


class TestConditions:
    def test_no_longer_due_is_dropped_with_its_reason(self, app, runtime, put, turn, mailbox, world):
        asked = []

        def due(session, person_id, context, today):
            asked.append((person_id, context, today))
            return False

        app.extensions["examprep.still_due"]["test.short"] = due
        put(condition="test.short", context={"year_on": date(2026, 1, 1)})
        assert turn() == 0
        assert mailbox.mails == []
        assert (only(runtime).state, only(runtime).error) == ("dropped", sending.NO_LONGER_DUE)
        # The office is already in April.
        assert asked == [(world.people["ann_candidate"], {"year_on": date(2026, 1, 1)}, date(2026, 4, 1))]

    def test_still_due_is_sent(self, app, put, turn):
        app.extensions["examprep.still_due"]["test.short"] = lambda *_: True
        put(condition="test.short")
        assert turn() == 1

    def test_a_faulty_one_holds_up_nobody_else(self, app, runtime, put, turn, mailbox, caplog):
        put("a", condition="nobody.answers")
        put("b", template="missing")
        put("c")
        assert turn() == 1
        assert [row.state for row in rows(runtime)] == ["queued", "queued", "sent"]
        assert "UnknownConditionError: nobody.answers" in rows(runtime)[0].error
        assert "TemplateNotFound" in rows(runtime)[1].error


class TestErrors:
    def test_a_refused_address_fails_for_good(self, runtime, put, turn, mailbox):
        mailbox.answers["ann_candidate@example.org"] = "550 no such mailbox"
        put("a")
        put("b", who="bob_candidate")
        assert turn() == 1
        failed, sent = rows(runtime)
        assert (failed.state, failed.error, sent.state) == ("failed", "550 no such mailbox", "sent")

    def test_a_passing_error_is_tried_five_times_with_growing_pauses(self, runtime, put, turn, mailbox, clock):
        mailbox.data_answers = ["451 busy"] * 9
        put()
        pauses = []
        while only(runtime).state == "queued":
            turn()
            pauses.append((only(runtime).not_before - clock.now()).total_seconds() / 60)
            clock.instant = max(clock.now(), only(runtime).not_before)
        assert pauses[:4] == [1, 5, 30, 120]
        assert (only(runtime).state, only(runtime).tries, only(runtime).error) == ("failed", 5, "451 busy")

    def test_a_passing_error_that_passed(self, runtime, put, turn, mailbox, clock):
        mailbox.data_answers = ["451 busy"]
        put()
        assert turn() == 0
        assert turn() == 0, "it waits a minute"
        clock.advance(timedelta(minutes=1))
        assert turn() == 1
        assert (only(runtime).state, only(runtime).tries, only(runtime).error) == ("sent", 2, None)

    def test_a_relay_that_says_goodbye_is_asked_again_for_the_next(self, runtime, put, turn, mailbox):
        mailbox.data_answers = ["421 going down"]
        put("a")
        put("b")
        assert turn() == 1
        assert [row.state for row in rows(runtime)] == ["queued", "sent"]

    @pytest.mark.parametrize("address", [None, "", "nobody", "a@b\r\nBcc: c@d", "<a@b>"])
    def test_an_address_that_is_none(self, runtime, put, turn, mailbox, address):
        with runtime.database.write() as session:
            session.execute(update(PersonRow).where(PersonRow.name == "ann_candidate").values(email=address))
        put()
        assert turn() == 0
        assert only(runtime).state == "failed"
        assert mailbox.mails == []

    def test_a_relay_that_is_down_costs_no_try(self, runtime, mailing, put, turn, caplog):
        put("a")
        put("b")
        away = mailing.settings.with_(smtp_port=9)
        assert turn(type(mailing)(away, mailing.database, mailing.clock, mailing.vault)) == 0
        assert [(row.state, row.tries) for row in rows(runtime)] == [("queued", 0)] * 2
        assert "127.0.0.1:9" in rows(runtime)[0].error
        assert turn() == 2

    def test_without_a_relay_everything_stays_queued(self, runtime, put, turn):
        put()
        assert turn(runtime) == 0
        assert only(runtime).state == "queued"


class TestClaims:
    def test_a_dead_workers_claim_is_taken_over_after_fifteen_minutes(self, runtime, put, turn, clock):
        put()
        with runtime.database.write() as session:
            assert sending.claim(session, "email", by="dead", limit=9, now=clock.now())
        clock.advance(timedelta(minutes=15))
        assert turn() == 0
        clock.advance(timedelta(seconds=1))
        assert turn() == 1

    def test_a_late_settlement_does_not_overwrite_anothers(self, runtime, put, turn, clock):
        put()
        with runtime.database.write() as session:
            (slept,) = sending.claim(session, "email", by="slept", limit=9, now=clock.now())
        clock.advance(timedelta(minutes=16))
        with runtime.database.write() as session:
            sending.requeue_abandoned(session, now=clock.now())
            (other,) = sending.claim(session, "email", by="other", limit=9, now=clock.now())
        with runtime.database.write() as session:
            sending.settle_failed(session, slept, "late", permanent=True, now=clock.now())
        assert (only(runtime).state, only(runtime).claimed_by) == ("claimed", "other")
        with runtime.database.write() as session:
            sending.settle_sent(session, other, subject="s", now=clock.now())
            sending.settle_failed(session, slept, "later", permanent=True, now=clock.now())
        assert only(runtime).state == "sent"

    def test_a_stopped_worker_gives_back_what_it_did_not_come_to(self, runtime, put, turn, mailbox, caplog):
        caplog.set_level(logging.ERROR)
        for n in range(3):
            put(f"k{n}")
        assert turn(stopping=lambda: len(mailbox.mails) == 1) == 1
        assert [row.state for row in rows(runtime)] == ["sent", "queued", "queued"]
        assert [row.claimed_by for row in rows(runtime)[1:]] == [None, None]
