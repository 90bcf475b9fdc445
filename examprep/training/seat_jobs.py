"""Passing seats on when nobody looks: offers that are over, kept seats that are released."""

from examprep.kernel.clock import office_day
from examprep.plumbing.jobs import Job, JobTurn
from examprep.training import enrolling, seat_store


def pass_on(turn: JobTurn) -> int:
    """Settle each class in which something is due, in a transaction of its own; returns how many seats went on.

    Whoever looks at a class settles it too, so a late turn loses nobody a seat.
    """
    database, moved = turn.runtime.database, 0
    with database.read() as session:
        due = seat_store.classes_to_settle(session, turn.now, office_day(turn.now))
    for class_id in due:
        if turn.stopping():
            break
        with database.write() as session:
            moved += enrolling.pass_on(session, class_id, now=turn.now)
    return moved


JOBS = (Job("training.pass-seats-on", "*/5 * * * *", pass_on),)
