"""An attacker who reads everything that is published and computes, by linear programming, what it says of the rest.

Written from the tables' meaning and not from the product's cells: the unknowns are the persons of one lowest unit,
one level and one fate (passed, failed, absent), which nobody publishes.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from examprep.bureau.rules.tables import ALL, HOLDERS, LEVELS, Block, Key

FATES = {
    "registered": ("passed", "failed", "absent"),
    "sat": ("passed", "failed"),
    "passed": ("passed",),
    "failed": ("failed",),
    "absent": ("absent",),
    "unpassed": ("failed", "absent"),
    HOLDERS: (HOLDERS,),
}


class Attacker:
    """Knows the tree of units and every published count; asks for the least and the most of any other."""

    def __init__(
        self, block: Block, published: Mapping[Key, int], remembered: Iterable[Mapping[Key, int]] = ()
    ) -> None:
        self.units = {unit.id: unit for unit in block.units}
        fates = (HOLDERS,) if block.kind == "holders" else ("passed", "failed", "absent")
        leaves = [unit.id for unit in block.units if not unit.parts]
        atoms = ((leaf, level, fate) for leaf in leaves for level in LEVELS for fate in fates)
        self.atoms = {atom: at for at, atom in enumerate(atoms)}
        told = [*published.items(), *(item for earlier in remembered for item in earlier.items())]
        self.matrix = csr_matrix(np.array([self._row(key) for key, _ in told]).reshape(len(told), len(self.atoms)))
        self.right = np.array([count for _, count in told], dtype=float)

    def bounds(self, key: Key) -> tuple[float, float]:
        """The least and the most that the count can be."""
        row = self._row(key)
        return self._least(row), -self._least(-row)

    def _least(self, row: np.ndarray) -> float:
        found = linprog(row, A_eq=self.matrix, b_eq=self.right, bounds=(0, None), method="highs")
        if found.status == 3:
            return -np.inf
        assert found.status == 0, found.message
        return float(found.fun)

    def _row(self, key: Key) -> np.ndarray:
        unit, level, figure = key
        row = np.zeros(len(self.atoms))
        for leaf in self._leaves(unit):
            for one in LEVELS if level == ALL else (level,):
                for fate in FATES[figure]:
                    row[self.atoms[leaf, one, fate]] += 1
        return row

    def _leaves(self, unit: str) -> list[str]:
        parts = self.units[unit].parts
        return [leaf for part in parts for leaf in self._leaves(part)] if parts else [unit]


def check(block: Block, published: Mapping[Key, int], truth: Mapping[Key, int], threshold: int, remembered=()) -> int:
    """That no count which is not published can be bounded closer than the threshold; how many were attacked.

    A small one (under the threshold, of a group that is not empty) may be 0 and may be more than the threshold; any
    other printed one that is hidden has a room at least as wide as the threshold.
    """
    public = {key for told in (published, *remembered) for key in told}
    attacker, tried = Attacker(block, published, remembered), 0
    base = block.figures[0]
    for key, count in truth.items():
        if key in public or truth[key[0], key[1], base] == 0:
            continue
        if count >= threshold and key[2] not in block.figures:
            continue
        low, high = attacker.bounds(key)
        tried += 1
        if count < threshold:
            assert low <= 1e-5, (key, count, low, high)
            assert high >= threshold + 1 - 1e-5, (key, count, low, high)
        else:
            assert high - low >= threshold - 1e-5, (key, count, low, high)
    return tried
