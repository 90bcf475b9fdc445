"""Whatever learners, employers, trainers and the clock do in whatever order: seats hold, kept ones are kept, the
waiting list keeps its order, nobody is twice in a class, nothing moves after the start, and everybody can leave.
"""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from examprep.kernel.errors import RuleViolation
from examprep.people.models import PersonRow
from examprep.training import actions, approving, enrolling, seat_store, staffing
from examprep.training.models import EnrolmentRow
from examprep.training.rules.entry import SeatRules, Share
from tests.training.conftest import EVENING, Season

PEOPLE = 6
STANDING = ("asked", "waiting", "offered", "enrolled")
who = st.integers(0, PEOPLE - 1)


class Model:
    """The same rules, told anew and slowly: ``state`` of each person, ``queue`` in the order of asking."""

    def __init__(self, capacity, kept, hours, approval, members):
        self.capacity, self.kept, self.hours, self.approval = capacity, kept, hours, approval
        self.members, self.released, self.begun = members, False, False
        self.state, self.until, self.queue = dict.fromkeys(range(PEOPLE), "none"), {}, []

    def held(self):
        return [n for n, state in self.state.items() if state in ("offered", "enrolled")]

    def admits(self, number):
        free = self.capacity - len(self.held())
        if free <= 0:
            return False
        ours = sum(n in self.members for n in self.held())
        still_kept = 0 if self.released else max(0, self.kept - ours)
        return free > still_kept or (number in self.members and still_kept > 0)

    def settle(self, now, present=()):
        for number, until in list(self.until.items()):
            if self.state[number] == "offered" and (until <= now or self.begun):
                self.end(number, "lapsed")
        if self.begun:
            return
        for number in list(self.queue):
            if self.state[number] == "waiting" and self.admits(number):
                offered = self.hours is not None and number not in present
                self.state[number] = "offered" if offered else "enrolled"
                if offered:
                    self.until[number] = min(now + timedelta(hours=self.hours), EVENING.starts_at)

    def end(self, number, state):
        self.state[number] = state
        self.until.pop(number, None)
        self.queue.remove(number)

    def ask(self, number, now, asks):
        self.settle(now)
        if self.state[number] == "offered":
            self.state[number] = "enrolled"
        elif self.state[number] not in STANDING and not self.begun:
            self.queue.append(number)
            self.state[number] = "asked" if asks else "waiting"
            self.settle(now, [number])


def machine(season: Season, people, agency) -> type[RuleBasedStateMachine]:
    class Seats(RuleBasedStateMachine):
        start = season.clock.now()

        @initialize(
            capacity=st.integers(1, 3),
            kept=st.integers(0, 2),
            hours=st.sampled_from([None, 2]),
            approval=st.sampled_from(["none", "trainer"]),
            members=st.sets(who, max_size=3),
        )
        def begin(self, capacity, kept, hours, approval, members):
            Season.counter = getattr(Season, "counter", 0) + 1
            season.go_to(self.start)
            for number, person in enumerate(people):
                place = agency if number in members else season.world.organisations["ann_county"]
                with season.database.write() as session:
                    session.get_one(PersonRow, person.person_id).organisation_id = place
            rules = SeatRules(
                approval=approval,
                offer_hours=hours,
                shares=(Share(agency, min(kept, capacity), date(2026, 4, 3)),),
            )
            self.class_id = season.class_(
                capacity=capacity, name=f"班 {Season.counter}", closes_on=date(2026, 4, 30), rules=rules
            )
            self.model = Model(capacity, min(kept, capacity), hours, approval, members)

        @property
        def now(self):
            return season.clock.now()

        def refused_when_begun(self, act, *args, **more):
            """Whether it went through; the one thing that may be refused here is asking once the class began."""
            try:
                season.do(act, *args, **more)
            except RuleViolation as refusal:
                code = refusal.code
            else:
                code = None
            assert code in ((None, "training.begun") if self.model.begun else (None,))
            return code is None

        @rule(number=who)
        def ask(self, number):
            standing = self.model.state[number] in STANDING
            went = self.refused_when_begun(enrolling.enrol, people[number], self.class_id)
            assert went or not standing or self.model.state[number] == "offered"
            self.model.ask(number, self.now, self.model.approval == "trainer")

        @rule(numbers=st.lists(who, min_size=1, max_size=3, unique=True))
        def the_employer_enrols(self, numbers):
            """The county's officer manages the class too, so nobody is asked again."""
            ids = [people[number].person_id for number in numbers]
            self.refused_when_begun(staffing.enrol_many, season.actor("ann_officer"), self.class_id, ids)
            self.model.settle(self.now)
            asking = [n for n in numbers if self.model.state[n] not in STANDING and not self.model.begun]
            for number in numbers:
                if self.model.state[number] == "offered":
                    self.model.state[number] = "enrolled"
            self.model.queue += asking
            self.model.state.update(dict.fromkeys(asking, "waiting"))
            self.model.settle(self.now, asking)

        @rule(number=who)
        def leave(self, number):
            if self.model.state[number] in STANDING:
                season.do(enrolling.leave, people[number], self.class_id)
                self.model.end(number, "left")
                self.model.settle(self.now)

        @rule(number=who, yes=st.booleans())
        def decide(self, number, yes):
            if self.model.state[number] != "asked":
                return
            seat_id = season.ask(lambda s: self.rows(s)[people[number].person_id].id)
            trainer = season.actor("ann_trainer")
            if not yes:
                season.do(approving.refuse, trainer, seat_id, "名额有限")
                self.model.end(number, "refused")
            elif self.refused_when_begun(approving.approve, trainer, seat_id):
                self.model.state[number] = "waiting"
                self.model.settle(self.now, [number])

        @rule(hours=st.sampled_from([1, 3, 30, 24 * 4, 24 * 10]))
        def time_passes(self, hours):
            """The job comes by; what was kept is free from 3 April on, the class begins on the 10th."""
            season.go_to(self.now, timedelta(hours=hours))
            self.model.released = season.clock.today() >= date(2026, 4, 3)
            self.model.begun = self.now >= EVENING.starts_at
            with season.database.write() as session:
                enrolling.pass_on(session, self.class_id, now=self.now)
            self.model.settle(self.now)

        def rows(self, session):
            query = select(EnrolmentRow).where(EnrolmentRow.class_id == self.class_id).order_by(EnrolmentRow.turn)
            return {row.person_id: row for row in session.scalars(query)}

        @invariant()
        def as_the_model_says(self):
            if not hasattr(self, "model"):
                return
            rows = season.ask(self.rows)
            numbers = {person.person_id: number for number, person in enumerate(people)}
            found = {numbers[person_id]: row.state for person_id, row in rows.items()}
            assert {n: found.get(n, "none") for n in range(PEOPLE)} == self.model.state
            queue = [numbers[person_id] for person_id, row in rows.items() if row.state in STANDING]
            assert queue == self.model.queue
            assert len(self.model.held()) <= self.model.capacity
            assert not self.model.begun or "offered" not in found.values()
            assert season.ask(lambda session: list(seat_store.differences(session, False))) == []

        def teardown(self):
            # The trainer and the room are needed by the next run.
            if hasattr(self, "class_id"):
                season.do(actions.cancel_class, season.actor("ann_trainer"), self.class_id, reason="下一轮")

    return Seats


def test_seats_hold_in_any_order_of_acts(season):
    people = season.learners(PEOPLE)
    run_state_machine_as_test(
        machine(season, people, season.world.organisations["ann_agency"]),
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
