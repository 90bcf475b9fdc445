"""Whatever candidates and trainers do in whatever order, seats hold and the waiting list keeps its order."""

from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from examprep.training import actions, enrolling, overview, store
from examprep.training.actions import ClassEntry
from tests.training.conftest import Season

PEOPLE = 6
who = st.integers(0, PEOPLE - 1)


def machine(season: Season, people) -> type[RuleBasedStateMachine]:
    class Seats(RuleBasedStateMachine):
        """``queue`` is the model: everybody who asked and has not left, in order; the first ones sit."""

        @initialize(capacity=st.integers(1, 3))
        def begin(self, capacity):
            Season.counter = getattr(Season, "counter", 0) + 1
            self.class_id = season.class_(capacity=capacity, name=f"班 {Season.counter}")
            self.capacity, self.seated, self.queue = capacity, [], []

        def _move_up(self):
            while self.queue and len(self.seated) < self.capacity:
                self.seated.append(self.queue.pop(0))

        @rule(number=who)
        def ask(self, number):
            season.do(enrolling.enrol, people[number], self.class_id)
            if number not in self.seated + self.queue:
                self.queue.append(number)
                self._move_up()

        @rule(number=who)
        def leave(self, number):
            if number not in self.seated + self.queue:
                return
            season.do(enrolling.leave, people[number], self.class_id)
            (self.seated if number in self.seated else self.queue).remove(number)
            self._move_up()

        @rule(more=st.integers(1, 2))
        def add_seats(self, more):
            trainer = season.actor("ann_trainer")
            card = season.ask(lambda s: overview.class_card(s, trainer, self.class_id, now=season.clock.now()))
            self.capacity += more
            entry = ClassEntry(
                card.course_id,
                card.name,
                card.trainer_id,
                self.capacity,
                card.mode,
                date(2026, 3, 1),
                date(2026, 4, 9),
                None,
                "open",
            )
            season.do(actions.change_class, trainer, self.class_id, entry)
            self._move_up()

        @invariant()
        def as_the_model_says(self):
            if not hasattr(self, "class_id"):
                return
            ids = {person.person_id: number for number, person in enumerate(people)}
            with season.database.read() as session:
                sitting = [ids[s.person_id] for s in store.seats(session, self.class_id, "enrolled")]
                waiting = [ids[s.person_id] for s in store.seats(session, self.class_id, "waiting")]
            assert len(sitting) <= self.capacity
            assert (sorted(sitting), waiting) == (sorted(self.seated), self.queue)

        def teardown(self):
            # The trainer and the room are needed by the next run.
            if hasattr(self, "class_id"):
                season.do(actions.cancel_class, season.actor("ann_trainer"), self.class_id, reason="下一轮")

    return Seats


def test_seats_hold_in_any_order_of_acts(season):
    people = season.learners(PEOPLE)
    run_state_machine_as_test(
        machine(season, people),
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
