"""Enrolling others, approving, lists, and their pages: each person's outcome, bounds, and the way back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import PersonRow
from examprep.plumbing.listing import xlsx_bytes
from examprep.reminders.models import OutboxRow
from examprep.training import actions, approving, enrolling, seat_jobs, seat_store, staffing
from examprep.training.models import EnrolmentRow
from examprep.training.rules.entry import SeatRules, Share
from examprep.training.rules.schedule import Slot, slot
from examprep.training.seat_importer import UNKNOWN, SeatImporter
from tests.factories import resident_id
from tests.training.conftest import EVENING


@pytest.fixture
def officer(season):
    return season.actor("ann_officer")


def seat_row(season, class_id, who):
    query = select(EnrolmentRow).where(EnrolmentRow.class_id == class_id, EnrolmentRow.person_id == who.person_id)
    return season.ask(lambda s: s.scalar(query))


def told(season):
    """(person id, what) of the mails about seats, in order."""
    rows = season.ask(lambda s: s.scalars(select(OutboxRow).order_by(OutboxRow.id)).all())
    return [(row.person_id, row.context["state"]) for row in rows if row.template == "seat"]


def test_everybody_picked_has_an_outcome(season, officer):
    class_id, people = season.class_(capacity=2), season.learners(4)
    ids = [each.person_id for each in people]
    with season.database.write() as session:
        session.get_one(PersonRow, ids[3]).organisation_id = season.world.organisations["bob_agency"]
    with pytest.raises(NotFound):
        season.do(staffing.enrol_many, officer, class_id, ids)
    above = season.actor("province_officer")
    found = season.do(staffing.enrol_many, above, class_id, ids)
    assert [found[id_] for id_ in ids[:3]] == ["enrolled", "enrolled", "waiting"]
    assert found[ids[3]].code == "training.out-of-reach"


def test_a_freed_seat_is_offered_in_turn_and_lapses(season):
    class_id, people = season.class_(capacity=1, rules=SeatRules(offer_hours=2)), season.learners(3)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.do(enrolling.leave, people[0], class_id)
    assert season.seat(class_id, people[1]) == "offered"
    season.go_to(season.clock.now(), timedelta(hours=2))
    turn = type("Turn", (), {"runtime": season.runtime, "now": season.clock.now(), "stopping": lambda: False})
    assert seat_jobs.pass_on(turn) == 1
    assert seat_jobs.pass_on(turn) == 0
    assert [season.seat(class_id, who) for who in people[1:]] == ["lapsed", "offered"]
    assert season.do(enrolling.enrol, people[2], class_id) == "enrolled"
    ids = [who.person_id for who in people]
    assert told(season) == [(ids[1], "offered"), (ids[1], "lapsed"), (ids[2], "offered")]


def test_approval_goes_from_employer_to_trainer(season, officer):
    class_id, (who, other) = season.class_(capacity=1, rules=SeatRules(approval="both")), season.learners(2)
    assert season.do(enrolling.enrol, who, class_id) == "asked"
    seat_id = seat_row(season, class_id, who).id
    trainer = season.actor("ann_trainer")
    with pytest.raises(NotFound):  # the trainer is not asked yet
        season.do(approving.approve, trainer, seat_id)
    assert season.do(approving.approve, officer, seat_id) == "asked"
    season.do(approving.refuse, trainer, seat_id, "名额留给新人")
    with pytest.raises(Conflict, match=r"training\.decided"):
        season.do(approving.approve, trainer, seat_id)
    season.do(approving.reconsider, trainer, seat_id)
    assert season.do(approving.approve, trainer, seat_id) == "enrolled"
    # Who enrols their people and manages the class asks nobody.
    found = season.do(staffing.enrol_many, officer, class_id, [other.person_id])
    assert found == {other.person_id: "waiting"}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        pytest.param({"needs": "certificate"}, "training.no-certificate", id="holders"),
        pytest.param({"needs": "registered"}, "training.not-registered", id="registered"),
        pytest.param({"members_only": True}, "training.not-member", id="members"),
    ],
)
def test_who_may_not_ask_is_told_why(season, rules, code):
    shares = (Share(season.world.organisations["ann_county"]),) if "members_only" in rules else ()
    class_id = season.class_(kind="exam", exam_year=2026, rules=SeatRules(shares=shares, **rules))
    person = season.learners(1)[0]
    if shares:
        with season.database.write() as session:  # the county is named, and who left for another is no member
            row = actions.store.any_class(session, class_id)
            row.organisation_id = season.world.organisations["prefecture"]
            session.get_one(PersonRow, person.person_id).organisation_id = season.world.organisations["bob_agency"]
    with pytest.raises(RuleViolation) as refused:
        season.do(enrolling.enrol, person, class_id)
    assert refused.value.code == code


def test_more_cannot_be_kept_than_is_free(season):
    shares = (Share(season.world.organisations["ann_agency"], 3),)
    with pytest.raises(RuleViolation, match=r"training\.kept"):
        season.class_(capacity=2, rules=SeatRules(shares=shares))
    both = (*shares, Share(season.world.organisations["ann_county"], 1))
    with pytest.raises(RuleViolation, match=r"training\.shares-overlap"):
        season.class_(capacity=9, rules=SeatRules(shares=both))
    with pytest.raises(RuleViolation, match=r"training\.shares-outside"):
        season.class_(rules=SeatRules(shares=(Share(season.world.organisations["bob_agency"], 1),)))


def test_moving_a_session_onto_another_class_of_a_learner(season):
    (who,) = season.learners(1)
    day = slot(date(2026, 4, 11), EVENING.starts_at.time(), EVENING.ends_at.time(), "四楼")
    mine, other = season.class_(slots=(EVENING,), name="甲"), season.class_(slots=(day,), name="乙", mode="on-site")
    season.do(enrolling.enrol, who, mine)
    season.do(enrolling.enrol, who, other)
    trainer = season.actor("ann_trainer")
    with season.database.write() as session:  # somebody else teaches the second, in another room
        actions.store.any_class(session, other).trainer_id = season.world.people["ann_officer"]
    at = Slot(EVENING.starts_at, EVENING.ends_at, "四楼")
    meeting = season.sessions(other)[0]
    with pytest.raises(Conflict, match=r"training\.learners-busy"):
        season.do(actions.change_session, trainer, meeting, at)
    season.do(actions.change_session, trainer, meeting, at, release=True)
    assert (season.seat(mine, who), season.seat(other, who)) == ("enrolled", "left")
    assert told(season) == [(who.person_id, "left")]


class TestList:
    @pytest.fixture
    def importer(self, season):
        return SeatImporter(lambda: season.runtime.vault)

    def test_rows_end_as_seats_places_and_refusals_and_are_taken_back(self, season, officer, importer):
        class_id = season.class_(capacity=1)
        people = (("ann_candidate", 2), ("ann_officer", 3), ("无此人", 77))
        typed = [(name, resident_id(order).number) for name, order in people]
        upload = Upload("名单.xlsx", xlsx_bytes(("姓名", "身份证号"), typed), {"class_id": str(class_id)})
        with season.database.write() as session:
            plan = importer.plan(session, officer, upload, now=season.clock.now())
            assert [line.state for line in plan.lines] == ["matched", "matched", "refused"]
            assert [str(line.said[0]) for line in plan.lines[:2]] == ["Gets a seat", "Goes to the waiting list"]
            assert UNKNOWN in [problem.sentence for problem in plan.problems]
            written = engine.import_now(
                session,
                season.runtime.vault,
                importer,
                officer,
                upload,
                plan,
                now=season.clock.now(),
                leave_out=True,
            )
        assert written == 2
        batch_id = season.ask(lambda s: s.scalar(select(EnrolmentRow.batch_id).limit(1)))
        with season.database.write() as session:
            assert importer.undo(session, officer, batch_id, now=season.clock.now()) == 2
        states = season.ask(lambda s: s.scalars(select(EnrolmentRow.state)).all())
        assert states == ["left", "left"]


class TestPages:
    PAGES = ("/training/staff", "/training/staff/{class_id}", "/training/approvals")

    @pytest.mark.parametrize("page", PAGES)
    def test_who_sees_them(self, season, sign_in, client, page):
        address = page.format(class_id=season.class_())
        for name in ("ann_officer", "ann_trainer"):
            assert sign_in(name).get(address).status_code == 200
            assert sign_in(name).get(f"{address}?export=csv").status_code == 200
        assert sign_in("ann_candidate").get(address).status_code == 403
        assert client.get(address).status_code == 303
        assert sign_in("bob_officer").get(address).status_code == (404 if "{" in page else 200)

    def test_the_road_of_a_seat(self, season, sign_in):
        rules = SeatRules(
            approval="trainer", offer_hours=24, shares=(Share(season.world.organisations["ann_agency"], 1),)
        )
        class_id, officer = season.class_(capacity=1, rules=rules), sign_in("ann_officer")
        mine, candidate = f"/training/classes/{class_id}", sign_in("ann_candidate")
        assert candidate.post(f"{mine}/enrol").status_code == 303
        assert "待老师审核" in candidate.get(mine).text
        who = season.actor("ann_candidate")
        seat_id = str(seat_row(season, class_id, who).id)
        assert "ann_candidate" in officer.get("/training/approvals").text
        assert officer.post("/training/approvals", data={"act": "refuse", "id": seat_id}).status_code == 422
        officer.post("/training/approvals", data={"act": "refuse", "id": seat_id, "reason": "人数已满"})
        assert "人数已满" in candidate.get(mine).text
        assert "人数已满" in officer.get("/training/approvals?state=refused").text
        assert (
            sign_in("bob_officer").post("/training/approvals", data={"act": "approve", "id": seat_id}).status_code
            == 303
        )
        officer.post("/training/approvals", data={"act": "reconsider", "id": seat_id})
        officer.post("/training/approvals", data={"act": "approve", "id": seat_id})
        assert season.seat(class_id, who) == "enrolled"
        (first, second) = season.learners(2)
        data = {"id": [str(first.person_id), str(second.person_id)]}
        done = officer.post(f"/training/staff/{class_id}", data=data)
        assert (done.status_code, done.text.count("候补中")) == (200, 2)
        leave = f"/training/staff/{class_id}/people/{who.person_id}/leave"
        assert officer.get(leave).status_code == 200
        assert sign_in("bob_officer").get(leave).status_code == 404
        assert officer.post(leave, data={"reason": "调岗"}).status_code == 303
        assert "调岗" in candidate.get(mine).text
        assert season.seat(class_id, first) == "offered"
        page = sign_in("ann_trainer").get(f"/training/all/{class_id}").text
        assert "待确认的名额" in page
        assert candidate.post(f"{mine}/enrol").status_code == 303

    def test_an_offer_is_shown_taken_and_passed_on_when_looked_at(self, season, sign_in):
        class_id, (first,) = season.class_(capacity=1, rules=SeatRules(offer_hours=2)), season.learners(1)
        season.do(enrolling.enrol, first, class_id)
        who, mine, candidate = season.actor("ann_candidate"), f"/training/classes/{class_id}", sign_in("ann_candidate")
        candidate.post(f"{mine}/enrol")
        assert "候补第 1 位" in candidate.get(mine).text
        season.do(enrolling.leave, first, class_id)
        assert "确认名额" in candidate.get(mine).text
        season.go_to(season.clock.now(), timedelta(hours=3))
        assert "已给下一位" in candidate.get(mine).text
        assert season.seat(class_id, who) == "lapsed"

    def test_the_form_keeps_the_rules(self, season, sign_in):
        class_id, trainer = season.class_(), sign_in("ann_trainer")
        address = f"/training/all/{class_id}/edit"
        assert trainer.get(address).status_code == 200
        with season.database.read() as session:
            row = actions.store.found_class(session, actions.ClassRow.id == class_id)
            typed = {
                "course_id": row.course_id, "name": row.name, "trainer_id": row.trainer_id, "capacity": 40,
                "mode": "on-site", "opens_on": "2026-03-01", "last_day": "2026-04-08", "state": "open",
                "needs": "nothing", "approval": "both", "offer_hours": "12", "members_only": "y",
                "shares-0-organisation_id": season.world.organisations["ann_agency"], "shares-0-seats": "5",
                "shares-0-released_on": "2026-04-05",
            }  # fmt: skip
        answer = trainer.post(address, data=typed)
        assert answer.status_code == 303, answer.text
        kept = season.ask(lambda s: seat_store.rules_of(s, class_id))
        share = kept.shares[0]
        assert (kept.approval, kept.offer_hours, kept.members_only) == ("both", 12, True)
        assert (share.seats, share.released_on) == (5, date(2026, 4, 5))
