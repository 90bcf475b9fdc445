"""How much a made-up learner knows on the exam day, by our plan, plain FSRS and SM-2, at the same number of answers.

Every plan gives the same number of answers on every day and brings the same new questions on the same days. They
differ in which seen questions come back, and in what happens to a missed one: FSRS and SM-2 show it again in the same
sitting until it is right, as both prescribe; ours asks every planned question first, and the missed ones again only
with what is left of the day. ``fsrs-once`` and ``sm2-once`` leave the repeating out, to tell what it costs.

The learner's memory is none of theirs (see `memory_truth`). Some questions are known from the start. Luck is part of
it: what is not recalled is right once in four, and then the learner mostly says so. Counted is the chance of recalling
on the exam day, averaged over all questions.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from math import ceil, sqrt
from statistics import mean, stdev

from tests.bench.memory_plans import PLANS
from tests.bench.memory_truth import TRUTHS

OURS = "examprep"
DAYS, CARDS, LUCK, ADMITS, KNOWN = 60, 500, 0.25, 0.7, 0.4
MOST_SHOWINGS = 4  # of one question in one sitting


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="the first of the seeds (default 1)")
    parser.add_argument("--seeds", type=int, default=20, help="how many learners (default 20)")
    parser.add_argument("--answers", type=int, nargs="+", default=[20, 30, 45], help="answers a day")
    parser.add_argument("--truths", nargs="+", default=list(TRUTHS), choices=list(TRUTHS), help="memories")
    parser.add_argument("--plans", nargs="+", default=list(PLANS), choices=list(PLANS), help="plans")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when our plan is above each baseline on average over memories and numbers of answers."""
    seeds = range(asked.seed, asked.seed + asked.seeds)
    jobs = [
        (truth, answers, plan, seed)
        for truth in asked.truths
        for answers in asked.answers
        for plan in asked.plans
        for seed in seeds
    ]
    with ProcessPoolExecutor(2) as pool:
        known = dict(zip(jobs, pool.map(_learn, jobs, chunksize=4), strict=True))
    others = [plan for plan in asked.plans if plan != OURS]
    print(f"{CARDS} questions, {DAYS} days, seeds {seeds[0]}–{seeds[-1]}; mean recall on the exam day in %,")
    print("and by how many points ours is above each other plan, with the standard error over seeds")
    print(f"{'memory':12}{'answers':>8}{OURS:>10}  " + "".join(f"{plan:>18}" for plan in others))
    every: dict[str, list[float]] = {plan: [] for plan in others}
    for truth in asked.truths:
        for answers in asked.answers:
            ours = [100 * known[truth, answers, OURS, seed] for seed in seeds]
            cells = []
            for plan in others:
                above = [mine - 100 * known[truth, answers, plan, seed] for mine, seed in zip(ours, seeds, strict=True)]
                every[plan] += above
                cells.append(f"{_spread(above):>18}")
            print(f"{truth:12}{answers:>8}{mean(ours):>10.2f}  " + "".join(cells))
    print(f"{'all':30}  " + "".join(f"{_spread(every[plan]):>18}" for plan in others))
    return 0 if all(mean(above) > 0 for above in every.values()) else 1


def _spread(values: list[float]) -> str:
    error = stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{mean(values):+.2f} ± {error:.2f}"


def _learn(job: tuple[str, int, str, int]) -> float:
    """One learner's way to the exam by one plan; the mean chance of recall on its day."""
    truth_name, answers, plan_name, seed = job
    truth, plan = TRUTHS[truth_name](seed, CARDS), PLANS[plan_name](DAYS)
    # The same luck for every plan: drawn by question and how often it was asked, not by order.
    chance = _draws(seed)
    fresh = iter(random.Random(seed).sample(range(CARDS), CARDS))
    for day in range(DAYS):
        new = [card for card in (next(fresh, None) for _ in range(_new_on(day, answers))) if card is not None]
        # New questions first, so that repeating takes nothing from them.
        todo = [*new, *plan.choose(day, answers - len(new))]
        shown = Counter[int]()
        for at in range(answers):
            if at >= len(todo):
                break
            card, moment = todo[at], day + 0.4 + at / 1500
            shown[card] += 1
            before = KNOWN if card in new and shown[card] == 1 else 0.0
            strength = max(before, truth.recall(card, moment))
            recalled = chance(card) < strength
            lucky = not recalled and chance(card) < LUCK
            # Feeling sure goes with the strength of a memory, loosely.
            sure = "sure" if recalled and chance(card) < 0.6 * strength**3 else None
            if lucky and chance(card) < ADMITS:
                sure = "guessing"
            truth.practise(card, moment, recalled)
            plan.learn(card, moment, recalled or lucky, sure)
            if not (recalled or lucky) and shown[card] < MOST_SHOWINGS:
                todo.insert(len(todo) if plan.repeats_after is None else at + plan.repeats_after, card)
    return mean(truth.recall(card, DAYS + 0.4) for card in range(CARDS))


def _new_on(day: int, answers: int) -> int:
    """Two in five answers are of new questions until none are left, or the last sixth of the days begins."""
    return ceil(0.4 * answers) if day < DAYS * 5 // 6 else 0


def _draws(seed: int) -> Callable[[int], float]:
    streams: dict[int, Iterator[float]] = {}

    def draw(card: int) -> float:
        if card not in streams:
            stream = random.Random(seed * 100_003 + card)
            streams[card] = iter(stream.random, 2.0)
        return next(streams[card])

    return draw
