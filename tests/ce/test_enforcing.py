"""A period that closes short: a case, the chain of telling, time to make up, the decision, and what stops meanwhile."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from examprep.ce import case_store, counting, enforcing, policies, stopping
from examprep.ce.case_models import CaseEventRow, CaseRow
from examprep.ce.jobs import enforce, remind
from examprep.ce.rules.consequences import Policy
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.period import Period
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.plumbing.jobs import JobTurn
from examprep.reminders.models import OutboxRow

NEW_YEAR = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def go(runtime, clock, holders):
    """``go(day)`` lets the nights pass up to a day: counts, follows cases, tells."""

    def go(instant):
        clock.instant = instant
        holders.recount()
        enforce(JobTurn(runtime, instant, instant))

    return go


def cases(runtime):
    with runtime.database.read() as session:
        return list(session.scalars(select(CaseRow).order_by(CaseRow.id)))


def kinds(runtime, case_id):
    with runtime.database.read() as session:
        return [event["kind"] for event in case_store.events(session, case_id)]


def mails(runtime, template):
    with runtime.database.read() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.template == template).order_by(OutboxRow.id)))


def in_the_way(runtime, person_id, today):
    with runtime.database.read() as session:
        return stopping.standing_in_the_way(session, [person_id], policies.all_policies(session), today=today)


def act(runtime, world, who, verb, *args, **more):
    with runtime.database.write() as session:
        return verb(session, world.actor(session, who), *args, now=runtime.clock.now(), **more)


@pytest.fixture
def ann_case(go, runtime, world):
    """Ann's candidate lacks 70 hours of 2026 on the first day of 2027."""
    go(NEW_YEAR)
    return next(case for case in cases(runtime) if case.person_id == world.people["ann_candidate"])


class TestCases:
    def test_opens_once_when_a_period_closed_short_and_tells_the_holder(self, runtime, world, go, ann_case):
        go(NEW_YEAR + timedelta(days=1))
        assert len(cases(runtime)) == 2
        assert (ann_case.state, ann_case.missing_minutes) == ("open", 70 * 45)
        assert kinds(runtime, ann_case.id) == ["opened", "told-person"]
        assert {row.person_id for row in mails(runtime, "ce-case")} == {
            world.people["ann_candidate"],
            world.people["bob_candidate"],
        }

    def test_none_while_the_period_runs_or_when_enough_was_earned(self, runtime, clock, world, go, holders):
        go(datetime(2026, 12, 31, 1, 0, tzinfo=UTC))
        assert cases(runtime) == []
        holders.post("ann_candidate", 70)
        go(NEW_YEAR)
        assert [case.person_id for case in cases(runtime)] == [world.people["bob_candidate"]]

    def test_periods_that_closed_before_the_policy_began_are_left_alone(self, runtime, world, go, holders):
        # Both hold since 2025, of which they have no hours; the policy begins with 2026.
        go(datetime(2026, 4, 2, 1, 0, tzinfo=UTC))
        assert cases(runtime) == []

    def test_hours_entered_late_mend_it_and_taken_back_open_it_again(self, runtime, world, go, holders, ann_case):
        line = holders.post("ann_candidate", 70, on=date(2026, 12, 30))
        go(NEW_YEAR + timedelta(days=2))
        assert kinds(runtime, ann_case.id)[-1] == "mended"
        from examprep.ce import actions

        with runtime.database.write() as session:
            actions.reverse(session, line, reason="重复", posted_by=None, now=runtime.clock.now())
        go(NEW_YEAR + timedelta(days=3))
        assert kinds(runtime, ann_case.id)[-1] == "reopened"
        with runtime.database.read() as session:
            assert list(case_store.differences(session, False)) == []


