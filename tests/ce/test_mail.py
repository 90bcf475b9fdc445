"""From a shortfall to a mail that a real SMTP server takes: the chain of reminding, without a browser."""

from datetime import UTC, datetime

from sqlalchemy import select

from examprep.ce.jobs import remind
from examprep.plumbing.jobs import JobTurn
from examprep.reminders.models import OutboxRow
from tests.reminders.conftest import app, mailbox, mailing, turn  # noqa: F401 -- fixtures are found by their names


def test_who_is_still_short_gets_one_mail_and_who_mended_it_none(runtime, clock, world, holders, turn, mailbox):  # noqa: F811
    clock.instant = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    assert remind(JobTurn(runtime, clock.now(), clock.now())) >= 2
    holders.post("ann_candidate", 70, on=clock.today())
    assert turn() == 1
    assert turn() == 0
    assert mailbox.recipients == ["bob_candidate@example.org"]
    assert "90" in mailbox.mails[0]["Subject"]
    assert "bob_candidate" in mailbox.mails[0].get_content()
    with runtime.database.read() as session:
        states = dict(session.execute(select(OutboxRow.person_id, OutboxRow.state)).all())
    assert states == {world.people["ann_candidate"]: "dropped", world.people["bob_candidate"]: "sent"}
