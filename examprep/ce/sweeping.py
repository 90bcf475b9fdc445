"""Going through all persons in short transactions: read a range, write only what is otherwise than it is kept."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from time import monotonic

from examprep.ce import counting, standing_store, store
from examprep.plumbing.db import Database

PERSONS_AT_ONCE = 100_000  # are read, which locks nothing
WRITTEN_AT_FIRST, WRITTEN_LEAST, WRITTEN_MOST = 200, 10, 2_000  # in one transaction
LOCKED_SECONDS = 0.06  # that a transaction is to last: whoever waits for it feels nothing


class Pace:
    """How many persons are written in one transaction: as many as the ones before say are done in a moment."""

    def __init__(self) -> None:
        self.size = WRITTEN_AT_FIRST

    def parts(self, person_ids: Sequence[int]) -> Iterator[Sequence[int]]:
        """Parts to be written by one transaction each, which begins and ends before the next part is asked for."""
        done = 0
        while done < len(person_ids):
            part = person_ids[done : done + self.size]
            began = monotonic()
            yield part
            done += len(part)
            self._learn(len(part), monotonic() - began)

    def _learn(self, written: int, seconds: float) -> None:
        # A small part says little of a large one, since every transaction takes a while in itself.
        most = 2 * self.size if written == self.size else self.size
        fitting = int(written * LOCKED_SECONDS / max(seconds, 0.001))
        self.size = max(WRITTEN_LEAST, min(fitting, most, WRITTEN_MOST))


def sweep(database: Database, *, today: date, stopping: Callable[[], bool] = lambda: False) -> int:
    """Bring every open period of everybody up to date; returns how many standings were written.

    What lines come to is kept with each line, so a night reads who owes what; lines only of whom something changed.
    Late, twice or stopped in between is all the same: the next turn writes what still differs.
    """
    with database.read() as session:
        cuts = counting.open_cuts(store.versions(session), today)
        ranges = counting.id_ranges(session, PERSONS_AT_ONCE)
    written, pace = 0, Pace()
    for cut in cuts:
        for first, last in ranges:
            if stopping():
                return written
            with database.read() as session:
                standing_store.in_bulk(session)
                changed, gone = standing_store.stale(session, cut, first, last)
                if changed or gone:
                    standing_store.ready(session, cut, prune=bool(gone))
            for persons, prune in ((changed, False), (gone, True)):
                for part in pace.parts(persons):
                    if stopping():
                        return written
                    with database.write() as session:
                        counting.recount_sweep(session, cut, part, prune=prune)
                    written += len(part)
    return written