class TestChain:
    @pytest.fixture
    def employer(self, runtime, world):
        """An officer of the candidate's own agency."""
        with runtime.database.write() as session:
            people.grant_role(
                session,
                person_id=world.people["ann_trainer"],
                organisation_id=world.organisations["ann_agency"],
                role=Role.OFFICER,
                since=date(2026, 1, 1),
            )
        return world.people["ann_trainer"]

    def test_person_then_employer_then_bureau_each_once(self, runtime, world, go, employer, ann_case):
        for days in range(1, 40):
            go(NEW_YEAR + timedelta(days=days))
        assert kinds(runtime, ann_case.id) == ["opened", "told-person", "told-employer", "told-bureau"]
        told = [(row.person_id, row.context["names"]) for row in mails(runtime, "ce-cases")]
        own = [person for person, names in told if names == ["ann_candidate"]]
        assert own == [employer, world.people["ann_officer"]]

    def test_where_an_employer_has_no_officer_the_case_says_so(self, runtime, sign_in, go, ann_case):
        go(NEW_YEAR + timedelta(days=15))
        with runtime.database.read() as session:
            assert case_store.events(session, ann_case.id)[-1]["reason"] == enforcing.NOBODY
        page = sign_in("ann_officer").get(f"/ce/cases/{ann_case.id}").text
        assert "无法告知单位" in page
        assert "nobody" not in page

    def test_a_mended_case_is_told_no_further(self, runtime, world, go, employer, holders, ann_case):
        holders.post("ann_candidate", 70, on=date(2026, 12, 30))
        for days in (1, 14, 30):
            go(NEW_YEAR + timedelta(days=days))
        assert kinds(runtime, ann_case.id) == ["opened", "told-person", "mended"]

    def test_the_holder_is_reminded_each_week_until_it_is_mended(self, runtime, world, go, holders, ann_case):
        ann = world.people["ann_candidate"]
        for days in range(22):
            go(NEW_YEAR + timedelta(days=days))
            remind(JobTurn(runtime, runtime.clock.now(), runtime.clock.now()))
        after = [r for r in mails(runtime, "ce-short") if r.person_id == ann and r.context["step"].startswith("after")]
        assert [row.context["step"] for row in after] == ["after-0", "after-1", "after-2", "after-3"]
        holders.post("ann_candidate", 70, on=date(2026, 12, 30))
        go(NEW_YEAR + timedelta(days=30))
        remind(JobTurn(runtime, runtime.clock.now(), runtime.clock.now()))
        assert len([r for r in mails(runtime, "ce-short") if r.person_id == ann and "after" in r.key]) == 4


class TestDecisions:
    def test_time_to_make_up_stops_what_follows_and_what_is_earned_then_counts(
        self, runtime, world, go, holders, ann_case
    ):
        act(
            runtime,
            world,
            "ann_officer",
            enforcing.grant_make_up,
            ann_case.id,
            last_day=date(2027, 3, 31),
            reason="产假",
        )
        assert in_the_way(runtime, world.people["ann_candidate"], date(2027, 3, 31)) == []
        holders.post("ann_candidate", 70, on=date(2027, 2, 1), counts_on=date(2026, 12, 31))
        go(datetime(2027, 2, 2, 1, 0, tzinfo=UTC))
        assert kinds(runtime, ann_case.id)[-1] == "mended"

    def test_time_that_passed_unused_lets_it_stand_again(self, runtime, world, go, ann_case):
        act(
            runtime,
            world,
            "ann_officer",
            enforcing.grant_make_up,
            ann_case.id,
            last_day=date(2027, 3, 31),
            reason="产假",
        )
        go(datetime(2027, 4, 1, 1, 0, tzinfo=UTC))
        with runtime.database.read() as session:
            found = stopping.standing_in_the_way(
                session, [ann_case.person_id], policies.all_policies(session), today=date(2027, 4, 1)
            )
        assert [each.case_id for each in found] == [ann_case.id]

    def test_the_final_decision_bears_a_name_and_can_be_taken_back(self, runtime, world, ann_case):
        act(runtime, world, "ann_officer", enforcing.decide, ann_case.id, "waived", reason="长期援藏")
        with pytest.raises(Conflict, match=r"ce\.case-decided"):
            act(runtime, world, "ann_officer", enforcing.decide, ann_case.id, "upheld", reason="再想")
        with runtime.database.read() as session:
            last = case_store.events(session, ann_case.id)[-1]
            assert (last["kind"], last["by"], last["reason"]) == ("waived", "ann_officer", "长期援藏")
        act(runtime, world, "ann_officer", enforcing.take_back, ann_case.id, reason="材料不实")
        assert cases(runtime)[0].state == "open"

    @pytest.mark.parametrize(
        ("changes", "refusal", "code"),
        [
            pytest.param({"reason": "  "}, RuleViolation, "ce.case-reason", id="no-reason"),
            pytest.param({"last_day": date(2027, 1, 1)}, RuleViolation, "ce.make-up-day", id="today"),
            pytest.param({"last_day": date(2029, 1, 1)}, RuleViolation, "ce.make-up-day", id="too-long"),
        ],
    )
    def test_what_is_refused(self, runtime, world, ann_case, changes, refusal, code):
        values = {"last_day": date(2027, 3, 31), "reason": "产假", **changes}
        with pytest.raises(refusal) as refused:
            act(runtime, world, "ann_officer", enforcing.grant_make_up, ann_case.id, **values)
        assert refused.value.code == code

    def test_another_bureau_sees_no_case(self, runtime, world, ann_case):
        with pytest.raises(NotFound):
            act(runtime, world, "bob_officer", enforcing.decide, ann_case.id, "waived", reason="x")

    def test_nobody_decides_their_own(self, runtime, world, go, holders):
        with runtime.database.write() as session:
            people.grant_role(
                session, person_id=world.people["ann_candidate"], organisation_id=world.organisations["ann_county"],
                role=Role.OFFICER, since=date(2026, 1, 1),
            )  # fmt: skip
        go(NEW_YEAR)
        own = next(case for case in cases(runtime) if case.person_id == world.people["ann_candidate"])
        with pytest.raises(RuleViolation, match=r"ce\.case-own"):
            act(runtime, world, "ann_candidate", enforcing.decide, own.id, "waived", reason="x")


