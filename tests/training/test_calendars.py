"""A season in a calendar program: four libraries read the same sessions out of it, and it changes when they do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import recurring_ical_events
import vobject
from dateutil.rrule import rrulestr
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import select, update

from examprep.kernel.errors import NotFound
from examprep.people.actor import Actor
from examprep.people.models import AccountRow
from examprep.training import actions, calendar_text, calendars, enrolling
from examprep.training.models import SessionRow
from examprep.training.rules.recurrence import Series
from examprep.training.rules.schedule import slot
from tests.training.conftest import EVENING

FROM, TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
# Tuesdays and Thursdays from 21 April: 5 May falls into the break of Labour Day.
RULE = Series(frozenset({1, 3}), date(2026, 4, 21), time(19), time(21), 6, True, "三楼会议室", "https://example.org/a")


@dataclass(frozen=True)
class Seated:
    """A learner, the class, and the ids of the series' sessions as they were planned."""

    who: Actor
    class_id: int
    series: list[int]


@pytest.fixture
def learner(season):
    """Somebody with a seat in a class of a series and single sessions, one of each moved and one cancelled."""
    class_id = season.class_(
        slots=(
            EVENING,
            slot(date(2026, 4, 11), time(23), time(1), "夜校"),
            slot(date(2026, 4, 12), time(9), time(11), "四楼"),
        )
    )
    trainer, (who,) = season.actor("ann_trainer"), season.learners(1)
    season.do(actions.add_sessions, trainer, class_id, [], series=RULE)
    season.do(enrolling.enrol, who, class_id)
    single, series = season.sessions(class_id)[:3], season.sessions(class_id)[3:]
    season.clock.advance(timedelta(hours=1))
    season.do(actions.cancel_session, trainer, single[2], reason="停电；改天, 另行通知\n谢谢")
    season.do(actions.change_session, trainer, series[0], slot(date(2026, 4, 22), time(18), time(20), "五楼"))
    season.do(actions.cancel_session, trainer, series[2], reason="停电")
    return Seated(who, class_id, series)


@pytest.fixture
def text(season, runtime, app, learner):
    """``text()`` makes an address and reads it; ``text.again()`` reads it again."""

    def go(alarm=60, class_id=None):
        with season.database.write() as session:
            calendars.open_feed(
                session, runtime.vault, learner.who, class_id=class_id, alarm_minutes=alarm, now=season.clock.now()
            )
        return read()

    def read():
        with app.test_request_context(), season.database.read() as session:
            key = calendars.feeds(session, runtime.vault, learner.who)[0].key
            return calendar_text.text_of(session, runtime.vault, key, base_url="https://sw.example.org")

    go.again = read
    return go


def sessions(season, class_id):
    """What every reader must find: (begins, ends) of those that take place."""
    with season.database.read() as session:
        rows = session.scalars(select(SessionRow).where(SessionRow.class_id == class_id))
        return sorted((row.starts_at, row.ends_at) for row in rows if row.state != "cancelled")


def by_recurring_ical_events(text):
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(FROM, TO)
    return [(event["DTSTART"].dt, event["DTEND"].dt) for event in found if event.get("STATUS") != "CANCELLED"]


def by_ical(text):
    calendar = IcsCalendarStream.calendar_from_ics(text.decode())
    return [(event.dtstart, event.dtend) for event in calendar.timeline if event.status != "CANCELLED"]


def expanded(events):
    """From (uid, start, end, status, rule or None, exceptions, instead of) by python-dateutil."""
    overridden = {(uid, instead) for uid, *_, instead in events if instead}
    found = []
    for uid, start, end, status, rule, exceptions, _ in events:
        if rule is None:
            if status != "CANCELLED":
                found.append((start, end))
            continue
        for begins in rrulestr(rule, dtstart=start):
            if begins not in exceptions and (uid, begins) not in overridden:
                found.append((begins, begins + (end - start)))
    return found


def by_icalendar(text):
    events = []
    for event in icalendar.Calendar.from_ical(text).walk("VEVENT"):
        rule = event.get("RRULE")
        instead = event.get("RECURRENCE-ID")
        out = event.get("EXDATE")
        events.append(
            (
                str(event["UID"]),
                event["DTSTART"].dt,
                event["DTEND"].dt,
                event.get("STATUS"),
                rule.to_ical().decode() if rule else None,
                {each.dt for each in out.dts} if out else set(),
                instead.dt if instead else None,
            )
        )
    return expanded(events)


def by_vobject(text):
    events = []
    for event in vobject.readOne(text.decode()).vevent_list:
        instead = getattr(event, "recurrence_id", None)
        out = event.contents.get("exdate", [])
        events.append(
            (
                event.uid.value,
                event.dtstart.value,
                event.dtend.value,
                event.status.value,
                event.rrule.value if "rrule" in event.contents else None,
                {day for line in out for day in line.value},
                instead.value if instead else None,
            )
        )
    return expanded(events)


