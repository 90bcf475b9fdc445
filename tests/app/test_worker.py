"""Each turn of a job has one worker, whatever dies."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.app import turns
from examprep.app.worker import Worker
from examprep.plumbing.jobs import Job, JobTurnRow


class Jobs:
    """A job that counts its turns, and does what a test asks meanwhile."""

    def __init__(self, cron="*/5 * * * *", name="test.count"):
        self.turns, self.meanwhile = [], lambda turn: 1
        self.jobs = (Job(name, cron, self.run),)

    def run(self, turn):
        self.turns.append(turn)
        return self.meanwhile(turn)


@pytest.fixture
def counted():
    return Jobs()


@pytest.fixture
def worker(runtime, app, counted):
    return lambda: Worker(runtime, app, counted.jobs)


def turn_rows(database):
    with database.read() as session:
        return session.scalars(select(JobTurnRow).order_by(JobTurnRow.id)).all()


def test_ten_schedulers_at_once_run_a_turn_once(database, worker, counted, clock):
    workers = [worker() for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(lambda w: w.run_due(counted.jobs[0]), workers)) == 1
    assert [turn.scheduled_at for turn in counted.turns] == [clock.now()]
    (row,) = turn_rows(database)
    assert (row.done, row.error, row.finished_at) == (1, None, clock.now())


def test_ten_runs_of_a_scheduler_run_a_turn_once_until_the_next_is_due(worker, counted, clock):
    for _ in range(10):
        clock.advance(timedelta(seconds=29))
        worker().tend()
    assert len(counted.turns) == 1
    clock.advance(timedelta(seconds=10))
    worker().tend()
    assert len(counted.turns) == 2


def test_a_late_turn_is_run_for_the_instant_it_was_due(worker, counted, clock):
    due = clock.now()
    clock.advance(timedelta(minutes=4, seconds=59))
    worker().tend()
    assert [turn.scheduled_at for turn in counted.turns] == [due]
    assert counted.turns[0].now == clock.now()


def test_jobs_run_in_an_application_context(worker, counted, app):
    from flask import current_app

    counted.meanwhile = lambda turn: current_app.extensions["examprep"] is turn.runtime
    worker().tend()
    assert counted.turns[0].runtime is app.extensions["examprep"]


def test_an_error_is_written_down_and_the_worker_goes_on(database, worker, counted, clock, caplog):
    def fail(turn):
        raise LookupError("no such thing")

    counted.meanwhile = fail
    one = worker()
    one.tend()
    assert turn_rows(database)[0].error == "LookupError: no such thing"
    assert turn_rows(database)[0].finished_at is not None
    assert "job test.count failed" in caplog.text
    counted.meanwhile = lambda turn: 3
    clock.advance(timedelta(minutes=5))
    one.tend()
    assert turn_rows(database)[1].done == 3


class TestDeadWorkers:
    @pytest.fixture
    def dead(self, database, worker, counted, clock):
        """A worker that claimed a turn and was killed."""

        def die(turn):
            raise KeyboardInterrupt

        counted.meanwhile = die
        with pytest.raises(KeyboardInterrupt):
            worker().tend()
        counted.meanwhile = lambda turn: 7
        counted.turns.clear()
        assert turn_rows(database)[0].finished_at is None

    def test_its_turn_is_taken_over_once_after_fifteen_minutes(self, dead, database, worker, counted, clock):
        due = clock.now()
        clock.advance(timedelta(minutes=15))
        worker().tend()
        assert due not in {turn.scheduled_at for turn in counted.turns}
        clock.advance(timedelta(seconds=1))
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda w: w.tend(), [worker() for _ in range(10)]))
        assert [turn.scheduled_at for turn in counted.turns].count(due) == 1
        assert (turn_rows(database)[0].done, turn_rows(database)[0].error) == (7, None)

    def test_of_two_takers_at_one_moment_one_gets_it(self, dead, database, clock):
        clock.advance(timedelta(minutes=16))

        def take(by):
            with database.write() as session:
                taken = turns.take_over(session, by=by, jobs=["test.count"], now=clock.now())
                if by == "first":
                    second.append(pool.submit(take, "second"))
                    time.sleep(0.5)  # the second has looked, and waits for the row the first holds
            return len(taken)

        second = []
        with ThreadPoolExecutor(2) as pool:
            assert take("first") == 1
            assert second[0].result() == 0
        assert turn_rows(database)[0].claimed_by == "first"

    def test_its_turn_is_given_up_after_a_day(self, dead, database, worker, counted, clock):
        due = clock.now()
        clock.advance(timedelta(days=1, seconds=1))
        worker().tend()
        assert due not in {turn.scheduled_at for turn in counted.turns}
        assert turn_rows(database)[0].error == "given up: its workers died"

    def test_a_long_job_that_lives_keeps_its_turn(self, database, worker, counted, clock):
        one, other = worker(), worker()

        def long(turn):
            if len(counted.turns) > 1:
                return 0
            for _ in range(4):
                clock.advance(timedelta(minutes=10))
                one.tend()
                other.tend()
            return 5

        counted.meanwhile = long
        due = clock.now()
        one.run_due(counted.jobs[0])
        assert [turn.scheduled_at for turn in counted.turns].count(due) == 1
        assert turn_rows(database)[0].done == 5


class TestCatchingUp:
    def test_a_new_installation_does_not_begin_with_last_years_work(self, runtime, app):
        yearly = Jobs("0 0 1 1 *")
        Worker(runtime, app, yearly.jobs).tend()
        assert yearly.turns == []

    def test_what_was_missed_while_no_worker_ran_is_run_once(self, runtime, app, clock):
        monthly = Jobs("30 1 1 * *")
        Worker(runtime, app, monthly.jobs).tend()
        assert len(monthly.turns) == 1
        clock.advance(timedelta(days=75))
        for _ in range(2):
            Worker(runtime, app, monthly.jobs).tend()
        assert [f"{turn.scheduled_at:%m-%d}" for turn in monthly.turns] == ["03-31", "05-31"]


def test_old_turns_are_forgotten_but_the_latest_of_each_job(database, runtime, app, worker, clock):
    rare = Jobs("30 1 1 4 *", "test.rare")
    Worker(runtime, app, rare.jobs).tend()
    worker().tend()
    clock.advance(timedelta(days=70))
    for _ in range(2):
        worker().tend()
    assert [(row.job, row.scheduled_at.month) for row in turn_rows(database)] == [("test.rare", 3), ("test.count", 6)]


def test_stopping_tells_the_job_and_takes_no_more(worker, counted):
    one = worker()
    seen = []
    counted.meanwhile = lambda turn: seen.append(turn.stopping()) or one.stop() or seen.append(turn.stopping())
    one.tend()
    assert seen == [False, True]
    assert not one.run_due(counted.jobs[0])