class TestRenewal:
    TERM = Period(date(2024, 2, 1), date(2027, 2, 1))

    @pytest.fixture
    def registered(self, holders):
        return holders.certify("ann_candidate", "SW", date(2024, 1, 1), registered_on=date(2024, 2, 1))

    def hindrance(self, runtime, world, today):
        with runtime.database.read() as session:
            return stopping.renewal_hindrance(session, world.people["ann_candidate"], "SW", self.TERM, today)

    def test_it_waits_for_the_hours_of_the_term(self, runtime, clock, world, holders, registered):
        clock.instant = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
        holders.recount()
        assert self.hindrance(runtime, world, date(2026, 12, 1)) is not None
        holders.post("ann_candidate", 120, on=date(2026, 11, 1))
        assert self.hindrance(runtime, world, date(2026, 12, 1)) is None

    def test_the_holders_pages_say_it_and_take_no_application(self, sign_in, clock, holders, registered):
        clock.instant = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
        holders.recount()
        ann, at = sign_in("ann_candidate"), f"/register/certificates/{registered}"
        ann.post("/language", data={"language": "en", "next": "/"})
        said = "of this registration period are missing"
        assert said in ann.get(at).text
        assert said in ann.get("/register/mine").text
        application = {"place_code": "520526"}
        assert said in ann.post(f"{at}/apply", data=application).text
        holders.post("ann_candidate", 120, on=date(2026, 11, 1))
        assert said not in ann.get(at).text
        assert ann.post(f"{at}/apply", data=application).status_code == 303

    def test_only_where_the_policy_says_so(self, runtime, clock, world, holders, registered):
        clock.instant = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
        holders.recount()
        with runtime.database.write() as session:
            actor = world.actor(session, "ann_administrator")
            off = Policy("mca-123", date(2026, 12, 1), renewal=False)
            policies.set_policy(session, actor, off, now=clock.now(), today=clock.today())
        assert self.hindrance(runtime, world, date(2026, 12, 1)) is None

    def test_a_policy_does_not_begin_in_the_past(self, runtime, clock, world, holders):
        past = Policy("mca-123", date(2026, 1, 1))
        with pytest.raises(RuleViolation, match=r"ce\.policy-past"):
            act(runtime, world, "ann_administrator", policies.set_policy, past, today=clock.today())