READERS = [by_recurring_ical_events, by_ical, by_icalendar, by_vobject]


@pytest.mark.parametrize("read", READERS)
def test_each_library_finds_the_sessions_that_take_place(season, learner, text, read):
    found = sorted((begins.astimezone(UTC), ends.astimezone(UTC)) for begins, ends in read(text()))
    assert found == sessions(season, learner.class_id)
    assert len(found) == 3 - 1 + 6 - 1


@pytest.fixture
def nightly(season, learner):
    """A series of the learner's class from 22:30 to half past midnight, one of them moved and one cancelled."""
    before = set(season.sessions(learner.class_id))
    rule = Series(frozenset({4, 5}), date(2026, 6, 12), time(22, 30), time(0, 30), 5, True, "三楼会议室")
    trainer = season.actor("ann_trainer")
    season.do(actions.add_sessions, trainer, learner.class_id, [], series=rule)
    made = [each for each in season.sessions(learner.class_id) if each not in before]
    season.do(actions.change_session, trainer, made[1], slot(date(2026, 6, 14), time(0, 15), time(1, 45), "四楼"))
    season.do(actions.cancel_session, trainer, made[2], reason="停电")
    return made


@pytest.mark.parametrize("read", READERS)
def test_a_season_over_midnight_is_told_as_it_is(season, learner, nightly, text, read):
    found = sorted((begins.astimezone(UTC), ends.astimezone(UTC)) for begins, ends in read(text()))
    assert found == sessions(season, learner.class_id)
    assert len(found) == 3 - 1 + 6 - 1 + 5 - 1


def test_what_replaces_a_session_over_midnight_names_the_evening_it_stands_for(nightly, text):
    events = icalendar.Calendar.from_ical(text()).walk("VEVENT")
    master = next(each for each in events if "RRULE" in each and each["DTSTART"].dt.hour == 22)
    instead = [each for each in events if each["UID"] == master["UID"] and "RECURRENCE-ID" in each]
    # 19 and 20 June lie in the break of the Dragon Boat Festival.
    assert [each.dt.date() for each in master["EXDATE"].dts] == [date(2026, 6, 19), date(2026, 6, 20)]
    assert master["DTEND"].dt - master["DTSTART"].dt == timedelta(hours=2)
    assert {each["RECURRENCE-ID"].dt.strftime("%m-%d %H:%M"): each["STATUS"] for each in instead} == {
        "06-13 22:30": "CONFIRMED",
        "06-26 22:30": "CANCELLED",
    }


def test_skipped_days_are_exceptions_and_cancelled_ones_are_kept(text):
    events = icalendar.Calendar.from_ical(text()).walk("VEVENT")
    master = next(event for event in events if "RRULE" in event)
    assert [each.dt.date() for each in master["EXDATE"].dts] == [date(2026, 5, 5)]
    cancelled = [event for event in events if event["STATUS"] == "CANCELLED"]
    assert sorted("RECURRENCE-ID" in event for event in cancelled) == [False, True]
    assert all(event["SUMMARY"].startswith("[已取消] ") for event in cancelled)
    assert not any(event.walk("VALARM") for event in cancelled)
    assert "停电；改天, 另行通知\n谢谢" in next(str(e["DESCRIPTION"]) for e in cancelled if "RECURRENCE-ID" not in e)


def test_ids_stay_and_sequences_rise(season, learner, text):
    def told(calendar):
        return {
            (str(e["UID"]), str(e.get("RECURRENCE-ID") and e["RECURRENCE-ID"].dt)): e["SEQUENCE"]
            for e in icalendar.Calendar.from_ical(calendar).walk("VEVENT")
        }

    before = told(text())
    trainer = season.actor("ann_trainer")
    season.do(actions.change_session, trainer, learner.series[0], slot(date(2026, 4, 23), time(14), time(16), "五楼"))
    after = told(text.again())
    assert before.keys() == after.keys()
    changed = {key for key in before if after[key] != before[key]}
    assert len(changed) == 2  # the moved session, and the series it belongs to
    assert all(after[key] == before[key] + 1 for key in changed)


def test_lines_are_folded_and_ended_as_the_standard_asks(text):
    lines = text().split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert b"TZID:Asia/Shanghai" in lines


@pytest.mark.parametrize(("alarm", "count"), [(0, 0), (60, 3 - 1 + 2)])
def test_alarms_as_chosen(text, alarm, count):
    # Two single sessions, the series and its moved session take place.
    calendar = icalendar.Calendar.from_ical(text(alarm=alarm))
    assert len(calendar.walk("VALARM")) == count


