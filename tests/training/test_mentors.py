"""Mentors proposed to a class, approved by a person; meetings, the hours they give, and all of it taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from examprep.ce.models import LineRow
from examprep.exams.models import OutcomeRow, SittingRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import region_of
from examprep.register import actions as register
from examprep.reminders.models import OutboxRow
from examprep.training import enrolling, meetings, mentoring, mentors
from examprep.training.models import MentorPairRow

TODAY = date(2026, 4, 1)


@pytest.fixture
def hall(season, world):
    """A class of three learners, and one mentor with a certificate and two places."""
    class_id = season.class_()
    learners = season.learners(3)
    for learner in learners:
        season.do(enrolling.enrol, learner, class_id)
    trainer = season.actor("ann_trainer")
    mentor_id = world.people["ann_trainer"]
    certify(season, mentor_id)
    season.do(mentors.appoint, trainer, mentor_id, places=2, chapters=(), today=TODAY)
    return class_id, learners, trainer, mentor_id


def certify(season, person_id):
    with season.database.write() as session:
        register.add_certificate(
            session,
            None,
            person_id=person_id,
            level="SW",
            number=f"n{person_id}",
            qualified_year=2025,
            issued_on=date(2025, 9, 1),
            now=season.clock.now(),
        )


def proposed(season, trainer, class_id):
    found = season.ask(lambda s: mentors.proposal(s, trainer, class_id, today=TODAY))
    return [(each.mentor_id, each.learner_id) for each in found.pairings]


def approve(season, trainer, class_id, chosen):
    return season.do(mentors.approve, trainer, class_id, chosen, today=TODAY)


def test_a_proposal_pairs_nobody_before_it_is_approved(season, hall):
    class_id, learners, trainer, mentor_id = hall
    pairs = proposed(season, trainer, class_id)
    assert [mentor for mentor, _ in pairs] == [mentor_id, mentor_id, None]
    assert season.ask(lambda s: s.scalar(select(func.count()).select_from(MentorPairRow))) == 0
    assert approve(season, trainer, class_id, pairs[:2]) == 2
    assert proposed(season, trainer, class_id) == [(None, learners[2].person_id)]
    told = select(OutboxRow.person_id).where(OutboxRow.template == "mentor-paired")
    mails = season.ask(lambda s: s.scalars(told).all())
    assert sorted(mails) == sorted([mentor_id, mentor_id, learners[0].person_id, learners[1].person_id])
    kept = season.ask(lambda s: s.scalars(select(MentorPairRow.reasons).order_by(MentorPairRow.id)).all())
    assert ["rank", 2] in kept[0]
    assert ["taken", 1] in kept[1]


def test_what_changed_meanwhile_is_refused_whole(season, hall):
    class_id, learners, trainer, mentor_id = hall
    everybody = [(mentor_id, each.person_id) for each in learners]
    with pytest.raises(Conflict):
        approve(season, trainer, class_id, everybody)
    assert [mentor for mentor, _ in proposed(season, trainer, class_id)].count(mentor_id) == 2
    season.do(mentors.release, trainer, mentor_id, today=TODAY)
    with pytest.raises(Conflict):
        approve(season, trainer, class_id, everybody[:1])


def test_an_ended_pair_is_not_proposed_again_unless_taken_back(season, hall):
    class_id, learners, trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, learners[0].person_id)])
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    with pytest.raises(RuleViolation):
        season.do(mentoring.end_pair, trainer, pair_id, reason=" ", today=TODAY)
    season.do(mentoring.end_pair, trainer, pair_id, reason="调离", today=TODAY)
    assert (mentor_id, learners[0].person_id) not in proposed(season, trainer, class_id)
    assert not season.ask(lambda s: mentoring.still_paired(s, mentor_id, {"pair_id": pair_id}, TODAY))
    season.do(mentoring.resume_pair, trainer, pair_id)
    assert learners[0].person_id not in [learner for _, learner in proposed(season, trainer, class_id)]


def minutes_of(season, person_id):
    query = select(func.coalesce(func.sum(LineRow.minutes), 0)).where(LineRow.person_id == person_id)
    return season.ask(lambda s: s.scalar(query))


def meet(season, trainer, pair_id, **changes):
    said = {"held_on": TODAY, "minutes": 90, "words": "讲了社会救助", "hours_for": {"mentor", "mentee"}, **changes}
    return season.do(meetings.record_meeting, trainer, pair_id, today=TODAY, **said)


def test_a_meeting_gives_hours_once_and_takes_them_back(season, hall):
    class_id, learners, trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, learners[0].person_id)])
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    meeting_id = meet(season, trainer, pair_id)
    with pytest.raises(Conflict):
        meet(season, trainer, pair_id)  # sent twice
    meet(season, trainer, pair_id, minutes=30, hours_for=set())
    assert (minutes_of(season, mentor_id), minutes_of(season, learners[0].person_id)) == (90, 90)
    load = season.ask(lambda s: mentors.load(s, trainer, today=TODAY))
    assert [(each["pairs"], each["places"], each["meetings"], each["minutes"]) for each in load] == [(1, 2, 2, 120)]
    for _ in range(2):
        season.do(meetings.void_meeting, trainer, pair_id, meeting_id, reason="记错了")
    assert (minutes_of(season, mentor_id), minutes_of(season, learners[0].person_id)) == (0, 0)
    assert season.ask(lambda s: mentors.load(s, trainer, today=TODAY))[0]["minutes"] == 30


def test_who_sat_and_passed_in_a_year_of_the_pair(season, hall):
    class_id, (one, two, three), trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, one.person_id), (mentor_id, two.person_id)])
    with season.database.write() as session:
        session.execute(insert(SittingRow), [{"year": year, "certainty": "H"} for year in (2025, 2026)])
        same = {
            "level": "ASW", "organisation_id": one.organisation_id, "approved": True, "pending": False,
            "region_code": region_of(session, one.organisation_id), "first_time": True, "trained": True,
            "sat_bits": 3, "passed_bits": 0, "sat": True,
        }  # fmt: skip
        fared = ((one, 2026, True), (one, 2025, True), (two, 2026, False), (three, 2026, True))
        session.execute(
            insert(OutcomeRow),
            [{**same, "person_id": who.person_id, "year": year, "qualified": passed} for who, year, passed in fared],
        )
    (line,) = season.ask(lambda s: mentors.load(s, trainer, today=TODAY))
    assert (line["sat"], line["passed"]) == (2, 1)
    with season.database.write() as session:  # as if they had become a pair after the exam
        session.execute(update(MentorPairRow).values(since=date(2026, 11, 1)))
    (line,) = season.ask(lambda s: mentors.load(s, trainer, today=date(2026, 12, 1)))
    assert (line["sat"], line["passed"]) == (0, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"held_on": TODAY + timedelta(days=1)}, id="ahead"),
        pytest.param({"held_on": TODAY - timedelta(days=1)}, id="before-the-pair"),
        pytest.param({"minutes": 0}, id="no-minutes"),
        pytest.param({"minutes": 721}, id="too-long"),
        pytest.param({"words": " "}, id="nothing-said"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(season, hall, changes):
    class_id, learners, trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, learners[0].person_id)])
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    with pytest.raises(RuleViolation):
        meet(season, trainer, pair_id, **changes)


def test_others_see_and_do_nothing(season, hall, sign_in, client, world):
    class_id, learners, trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, learners[0].person_id)])
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    bob = season.actor("bob_trainer")
    for act, arguments in (
        (mentors.approve, (class_id, [(mentor_id, learners[1].person_id)])),
        (mentors.release, (mentor_id,)),
    ):
        with pytest.raises(NotFound):
            season.do(act, bob, *arguments, today=TODAY)
    with pytest.raises(NotFound):
        meet(season, bob, pair_id)
    pages = (f"/training/all/{class_id}/mentors", f"/training/mentoring/{pair_id}")
    for page in pages:
        assert sign_in("bob_trainer").get(page).status_code == 404
        assert sign_in("ann_candidate").get(page).status_code == 403
        assert client.get(page).status_code == 303
    assert season.ask(lambda s: mentors.load(s, bob, today=TODAY)) == []


def test_the_pages(season, hall, sign_in):
    class_id, learners, _trainer, mentor_id = hall
    page, at = sign_in("ann_trainer"), f"/training/all/{class_id}/mentors"
    shown = page.get(at).text
    assert f'value="{mentor_id}-{learners[0].person_id}"' in shown
    assert page.post(at, data={}).status_code == 422
    assert page.post(at, data={"pair": ["x", "1-2-3", "9999999999-1"]}).status_code == 422
    assert page.post(at, data={"pair": [f"{mentor_id}-{learners[0].person_id}"]}).status_code == 303
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    pair = f"/training/mentoring/{pair_id}"
    typed = {"held_on": "2026-04-01", "minutes": "60", "words": "讲了法条", "mentee": "y", "submit": "1"}
    assert page.post(pair, data=typed).status_code == 303
    assert "讲了法条" in page.get(pair).text
    assert page.post(pair, data={**typed, "minutes": "x"}).status_code == 422
    named = {"name": "ann_officer", "places": "2", "submit": "1"}
    assert page.post("/training/mentors", data=named).status_code == 303
    assert "ann_officer" in page.get("/training/mentors").text
    assert page.get("/training/mentors?export=csv").status_code == 200
    learner = sign_in("ann_candidate")
    assert learner.post("/training/my-mentoring", data={"time": ["2", "99", "x"]}).status_code == 303
    assert learner.get("/training/my-mentoring").text.count(" checked") == 1


def test_permissions_of_the_list_stay(season, hall):
    _, _, trainer, _ = hall
    counts = season.ask(lambda s: mentoring.counts(s, trainer, Permission.TRAINING_CLASS_MANAGE, TODAY))
    assert (counts.mentors, counts.mentees) == (0, 0)
