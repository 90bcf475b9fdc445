"""Mentors proposed to a class, approved by a person; meetings, the hours they give, and all of it taken back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from examprep.ce.models import LineRow
from examprep.exams.models import OutcomeRow, SittingRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.rate import Rate
from examprep.people.access import Permission, Role
from examprep.people.actions import grant_role, region_of
from examprep.people.models import PersonRow
from examprep.practice.models import DayRow
from examprep.register import actions as register
from examprep.reminders.models import OutboxRow
from examprep.training import enrolling, meetings, mentoring, mentors, proposing
from examprep.training.mentor_models import MentorMeetingRow
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
    mentor_id = world.people["ann_officer"]
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
    found = season.ask(lambda s: proposing.proposal(s, trainer, [class_id], today=TODAY))
    return [(each.mentor_id, each.learner_id) for each in found.pairings]


def approve(season, trainer, class_id, chosen):
    return season.do(proposing.approve, trainer, [class_id], chosen, today=TODAY)


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
    return season.do(meetings.record_meeting, trainer, pair_id, meetings.MeetingEntry(**said), today=TODAY)


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


def test_the_same_mentees_are_compared_before_and_since(season, hall, sign_in):
    class_id, (one, two, three), trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, one.person_id), (mentor_id, two.person_id)])
    days = (
        (one, -91, 50, 50), (one, -90, 10, 4), (one, -1, 10, 4), (one, 0, 20, 15),
        (two, 1, 40, 40),  # nothing before: not compared
        (three, -1, 10, 10),
    )  # fmt: skip
    with season.database.write() as session:
        session.execute(
            insert(DayRow),
            [
                {"person_id": who.person_id, "answered_on": TODAY + timedelta(days=day), "answered": base,
                 "rights": part, "took_ms": 0}
                for who, day, base, part in days
            ],
        )  # fmt: skip
    (line,) = season.ask(lambda s: mentors.load(s, trainer, today=TODAY))
    assert (line["before"], line["since"], line["compared"]) == (Rate(8, 20), Rate(15, 20), 1)
    assert line["change"] == pytest.approx(35)
    page = sign_in("ann_trainer").get(f"/training/mentors/{mentor_id}").text
    assert "15/20" in page
    assert "22–61%" in page  # Wilson's interval of 8 of 20
    assert sign_in("bob_trainer").get(f"/training/mentors/{mentor_id}").status_code == 404
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id).filter_by(mentee_id=one.person_id)).all())
    season.do(mentoring.end_pair, trainer, pair_id, reason="x", today=TODAY)  # nothing of it lies within any more
    (line,) = season.ask(lambda s: mentors.load(s, trainer, today=TODAY))
    assert (line["before"], line["compared"]) == (None, 0)


@pytest.fixture
def told(season, hall):
    """A pair, the mentor and the learner of it, and a meeting that the mentor told of, with hours for both."""
    class_id, learners, trainer, mentor_id = hall
    approve(season, trainer, class_id, [(mentor_id, learners[0].person_id)])
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    mentor, entry = season.actor("ann_officer"), meetings.MeetingEntry(TODAY, 90, "讲了社会救助", meetings.SIDES)
    meeting_id = season.do(meetings.tell_meeting, mentor, pair_id, entry, today=TODAY)
    return pair_id, mentor, learners[0], meeting_id


def hours(season, *people):
    return [minutes_of(season, each.person_id) for each in people]


def test_a_told_meeting_gives_hours_once_the_learner_confirms_it(season, told, hall):
    pair_id, mentor, learner, meeting_id = told
    _, (_, other, _), trainer, _ = hall
    due = select(OutboxRow.person_id).where(OutboxRow.template == "mentor-met")
    assert season.ask(lambda s: s.scalars(due).all()) == [learner.person_id]
    assert season.ask(lambda s: meetings.still_told(s, learner.person_id, {"meeting_id": meeting_id}, TODAY))
    assert hours(season, mentor, learner) == [0, 0]
    assert season.ask(lambda s: mentors.load(s, trainer, today=TODAY))[0]["meetings"] == 0
    for nobody in (mentor, other):  # a mentor does not confirm their own word, nor does anybody else
        with pytest.raises(NotFound):
            season.do(meetings.confirm_meeting, nobody, pair_id, meeting_id)
    season.do(meetings.confirm_meeting, learner, pair_id, meeting_id)
    assert hours(season, mentor, learner) == [90, 90]
    with pytest.raises(Conflict):
        season.do(meetings.confirm_meeting, learner, pair_id, meeting_id)
    assert not season.ask(lambda s: meetings.still_told(s, learner.person_id, {"meeting_id": meeting_id}, TODAY))
    assert season.ask(lambda s: mentors.load(s, trainer, today=TODAY))[0]["meetings"] == 1
    with pytest.raises(Conflict, match=r"training\.meeting-stands"):
        season.do(meetings.void_meeting, learner_less(mentor), pair_id, meeting_id, reason="x")


def learner_less(actor):
    """The same person without a role in which they manage classes."""
    return replace(actor, grants=tuple(each for each in actor.grants if each.role == Role.CANDIDATE))


def test_an_objection_takes_hours_back_and_is_taken_back(season, told):
    pair_id, mentor, learner, meeting_id = told
    with pytest.raises(RuleViolation):
        season.do(meetings.object_to_meeting, learner, pair_id, meeting_id, reason=" ")
    with pytest.raises(NotFound):
        season.do(meetings.object_to_meeting, mentor, pair_id, meeting_id, reason="x")
    for turn in (1, 2):
        season.do(meetings.confirm_meeting, learner, pair_id, meeting_id)
        assert hours(season, mentor, learner) == [90, 90], turn
        season.do(meetings.object_to_meeting, learner, pair_id, meeting_id, reason="那天没见面")
        assert hours(season, mentor, learner) == [0, 0], turn
    with pytest.raises(Conflict):
        season.do(meetings.object_to_meeting, learner, pair_id, meeting_id, reason="x")
    season.do(meetings.void_meeting, learner_less(mentor), pair_id, meeting_id, reason="记错了")
    with pytest.raises(Conflict):
        season.do(meetings.confirm_meeting, learner, pair_id, meeting_id)
    assert hours(season, mentor, learner) == [0, 0]


def test_staff_confirm_in_the_learners_stead_but_not_their_own(season, told, hall):
    pair_id, mentor, learner, meeting_id = told
    season.do(meetings.confirm_meeting, hall[2], pair_id, meeting_id)
    assert hours(season, mentor, learner) == [90, 90]
    with season.database.write() as session:  # the trainer is the mentor
        session.execute(update(MentorPairRow).values(mentor_id=hall[2].person_id))
    mine = meet(season, hall[2], pair_id, minutes=45)
    assert hours(season, hall[2], learner) == [0, 90]
    with pytest.raises(NotFound):
        season.do(meetings.confirm_meeting, hall[2], pair_id, mine)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_own_pages_of_meetings(season, hall, sign_in, client):
    class_id, _, trainer, mentor_id = hall
    learner = season.actor("ann_candidate")
    season.do(enrolling.enrol, learner, class_id)
    approve(season, trainer, class_id, [(mentor_id, learner.person_id)])
    (pair_id,) = season.ask(lambda s: s.scalars(select(MentorPairRow.id)).all())
    give_role(season, mentor_id)
    at = f"/training/my-mentoring/{pair_id}/meetings"
    typed = {"held_on": "2026-04-01", "minutes": "60", "words": "讲了法条", "mentee": "y", "submit": "1"}
    mentor, mine, bob = sign_in("ann_officer"), sign_in("ann_candidate"), sign_in("bob_candidate")
    assert mentor.get(f"{at}/new").status_code == 200
    for who, status in ((mine, 404), (bob, 404), (client, 303)):
        assert who.post(f"{at}/new", data=typed).status_code == status
    assert mentor.post(f"{at}/new", data={**typed, "minutes": "0"}).status_code == 422
    assert mentor.post(f"{at}/new", data=typed).status_code == 303
    assert mentor.post(f"{at}/new", data=typed).status_code == 422  # twice
    (meeting_id,) = season.ask(lambda s: s.scalars(select(MentorMeetingRow.id)).all())
    assert "讲了法条" in mine.get("/training/my-mentoring").text
    refused = mine.post(f"{at}/{meeting_id}/object", data={"reason": ""})
    assert refused.status_code == 422
    assert bob.post(f"{at}/{meeting_id}/confirm").status_code == 404
    assert mine.post(f"{at}/{meeting_id}/withdraw", data={"reason": "x"}).status_code == 404
    assert mine.post(f"{at}/{meeting_id}/object", data={"reason": "没见面"}).status_code == 303
    assert "没见面" in mentor.get("/training/my-mentoring").text
    assert mine.post(f"{at}/{meeting_id}/confirm").status_code == 303
    assert mine.post(f"{at}/{meeting_id}/confirm").status_code == 422
    assert minutes_of(season, learner.person_id) == 60


def give_role(season, person_id):
    with season.database.write() as session:
        where = session.get_one(PersonRow, person_id).organisation_id
        grant_role(session, person_id=person_id, organisation_id=where, role=Role.CANDIDATE, since=date(2026, 1, 1))


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
        (proposing.approve, ([class_id], [(mentor_id, learners[1].person_id)])),
        (mentors.release, (mentor_id,)),
    ):
        with pytest.raises(NotFound):
            season.do(act, bob, *arguments, today=TODAY)
    with pytest.raises(NotFound):
        meet(season, bob, pair_id)
    pages = (f"/training/mentors/proposal?classes={class_id}", f"/training/mentoring/{pair_id}")
    for page in pages:
        assert sign_in("bob_trainer").get(page).status_code == 404
        assert sign_in("ann_candidate").get(page).status_code == 403
        assert client.get(page).status_code == 303
    assert season.ask(lambda s: mentors.load(s, bob, today=TODAY)) == []


def test_the_pages(season, hall, sign_in):
    class_id, learners, _trainer, mentor_id = hall
    page, at = sign_in("ann_trainer"), f"/training/mentors/proposal?classes={class_id}"
    one = learners[0].person_id
    shown = page.get(at).text
    assert f'name="mentor-{one}"' in shown
    assert f'<option value="{mentor_id}" selected>' in shown
    assert page.get(f"{at}&shown=nobody").text.count('name="mentor-') == 0  # nobody has a place left for the third
    assert page.get(f"{at}&q=学员00&sort=-unit&export=csv").status_code == 200
    assert page.post(at, data={}).status_code == 422
    assert page.post(at, data={"id": ["x", "9999999999"], "mentor-x": "1"}).status_code == 422
    none = {"id": [one], f"mentor-{one}": "0"}  # the trainer left this one without
    assert page.post(at, data=none).status_code == 422
    assert page.post(at, data={"id": [one], f"mentor-{one}": mentor_id}).status_code == 303
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


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_mentor_is_chosen_with_one_place_more(season, hall, sign_in):
    class_id, learners, trainer, mentor_id = hall
    one, two, three = (each.person_id for each in learners)
    certify(season, trainer.person_id)
    season.do(mentors.appoint, trainer, trainer.person_id, places=1, chapters=(), today=TODAY)
    approve(season, trainer, class_id, [(trainer.person_id, one)])
    page, at = sign_in("ann_trainer"), f"/training/mentors/proposal/{two}?classes={class_id}"
    shown = page.get(at).text
    assert f'name="id" value="{trainer.person_id}"' in shown
    assert page.get(f"{at}&export=csv").status_code == 200
    assert page.post(at, data={}).status_code == 422
    assert page.post(at, data={"id": [trainer.person_id, mentor_id]}).status_code == 422
    assert page.post(at, data={"id": trainer.person_id}).status_code == 422  # full
    assert page.post(at, data={"id": trainer.person_id, "widen": "1"}).status_code == 303
    assert page.get(at).status_code == 404  # has one now
    whole = page.post(
        f"/training/mentors/proposal?classes={class_id}",
        data={"all": "1", "shown": [three], f"mentor-{three}": mentor_id},
    )
    assert whole.status_code == 303
    assert page.get(f"/training/mentors/proposal?id={class_id}&id=9").status_code == 303


def test_learners_of_several_classes_or_of_all_are_proposed_together(season, hall):
    class_id, learners, trainer, mentor_id = hall
    other = season.class_(name="第二班", kind="exam", exam_year=2026, slots=())
    late = season.learners(1)[0]
    for each in (late, learners[0]):
        season.do(enrolling.enrol, each, other)

    def learners_of(*classes):
        found = season.ask(lambda s: proposing.proposal(s, trainer, classes, today=TODAY))
        return sorted(found.learners)

    first = sorted(each.person_id for each in learners)
    assert learners_of(class_id) == first
    assert learners_of(class_id, other) == sorted({*first, late.person_id})
    assert learners_of() == sorted([late.person_id, learners[0].person_id])  # of the exam's classes
    season.do(proposing.approve, trainer, [], [(mentor_id, late.person_id)], today=TODAY)
    assert learners_of() == [learners[0].person_id]
    bob = season.actor("bob_trainer")
    with pytest.raises(NotFound):
        season.ask(lambda s: proposing.proposal(s, bob, [class_id], today=TODAY))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_whole_page_of_classes_may_be_ticked(season, hall, sign_in):
    classes = sorted(season.class_(name=f"第{number}班", slots=()) for number in range(60))
    (late,) = season.learners(1)
    season.do(enrolling.enrol, late, classes[-1])
    page = sign_in("ann_trainer")
    chosen = page.get("/training/mentors/proposal", query_string={"id": classes})
    shown = page.get(chosen.location).text  # too long for a filter: the last class would be left out
    assert f'name="mentor-{late.person_id}"' in shown
    assert "-".join(map(str, classes)) in shown


def test_permissions_of_the_list_stay(season, hall):
    _, _, trainer, _ = hall
    counts = season.ask(lambda s: mentoring.counts(s, trainer, Permission.TRAINING_CLASS_MANAGE, TODAY))
    assert (counts.mentors, counts.mentees) == (0, 0)
