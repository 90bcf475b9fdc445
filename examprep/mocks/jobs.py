"""Mocks while nobody looks: what the clock ends, and what practice may learn from once keys are open."""

from examprep.mocks import sitting, store
from examprep.plumbing.jobs import Job, JobTurn


def end_due(turn: JobTurn) -> int:
    """End every attempt whose time is up, each in a transaction of its own; safe to repeat."""
    database = turn.runtime.database
    with database.read() as session:
        ids = store.due(session, turn.now)
    done = 0
    for attempt_id in ids:
        if turn.stopping():
            break
        with database.write() as session:
            done += sitting.catch_up(session, attempt_id, now=turn.now)
    return done


JOBS = (Job("mocks.end", "* * * * *", end_due),)
