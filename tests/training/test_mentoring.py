"""Mentoring pairs: made once, ended once, counted by persons, seen within bounds."""

from datetime import date

import pytest
from sqlalchemy import select

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.register import actions as register
from examprep.training import meetings, mentoring, mentors
from examprep.training.mentor_models import MentorRow


@pytest.fixture(autouse=True)
def certified(runtime, world):
    """Two who hold a certificate."""
    with runtime.database.write() as session:
        for order, name in enumerate(("ann_trainer", "ann_officer")):
            register.add_certificate(
                session, None, person_id=world.people[name], level="ASW", number=f"n{order}", qualified_year=2025,
                issued_on=date(2025, 9, 1), now=runtime.clock.now(),
            )  # fmt: skip


@pytest.fixture
def pair(runtime, world):
    def go(mentor: str, mentee: str, by: str = "ann_trainer", widen: bool = True) -> int:
        clock = runtime.clock
        with runtime.database.write() as session:
            return mentoring.pair(
                session,
                world.actor(session, by),
                mentor_id=world.people[mentor],
                mentee_id=world.people[mentee],
                since=clock.today(),
                widen=widen,
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
    assert client.post("/training/mentoring", data=typed).status_code == 422  # nobody gave a place yet
    typed["widen"] = "y"
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


def test_by_hand_and_taken_back_a_mentor_needs_a_place(runtime, world, pair, sign_in):
    clock, act = runtime.clock, world.people
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_trainer")
        mentors.appoint(session, actor, act["ann_officer"], places=1, chapters=[], today=clock.today(), now=clock.now())
    first = pair("ann_officer", "ann_candidate", widen=False)
    with pytest.raises(Conflict, match=r"training\.mentor-full"):
        pair("ann_officer", "ann_administrator", widen=False)
    client = sign_in("ann_trainer")
    client.post(f"/training/mentoring/{first}/end", data={"reason": "调离"})
    pair("ann_officer", "ann_administrator", widen=False)
    resume = f"/training/mentoring/{first}/resume"
    refused = client.post(resume)
    assert refused.status_code == 422
    assert 'name="widen"' in refused.text
    assert client.post(resume, data={"widen": "1"}).status_code == 303
    with runtime.database.read() as session:
        assert session.scalar(select(MentorRow.places).where(MentorRow.person_id == act["ann_officer"])) == 2


def test_by_hand_a_mentor_needs_a_certificate(pair):
    with pytest.raises(RuleViolation, match=r"training\.mentor-rank"):
        pair("ann_administrator", "ann_candidate")


def test_own_pairs_are_told_by_as_many_statements_however_many_they_are(runtime, world, pair, heard):
    def statements():
        with runtime.database.read() as session:
            actor = world.actor(session, "ann_candidate")
            with heard() as words:
                found = meetings.mine(session, actor)
        return len(found), words.count("SELECT")

    pair("ann_trainer", "ann_candidate")
    assert statements() == (1, 3)
    pair("ann_officer", "ann_candidate")
    assert statements() == (2, 3)
