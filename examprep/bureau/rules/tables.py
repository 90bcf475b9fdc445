"""What is published of one year: units, levels and figures as cells that add up, for the suppression to judge.

A *block* holds everything that adds up together: the units of a tree, each with its parts; the three levels and all
of them; the figures of the exam, or the holders of one day. Two blocks are bound by time only, which `judging` sees to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from examprep.reports.rules.flows import Cells
from examprep.syllabus.rules.levels import LEVELS

ALL = "all"
REGISTERED, SAT, PASSED, HOLDERS = "registered", "sat", "passed", "holders"
# Never printed, but everybody can subtract: did not sit, sat and did not pass, did not pass.
ABSENT, FAILED, UNPASSED = "absent", "failed", "unpassed"
FIGURES = {"exams": (REGISTERED, SAT, PASSED), "registrations": (REGISTERED,), "holders": (HOLDERS,)}
_SUMS = {"exams": ((REGISTERED, (SAT, ABSENT)), (SAT, (PASSED, FAILED)), (UNPASSED, (FAILED, ABSENT)))}
_WORTH = {REGISTERED: 4.0, HOLDERS: 4.0, PASSED: 5.0, SAT: 1.0}

Key = tuple[str, str, str]  # unit, level, figure


@dataclass(frozen=True)
class Unit:
    """One unit of the table. ``parts`` are the units it is the sum of, the persons filed at itself among them.

    ``printed`` is false of a unit that is not in this table but in one that was published before, and adds up with it.
    """

    id: str
    name: str
    depth: int
    parts: tuple[str, ...] = ()
    printed: bool = True


@dataclass(frozen=True)
class Block:
    """One exam year, or the holders of one day. ``counts``: by unit, single level and figure; what is missing is 0."""

    kind: str  # of `FIGURES`
    period: str  # "2023" of an exam year, "2025-12-31" of holders on a day
    units: Sequence[Unit]
    counts: Mapping[Key, int]

    @property
    def figures(self) -> tuple[str, ...]:
        return FIGURES[self.kind]


@dataclass(frozen=True)
class Laid:
    """A block laid out as cells. ``keys`` names the places; ``printed`` are those a reader would see."""

    keys: tuple[Key, ...]
    cells: Cells
    printed: frozenset[int]
    small: frozenset[int]
    near: tuple[frozenset[int], ...]  # the units of one whole, of which the smallest tables are made
    place: Mapping[Key, int] = field(repr=False)


def lay(block: Block, *, threshold: int, known: frozenset[Key] = frozenset()) -> Laid:
    """The block as cells. ``known``: what was published before and is still so; hiding it would help nobody.

    Where nobody registered, or nobody holds a certificate, the count is no person's: it is printed as 0.
    """
    values = values_of(block)
    keys = tuple(values)
    place = {key: at for at, key in enumerate(keys)}
    base = block.figures[0]
    nobody = {key for key in keys if values[key[0], key[1], base] == 0}
    fixed = frozenset(place[key] for key in keys if key in nobody or key in known)
    shown = {unit.id for unit in block.units if unit.printed}
    printed = frozenset(place[key] for key in keys if key[2] in block.figures and key[0] in shown)
    costs = [_cost(block, key, values[key]) if place[key] in printed else 0.0 for key in keys]
    sums = [(place[whole], [place[part] for part in parts]) for whole, parts in _sums(block)]
    cells = Cells([values[key] for key in keys], sums, fixed, costs)
    small = frozenset(place[key] for key in keys if values[key] < threshold and place[key] not in fixed)
    return Laid(keys, cells, printed, small, _near(block, keys), place)


def _near(block: Block, keys: Sequence[Key]) -> tuple[frozenset[int], ...]:
    leaves = {unit.id for unit in block.units if not unit.parts}
    families = [leaves.intersection(unit.parts) for unit in block.units if unit.parts]
    return tuple(
        frozenset(at for at, key in enumerate(keys) if key[0] in family) for family in families if len(family) > 1
    )


def values_of(block: Block) -> dict[Key, int]:
    """Every count of the block: those printed, all levels together, and what can be subtracted."""
    values: dict[Key, int] = {}
    for unit in block.units:
        for level in (ALL, *LEVELS):
            levels = LEVELS if level == ALL else (level,)
            row = {
                figure: sum(block.counts.get((unit.id, one, figure), 0) for one in levels) for figure in block.figures
            }
            if block.kind == "exams":
                row[ABSENT] = row[REGISTERED] - row[SAT]
                row[FAILED] = row[SAT] - row[PASSED]
                row[UNPASSED] = row[REGISTERED] - row[PASSED]
            values |= {(unit.id, level, figure): count for figure, count in row.items()}
    return values


def _sums(block: Block) -> Iterator[tuple[Key, list[Key]]]:
    figures = (*block.figures, *((ABSENT, FAILED, UNPASSED) if block.kind == "exams" else ()))
    for unit in block.units:
        for level in (ALL, *LEVELS):
            for whole, parts in _SUMS.get(block.kind, ()):
                yield (unit.id, level, whole), [(unit.id, level, part) for part in parts]
        for figure in figures:
            yield (unit.id, ALL, figure), [(unit.id, level, figure) for level in LEVELS]
            if unit.parts:
                for level in (ALL, *LEVELS):
                    yield (unit.id, level, figure), [(part, level, figure) for part in unit.parts]


def _cost(block: Block, key: Key, value: int) -> float:
    """What a reader loses: totals and the count of those who passed are missed most, then large counts."""
    unit, level, figure = key
    depth = next(other.depth for other in block.units if other.id == unit)
    return _WORTH[figure] * (3.0 if level == ALL else 1.0) * {0: 5.0, 1: 2.0}.get(depth, 1.0) * (1.0 + len(str(value)))
