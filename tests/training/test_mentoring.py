"""Mentoring pairs: made once, ended once, counted by persons, seen within bounds."""

import pytest

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.training import mentoring


@pytest.fixture
def pair(runtime, world):
    def go(mentor: str, mentee: str, by: str = "ann_trainer") -> int:
        clock = runtime.clock
        with runtime.database.write() as session:
            return mentoring.pair(
                session,
                world.actor(session, by),
                mentor_id=world.people[mentor],
                mentee_id=world.people[mentee],
                since=clock.today(),
                now=clock.now(),
            )

    return go


def counts(runtime, world, who="ann_trainer"):
    with runtime.database.read() as session:
        actor = world.actor(session, who)
        permission = Permission.TRAINING_CLASS_MANAGE
        found = mentoring.counts(session, actor, permission, runtime.clock.today())
    return found.mentors, found.mentees


def test_each_person_counts_once_on_each_side(runtime, world, pair):
    pair("ann_trainer", "ann_candidate")
    pair("ann_officer", "ann_candidate")
    pair("ann_trainer", "ann_administrator")
    assert counts(runtime, world) == (2, 2)
    assert counts(runtime, world, "bob_trainer") == (0, 0)


def test_a_pair_is_made_once_ended_once_and_may_come_again(runtime, world, pair):
    first = pair("ann_trainer", "ann_candidate")
    with pytest.raises(Conflict):
        pair("ann_trainer", "ann_candidate")

    def end() -> None:
        clock = runtime.clock
        with runtime.database.write() as session:
            mentoring.end_pair(
                session, world.actor(session, "ann_trainer"), first, reason="x", today=clock.today(), now=clock.now()
            )

    end()
    with pytest.raises(Conflict):
        end()
    assert counts(runtime, world) == (0, 0)
    pair("ann_trainer", "ann_candidate")
    assert counts(runtime, world) == (1, 1)


def test_nobody_mentors_themselves_or_somebody_elsewhere(pair):
    with pytest.raises(RuleViolation):
        pair("ann_trainer", "ann_trainer")
    with pytest.raises(NotFound):
        pair("ann_trainer", "bob_candidate")


def test_a_trainer_pairs_by_name_or_number(sign_in, world, runtime):
    client = sign_in("ann_trainer")
    typed = {"mentor": "ann_trainer", "mentee": str(world.people["ann_candidate"]), "since": "2026-04-01"}
    assert client.post("/training/mentoring", data=typed).status_code == 303
    assert client.post("/training/mentoring", data=typed).status_code == 422
    unknown = client.post("/training/mentoring", data={**typed, "mentee": "bob_candidate"})
    assert unknown.status_code == 422
    assert "bob_candidate" in unknown.text
    assert counts(runtime, world) == (1, 1)


@pytest.mark.parametrize(("who", "status"), [("ann_officer", 200), ("province_officer", 200), ("ann_candidate", 403)])
def test_who_sees_the_pairs(sign_in, world, who, status):
    assert sign_in(who).get("/training/mentoring").status_code == status


def test_another_county_cannot_end_a_pair(sign_in, world, pair):
    number = pair("ann_trainer", "ann_candidate")
    assert sign_in("bob_trainer").post(f"/training/mentoring/{number}/end", data={"reason": "x"}).status_code == 404
    assert sign_in("ann_trainer").post(f"/training/mentoring/{number}/end", data={"reason": "x"}).status_code == 303
