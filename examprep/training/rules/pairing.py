"""Who is to mentor whom (导师帮带): the pairs that together cost least, each with its reasons; a person approves them.

The costs are a choice of ours, in whole points; what must not be is no pair at any price. The assignment is the
Hungarian method's (Kuhn 1955), in scipy's implementation after Crouse (2016).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

APART = {"organisation": 0, "county": 2, "city": 5, "elsewhere": 9}
NOT_STRONG = 4  # the mentor does not name the chapter in which the learner is weakest
NO_COMMON_TIME = 4  # both said when they are free, and never at once
TIMES_UNKNOWN = 1
EACH_TAKEN = 1  # for each learner the mentor has already: the load is spread
UNPAIRED = 1_000  # dearer than any pair

WEEK = range(21)  # a week's times: weekday (Monday is 0) by three parts, morning, afternoon, evening
Reason = tuple[str, int]


@dataclass(frozen=True)
class Mentor:
    """``rank`` of the highest certificate (0: none); ``places`` in all, of which ``taken``; ``strong`` in chapters."""

    person_id: int
    organisation_id: int
    region_code: str
    rank: int
    places: int
    taken: int = 0
    strong: frozenset[int] = frozenset()
    times: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Learner:
    """``rank`` of the level prepared for; ``weakest`` is a chapter, if one can be told."""

    person_id: int
    organisation_id: int
    region_code: str
    rank: int
    weakest: int | None = None
    times: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pairing:
    """A learner with the mentor proposed, or without one; why, as words and a number each (`mentoring.said`)."""

    learner_id: int
    mentor_id: int | None
    reasons: Sequence[Reason] = field(default=())


@dataclass(frozen=True)
class Option:
    """Somebody who could mentor a learner: what the pair costs, places ``left``, and why."""

    mentor_id: int
    points: int
    left: int
    reasons: Sequence[Reason]


def cost(mentor: Mentor, learner: Learner, taken: int) -> int | None:
    """What a pair costs when the mentor has so many learners before; ``None`` where it must not be.

    Nobody mentors themselves, and a mentor holds a certificate of the learner's level or a higher one.
    """
    if mentor.person_id == learner.person_id or not mentor.rank or mentor.rank < learner.rank:
        return None
    points = APART[apart(mentor, learner)] + EACH_TAKEN * taken
    if learner.weakest is not None and learner.weakest not in mentor.strong:
        points += NOT_STRONG
    if not mentor.times or not learner.times:
        return points + TIMES_UNKNOWN
    return points if mentor.times & learner.times else points + NO_COMMON_TIME


def apart(mentor: Mentor, learner: Learner) -> str:
    """How far: region codes (GB/T 2260) name the province, the city and the county by two digits each."""
    if mentor.organisation_id == learner.organisation_id:
        return "organisation"
    if mentor.region_code == learner.region_code:
        return "county"
    return "city" if mentor.region_code[:4] == learner.region_code[:4] else "elsewhere"


def propose(
    mentors: Sequence[Mentor], learners: Sequence[Learner], never: Collection[tuple[int, int]] = ()
) -> list[Pairing]:
    """A mentor for as many learners as can be, so that all together cost least; ``never`` are (mentor, learner).

    The same people are paired alike, in whatever order they are given.
    """
    if not learners:
        return []
    from numpy import array, concatenate, full, repeat, where  # here, since no other page needs them
    from scipy.optimize import linear_sum_assignment

    learners = sorted(learners, key=lambda each: each.person_id)
    mentors = sorted(mentors, key=lambda each: each.person_id)
    # A mentor has as many seats as places, but never more than there are learners for them.
    free = [max(0, min(each.places - each.taken, len(learners))) for each in mentors]
    seats = [(each, each.taken + more) for each, count in zip(mentors, free, strict=True) for more in range(count)]
    costs = full((len(learners), len(learners)), UNPAIRED)  # a further seat for each learner stands for nobody
    if seats:
        # What a pair costs rises by the same for each learner before; so every pair is looked at once, not every seat.
        first = array([[_first(mentor, learner, never) for mentor in mentors] for learner in learners])
        each = repeat(first, free, axis=1) + EACH_TAKEN * array([taken for _, taken in seats])
        costs = concatenate([where(each >= UNPAIRED, UNPAIRED + 1, each), costs], axis=1)
    _, chosen = linear_sum_assignment(costs)
    found = []
    for row, column in enumerate(chosen):
        learner = learners[row]
        if column < len(seats) and costs[row, column] < UNPAIRED:
            mentor, taken = seats[column]
            found.append(Pairing(learner.person_id, mentor.person_id, reasons(mentor, learner, taken)))
        else:
            found.append(Pairing(learner.person_id, None, [why_nobody(mentors, learner, never)]))
    return found


def _first(mentor: Mentor, learner: Learner, never: Collection[tuple[int, int]]) -> int:
    """What a pair would cost if the mentor had nobody yet; more than no pair where it must not be."""
    points = None if (mentor.person_id, learner.person_id) in never else cost(mentor, learner, 0)
    return UNPAIRED + 1 if points is None else points


def options(
    mentors: Sequence[Mentor], learner: Learner, never: Collection[tuple[int, int]], given: Sequence[int]
) -> list[Option]:
    """Everybody who could mentor a learner, the one that costs least first; ``given`` are mentors proposed to others,
    once for each place.
    """
    before, found = Counter(given), []
    for mentor in mentors:
        taken = mentor.taken + before[mentor.person_id]
        points = None if (mentor.person_id, learner.person_id) in never else cost(mentor, learner, taken)
        if points is not None:
            left = max(0, mentor.places - taken)
            found.append(Option(mentor.person_id, points, left, reasons(mentor, learner, taken)))
    return sorted(found, key=lambda each: (not each.left, each.points, each.mentor_id))


def reasons(mentor: Mentor, learner: Learner, taken: int) -> list[Reason]:
    """What spoke for a pair, or against it."""
    found = [(apart(mentor, learner), 0), ("rank", mentor.rank)]
    if learner.weakest is not None:
        found.append(("strong" if learner.weakest in mentor.strong else "not-strong", learner.weakest))
    common = mentor.times & learner.times
    if common:
        found.append(("time", min(common)))
    elif mentor.times and learner.times:
        found.append(("no-time", 0))
    return [*found, ("taken", taken)]


def why_nobody(mentors: Sequence[Mentor], learner: Learner, never: Collection[tuple[int, int]]) -> Reason:
    """Why a learner was left without a mentor."""
    if not mentors:
        return "no-mentors", 0
    able = [each for each in mentors if cost(each, learner, 0) is not None]
    if not able:
        return "no-rank", learner.rank
    if all((each.person_id, learner.person_id) in never for each in able):
        return "ended-before", 0
    return "no-place", 0
