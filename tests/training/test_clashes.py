"""No trainer and no room in two places at once, whatever is done in whatever order, and by two at the same time."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from examprep.kernel.errors import Conflict, Refusal, RuleViolation
from examprep.people.access import Role
from examprep.people.actor import Actor, Grant
from examprep.training import actions, enrolling, overview, previewing, reinstating
from examprep.training.actions import ClassEntry
from examprep.training.models import ClassRow, EnrolmentRow, SessionRow
from examprep.training.rules.entry import SeatRules
from examprep.training.rules.recurrence import Series
from examprep.training.rules.schedule import slot
from tests.training.conftest import EVENING, NEXT_EVENING, Season

DAY = date(2026, 4, 10)


def at(hour, place="三楼会议室", minutes=90, day=DAY):
    begins = time(hour)
    ends = time(hour + minutes // 60, minutes % 60)
    return slot(day, begins, ends, place)


def as_learner(season, person_id):
    agency = season.world.organisations["ann_agency"]
    return Actor(0, person_id, "", agency, "zh", (Grant(Role.CANDIDATE, agency),))


class TestRefused:
    def test_the_trainer_elsewhere_at_that_time(self, season):
        season.class_(slots=(at(9),), name="甲")
        with pytest.raises(Conflict, match=r"training\.trainer-busy"):
            season.class_(slots=(at(10, "四楼"),), name="乙")

    def test_the_room_however_it_is_written(self, season, second_trainer):
        season.class_(slots=(at(9),), name="甲")
        with pytest.raises(Conflict, match=r"training\.room-taken"):
            season.class_(slots=(at(10, " 三楼 会议室"),), name="乙", trainer_id=second_trainer)

    def test_what_only_touches_is_no_clash(self, season):
        season.class_(slots=(at(9, minutes=60),), name="甲")
        season.class_(slots=(at(10),), name="乙")

    def test_on_line_takes_no_room(self, season, second_trainer):
        link = slot(DAY, time(9), time(10), "", "https://example.org/1")
        season.class_(slots=(link,), name="甲", mode="on-line")
        season.class_(slots=(link,), name="乙", mode="on-line", trainer_id=second_trainer)

    def test_a_cancelled_session_frees_both(self, season):
        first = season.class_(slots=(at(9),), name="甲")
        season.do(actions.cancel_session, season.actor("ann_trainer"), season.sessions(first)[0], reason="停电")
        season.class_(slots=(at(9),), name="乙")

    def test_moving_and_adding_and_changing_the_trainer(self, season, second_trainer):
        trainer = season.actor("ann_trainer")
        season.class_(slots=(at(9),), name="甲")
        other = season.class_(slots=(at(14, "四楼"),), name="乙")
        meeting = season.sessions(other)[0]
        with pytest.raises(Conflict, match=r"training\.trainer-busy"):
            season.do(actions.change_session, trainer, meeting, at(9, "四楼"))
        with pytest.raises(Conflict, match=r"training\.trainer-busy"):
            season.do(actions.add_sessions, trainer, other, [at(10, "四楼")])
        third = season.class_(slots=(at(9, "五楼"),), name="丙", trainer_id=second_trainer)
        card = season.ask(lambda s: overview.class_card(s, trainer, third, now=season.clock.now()))
        entry = ClassEntry(
            card.course_id, card.name, trainer.person_id, 40, "on-site", card.opens_on, card.closes_on, None, "open"
        )
        with pytest.raises(Conflict, match=r"training\.trainer-busy"):
            season.do(actions.change_class, trainer, third, entry)

    def test_moving_to_where_it_stands_is_no_clash_with_itself(self, season):
        class_id = season.class_(slots=(at(9),))
        season.do(actions.change_session, season.actor("ann_trainer"), season.sessions(class_id)[0], at(9, minutes=120))

    def test_a_learner_with_a_class_at_that_time(self, season, second_trainer):
        mine = season.class_(slots=(EVENING,), name="甲")
        other = season.class_(slots=(slot(DAY, time(20), time(22), "四楼"),), name="乙", trainer_id=second_trainer)
        (who,) = season.learners(1)
        season.do(enrolling.enrol, who, mine)
        with pytest.raises(RuleViolation, match=r"training\.busy"):
            season.do(enrolling.enrol, who, other)
        season.do(enrolling.leave, who, mine)
        assert season.do(enrolling.enrol, who, other) == "enrolled"

    def test_who_trains_and_learns_at_one_time(self, season, second_trainer):
        """The same person: first as a learner, then as a trainer, and the other way round."""
        mine = season.class_(slots=(EVENING,), name="甲", trainer_id=second_trainer)
        other = season.class_(slots=(slot(DAY, time(20), time(22), "四楼"),), name="乙")
        who = as_learner(season, second_trainer)
        for class_id, code in ((mine, "own-class"), (other, "busy")):
            with pytest.raises(RuleViolation, match=rf"training\.{code}"):
                season.do(enrolling.enrol, who, class_id)
        later = season.class_(slots=(slot(DAY, time(13), time(14), "四楼"),), name="丙")
        season.do(enrolling.enrol, who, later)
        trainer, (session_id,) = season.actor("ann_trainer"), season.sessions(mine)
        for act, arguments in (
            (actions.change_session, (session_id, at(13, "五楼"))),
            (actions.add_sessions, (mine, [at(13, "五楼")])),
        ):
            with pytest.raises(Conflict, match=r"training\.trainer-busy"):
                season.do(act, trainer, *arguments)
        with pytest.raises(Conflict, match=r"training\.learners-busy"):
            season.do(actions.change_session, trainer, season.sessions(later)[0], at(19, "五楼", 45))

    def test_nobody_becomes_the_trainer_of_a_class_they_learn_in(self, season, second_trainer):
        class_id = season.class_(slots=())
        season.do(enrolling.enrol, as_learner(season, second_trainer), class_id)
        with pytest.raises(Conflict, match=r"training\.trainer-learns"):
            season.do(
                actions.change_class, season.actor("ann_trainer"), class_id, entry(season, class_id, second_trainer)
            )

    def test_who_waited_and_sits_elsewhere_meanwhile_is_passed_over(self, season, second_trainer):
        full = season.class_(slots=(EVENING,), name="甲", capacity=1)
        other = season.class_(slots=(slot(DAY, time(20), time(22), "四楼"),), name="乙", trainer_id=second_trainer)
        first, busy, free = season.learners(3)
        for who in (first, busy, free):
            season.do(enrolling.enrol, who, full)
        season.do(enrolling.enrol, busy, other)
        season.do(enrolling.leave, first, full)
        seats = {name: season.seat(full, who) for name, who in (("busy", busy), ("free", free))}
        assert seats == {"busy": "waiting", "free": "enrolled"}


class TestLook:
    def test_it_shows_days_skips_and_clashes_and_saves_nothing(self, season):
        class_id = season.class_(slots=(EVENING,), name="甲")
        trainer = season.actor("ann_trainer")
        series = Series(frozenset({4}), DAY, time(20), time(21), 4, True, "四楼")
        look = season.ask(lambda s: previewing.of_class(s, trainer, [], series, class_id))
        assert [line.slot.starts_at.day for line in look.lines] == [10, 17, 24, 8]
        assert [each.on for each in look.skipped] == [date(2026, 5, 1)]
        assert not look.possible
        assert len(look.lines[0].clashes) == 1
        assert not any(line.clashes for line in look.lines[1:])
        assert len(season.sessions(class_id)) == 1

    def test_learners_are_a_remark(self, season, second_trainer):
        mine = season.class_(slots=(EVENING,), name="甲")
        other = season.class_(slots=(NEXT_EVENING,), name="乙", trainer_id=second_trainer)
        for who in season.learners(2):
            season.do(enrolling.enrol, who, mine)
            season.do(enrolling.enrol, who, other)
        trainer = season.actor("ann_trainer")
        again = slot(DAY, time(20), time(21), "四楼")
        look = season.ask(lambda s: previewing.of_class(s, trainer, [again], None, other))
        assert look.possible
        assert [remark.values["count"] for remark in look.lines[0].remarks] == [2]


def entry(season, class_id, trainer_id):
    """What a class says of itself, with another trainer."""
    actor = season.actor("ann_trainer")
    card = season.ask(lambda s: overview.class_card(s, actor, class_id, now=season.clock.now()))
    return ClassEntry(
        card.course_id, card.name, trainer_id, card.capacity, "on-site", card.opens_on, card.closes_on, None, "open"
    )


def machine(season: Season, trainers, learners) -> type[RuleBasedStateMachine]:
    slots = st.builds(
        at, st.integers(8, 12), st.sampled_from(["甲楼", "乙楼", " 甲 楼"]), st.sampled_from([45, 60, 90])
    )

    class Bookings(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            """Two classes of other trainers in other rooms, with the same learners: their hours alone part them."""
            self.classes = []
            for trainer, first in zip(trainers, (at(8, "甲楼"), at(12, "乙楼")), strict=True):
                self.plan([first], trainer)

        def attempt(self, verb, *args, **more):
            """What is refused changes nothing, which the invariant would show."""
            try:
                return season.do(verb, season.actor("ann_trainer"), *args, **more)
            except Refusal:
                return None

        @rule(slots=st.lists(slots, min_size=1, max_size=2), trainer=st.sampled_from(trainers))
        def plan(self, slots, trainer):
            Season.counter = getattr(Season, "counter", 0) + 1
            try:
                made = season.class_(
                    slots=tuple(slots),
                    name=f"订 {Season.counter}",
                    trainer_id=trainer,
                    capacity=2,
                    rules=SeatRules(offer_hours=24),
                )
            except Refusal:
                return
            self.classes.append(made)
            for who in learners:  # whoever can come does, so that moving something meets somebody
                with contextlib.suppress(Refusal):
                    season.do(enrolling.enrol, who, made)

        @rule(data=st.data(), where=slots, release=st.booleans())
        def move(self, data, where, release):
            if self.classes:
                meetings = season.sessions(data.draw(st.sampled_from(self.classes)))
                self.attempt(actions.change_session, data.draw(st.sampled_from(meetings)), where, release=release)

        @rule(data=st.data(), where=slots, release=st.booleans())
        def add(self, data, where, release):
            if self.classes:
                self.attempt(actions.add_sessions, data.draw(st.sampled_from(self.classes)), [where], release=release)

        @rule(data=st.data(), who=st.sampled_from(learners), comes=st.booleans())
        def enrol_or_leave(self, data, who, comes):
            """Seats are offered too: the second of two places makes a waiting list."""
            if self.classes:
                class_id = data.draw(st.sampled_from(self.classes))
                with contextlib.suppress(Refusal):
                    season.do(enrolling.enrol if comes else enrolling.leave, who, class_id)

        @rule(data=st.data(), trainer=st.sampled_from(trainers))
        def change_trainer(self, data, trainer):
            if not self.classes:
                return
            class_id = data.draw(st.sampled_from(self.classes))
            self.attempt(actions.change_class, class_id, entry(season, class_id, trainer))

        @rule(data=st.data())
        def cancel(self, data):
            if self.classes:
                meetings = season.sessions(data.draw(st.sampled_from(self.classes)))
                self.attempt(actions.cancel_session, data.draw(st.sampled_from(meetings)), reason="停电")

        @rule(data=st.data(), release=st.booleans())
        def take_the_cancelling_back(self, data, release):
            if self.classes:
                meetings = season.sessions(data.draw(st.sampled_from(self.classes)))
                self.attempt(reinstating.reinstate_session, data.draw(st.sampled_from(meetings)), release=release)

        @invariant()
        def nobody_is_in_two_places(self):
            assert doubly_booked(season) == []
            assert doubly_seated(season) == []

        def teardown(self):
            for class_id in getattr(self, "classes", ()):
                self.attempt(actions.cancel_class, class_id, reason="下一轮")

    return Bookings


def doubly_booked(season):
    with season.database.read() as session:
        rows = session.execute(
            select(SessionRow.id, SessionRow.starts_at, SessionRow.ends_at, SessionRow.place, ClassRow.trainer_id)
            .join(ClassRow, ClassRow.id == SessionRow.class_id)
            .where(SessionRow.state != "cancelled")
        ).all()
    return [
        (one.id, other.id)
        for one, other in combinations(rows, 2)
        if one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
        and (one.trainer_id == other.trainer_id or "".join(one.place.split()) == "".join(other.place.split()))
    ]


def doubly_seated(season):
    """Persons with a seat or an offer in two sessions that overlap, or who hold one of them."""
    with season.database.read() as session:
        times = SessionRow.id, SessionRow.starts_at, SessionRow.ends_at
        learn = (
            select(EnrolmentRow.person_id, *times)
            .join(SessionRow, SessionRow.class_id == EnrolmentRow.class_id)
            .where(SessionRow.state != "cancelled", EnrolmentRow.state.in_(("enrolled", "offered")))
        )
        teach = (
            select(ClassRow.trainer_id.label("person_id"), *times)
            .join(SessionRow, SessionRow.class_id == ClassRow.id)
            .where(SessionRow.state != "cancelled")
        )
        rows = session.execute(learn.union_all(teach)).all()
    return [
        (one.person_id, one.id, other.id)
        for one, other in combinations(rows, 2)
        if one.person_id == other.person_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]


def test_no_order_of_acts_books_anybody_twice(season, second_trainer):
    learners = [*season.learners(2), as_learner(season, second_trainer)]
    trainers = [season.world.people["ann_trainer"], second_trainer]
    run_state_machine_as_test(
        machine(season, trainers, learners),
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_two_at_once_get_the_room_once(season, second_trainer):
    barrier, failed = threading.Barrier(2), []
    trainers = [season.world.people["ann_trainer"], second_trainer]

    def plan(number):
        barrier.wait()
        try:
            season.class_(slots=(at(9),), name=f"班{number}", trainer_id=trainers[number])
        except Conflict as refusal:
            failed.append(refusal.code)

    threads = [threading.Thread(target=plan, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == ["training.room-taken"]
    assert doubly_booked(season) == []


def test_one_learner_asking_two_classes_at_once_gets_one(season, second_trainer):
    one = season.class_(slots=(at(9),), name="甲")
    other = season.class_(slots=(at(9, "四楼"),), name="乙", trainer_id=second_trainer)
    people, barrier = season.learners(8), threading.Barrier(16)

    def ask(pair):
        barrier.wait()
        with contextlib.suppress(RuleViolation):
            season.do(enrolling.enrol, *pair)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, [(who, class_id) for who in people for class_id in (one, other)]))
    assert doubly_seated(season) == []
    assert sum(season.seat(class_id, who) == "enrolled" for who in people for class_id in (one, other)) == 8


def test_a_series_keeps_its_rule_and_days(season):
    trainer = season.actor("ann_trainer")
    class_id = season.class_(slots=())
    series = Series(frozenset({1, 3}), date(2026, 4, 28), time(19), time(21), 3, True, "三楼")
    season.do(actions.add_sessions, trainer, class_id, [], series=series)
    with season.database.read() as session:
        rows = session.scalars(select(SessionRow).order_by(SessionRow.starts_at)).all()
        kept = [(row.occurs_on, row.series_id is not None) for row in rows]
    assert kept == [(date(2026, 4, 28), True), (date(2026, 4, 30), True), (date(2026, 5, 7), True)]
    assert timedelta(0) == rows[0].ends_at - rows[0].starts_at - timedelta(hours=2)
