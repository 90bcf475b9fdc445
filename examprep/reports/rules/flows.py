"""How far hidden counts can move while everything that is published stays as it is: linear programs over one system.

Source: S. Kelly, B. Golden, A. Assad (1992), "Cell suppression: disclosure protection for sensitive tabular data",
Networks 22, 397-417: a hidden count is protected as far as some flow through hidden cells can shift it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Cells:
    """Counts that are not negative, and what everybody knows between them.

    ``sums``: (whole, parts) as places among ``values``: the whole is the sum of its parts. ``fixed``: places whose
    count everybody knows whatever is published. ``costs``: what hiding a place loses; 0 for a count that is never
    published and can only be worked out.
    """

    values: Sequence[int]
    sums: Sequence[tuple[int, Sequence[int]]]
    fixed: frozenset[int] = frozenset()
    costs: Sequence[float] = ()


def _highspy() -> Any:
    """The library, loaded when somebody publishes and not before."""
    import highspy

    return highspy


@dataclass
class Reach:
    """Up to where each count was seen to move, given what is hidden; it only ever widens."""

    low: list[float]
    high: list[float]

    @classmethod
    def of(cls, values: Sequence[int]) -> "Reach":
        return cls([float(value) for value in values], [float(value) for value in values])

    def learn(self, values: Sequence[int], moves: Mapping[int, float]) -> None:
        """Take in one possible world."""
        for place, move in moves.items():
            self.low[place] = min(self.low[place], values[place] + move)
            self.high[place] = max(self.high[place], values[place] + move)


@dataclass
class Flows:
    """The linear program, kept between questions so that each starts where the last ended."""

    cells: Cells
    moving: list[int] = field(init=False)  # the places that are not fixed, in the order of their two columns

    def __post_init__(self) -> None:
        self._library = highspy = _highspy()
        self.moving = [at for at in range(len(self.cells.values)) if at not in self.cells.fixed]
        self._column = {place: 2 * order for order, place in enumerate(self.moving)}
        # The class of its Python layer greets on the console when it is made; the one beneath is silent.
        self._program = program = highspy._core._Highs()
        program.setOptionValue("output_flag", False)
        program.setOptionValue("threads", 1)
        for place in self.moving:
            cost = self.cells.costs[place] if self.cells.costs else 0.0
            program.addVar(0.0, highspy.kHighsInf)  # by how much the count rises
            program.addVar(0.0, float(self.cells.values[place]))  # by how much it falls: at most to nothing
            for column in (self._column[place], self._column[place] + 1):
                program.changeColCost(column, cost)
        for whole, parts in self.cells.sums:
            self._relate(whole, parts)

    def _relate(self, whole: int, parts: Sequence[int]) -> None:
        columns: list[int] = []
        signs: list[float] = []
        for place, sign in [(whole, -1.0), *((part, 1.0) for part in parts)]:
            if place in self._column:
                columns += [self._column[place], self._column[place] + 1]
                signs += [sign, -sign]
        if columns:
            self._program.addRow(0.0, 0.0, len(columns), columns, signs)

    def release(self, places: Iterable[int]) -> None:
        """These are hidden from now on: moving them costs nothing more."""
        for place in places:
            if place in self._column:
                for column in (self._column[place], self._column[place] + 1):
                    self._program.changeColCost(column, 0.0)

    def shift(self, place: int, by: float) -> dict[int, float] | None:
        """The cheapest flow that moves one count by so much, as moves by place; ``None`` where none does."""
        if place not in self._column or by < -self.cells.values[place]:
            return None
        up, down = self._column[place], self._column[place] + 1
        self._bound(up, max(by, 0.0), max(by, 0.0))
        self._bound(down, max(-by, 0.0), max(-by, 0.0))
        self._program.run()
        found = self._program.getModelStatus() == self._library.HighsModelStatus.kOptimal
        moves = self._moves() if found else None
        self._bound(up, 0.0, self._library.kHighsInf)
        self._bound(down, 0.0, float(self.cells.values[place]))
        return moves

    def _bound(self, column: int, low: float, high: float) -> None:
        self._program.changeColBounds(column, low, high)

    def _moves(self) -> dict[int, float]:
        solution = self._program.getSolution().col_value
        found = {}
        for place in self.moving:
            move = solution[self._column[place]] - solution[self._column[place] + 1]
            if abs(move) > TOLERANCE:
                found[place] = move
        return found
