"""Keeping standings as time passes and certificates change; telling of what is missing, and what follows from it."""

from datetime import timedelta

from examprep.ce import counting, editing, enforcing, policies, reminding, standings, sweeping
from examprep.ce.rules.consequences import governing
from examprep.kernel.clock import office_day
from examprep.plumbing.jobs import Job, JobTurn
from examprep.register import actions as register

PERSONS_AT_ONCE = 10_000
FOLLOWED = timedelta(minutes=10)  # how far back changes of certificates are looked for, each minute


def sweep(turn: JobTurn) -> int:
    """Every night: all standings of open periods, as the new day finds them."""
    return sweeping.sweep(turn.runtime.database, today=office_day(turn.now), stopping=turn.stopping)


def follow_register(turn: JobTurn) -> int:
    """Every minute: the standings of whoever's certificates changed, since the register knows nothing of hours.

    It looks back further than a minute, because a transaction may end later than it says; the sweep has the rest.
    After a requirement was changed, it is a sweep.
    """
    database, today = turn.runtime.database, office_day(turn.now)
    with database.read() as session:
        edited = editing.changed_since(session, turn.now - FOLLOWED)
        changed = register.changed_since(session, turn.now - FOLLOWED)
    if edited:
        return sweep(turn)
    for part in sweeping.Pace().parts(sorted(changed)):
        if turn.stopping():
            break
        with database.write() as session:
            counting.recount(session, part, today=today)
    return len(changed)


def remind(turn: JobTurn) -> int:
    """Every morning: whoever is short, by the plan of each requirement; on the first of a month, their officers."""
    database, today = turn.runtime.database, office_day(turn.now)
    with database.read() as session:
        ranges = counting.id_ranges(session, PERSONS_AT_ONCE)
    queued = reminding.remind(turn, ranges, today)
    if today.day == 1 and not turn.stopping():
        with database.write() as session:
            queued += reminding.digest(session, today, turn.now)
    return queued


def enforce(turn: JobTurn) -> int:
    """Every night after the sweep: cases of periods that closed short, and who is told of them."""
    database = turn.runtime.database
    with database.read() as session:
        ranges = counting.id_ranges(session, PERSONS_AT_ONCE)
        asked = {v.code: v for v in standings.versions(session) if v.measure == "each"}.values()
        known = policies.all_policies(session)
    governed = [(each, governing(known, each.code, office_day(turn.now))) for each in asked]
    changed = 0
    for persons in ranges:
        if turn.stopping():
            return changed
        with database.write() as session:
            changed += enforcing.settle(session, persons, now=turn.now)
            for each, policy in governed:
                changed += enforcing.follow(session, each, policy, persons, now=turn.now)
    for each, policy in governed:
        with database.write() as session:
            changed += enforcing.tell(session, each, policy, now=turn.now)
    return changed


JOBS = (
    Job("ce.sweep", "10 0 * * *", sweep),
    Job("ce.follow-register", "* * * * *", follow_register),
    Job("ce.enforce", "40 0 * * *", enforce),
    Job("ce.remind", "0 9 * * *", remind),
)
