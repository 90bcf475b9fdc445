"""Which counts of tables that are published together must be hidden, and enough others that none can be worked out.

A count is safe when all that is published leaves it room: a *small* one (under the threshold) may be 0 and may be
more than the threshold; any other hidden one has a room at least as wide as the threshold. The counts that nobody
prints but everybody can subtract (who sat and did not pass) are cells like the others, so a rate tells no small count
either. Hiding is chosen by the cheapest flow for one count after the other; every flow is kept as the proof.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from examprep.reports.rules.flows import TOLERANCE, Cells, Flows, Reach


@dataclass(frozen=True)
class Hidden:
    """The places to hide. ``for_whom``: of a place hidden only for another's sake, that other.

    ``exposed`` are places that no hiding can protect, because what is known already gives them away.
    """

    places: frozenset[int]
    for_whom: dict[int, int] = field(default_factory=dict)
    exposed: frozenset[int] = frozenset()


def suppress(
    cells: Cells,
    *,
    threshold: int,
    small: Iterable[int],
    others: Iterable[int] = (),
    near: Sequence[frozenset[int]] = (),
) -> Hidden:
    """Hide the ``small`` places, the ``others`` that must be hidden for another reason, and what protects them.

    ``near``: sets of places that lie close together and do not overlap; what protects a place is sought there first,
    which is far quicker than in the whole. Deterministic: the same cells give the same answer.
    """
    search = _Search(cells, threshold, frozenset(small), set(others), near)
    search.run()
    return Hidden(frozenset(search.hidden), search.for_whom, frozenset(search.exposed))


@dataclass
class _Search:
    cells: Cells
    threshold: int
    small: frozenset[int]
    others: set[int]
    near: Sequence[frozenset[int]]
    for_whom: dict[int, int] = field(default_factory=dict)
    exposed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hidden = {place for place in (*self.small, *self.others) if self.cells.costs[place] > 0}
        every = frozenset(range(len(self.cells.values)))
        parts = [Flows(replace(self.cells, fixed=self.cells.fixed | (every - places))) for places in self.near]
        self.around = {place: flows for flows in parts for place in flows.moving}
        self.whole = Flows(self.cells)
        self.reach = Reach.of(self.cells.values)
        self._release(self.hidden)

    def run(self) -> None:
        # The scarcest first: what has least beside it in its sums leaves the least choice.
        for place in sorted(self.small, key=lambda at: (-self.cells.values[at], at)):
            self._need(place, -self.cells.values[place])
            self._need(place, self.threshold + 1 - self.cells.values[place])
        done: set[int] = set()
        while left := sorted(self.hidden - self.small - done):
            for place in left:
                self._widen(place)
                done.add(place)

    def _need(self, place: int, by: float) -> None:
        wanted = self.cells.values[place] + by
        if self.reach.low[place] - TOLERANCE <= wanted <= self.reach.high[place] + TOLERANCE:
            return
        self._take(place, self._shift(place, by))

    def _widen(self, place: int) -> None:
        missing = self.threshold - (self.reach.high[place] - self.reach.low[place])
        if missing <= TOLERANCE:
            return
        up = self.reach.high[place] - self.cells.values[place] + missing
        down = self.reach.low[place] - self.cells.values[place] - missing
        moves = self._shift(place, up)
        self._take(place, moves if moves is not None else self._shift(place, down))

    def _shift(self, place: int, by: float) -> dict[int, float] | None:
        around = self.around.get(place)
        moves = around.shift(place, by) if around else None
        return moves if moves is not None else self.whole.shift(place, by)

    def _release(self, places: Iterable[int]) -> None:
        self.whole.release(places)
        for place in places:
            if place in self.around:
                self.around[place].release((place,))

    def _take(self, place: int, moves: dict[int, float] | None) -> None:
        if moves is None:
            self.exposed.add(place)
            return
        fresh = {at for at in moves if self.cells.costs[at] > 0} - self.hidden
        self.for_whom.update(dict.fromkeys(fresh, place))
        self.hidden |= fresh
        self._release(fresh)
        self.reach.learn(self.cells.values, moves)
