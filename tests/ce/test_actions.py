"""Posting once, reversing once, and balances that are always the sum of their lines."""

import os
import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from examprep.ce import actions, counting
from examprep.ce.models import BalanceRow, LineRow, RequirementRow, StandingRow
from examprep.ce.rebuild import differences
from examprep.ce.rebuild import standings as rebuilt_standings
from examprep.ce.rules.credit import CATEGORIES
from examprep.ce.shipped import load_requirements
from examprep.ce.store import last_person_id
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AuditEventRow

HOUR = 45
TODAY = date(2026, 4, 1)


def balance(session, person_id, year=2026):
    return dict(
        session.execute(
            select(BalanceRow.category, BalanceRow.minutes).where(
                BalanceRow.person_id == person_id, BalanceRow.year == year
            )
        ).all()
    )


def entry(**changes):
    values = {
        "number": 7,
        "minutes": 90,
        "category": "general",
        "activity": "法规讲座",
        "earned_on": date(2026, 3, 5),
        "reason": "结业证书",
    }
    return actions.Entry(**{**values, **changes})


def test_posting_again_changes_nothing(runtime, world, holders):
    first = holders.post("ann_candidate", 3, source=501)
    again = holders.post("ann_candidate", 3, source=501)
    assert isinstance(first, int)
    assert again is None
    with runtime.database.read() as session:
        assert balance(session, world.people["ann_candidate"]) == {"professional": 23 * HOUR}


def test_one_source_posts_to_each_person(runtime, world, holders):
    assert holders.post("ann_candidate", 3, source=501)
    assert holders.post("bob_candidate", 3, source=501)


def test_posting_at_once_from_two_threads_posts_once(runtime, world, holders):
    barrier, found = threading.Barrier(2), []

    def go():
        barrier.wait()
        found.append(holders.post("ann_candidate", 3, source=502))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line is None for line in found) == [False, True]
    with runtime.database.read() as session:
        assert balance(session, world.people["ann_candidate"]) == {"professional": 23 * HOUR}
        assert list(differences(session, False)) == []


@pytest.mark.parametrize("minutes", [0, -45])
def test_nothing_and_less_cannot_be_posted(holders, minutes):
    with pytest.raises(RuleViolation, match="at least one minute"):
        holders.post("ann_candidate", minutes / HOUR)


def test_an_unknown_category_is_refused(holders):
    with pytest.raises(RuleViolation, match="professional, general or elective"):
        holders.post("ann_candidate", 1, category="fun")


def test_the_database_itself_refuses_an_empty_line(runtime, world, holders):
    with pytest.raises(IntegrityError), runtime.database.write() as session:
        session.execute(update(LineRow).values(minutes=0))


def test_a_reversal_takes_the_minutes_back_and_says_why(runtime, world, holders):
    now = runtime.clock.now()
    line = holders.post("ann_candidate", 5, "general", on=date(2025, 12, 31))
    with runtime.database.write() as session:
        actions.reverse(session, line, reason=" 重复 ", posted_by=None, now=now)
    with runtime.database.read() as session:
        assert balance(session, world.people["ann_candidate"], 2025) == {"general": 0}
        row = session.scalar(select(LineRow).where(LineRow.reverses_id == line))
        assert (row.minutes, row.earned_on, row.reason) == (-5 * HOUR, date(2025, 12, 31), "重复")
        reversal = row.id
    with pytest.raises(Conflict, match="taken back already"), runtime.database.write() as session:
        actions.reverse(session, line, reason="再次", posted_by=None, now=now)
    with pytest.raises(RuleViolation, match="takes another one back"), runtime.database.write() as session:
        actions.reverse(session, reversal, reason="反悔", posted_by=None, now=now)
    with pytest.raises(RuleViolation, match="Say why"), runtime.database.write() as session:
        actions.reverse(session, line, reason="  ", posted_by=None, now=now)
    with pytest.raises(NotFound), runtime.database.write() as session:
        actions.reverse(session, 999_999, reason="x", posted_by=None, now=now)


def test_recording_by_hand_is_bounded_audited_and_once(runtime, world, holders):
    now, ann, bob = runtime.clock.now(), world.people["ann_candidate"], world.people["bob_candidate"]
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_officer")
        first = actions.record_by_hand(session, actor, ann, entry(), now=now, today=TODAY)
        assert actions.record_by_hand(session, actor, ann, entry(), now=now, today=TODAY) is None
        audit = session.scalar(select(AuditEventRow).where(AuditEventRow.act == "ce.recorded-by-hand"))
        assert (audit.object_id, audit.actor_id) == (first, world.people["ann_officer"])
        with pytest.raises(NotFound):
            actions.record_by_hand(session, actor, bob, entry(), now=now, today=TODAY)
        with pytest.raises(NotFound):
            actions.correct(session, actor, bob, first, reason="x", now=now)
        assert balance(session, ann)["general"] == 90


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"earned_on": date(2026, 4, 2)}, "ce.future", id="tomorrow"),
        pytest.param({"reason": " "}, "ce.reason", id="no-reason"),
        pytest.param({"minutes": 400 * 45 + 1}, "ce.too-many", id="too-many"),
    ],
)
def test_what_cannot_be_recorded_by_hand(runtime, world, holders, changes, code):
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_officer")
        with pytest.raises(RuleViolation) as refused:
            actions.record_by_hand(
                session,
                actor,
                world.people["ann_candidate"],
                entry(**changes),
                now=runtime.clock.now(),
                today=TODAY,
            )
    assert refused.value.code == code


