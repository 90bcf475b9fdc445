"""Pairing learners with mentors at two sizes, against the greedy way: each in turn takes the cheapest place left.

People and wishes are drawn with a fixed seed. The control looks at the same costs; what it leaves on the table is the
difference in points and in learners without a mentor.
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from examprep.training.rules.pairing import UNPAIRED, WEEK, Learner, Mentor, cost, propose
from tests.bench.timing import Taken, timed

SIZES, PLACES, CHAPTERS = ((125, 25), (500, 100)), 50, 20
BUDGET_SECONDS = 5.0


@dataclass(frozen=True)
class Measured:
    learners: int
    taken: Taken
    greedy: Taken
    points: int
    greedy_points: int


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--places", type=int, default=PLACES, help="places of each mentor")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when the larger is paired within its budget, and never dearer than greedily."""
    measured = [measure(learners, mentors, asked.places) for learners, mentors in SIZES]
    print("learners  mentors  assignment  greedy  ratio  points  greedily")
    for each, (learners, mentors) in zip(measured, SIZES, strict=True):
        ratio = each.taken.processor / each.greedy.processor
        print(
            f"{learners:8} {mentors:8} {each.taken.processor:9.2f} s {each.greedy.processor:5.2f} s {ratio:6.2f} "
            f"{each.points:7} {each.greedy_points:9}"
        )
    small, large = measured
    pairs = SIZES[1][0] * SIZES[1][1] / (SIZES[0][0] * SIZES[0][1])
    exponent = log(large.taken.processor / small.taken.processor) / log(pairs)
    print(f"grows as (learners × mentors) to the power of {exponent:.2f}")
    within = large.taken.processor <= BUDGET_SECONDS
    return 0 if within and all(each.points <= each.greedy_points for each in measured) else 1


def measure(learners: int, mentors: int, places: int) -> Measured:
    draw = random.Random(learners)
    able = [_mentor(draw, number, places) for number in range(mentors)]
    asking = [_learner(draw, 10_000 + number) for number in range(learners)]
    propose(able[:1], asking[:1])  # what is imported only here is not what is measured
    taken, greedy = Taken(), Taken()
    with timed(taken):
        best = propose(able, asking)
    with timed(greedy):
        by_turns = greedily(able, asking)
    chosen = {each.learner_id: each.mentor_id for each in best}
    return Measured(learners, taken, greedy, points(able, asking, chosen), points(able, asking, by_turns))


def _mentor(draw: random.Random, number: int, places: int) -> Mentor:
    strong = frozenset(draw.sample(range(CHAPTERS), draw.randint(0, 5)))
    times = frozenset(draw.sample(WEEK, draw.randint(0, 4)))
    return Mentor(
        number, draw.randrange(60), _region(draw), draw.randint(1, 2), places, draw.randint(0, 3), strong, times
    )


def _learner(draw: random.Random, number: int) -> Learner:
    times = frozenset(draw.sample(WEEK, draw.randint(0, 4)))
    return Learner(number, draw.randrange(60), _region(draw), draw.randint(1, 2), draw.randrange(CHAPTERS), times)


def _region(draw: random.Random) -> str:
    return f"52{draw.randint(1, 3):02}{draw.randint(1, 5):02}"


def greedily(mentors: Sequence[Mentor], learners: Sequence[Learner]) -> dict[int, int | None]:
    taken, found = {each.person_id: each.taken for each in mentors}, dict[int, int | None]()
    for learner in learners:
        offered = [
            (points, each.person_id)
            for each in mentors
            if taken[each.person_id] < each.places
            and (points := cost(each, learner, taken[each.person_id])) is not None
        ]
        found[learner.person_id] = min(offered)[1] if offered else None
        if offered:
            taken[min(offered)[1]] += 1
    return found


def points(mentors: Sequence[Mentor], learners: Sequence[Learner], chosen: dict[int, int | None]) -> int:
    """What all pairs cost together, a mentor's learners counted one after the other."""
    by_id, taken, total = {each.person_id: each for each in mentors}, dict[int, int](), 0
    for learner in learners:
        mentor_id = chosen[learner.person_id]
        if mentor_id is None:
            total += UNPAIRED
            continue
        before = taken.get(mentor_id, by_id[mentor_id].taken)
        found = cost(by_id[mentor_id], learner, before)
        assert found is not None
        total, taken[mentor_id] = total + found, before + 1
    return total
