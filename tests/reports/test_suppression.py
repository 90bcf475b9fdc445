"""What is hidden stays hidden: an attacker with linear programming against random tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.bureau.rules.tables import ALL, FIGURES, LEVELS, Block, Unit, lay
from examprep.reports.rules.flows import Cells
from examprep.reports.rules.suppression import suppress
from tests.reports.attack import Attacker, check

THRESHOLDS = (3, 10)


def block_of(kind: str, tree: dict[str, tuple[str, ...]], leaf_counts: dict[tuple[str, str], tuple[int, ...]]) -> Block:
    """A block from the counts of its lowest units."""
    units: list[Unit] = []
    counts = {}

    def walk(unit: str, depth: int) -> dict[str, tuple[int, ...]]:
        units.append(Unit(unit, unit, depth, tree.get(unit, ())))
        below = [walk(part, depth + 1) for part in tree.get(unit, ())]
        found = {
            level: tuple(map(sum, zip(*(each[level] for each in below), strict=True)))
            if below
            else leaf_counts[unit, level]
            for level in LEVELS
        }
        for level, figures in found.items():
            counts.update({(unit, level, figure): count for figure, count in zip(FIGURES[kind], figures, strict=True)})
        return found

    walk("top", 0)
    return Block(kind, "2023", units, counts)


def published(block: Block, threshold: int, known=frozenset()):
    """(what is published, every count, the answer)."""
    laid = lay(block, threshold=threshold, known=known)
    hidden = suppress(laid.cells, threshold=threshold, small=laid.small, near=laid.near)
    truth = dict(zip(laid.keys, laid.cells.values, strict=True))
    shown = {key: truth[key] for at, key in enumerate(laid.keys) if at in laid.printed and at not in hidden.places}
    return shown, truth, hidden


@st.composite
def blocks(draw) -> Block:
    kind = draw(st.sampled_from(("exams", "holders")))
    tree: dict[str, tuple[str, ...]] = {}
    leaves = []
    middle = tuple(f"m{n}" for n in range(draw(st.integers(0, 4))))
    if middle:
        tree["top"] = middle
    for unit in middle or ("top",):
        parts = tuple(f"{unit}.{n}" for n in range(draw(st.integers(0, 4)))) if middle else ()
        if parts:
            tree[unit] = parts
        leaves += parts or (unit,)
    size = st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 60), st.integers(20, 900))
    counts = {}
    for leaf in leaves:
        for level in LEVELS:
            registered = draw(size)
            if kind == "holders":
                counts[leaf, level] = (registered,)
                continue
            sat = draw(st.integers(0, registered))
            counts[leaf, level] = (registered, sat, draw(st.integers(0, sat)))
    return block_of(kind, tree, counts)


@settings(max_examples=60)
@given(blocks(), st.sampled_from(THRESHOLDS))
def test_no_hidden_count_can_be_bounded_closer_than_the_threshold(block, threshold):
    shown, truth, hidden = published(block, threshold)
    assert not hidden.exposed
    check(block, shown, truth, threshold)


COUNTY = {
    (f"c{n}", level): counts
    for n, row in enumerate(
        (
            ((138, 117, 36), (42, 35, 11), (0, 0, 0)),
            ((402, 345, 68), (119, 102, 22), (3, 2, 0)),
            ((60, 50, 20), (30, 25, 4), (0, 0, 0)),
        )
    )
    for level, counts in zip(LEVELS, row, strict=True)
}
TREE = {"top": ("c0", "c1", "c2")}


def test_a_small_count_is_hidden_and_so_is_what_would_give_it_away():
    shown, truth, hidden = published(block_of("exams", TREE, COUNTY), 10)
    assert ("c2", "SW", "passed") not in shown  # 4 passed
    assert ("c0", "SW", "registered") not in shown or ("c0", "SW", "sat") not in shown  # 7 did not sit
    assert shown["c0", "SSW", "registered"] == 0  # nobody registered: nobody is told of
    assert shown["top", ALL, "registered"] == truth["top", ALL, "registered"]
    assert hidden.for_whom


def test_the_attacker_finds_a_count_that_lacks_its_complement():
    """The test itself is believed only if it fails where a single count is hidden."""
    block = block_of("exams", TREE, COUNTY)
    laid = lay(block, threshold=10)
    truth = dict(zip(laid.keys, laid.cells.values, strict=True))
    secret = ("c2", "SW", "passed")
    everything_else = {key: truth[key] for at, key in enumerate(laid.keys) if at in laid.printed and key != secret}
    low, high = Attacker(block, everything_else).bounds(secret)
    assert (round(low), round(high)) == (4, 4)
    with pytest.raises(AssertionError):
        check(block, everything_else, truth, 10)


def test_what_is_known_already_is_never_the_complement():
    block = block_of("exams", TREE, COUNTY)
    shown, truth, _ = published(block, 10)
    known = frozenset(shown)
    again, _, hidden = published(block, 10, known)
    assert again == shown
    assert not hidden.exposed
    check(block, again, truth, 10, [shown])


def test_what_nothing_can_protect_is_named():
    """Nine of ten are known to all: the tenth cannot be hidden any more."""
    cells = Cells([14, 4, 10], [(0, [1, 2])], frozenset({0, 2}), [1.0, 1.0, 1.0])
    assert suppress(cells, threshold=10, small=[1]).exposed == {1}


def test_the_answer_is_always_the_same():
    block = block_of("exams", TREE, COUNTY)
    assert published(block, 10)[0] == published(block, 10)[0]