class TestPages:
    def test_the_list_the_case_and_its_decisions(self, sign_in, runtime, world, ann_case):
        officer = sign_in("ann_officer")
        page = officer.get("/ce/cases").text
        assert "ann_candidate" in page
        assert "bob_candidate" not in page
        assert officer.get("/ce/cases?export=csv").status_code == 200
        one = f"/ce/cases/{ann_case.id}"
        assert "已告知本人" in officer.get(one).text
        assert officer.post(f"{one}/make-up", data={"last_day": "", "why": "x"}).status_code == 422
        assert officer.post(f"{one}/make-up", data={"last_day": "2027-02-01", "why": "产假"}).status_code == 303
        assert officer.post(f"{one}/decide", data={"decision": "waived", "reason": ""}).status_code == 422
        assert officer.post(f"{one}/decide", data={"decision": "waived", "reason": "援藏"}).status_code == 303
        assert officer.post(f"{one}/decide", data={"decision": "taken-back", "reason": "核实"}).status_code == 303
        assert officer.post(f"{one}/decide", data={"decision": "nonsense", "reason": "x"}).status_code == 422

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            pytest.param("bob_officer", 404, id="another-bureau"),
            pytest.param("ann_trainer", 403, id="wrong-role"),
            pytest.param("ann_candidate", 403, id="the-holder"),
        ],
    )
    def test_others_do_not(self, sign_in, ann_case, who, status):
        client = sign_in(who)
        assert client.get(f"/ce/cases/{ann_case.id}").status_code == status
        data = {"decision": "waived", "reason": "x"}
        assert client.post(f"/ce/cases/{ann_case.id}/decide", data=data).status_code == status

    def test_a_policy_is_read_by_officers_and_set_by_administrators(self, sign_in, runtime, holders):
        assert "登记不予延续" in sign_in("ann_officer").get("/ce/policies").text
        assert sign_in("ann_officer").get("/ce/policies/mca-123").status_code == 403
        admin = sign_in("ann_administrator")
        assert admin.get("/ce/policies/mca-123").status_code == 200
        assert admin.get("/ce/policies/nothing").status_code == 404
        typed = {"since": "2026-04-01", "public_check": "y", "before": "90, 30", "after_every_days": "7"}
        assert admin.post("/ce/policies/mca-123", data={**typed, "before": "ninety"}).status_code == 422
        assert admin.post("/ce/policies/mca-123", data=typed).status_code == 303
        with runtime.database.read() as session:
            found = [p for p in policies.all_policies(session) if p.since == date(2026, 4, 1)]
        assert [(p.renewal, p.public_check, p.before_days) for p in found] == [(False, True, (90, 30))]


def test_events_keep_their_kinds(runtime, ann_case):
    with runtime.database.read() as session:
        kinds = select(CaseEventRow.kind).where(CaseEventRow.case_id == ann_case.id).order_by(CaseEventRow.id)
        assert session.scalars(kinds.limit(1)).one() == "opened"


def test_counting_and_enforcing_agree_after_any_night(runtime, go, ann_case):
    with runtime.database.read() as session:
        assert list(case_store.differences(session, False)) == []
        assert counting.id_ranges(session, 10)


class TestConsequences:
    @pytest.fixture
    def strict(self, runtime, clock, world, holders):
        policy = Policy("mohrss-25", clock.today(), allowance=True, public_check=True)
        act(runtime, world, "ann_administrator", policies.set_policy, policy, today=clock.today())

    def ask(self, runtime, world, verb, *args):
        with runtime.database.read() as session:
            return verb(session, *args)

    def test_months_from_the_closing_on_are_held_and_only_where_the_policy_says_so(
        self, runtime, world, strict, ann_case
    ):
        ann, today = world.people["ann_candidate"], date(2027, 1, 2)
        held = self.ask(runtime, world, stopping.held_allowances, [ann], today)
        assert {person: since for person, (since, _) in held.items()} == {ann: date(2027, 1, 1)}

    def test_nothing_is_held_by_the_shipped_policy(self, runtime, world, ann_case):
        ann, today = world.people["ann_candidate"], date(2027, 1, 2)
        assert self.ask(runtime, world, stopping.held_allowances, [ann], today) == {}
        # The policy of registrations says nothing of the public check either.
        assert self.ask(runtime, world, stopping.public_remark, ann, today) is None

    def test_the_public_check_says_it_until_it_is_mended(self, runtime, world, strict, go, holders, ann_case):
        ann, today = world.people["ann_candidate"], date(2027, 1, 2)
        assert "are missing" in str(self.ask(runtime, world, stopping.public_remark, ann, today))
        holders.post("ann_candidate", 70, on=date(2026, 12, 30))
        assert "No credit hours" in str(self.ask(runtime, world, stopping.public_remark, ann, today))

    def test_whoever_has_the_code_reads_it(self, sign_in, client, strict, ann_case):
        ann = sign_in("ann_candidate")
        at = re.search(r"/register/certificates/\d+", ann.get("/register/mine").text)[0]
        ann.post(f"{at}/disclosure", data={"shows": "validity"})
        code = re.search(r"/register/check/([\w-]{22,})", ann.get(at).text)[1]
        client.post("/language", data={"language": "en", "next": "/"})
        assert "Credit hours of a period that is over are missing" in client.get(f"/register/check/{code}").text

    def test_the_holder_reads_of_it_on_their_own_page(self, sign_in, ann_case):
        page = sign_in("ann_candidate").get("/ce/").text
        assert "学时不足" in page
        assert "2026-12-31" in page or "2026年12月31日" in page
