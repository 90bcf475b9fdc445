"""Going through all persons in short transactions: read a range, write only what is otherwise than it is kept."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from examprep.ce import counting, standing_store, store
from examprep.plumbing.db import Database

PERSONS_AT_ONCE = 50_000  # are read, which locks nothing
WRITTEN_AT_ONCE = 200  # so that no lock lasts: one transaction for each


def sweep(database: Database, *, today: date, stopping: Callable[[], bool] = lambda: False) -> int:
    """Bring every open period of everybody up to date; returns how many standings were written.

    What lines come to is kept with each line, so a night reads who owes what; lines only of whom something changed.
    Late, twice or stopped in between is all the same: the next turn writes what still differs.
    """
    with database.read() as session:
        cuts = counting.open_cuts(store.versions(session), today)
        ranges = counting.id_ranges(session, PERSONS_AT_ONCE)
    written = 0
    for cut in cuts:
        for first, last in ranges:
            if stopping():
                return written
            with database.read() as session:
                standing_store.alone(session)
                stale = standing_store.stale(session, cut, first, last)
            for part in parts(stale):
                with database.write() as session:
                    counting.recount_sweep(session, cut, part)
            written += len(stale)
    return written


def parts(person_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(person_ids), WRITTEN_AT_ONCE):
        yield person_ids[start : start + WRITTEN_AT_ONCE]
