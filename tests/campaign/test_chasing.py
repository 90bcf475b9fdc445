"""Reminding a list: exactly those shown, once a day, within bounds, and asked again before it leaves."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from examprep.campaign import chasing
from examprep.campaign.models import RoundRow
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.models import AuditEventRow, PersonRow
from examprep.plumbing.listing import Ask
from examprep.reminders.actions import choose_mails
from examprep.reminders.models import OutboxRow
from tests.campaign.conftest import SAID_AT, YEAR

TODAY = date(2025, 3, 20)


@pytest.fixture
def chase(told):
    class Chase:
        def shown(self, who="ann_officer", show="unregistered", words=""):
            with told.runtime.database.read() as session:
                ask = Ask(words=words, filters={"show": show})
                return chasing.preview(session, told.actor(who), ask, YEAR, today=TODAY)

        def send(self, who="ann_officer", show="unregistered", words="", *, mark=None, day=TODAY):
            mark = mark or self.shown(who, show, words).mark
            with told.runtime.database.write() as session:
                ask = Ask(words=words, filters={"show": show})
                return chasing.send(session, told.actor(who), ask, YEAR, mark=mark, note="加油", today=day, now=SAID_AT)

        def outbox(self):
            with told.runtime.database.read() as session:
                rows = session.scalars(select(OutboxRow).where(OutboxRow.template == chasing.TEMPLATE))
                return {row.person_id: row.context for row in rows}

        def due(self, person_id):
            with told.runtime.database.read() as session:
                return chasing.still_listed(session, person_id, self.outbox()[person_id], TODAY)

    with told.runtime.database.write() as session:
        session.execute(update(PersonRow).where(PersonRow.email.is_(None)).values(email="someone@example.org"))
    return Chase()


def test_exactly_the_listed_are_written_to(told, chase):
    ann, kept = told.world.people["ann_candidate"], told.office.person_id(302)
    assert sorted(chase.shown().to_write) == sorted([ann, kept])
    assert chase.send() == 2
    assert set(chase.outbox()) == {ann, kept}
    assert chase.outbox()[ann] == {"year": YEAR, "show": "unregistered", "note": "加油", "sent_by": "ann_officer"}
    with told.runtime.database.read() as session:
        round_ = session.scalars(select(RoundRow)).one()
        acts = session.scalars(select(AuditEventRow.act).where(AuditEventRow.act == "campaign.chased")).all()
    assert (round_.listed, round_.queued, round_.show, len(acts)) == (2, 2, "unregistered", 1)


def test_words_narrow_the_round(told, chase):
    assert chase.send(words="考生") == 1
    assert set(chase.outbox()) == {told.office.person_id(302)}


def test_once_a_day_whoever_sends_and_from_whichever_list(told, chase):
    assert chase.send() == 2
    assert chase.shown().written_today == 2
    with pytest.raises(RuleViolation):
        chase.send("ann_trainer")
    # 302 stands on this list too, 301 only here.
    assert chase.shown(show="returners").to_write == [told.office.person_id(301)]
    assert chase.send(show="returners") == 1
    assert chase.send(day=TODAY + timedelta(days=1)) == 2


def test_a_list_that_changed_is_not_sent(told, chase):
    mark = chase.shown().mark
    told.say("ann_candidate", "registered")
    with pytest.raises(Conflict):
        chase.send(mark=mark)
    assert chase.outbox() == {}


def test_a_trainer_of_another_county_reaches_nobody_here(chase):
    assert chase.shown("bob_trainer").listed == 0
    with pytest.raises(RuleViolation):
        chase.send("bob_trainer")


@pytest.mark.parametrize("show", ["", "registered", "everything"])
def test_only_a_chasing_list_is_chased(chase, show):
    with pytest.raises(RuleViolation):
        chase.shown(show=show)


def test_who_has_no_address_or_wants_none_is_counted_apart(told, chase):
    kept = told.office.person_id(302)
    ann = told.actor("ann_candidate")
    with told.runtime.database.write() as session:
        session.execute(update(PersonRow).where(PersonRow.id == kept).values(email=None))
        choose_mails(session, ann, optional=[chasing.TEMPLATE], wanted=[])
    found = chase.shown()
    assert (found.listed, list(found.to_write), found.without_mail, found.switched_off) == (2, [], 1, 1)


def test_who_registered_meanwhile_is_not_written_to(told, chase):
    chase.send()
    ann = told.world.people["ann_candidate"]
    assert chase.due(ann)
    told.say("ann_candidate", "registered")
    assert not chase.due(ann)