def test_today_can_be_recorded(runtime, world, holders):
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_officer")
        ann = world.people["ann_candidate"]
        today = entry(earned_on=TODAY)
        assert actions.record_by_hand(session, actor, ann, today, now=runtime.clock.now(), today=TODAY)


def test_verify_finds_and_mends_balances_that_are_wrong_missing_or_unfounded(runtime, world, holders):
    holders.post("ann_candidate", 5, "general")
    ann = world.people["ann_candidate"]
    with runtime.database.write() as session:
        assert list(differences(session, False)) == []
        session.execute(update(BalanceRow).where(BalanceRow.category == "professional").values(minutes=1))
        session.execute(delete(BalanceRow).where(BalanceRow.category == "general"))
        session.add(BalanceRow(person_id=ann, year=2024, category="elective", minutes=9))
        session.flush()
        assert len(list(differences(session, False))) == 3
        assert len(list(differences(session, True))) == 3
        assert list(differences(session, False)) == []
        assert balance(session, ann) == {"professional": 900, "general": 225}


def test_loading_the_shipped_requirements_again_keeps_what_an_administrator_changed(runtime, holders):
    with runtime.database.write() as session:
        session.execute(update(RequirementRow).values(minutes_per_hour=50))
        load_requirements(session, TODAY)
        assert session.scalar(select(func.count()).select_from(RequirementRow)) == 4
        assert set(session.scalars(select(RequirementRow.minutes_per_hour))) == {50}


# Ten thousand take a minute on each database: EXAMPREP_OPERATIONS=10000 asks for them.
OPERATIONS = int(os.environ.get("EXAMPREP_OPERATIONS", "1000"))
AT_ONCE, STEPS = 25, 10


def test_any_run_of_operations_leaves_balances_and_standings_equal_to_their_lines(runtime, world, holders):
    """Posts, replays and reversals in any order, some in each transaction."""
    people = [world.people["ann_candidate"], world.people["bob_candidate"]]
    now = runtime.clock.now()
    posting = st.tuples(
        st.sampled_from(people),
        st.integers(1, 60),
        st.integers(1, 500),
        st.sampled_from(CATEGORIES),
        st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31)]),
    )
    reversal = st.integers(0, 1000)
    done = 0

    class Ledger(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            with runtime.database.write() as session:
                session.execute(delete(LineRow).where(LineRow.reverses_id.is_not(None)))
                for table in (LineRow, BalanceRow, StandingRow):
                    session.execute(delete(table))
                counting.recount(session, people, today=TODAY)
            self.expected, self.lines, self.sources = {}, {}, set()

        @rule(operations=st.lists(posting | reversal, min_size=AT_ONCE, max_size=AT_ONCE))
        def operate(self, operations):
            nonlocal done
            done += len(operations)
            with runtime.database.write() as session:
                for operation in operations:
                    if isinstance(operation, int):
                        self.reverse(session, operation)
                    else:
                        self.post(session, *operation)

        def post(self, session, person, source, minutes, category, day):
            line = actions.post(
                session,
                person_id=person,
                minutes=minutes,
                category=category,
                activity="x",
                earned_on=day,
                source_kind="test",
                source_id=source,
                posted_by=None,
                now=now,
            )
            assert (line is None) == ((person, source) in self.sources)
            if line is not None:
                self.sources.add((person, source))
                key = (person, day.year, category)
                self.lines[line] = (key, minutes)
                self.expected[key] = self.expected.get(key, 0) + minutes

        def reverse(self, session, number):
            if not self.lines:
                return
            line = sorted(self.lines)[number % len(self.lines)]
            key, minutes = self.lines.pop(line)
            actions.reverse(session, line, reason="x", posted_by=None, now=now)
            self.expected[key] -= minutes

        @invariant()
        def what_is_kept_is_what_the_lines_say(self):
            with runtime.database.read() as session:
                kept = {(b.person_id, b.year, b.category): b.minutes for b in session.scalars(select(BalanceRow))}
                assert kept == self.expected
                assert list(differences(session, False)) == list(rebuilt_standings(session, False)) == []

    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=max(1, OPERATIONS // (AT_ONCE * STEPS)),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{done} operations")


def test_ranges_of_ids_hold_everybody_once(runtime, world):
    with runtime.database.read() as session:
        ranges = counting.id_ranges(session, 4)
        everybody = [n for first, last in ranges for n in range(first, last + 1)]
        assert everybody[: last_person_id(session)] == list(range(1, last_person_id(session) + 1))
