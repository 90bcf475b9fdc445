"""Seats: never more than there are, the waiting list in order, before the start only."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select, update

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask
from examprep.training import actions, enrolling, overview, seat_store
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.rules.entry import SeatRules, Share
from examprep.training.rules.schedule import slot
from examprep.training.values import CLASS_STANDINGS
from tests.training.conftest import EVENING


def states(season, class_id):
    query = select(EnrolmentRow.person_id, EnrolmentRow.state).where(EnrolmentRow.class_id == class_id)
    return dict(season.ask(lambda session: session.execute(query).all()))


@pytest.mark.parametrize("changes", [{}, {"kind": "exam", "exam_year": 2026}])
def test_twenty_at_once_get_as_many_seats_as_there_are(season, changes):
    class_id, people = season.class_(capacity=7, **changes), season.learners(20)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda who: season.do(enrolling.enrol, who, class_id), people))
    assert (answers.count("enrolled"), answers.count("waiting")) == (7, 13)
    assert list(states(season, class_id).values()).count("enrolled") == 7
    turns = season.ask(lambda s: s.scalars(select(EnrolmentRow.turn).order_by(EnrolmentRow.turn)).all())
    assert turns == list(range(1, 21))


def test_the_seats_that_a_class_keeps_are_counted_anew(season):
    class_id = season.class_(capacity=7)
    for who in season.learners(3):
        season.do(enrolling.enrol, who, class_id)
    said = f"training_class: class {class_id}: kept 5 enrolled, counted 3"
    with season.database.write() as session:
        assert list(seat_store.differences(session, False)) == []
        session.execute(update(ClassRow).where(ClassRow.id == class_id).values(enrolled=5))
        assert list(seat_store.differences(session, False)) == [said]
        assert list(seat_store.differences(session, True)) == [said]
        assert list(seat_store.differences(session, False)) == []


def test_two_hundred_requests_at_once_fill_what_there_is(season, signed_in_learner):
    """Exactly as many sit as there are seats, of the kept ones too; the others wait in the order of their turns."""
    agency, county = (season.world.organisations[name] for name in ("ann_agency", "ann_county"))
    class_id = season.class_(capacity=30, rules=SeatRules(offer_hours=24, shares=(Share(agency, 10),)))
    people, barrier = season.learners(200), threading.Barrier(200)
    with season.database.write() as session:
        outside = [who.person_id for who in people[::2]]
        session.execute(update(PersonRow).where(PersonRow.id.in_(outside)).values(organisation_id=county))
    browsers = [signed_in_learner(who) for who in people]

    def ask(browser):
        barrier.wait()
        return browser.post(f"/training/classes/{class_id}/enrol").status_code

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(ask, browsers)) == [303] * 200
    found = list(states(season, class_id).values())
    assert (found.count("enrolled"), found.count("waiting")) == (30, 170)
    assert season.ask(lambda s: list(seat_store.differences(s, False))) == []
    query = select(EnrolmentRow.turn, EnrolmentRow.state, EnrolmentRow.person_id).order_by(EnrolmentRow.turn)
    rows = season.ask(lambda s: s.execute(query).all())
    assert [row.turn for row in rows] == list(range(1, 201))
    held, members = 0, 0
    for _, state, person_id in rows:  # each had what was left for them when their turn came
        ours = person_id not in outside
        seat = held < 30 and ((ours and members < 10) or held + max(0, 10 - members) < 30)
        assert state == ("enrolled" if seat else "waiting")
        held, members = held + seat, members + (seat and ours)


def test_one_person_asking_ten_times_at_once_has_one_seat(season):
    class_id, (who,) = season.class_(capacity=7), season.learners(1)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: season.do(enrolling.enrol, who, class_id), range(10)))
    assert answers == ["enrolled"] * 10
    assert season.ask(lambda s: s.scalar(select(func.count()).select_from(EnrolmentRow))) == 1


def test_leaving_and_asking_at_once_never_overfills(season):
    class_id, people = season.class_(capacity=5), season.learners(20)
    for who in people[:10]:
        season.do(enrolling.enrol, who, class_id)

    def act(who):
        season.do(enrolling.leave if who in people[:10] else enrolling.enrol, who, class_id)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(act, people))
    found = list(states(season, class_id).values())
    assert (found.count("enrolled"), found.count("waiting"), found.count("left")) == (5, 5, 10)


def test_a_seat_given_up_goes_to_whoever_waits_first(season):
    class_id, people = season.class_(capacity=1), season.learners(4)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.do(enrolling.leave, people[2], class_id)
    season.do(enrolling.leave, people[0], class_id)
    found = states(season, class_id)
    assert [found[who.person_id] for who in people] == ["left", "enrolled", "left", "waiting"]


def test_coming_back_means_standing_at_the_end(season):
    class_id, people = season.class_(capacity=1), season.learners(3)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.do(enrolling.leave, people[1], class_id)
    assert season.do(enrolling.enrol, people[1], class_id) == "waiting"
    season.do(enrolling.leave, people[0], class_id)
    found = states(season, class_id)
    assert (found[people[2].person_id], found[people[1].person_id]) == ("enrolled", "waiting")


def test_more_seats_go_to_those_waiting(season):
    class_id, people = season.class_(capacity=1), season.learners(4)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    trainer = season.actor("ann_trainer")
    card = season.ask(lambda s: overview.class_card(s, trainer, class_id, now=season.clock.now()))
    entry = actions.ClassEntry(
        card.course_id, card.name, card.trainer_id, 3, card.mode, card.opens_on, card.closes_on, None, card.state
    )
    season.do(actions.change_class, trainer, class_id, entry)
    assert [states(season, class_id)[who.person_id] for who in people] == ["enrolled"] * 3 + ["waiting"]
    fewer = actions.ClassEntry(**{**vars(entry), "capacity": 2})
    with pytest.raises(RuleViolation, match=r"training\.capacity"):
        season.do(actions.change_class, trainer, class_id, fewer)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"state": "closed"}, "training.not-open", id="closed"),
        pytest.param({"opens_on": date(2026, 4, 2)}, "training.not-yet-open", id="opens-tomorrow"),
        # The office day is already 1 April although it is still 31 March in UTC.
        pytest.param({"closes_on": date(2026, 4, 1)}, "training.enrolment-over", id="closed-since-midnight"),
    ],
)
def test_enrolment_has_its_days(season, changes, code):
    class_id, (who,) = season.class_(**changes), season.learners(1)
    with pytest.raises(RuleViolation) as refused:
        season.do(enrolling.enrol, who, class_id)
    assert refused.value.code == code


@pytest.mark.parametrize("changes", [{"opens_on": date(2026, 4, 1)}, {"closes_on": date(2026, 4, 2)}])
def test_the_first_and_the_last_day_count(season, changes):
    class_id, (who,) = season.class_(**changes), season.learners(1)
    assert season.do(enrolling.enrol, who, class_id) == "enrolled"


def test_nobody_gets_in_or_moves_up_once_it_began(season):
    class_id, people = season.class_(capacity=1, closes_on=date(2026, 5, 1)), season.learners(3)
    for who in people[:2]:
        season.do(enrolling.enrol, who, class_id)
    season.go_to(EVENING.starts_at, timedelta(seconds=-1))
    season.do(enrolling.enrol, people[2], class_id)
    season.go_to(EVENING.starts_at)
    (late,) = season.learners(1)
    with pytest.raises(RuleViolation, match=r"training\.begun"):
        season.do(enrolling.enrol, late, class_id)
    season.do(enrolling.leave, people[0], class_id)  # leaving is always possible
    found = states(season, class_id)
    assert [found[who.person_id] for who in people] == ["left", "waiting", "waiting"]


def test_a_cancelled_first_session_does_not_begin_the_class(season):
    class_id, (who,) = season.class_(closes_on=date(2026, 5, 1)), season.learners(1)
    season.do(actions.cancel_session, season.actor("ann_trainer"), season.sessions(class_id)[0], reason="停电")
    season.go_to(EVENING.starts_at)
    assert season.do(enrolling.enrol, who, class_id) == "enrolled"


def test_a_cancelled_class_takes_nobody(season):
    class_id, (who,) = season.class_(), season.learners(1)
    season.do(actions.cancel_class, season.actor("ann_trainer"), class_id, reason="人数不足")
    with pytest.raises(RuleViolation, match=r"training\.cancelled"):
        season.do(enrolling.enrol, who, class_id)


@pytest.mark.parametrize("changes", [{"state": "planned"}, {"trainer": "bob_trainer"}])
def test_a_class_out_of_reach_is_as_if_it_were_not(season, changes):
    class_id, (who,) = season.class_(**changes), season.learners(1)
    for act in (enrolling.enrol, enrolling.leave):
        with pytest.raises(NotFound):
            season.do(act, who, class_id)


def test_who_moves_away_keeps_the_seat_they_have(season):
    class_id, (who,) = season.class_(), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    elsewhere = type(who)(0, who.person_id, who.name, season.world.organisations["bob_agency"], "zh", who.grants)
    view = season.ask(lambda s: overview.seat_view(s, elsewhere, class_id, now=season.clock.now()))
    assert view.seat == "enrolled"
    season.do(enrolling.leave, elsewhere, class_id)
    with pytest.raises(NotFound):
        season.do(enrolling.enrol, elsewhere, class_id)


def test_who_waited_comes_first_when_the_start_is_put_off(season):
    class_id, people = season.class_(capacity=1, closes_on=date(2026, 5, 1)), season.learners(3)
    for who in people[:2]:
        season.do(enrolling.enrol, who, class_id)
    season.go_to(EVENING.starts_at)
    season.do(enrolling.leave, people[0], class_id)
    season.do(actions.cancel_session, season.actor("ann_trainer"), season.sessions(class_id)[0], reason="停电")
    assert season.do(enrolling.enrol, people[2], class_id) == "waiting"
    assert states(season, class_id)[people[1].person_id] == "enrolled"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "open", id="open"),
        pytest.param({"closes_on": date(2026, 4, 2)}, "open", id="last-day"),
        pytest.param({"closes_on": date(2026, 4, 1)}, "closed", id="past-the-last-day"),
        pytest.param({"opens_on": date(2026, 4, 2)}, "soon", id="before-the-first-day"),
        pytest.param({"slots": (slot(date(2026, 3, 30), time(19), time(21), "三楼会议室"),)}, "closed", id="begun"),
    ],
)
def test_lists_say_what_enrolment_says(season, changes, expected):
    assert season.clock.today() == date(2026, 4, 1)
    class_id, now = season.class_(**changes), season.clock.now()
    trainer, candidate = season.actor("ann_trainer"), season.actor("ann_candidate")
    view = season.ask(lambda s: overview.seat_view(s, candidate, class_id, now=now))
    assert (view.card.standing, view.open) == (expected, expected == "open")
    for asked in ("open", "closed", "soon"):
        page = season.ask(lambda s, wanted=asked: overview.classes(s, trainer, Ask(filters={"state": wanted}), now=now))
        assert [row["state"] for row in page.rows] == ([CLASS_STANDINGS[expected]] if asked == expected else [])
    offered = season.ask(lambda s: overview.open_classes(s, candidate, Ask(), now=now))
    assert offered.total == (expected != "closed")
