"""Who is proposed to whom: what pairs cost, what must not be, and that all together cost as little as can be."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.training.rules.pairing import UNPAIRED, Learner, Mentor, cost, options, propose, why_nobody

NEAR = Mentor(1, 10, "520526", 2, 2, strong=frozenset({7}), times=frozenset({2, 5}))
LEARNER = Learner(9, 10, "520526", 1, 7, frozenset({5}))


@pytest.mark.parametrize(
    ("mentor", "learner", "taken", "points"),
    [
        pytest.param({}, {}, 0, 0, id="all-fits"),
        pytest.param({}, {}, 2, 2, id="each-taken"),
        pytest.param({"organisation_id": 11}, {}, 0, 2, id="same-county"),
        pytest.param({"organisation_id": 11, "region_code": "520502"}, {}, 0, 5, id="same-city"),
        pytest.param({"organisation_id": 11, "region_code": "440106"}, {}, 0, 9, id="elsewhere"),
        pytest.param({"strong": frozenset()}, {}, 0, 4, id="not-strong"),
        pytest.param({}, {"weakest": None}, 0, 0, id="no-weakness-known"),
        pytest.param({"times": frozenset()}, {}, 0, 1, id="times-unknown"),
        pytest.param({"times": frozenset({1})}, {}, 0, 4, id="no-common-time"),
        pytest.param({"rank": 0}, {}, 0, None, id="without-certificate"),
        pytest.param({}, {"rank": 3}, 0, None, id="level-too-low"),
        pytest.param({}, {"rank": 2}, 0, 0, id="same-level"),
        pytest.param({"person_id": 9}, {}, 0, None, id="oneself"),
    ],
)
def test_cost(mentor, learner, taken, points):
    assert cost(Mentor(**{**vars(NEAR), **mentor}), Learner(**{**vars(LEARNER), **learner}), taken) == points


@pytest.mark.parametrize(
    ("mentors", "never", "reason"),
    [
        pytest.param([], set(), "no-mentors", id="nobody"),
        pytest.param([Mentor(1, 10, "520526", 0, 2)], set(), "no-rank", id="nobody-able"),
        pytest.param([NEAR], {(1, 9)}, "ended-before", id="ended-before"),
        pytest.param([NEAR], set(), "no-place", id="all-places-taken"),
    ],
)
def test_why_nobody(mentors, never, reason):
    assert why_nobody(mentors, LEARNER, never)[0] == reason


def test_a_pair_tells_what_spoke_for_it():
    (found,) = propose([NEAR], [LEARNER])
    assert found.mentor_id == 1
    assert list(found.reasons) == [("organisation", 0), ("rank", 2), ("strong", 7), ("time", 5), ("taken", 0)]


def test_places_end_and_ended_pairs_stay_ended():
    learners = [Learner(20 + n, 10, "520526", 1) for n in range(3)]
    found = propose([NEAR], learners, {(1, 20)})
    assert [each.mentor_id for each in found] == [None, 1, 1]
    assert found[0].reasons == [("ended-before", 0)]


MENTORS = st.lists(
    st.builds(
        Mentor,
        person_id=st.integers(1, 4),
        organisation_id=st.integers(10, 12),
        region_code=st.sampled_from(["520526", "520502", "440106"]),
        rank=st.integers(0, 3),
        places=st.integers(1, 2),
        taken=st.integers(0, 2),
        strong=st.frozensets(st.integers(1, 3), max_size=2),
        times=st.frozensets(st.integers(0, 3), max_size=2),
    ),
    max_size=3,
    unique_by=lambda each: each.person_id,
)
LEARNERS = st.lists(
    st.builds(
        Learner,
        person_id=st.integers(3, 9),
        organisation_id=st.integers(10, 12),
        region_code=st.sampled_from(["520526", "520502", "440106"]),
        rank=st.integers(1, 3),
        weakest=st.none() | st.integers(1, 3),
        times=st.frozensets(st.integers(0, 3), max_size=2),
    ),
    max_size=4,
    unique_by=lambda each: each.person_id,
)
NEVER = st.sets(st.tuples(st.integers(1, 4), st.integers(3, 9)), max_size=4)


@given(MENTORS, LEARNERS, NEVER)
def test_together_they_cost_as_little_as_can_be(mentors, learners, never):
    found = propose(mentors, learners, never)
    by_id = {each.person_id: each for each in mentors}
    taken = {each.person_id: each.taken for each in mentors}
    total = 0
    for each, learner in zip(found, sorted(learners, key=lambda one: one.person_id), strict=True):
        assert each.learner_id == learner.person_id
        if each.mentor_id is None:
            total += UNPAIRED
            continue
        assert (each.mentor_id, each.learner_id) not in never
        points = cost(by_id[each.mentor_id], learner, taken[each.mentor_id])
        assert points is not None
        total += points
        taken[each.mentor_id] += 1
    assert all(taken[each.person_id] <= max(each.places, each.taken) for each in mentors)
    assert total == cheapest(mentors, learners, never)


def cheapest(mentors, learners, never):
    """By trying all: every learner gets one of the seats, or nobody."""
    seats = [(mentor, taken) for mentor in mentors for taken in range(mentor.taken, mentor.places)]
    seats += [None] * len(learners)

    def price(seat, learner):
        if seat is None:
            return UNPAIRED
        points = None if (seat[0].person_id, learner.person_id) in never else cost(seat[0], learner, seat[1])
        return 10 * UNPAIRED if points is None else points

    return min((sum(map(price, chosen, learners)) for chosen in permutations(seats, len(learners))), default=0)


def test_who_could_mentor_the_best_first_and_the_full_last():
    far, full = Mentor(2, 11, "440106", 2, 3), Mentor(3, 10, "520526", 2, 1, taken=1)
    never = {(4, 9)}
    found = options(
        [full, far, NEAR, Mentor(4, 10, "520526", 2, 9), Mentor(5, 10, "520526", 0, 9)], LEARNER, never, [1]
    )
    assert [(each.mentor_id, each.left) for each in found] == [(1, 1), (2, 3), (3, 0)]
    assert found[0].points == 1  # the place that is proposed to another counts
