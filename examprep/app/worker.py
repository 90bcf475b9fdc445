"""The worker: APScheduler says when, the database says who. Any number of workers may run.

Each job has its cron; every half minute the worker also renews what it runs, takes over what dead workers left, and
catches up turns that nobody claimed because no worker, or no database, was there.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from secrets import token_hex

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from examprep.app import turns
from examprep.app.cron import cron_trigger, last_due
from examprep.app.turns import Turn
from examprep.kernel.clock import OFFICE_ZONE
from examprep.kernel.registry import Registry
from examprep.plumbing.jobs import Job, JobTurn, worker_name
from examprep.plumbing.runtime import Runtime

log = logging.getLogger(__name__)

TEND_SECONDS = 30
PRUNE_EVERY = timedelta(hours=6)
JOBS_AT_ONCE = 4


class Worker:
    """Runs the jobs of one installation until it is stopped.

    Raises:
        ValueError: a job's cron cannot be read, or two jobs share a name.
    """

    def __init__(self, runtime: Runtime, app: Flask, jobs: Iterable[Job]) -> None:
        self.runtime, self.app, self.jobs = runtime, app, Registry(*jobs)
        self.name = f"{worker_name()}/{token_hex(3)}"  # a process id comes back after a restart; this does not
        self._triggers = {job.name: cron_trigger(job.cron) for job in self.jobs}
        self._stopping = threading.Event()
        self._running: set[int] = set()
        self._pruned_at = runtime.clock.now() - PRUNE_EVERY
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begin in threads of its own."""
        scheduler = BackgroundScheduler(
            timezone=OFFICE_ZONE,
            executors={"default": ThreadPoolExecutor(JOBS_AT_ONCE), "tending": ThreadPoolExecutor(1)},
            # Late is never too late; several missed turns are one.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in self.jobs:
            scheduler.add_job(self.run_due, self._triggers[job.name], args=[job], id=job.name)
        scheduler.add_job(
            self.tend,
            IntervalTrigger(seconds=TEND_SECONDS),
            id="tend",
            executor="tending",
            next_run_time=self.runtime.clock.now(),
        )
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """Take no more turns; jobs that run end after the item they are at."""
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)

    def run_due(self, job: Job) -> bool:
        """Run the job's latest due turn unless somebody has it; whether this worker ran it."""
        now = self.runtime.clock.now()
        due = last_due(self._triggers[job.name], now)
        if due is None or self._stopping.is_set():
            return False
        turn = turns.claim(self.runtime.database, job.name, due, by=self.name, now=now)
        if turn is not None:
            self._run(job, turn)
        return turn is not None

    def run_missed(self) -> int:
        """Run every job whose latest due turn nobody claimed; how many this worker ran."""
        return sum(self.run_due(job) for job in self._missed())

    def tend(self) -> None:
        """Renew, take over, catch up, prune. A fault of the database is for the next time."""
        try:
            now = self.runtime.clock.now()
            with self.runtime.database.write() as session:
                turns.renew(session, tuple(self._running), by=self.name, now=now)
                taken = turns.take_over(session, by=self.name, jobs=self.jobs.names, now=now)
                if now - self._pruned_at >= PRUNE_EVERY:
                    turns.prune(session, now=now)
                    self._pruned_at = now
            for turn in taken:
                self._elsewhere(self._run, self.jobs[turn.job], turn)
            for job in self._missed():
                self._elsewhere(self.run_due, job)
        except Exception:
            log.exception("the worker could not look after its turns")

    def _missed(self) -> list[Job]:
        now = self.runtime.clock.now()
        found = []
        with self.runtime.database.read() as session:
            for job in self.jobs:
                due = last_due(self._triggers[job.name], now)
                if due is not None and turns.missed(session, job.name, due, now=now):
                    found.append(job)
        return found

    def _elsewhere(self, run: Callable[..., object], *args: object) -> None:
        """Run in a thread of the jobs', so that tending goes on; at once where there is no scheduler."""
        if self._scheduler is None:
            run(*args)
        else:
            self._scheduler.add_job(run, args=args)

    def _run(self, job: Job, turn: Turn) -> None:
        """Run a turn that is ours; an error is written down and logged, and the worker goes on."""
        clock, database = self.runtime.clock, self.runtime.database
        self._running.add(turn.id)
        done, error = None, None
        try:
            with self.app.app_context():
                done = job.run(JobTurn(self.runtime, turn.scheduled_at, clock.now(), self._stopping.is_set))
        except Exception as problem:
            log.exception("job %s failed", job.name)
            error = f"{type(problem).__name__}: {problem}"[:1000]
        finally:
            self._running.discard(turn.id)
        with database.write() as session:
            turns.finish(session, turn, by=self.name, done=done, error=error, now=clock.now())
        if done:
            log.info("job %s did %s", job.name, done)


def work(worker: Worker, stopped: Callable[[], bool], *, parent: int | None = None) -> None:
    """Run until ``stopped`` or, for a worker inside ``serve``, its parent process is gone."""
    worker.start()
    try:
        while not stopped() and (parent is None or os.getppid() == parent):
            time.sleep(0.2)
    finally:
        worker.stop()
