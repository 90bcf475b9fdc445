"""The timetable: whose sessions it shows, week by week, in few statements."""

from datetime import date, time, timedelta

import pytest

from examprep.training import actions, enrolling
from examprep.training.rules.schedule import slot

MONDAY = date(2026, 4, 13)


def on(day, place="三楼会议室", hour=19):
    return slot(MONDAY + timedelta(days=day), time(hour), time(hour + 2), place)


@pytest.fixture
def week(season):
    """A class on Monday and the Sunday of one week and the Monday of the next; another bureau's on the Monday too."""
    class_id = season.class_(slots=(on(0), on(6, "县委党校"), on(7)), name="周一晚班")
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    return class_id


def shown(client, address):
    """How many sessions are in the table."""
    page = client.get(address)
    assert page.status_code == 200
    return page.text.count("<tr>") - 1 if "<table" in page.text else 0


def test_a_week_is_from_monday_to_sunday(week, sign_in):
    for name, at in (("ann_trainer", "/training/all/timetable"), ("ann_candidate", "/training/timetable")):
        person = sign_in(name)
        assert [shown(person, f"{at}?from={MONDAY + timedelta(days=n)}") for n in (-1, 0, 6, 7, 14)] == [0, 2, 2, 1, 0]


def test_the_first_minute_of_a_monday_is_the_next_weeks(season, sign_in):
    season.class_(slots=(on(7, hour=0),), name="零点班")
    trainer, at = sign_in("ann_trainer"), "/training/all/timetable?from="
    assert [shown(trainer, f"{at}{MONDAY + timedelta(days=n)}") for n in (0, 7)] == [0, 1]


def test_words_states_order_and_files(season, week, sign_in):
    trainer, at = sign_in("ann_trainer"), f"/training/all/timetable?from={MONDAY}"
    assert shown(trainer, f"{at}&q=党校") == 1
    assert shown(trainer, f"{at}&state=cancelled") == 0
    _, sunday, _ = season.sessions(week)
    season.do(actions.cancel_session, season.actor("ann_trainer"), sunday, reason="停电")
    assert shown(trainer, f"{at}&state=cancelled") == 1
    orders = {sort: trainer.get(f"{at}&sort={sort}").text.index("县委党校") for sort in ("place", "-place")}
    assert orders["place"] != orders["-place"]
    file = trainer.get(f"{at}&export=csv")
    assert len(file.data.decode("utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("asked", ["0001-01-01", "9999-12-31", "2026-02-30", "x", ""])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_any_day_has_a_week(sign_in, week, asked):
    assert sign_in("ann_trainer").get(f"/training/all/timetable?from={asked}").status_code == 200


def test_others_see_theirs_only(week, sign_in, client):
    at, mine = f"/training/all/timetable?from={MONDAY}", f"/training/timetable?from={MONDAY}"
    assert shown(sign_in("bob_trainer"), at) == 0
    assert shown(sign_in("bob_candidate"), mine) == 0
    assert sign_in("ann_candidate").get(at).status_code == 403
    assert client.get(at).status_code == 303


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_asks_the_same_however_long_the_list(season, week, sign_in, heard):
    trainer, at = sign_in("ann_trainer"), f"/training/all/timetable?from={MONDAY}"
    trainer.get(at)
    with heard() as few:
        trainer.get(at)
    more = tuple(on(day, f"教室{day}", 9) for day in range(6))
    season.do(actions.add_sessions, season.actor("ann_trainer"), week, more)
    with heard() as many:
        assert shown(trainer, at) == 8
    assert len(many) == len(few)