class TestAddress:
    def get(self, client, key, **headers):
        return client.get(f"/training/calendar/{key}.ics", headers=headers)

    def key(self, season, runtime, who):
        with season.database.read() as session:
            return calendars.feeds(session, runtime.vault, who)[0].key

    def test_it_changes_only_when_something_did(self, season, runtime, client, learner, text):
        text()
        key = self.key(season, runtime, learner.who)
        first = self.get(client, key)
        assert (first.status_code, first.mimetype) == (200, "text/calendar")
        season.clock.advance(timedelta(days=40))
        assert self.get(client, key, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
        season.clock.advance(-timedelta(days=40))
        trainer = season.actor("ann_trainer")
        season.do(actions.cancel_session, trainer, learner.series[3], reason="雪")
        again = self.get(client, key, **{"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 200
        assert again.headers["ETag"] != first.headers["ETag"]

    def test_revoked_or_renewed_it_answers_nobody(self, season, runtime, client, learner, text):
        text()
        old = self.key(season, runtime, learner.who)
        text()
        assert self.get(client, old).status_code == 404
        new = self.key(season, runtime, learner.who)
        with season.database.read() as session:
            feed_id = calendars.feeds(session, runtime.vault, learner.who)[0].id
        season.do(calendars.revoke_feed, learner.who, feed_id)
        assert self.get(client, new).status_code == 404

    @pytest.mark.parametrize("key", ["x", "a" * 32, "a" * 3000, "%00", "..", "汉字"])
    def test_a_guess_finds_nothing(self, client, world, key):
        assert self.get(client, key).status_code == 404

    def test_the_key_is_not_in_the_database(self, season, runtime, learner, text):
        text()
        key = self.key(season, runtime, learner.who)
        with season.database.read() as session:
            row = session.scalars(select(calendars.FeedRow)).one()
            assert key not in (row.key_hash, row.key_sealed)

    @pytest.mark.parametrize("of_one", [False, True], ids=["of-all", "of-one"])
    def test_who_left_the_class_no_longer_sees_it(self, season, learner, text, of_one):
        assert b"VEVENT" in text(class_id=learner.class_id if of_one else None)
        season.do(enrolling.leave, learner.who, learner.class_id)
        left = text.again()
        assert b"VEVENT" not in left
        assert "周五晚班".encode() not in left

    def test_a_closed_account_has_no_calendar(self, season, client, sign_in, world):
        page = sign_in("ann_trainer")
        season.class_()
        page.post("/training/calendar", data={"class_id": "0", "alarm_minutes": "0"})
        address = page.get("/training/calendar").text.split('value="http://localhost')[1].split('"')[0]
        assert client.get(address).status_code == 200
        with season.database.write() as session:
            trainer = AccountRow.person_id == world.people["ann_trainer"]
            session.execute(update(AccountRow).where(trainer).values(closed_at=season.clock.now()))
        assert client.get(address).status_code == 404

    def test_a_class_of_others_has_no_address(self, season, runtime, learner):
        other = season.class_(slots=(slot(date(2026, 6, 1), time(9), time(10), "六楼"),), name="别班")
        with pytest.raises(NotFound), season.database.write() as session:
            calendars.open_feed(
                session, runtime.vault, learner.who, class_id=other, alarm_minutes=60, now=season.clock.now()
            )

    def test_anothers_address_is_not_revoked(self, season, runtime, learner, text):
        text()
        with season.database.read() as session:
            feed_id = calendars.feeds(session, runtime.vault, learner.who)[0].id
        with pytest.raises(NotFound):
            season.do(calendars.revoke_feed, season.actor("bob_candidate"), feed_id)


def test_the_page_makes_shows_and_revokes(season, sign_in, world):
    class_id = season.class_()
    candidate = sign_in("ann_candidate")
    candidate.post(f"/training/classes/{class_id}/enrol")
    assert "还没有日历地址" in candidate.get("/training/calendar").text
    assert candidate.post("/training/calendar", data={"class_id": "0", "alarm_minutes": "60"}).status_code == 303
    page = candidate.get("/training/calendar").text
    address = page.split('value="http://localhost')[1].split('"')[0]
    assert candidate.get(address).status_code == 200
    assert candidate.post("/training/calendar", data={"class_id": "999", "alarm_minutes": "60"}).status_code == 422
    feed_id = page.split("/training/calendar/")[-1].split("/revoke")[0]
    assert sign_in("bob_candidate").post(f"/training/calendar/{feed_id}/revoke").status_code == 404
    assert candidate.post(f"/training/calendar/{feed_id}/revoke").status_code == 303
    assert candidate.get(address).status_code == 404


def test_a_trainer_has_an_address_of_a_class_they_manage(season, sign_in):
    class_id = season.class_()
    trainer = sign_in("ann_trainer")
    assert trainer.post("/training/calendar", data={"class_id": str(class_id), "alarm_minutes": "0"}).status_code == 303
    assert "周五晚班" in trainer.get("/training/calendar").text
